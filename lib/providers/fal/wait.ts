import { pause } from "../../pause";
import type { Signal } from "../../signal";
import { pauseBeforeAsking } from "../ask-again";
import type { Answer, Progress } from "../provider";
import { aboutAcceptedJob, forgottenJob } from "./errors";
import type { Inquiry } from "./inquiry";
import { pollDelay } from "./pace";
import { fetchResult } from "./result";
import { askStatus, type Standing } from "./status";

/** Polls in a row that fal answers so, before the job is given up; what passes is waited out until the deadline. */
const LIMITS = { "not known": 4, key: 3, question: 4 };

/**
 * Waits for an accepted job: asks for its status at a pace that follows the queue position, and for its result as soon
 * as it has ended. It ends with the signal, which holds the deadline.
 *
 * @throws FluxError when fal has forgotten the job or refuses to tell about it; the signal's reason when aborted.
 */
export async function wait(
  inquiry: Inquiry,
  signal: Signal,
  onProgress?: (progress: Progress) => void,
): Promise<Answer> {
  const { context, about } = inquiry;
  const since = performance.now();
  const troubles = new Troubles();
  let ahead = 0;
  let log: string | undefined;
  let withLogs = true;
  for (;;) {
    const next = pollDelay(context.pace, ahead, performance.now() - since);
    await pause(next + troubles.pause(inquiry), signal);
    const standing = await askStatus(inquiry, { withLogs }, signal);
    troubles.hear(standing, about.requestId);
    switch (standing.state) {
      case "queued":
        ahead = standing.ahead ?? 0;
        log = standing.log ?? log;
        onProgress?.({ queuePosition: ahead, ...(log !== undefined && { log }) });
        break;
      case "running":
        ahead = 0;
        log = standing.log ?? log;
        onProgress?.(log === undefined ? {} : { log });
        break;
      case "completed": {
        const answer = await fetchResult(inquiry, standing, signal);
        if (answer !== "not yet") return answer;
        break;
      }
      case "not told":
        if (standing.isTooLarge) withLogs = false;
        break;
      case "not known":
        break;
    }
  }
}

/** Counts the polls in a row that told nothing of the job. */
class Troubles {
  #count = 0;
  #kind: string | undefined;
  #inARow = 0;
  #retryAfter: number | undefined;

  /** @throws FluxError when there is no point in asking on. */
  hear(standing: Standing, requestId: string): void {
    if (standing.state !== "not told" && standing.state !== "not known") {
      this.#count = 0;
      this.#kind = undefined;
      return;
    }
    const kind = standing.state === "not told" ? standing.why : standing.state;
    this.#count += 1;
    this.#inARow = kind === this.#kind ? this.#inARow + 1 : 1;
    this.#kind = kind;
    this.#retryAfter = standing.state === "not told" ? standing.error.retryAfter : undefined;
    if (kind === "passing" || this.#inARow < LIMITS[kind]) return;
    throw standing.state === "not told" ? aboutAcceptedJob(standing.error, requestId) : forgottenJob(requestId);
  }

  /** Ms beyond the usual pace. */
  pause({ context: { pace } }: Inquiry): number {
    return this.#count === 0 ? 0 : pauseBeforeAsking(pace.failures, this.#count - 1, this.#retryAfter);
  }
}
