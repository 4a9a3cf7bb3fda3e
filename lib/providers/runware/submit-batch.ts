import { whenAllAbort } from "../../abort";
import type { FluxError } from "../../errors";
import type { FluxRequest } from "../../models/request";
import { NetworkFailure } from "../../net/network-failure";
import type { Signal } from "../../signal";
import type { Submission, Task } from "../provider";
import type { Quote } from "../quote";
import { replyTo, type ServiceAnswer, unscopedErrors } from "./answer";
import type { Call } from "./call";
import { familyOf, isTaskConflict } from "./error-family";
import {
  codeOf,
  type ErrorContext,
  lostAnswer,
  serviceError,
  unansweredTask,
  unexplainedAnswer,
  unprocessedAnswer,
} from "./errors";
import { inOneTurn, type Waiting } from "./one-turn";
import { Results } from "./results";
import { serialiseTask } from "./wire";

/** Bounds of one POST; the service documents none. */
export const MOST_TASKS = 50;
const MOST_BYTES = 8 * 1024 * 1024;

/** What submitting needs of the client that it belongs to. */
export interface SubmitContext {
  call: Call;
  apiKey: string;
  /** For the POST of async tasks, and for that of a sync task, which lasts until its pictures are made; in ms. */
  timeouts: { async: number; sync: number };
  /** The filter for texts of the service about these requests. */
  quoteFor: (requests: readonly FluxRequest[]) => Quote;
}

/** One task to be sent. */
interface Prepared {
  id: string;
  request: FluxRequest;
  expected: number;
  json: string;
  /** It is answered when its pictures are made: no other task shares its POST. */
  alone: boolean;
  /** Whether the answer may bring what was made, so that an error in it may tell of work that was done. */
  mayRun: boolean;
}

/** The same, in line. */
type Entry = Prepared & Waiting<Submission>;

/** What a task is to do when it does not say. */
const USUAL_TASK = "imageInference";

/** What goes over the wire of a task. */
type Sent = Pick<Task, "id" | "taskType" | "request">;

/** Sends tasks of any type; those that come in the same turn of the event loop share a POST. */
export function createSubmit(context: SubmitContext): (task: Sent, signal: Signal) => Promise<Submission> {
  const sendTogether = inOneTurn<Prepared, Submission>((entries) => {
    for (const group of inGroups(entries)) send(context, group);
  });
  return ({ id, taskType = USUAL_TASK, request }, signal) => {
    const parameters = { includeCost: true, deliveryMethod: "async", ...request };
    const json = serialiseTask(taskType, id, parameters);
    const alone = request.deliveryMethod === "sync";
    const expected = expectedOf(request);
    // Older services answer a preprocessing task when it is done, whatever it asks for.
    const mayRun = alone || taskType !== USUAL_TASK;
    if (!alone) return sendTogether({ id, request, expected, json, alone, mayRun }, signal);
    // It shares its POST with no other, and so waits for none.
    return new Promise((resolve, reject) =>
      send(context, [{ id, request, expected, json, alone, mayRun, signal, resolve, reject }]),
    );
  };
}

/** How many pictures a request asks for; the service's default is one. */
const expectedOf = ({ numberResults }: FluxRequest): number => (typeof numberResults === "number" ? numberResults : 1);

function inGroups(entries: readonly Entry[]): Entry[][] {
  const groups: Entry[][] = [];
  let group: Entry[] = [];
  let bytes = 0;
  for (const entry of entries) {
    const size = Buffer.byteLength(entry.json);
    if (group.length === 0 || group.length >= MOST_TASKS || bytes + size > MOST_BYTES) {
      group = [];
      bytes = 0;
      groups.push(group);
    }
    group.push(entry);
    bytes += size + 1;
  }
  return groups;
}

/** Sends a group whose entries are told what became of them, whatever happens: nobody awaits this. */
function send(context: SubmitContext, group: readonly Entry[]): void {
  sendGroup(context, group).catch((error: unknown) => {
    // A mistake of ours, after the request was sent. Entries that know their fate already do not hear this.
    for (const { id, reject } of group) reject(unprocessedAnswer(error, id, { retryable: true }));
  });
}

async function sendGroup(context: SubmitContext, group: readonly Entry[]): Promise<void> {
  const { call, timeouts } = context;
  const timeout = group.some(({ alone }) => alone) ? timeouts.sync : timeouts.async;
  const [first] = group;
  const abandonment =
    group.length === 1 && first ? alone(first.signal) : whenAllAbort(group.map(({ signal }) => signal));
  let answer: ServiceAnswer;
  try {
    answer = await call(
      group.map(({ json }) => json),
      { signal: abandonment.signal, timeout },
    );
  } catch (error) {
    for (const { id, reject } of group) {
      reject(error instanceof NetworkFailure ? lostAnswer(error, "submit", id) : error);
    }
    return;
  } finally {
    abandonment.release();
  }
  let quote: Quote | undefined;
  // A text about the POST as a whole is held against the prompts of all its tasks: once, not once for each.
  const quoteOfAll = () => {
    quote ??= context.quoteFor(group.map(({ request }) => request));
    return quote;
  };
  for (const entry of group) {
    const outcome = outcomeOf(entry, { answer, group, quoteOfAll }, context);
    if (outcome === "again alone") send(context, [entry]);
    else if (outcome instanceof Error) entry.reject(outcome);
    else entry.resolve(outcome);
  }
}

/** What only one waits for ends with its own signal. */
const alone = (signal: Signal) => ({ signal, release: () => {} });

/** A POST that was answered. `quoteOfAll` makes the filter for texts about all its tasks. */
interface Answered {
  answer: ServiceAnswer;
  group: readonly Entry[];
  quoteOfAll: () => Quote;
}

/** What the answer to a shared POST means for one of its tasks. */
function outcomeOf(
  { id, request, expected, mayRun, signal }: Entry,
  { answer, group, quoteOfAll }: Answered,
  { apiKey, quoteFor }: SubmitContext,
): Submission | FluxError | "again alone" {
  const reply = replyTo(id, answer);
  const contextWith = (filter: Quote): ErrorContext => ({
    purpose: mayRun ? "run" : "submit",
    status: answer.status,
    requestId: id,
    apiKey,
    quote: filter,
    retryAfter: answer.retryAfter,
  });
  const ownContext = () => ({ ...contextWith(quoteFor([request])), named: true });
  if (reply.errors.some((item) => isTaskConflict(codeOf(item, apiKey)))) return { state: "accepted" };
  if (reply.data.length > 0) {
    const results = new Results(id, expected);
    const { state } = results.take(reply);
    if (state !== "final" && state !== "stalled") return { state: "accepted" };
    const found = results.answer((failure) => serviceError(failure, ownContext()));
    if (found.pictures.length > 0) return { state: "settled", answer: found };
    return state === "final" ? (found.errors[0] ?? unansweredTask(ownContext())) : { state: "accepted" };
  }
  const [refusal] = reply.errors;
  if (refusal) return serviceError(refusal, ownContext());
  const [general] = unscopedErrors(answer);
  if (general && group.length === 1 && isTaskConflict(codeOf(general, apiKey))) return { state: "accepted" };
  if (group.length > 1 && isRefusalOfOne(answer, apiKey) && !signal.aborted) return "again alone";
  const context = contextWith(quoteOfAll());
  if (general) return serviceError(general, context);
  if (!answer.readable || answer.status >= 400) return unexplainedAnswer(answer, context);
  return unansweredTask(context);
}

/** Whether a refusal of the whole POST may be the fault of one of its tasks, or of their number. */
function isRefusalOfOne(answer: ServiceAnswer, apiKey: string): boolean {
  if (answer.status >= 500) return false;
  // HTML with another status comes from something that is not Runware; it would answer each task the same.
  if (!answer.readable && answer.status !== 400 && answer.status !== 413) return false;
  const [general] = unscopedErrors(answer);
  if (!general && answer.status < 400) return false;
  const family = familyOf(general && codeOf(general, apiKey), answer.status);
  return family === "validation" || family === "notFound" || family === "safety";
}
