import type { FluxError } from "../../errors";
import { NetworkFailure } from "../../net/network-failure";
import type { Signal } from "../../signal";
import type { Item } from "../json";
import type { ServiceAnswer } from "./answer";
import type { Call } from "./call";
import { contextOf, lostAnswer, serviceError, unexplainedAnswer } from "./errors";

/** How free tasks are sent; `timeout` in ms. */
export interface FreeCall {
  call: Call;
  apiKey: string;
  timeout: number;
}

/** One task that costs nothing. */
export interface FreeTask<Found> {
  /** The task as JSON, or a body with it. */
  task: string | Buffer;
  /** What is looked for in an item of the answer. */
  read: (item: Item) => Found | undefined;
  /** The error when the service answers, without an error, something else. */
  otherwise: () => FluxError;
}

/**
 * Sends a free task and gives what `read` finds first.
 * @throws FluxError with `billed: "no"`; the signal's reason when aborted.
 */
export async function runFreeTask<Found>(
  { call, apiKey, timeout }: FreeCall,
  { task, read, otherwise }: FreeTask<Found>,
  signal: Signal,
): Promise<Found> {
  let answer: ServiceAnswer;
  try {
    answer = await call(typeof task === "string" ? [task] : task, { signal, timeout });
  } catch (error) {
    throw error instanceof NetworkFailure ? lostAnswer(error, "free") : error;
  }
  for (const item of answer.data) {
    const found = read(item);
    if (found !== undefined) return found;
  }
  const context = contextOf(answer, "free", apiKey);
  const [stated] = answer.errors;
  if (stated) throw serviceError(stated, { ...context, named: typeof stated.taskUUID === "string" });
  if (!answer.readable || answer.status >= 400) throw unexplainedAnswer(answer, context);
  throw otherwise();
}
