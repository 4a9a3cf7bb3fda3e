import { whenAllAbort } from "../../abort";
import type { FluxError } from "../../errors";
import type { Signal } from "../../signal";
import type { Item } from "../json";
import type { Found, Task } from "../provider";
import type { Reply } from "./answer";
import { type Asking, askArchive, askForResults, type News } from "./ask";
import { inOneTurn, type Waiting } from "./one-turn";
import { MOST_IDS } from "./pace";
import { Results } from "./results";
import { takeWhole } from "./take-whole";

interface FindContext {
  asking: Asking;
  /** Words a failure that the service reported for an accepted job. */
  toError: (failure: Item, id: string) => FluxError;
}

/** What is asked for: by its id, and by the number of its pictures where that is known. */
type Wanted = Pick<Task, "id" | "expected">;

/** A question in line; its answer is undefined where the service refused to answer. */
type Question = { id: string } & Waiting<Reply | undefined>;

/**
 * Asks once for a job: its results, then the archive. Questions of the same turn of the event loop share a POST, as polls
 * do: after a restart there may be many.
 */
export function createFind({ asking, toError }: FindContext): (wanted: Wanted, signal: Signal) => Promise<Found> {
  const askTogether = inOneTurn<{ id: string }, Reply | undefined>((questions) => {
    for (let from = 0; from < questions.length; from += MOST_IDS) {
      void ask(asking, questions.slice(from, from + MOST_IDS));
    }
  });

  return async ({ id, expected }, signal) => {
    const foundIn = async (from: Reply): Promise<Found> => {
      const results = new Results(id, expected);
      const { state } = await takeWhole(asking, { id, results }, from, signal);
      if (state === "unknown") return { state };
      // An unfinished batch is the poller's to judge: it asks more than once.
      if (state !== "final") return { state: "accepted" };
      return { state: "settled", answer: results.answer((failure) => toError(failure, id)) };
    };
    const reply = await askTogether({ id }, signal);
    const found = reply && (await foundIn(reply));
    if (found && found.state !== "unknown") return found;
    const record = await askArchive(asking, id, signal);
    return record === "nothing" ? { state: "unknown" } : foundIn(record);
  };
}

/** Asks, and tells everybody. A POST that is refused as such may be too long, or hold one bad id: its halves are tried. */
async function ask(asking: Asking, questions: readonly Question[]): Promise<void> {
  const abandonment = whenAllAbort(questions.map(({ signal }) => signal));
  try {
    const ids = [...new Set(questions.map(({ id }) => id))];
    const { replies, obstacle }: News = await askForResults(asking, ids, abandonment.signal);
    const silent = questions.filter(({ id }) => !replies.has(id));
    for (const { id, resolve } of questions) if (replies.has(id)) resolve(replies.get(id));
    if (obstacle?.kind === "request" && ids.length > 1 && silent.length > 1) {
      const middle = Math.ceil(silent.length / 2);
      await ask(asking, silent.slice(0, middle));
      await ask(asking, silent.slice(middle));
    } else {
      for (const { resolve, reject } of silent) {
        if (obstacle && obstacle.kind !== "request") reject(obstacle.error);
        else resolve(undefined);
      }
    }
  } catch (error) {
    for (const { reject } of questions) reject(error);
  } finally {
    abandonment.release();
  }
}
