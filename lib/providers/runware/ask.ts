import type { FluxError } from "../../errors";
import { NetworkFailure } from "../../net/network-failure";
import type { Signal } from "../../signal";
import { type Item, readPictureCount } from "../json";
import { items, type Reply, replyTo, type ServiceAnswer, unscopedErrors } from "./answer";
import type { Call } from "./call";
import { type Family, familyOf, isNoSuchTask } from "./error-family";
import {
  codeOf,
  contextOf,
  errorInside,
  hasFailed,
  lostAnswer,
  parameterOf,
  serviceError,
  unexplainedAnswer,
} from "./errors";
import { serialiseTask } from "./wire";

/** How the service is asked about jobs. */
export interface Asking {
  call: Call;
  apiKey: string;
  /** For one POST, in ms. */
  timeout: number;
}

/**
 * Why jobs were not answered: the service said that it refuses the key; something that passes, such as the 403 of a
 * firewall in between; or the request as such was refused, which fewer ids may avoid.
 */
export interface Obstacle {
  kind: "key" | "passing" | "request";
  error: FluxError;
}

/** What one POST of getResponse tasks brought. */
export interface News {
  /** By job id. Empty where the service answered and does not know the job; absent where an obstacle stood. */
  replies: Map<string, Reply>;
  obstacle?: Obstacle;
}

const PASSING = new Set<Family>(["rate", "server", "timeout", "provider", "quota"]);
const TROUBLES = new Set<Family>(["rate", "server", "quota"]);

/** Asks for any number of jobs in one POST. Rejects only with the signal's reason. */
export async function askForResults(asking: Asking, ids: readonly string[], signal: Signal): Promise<News> {
  const tasks = ids.map((id) => serialiseTask("getResponse", id, {}));
  let answer: ServiceAnswer;
  try {
    answer = await asking.call(tasks, { signal, timeout: asking.timeout });
  } catch (error) {
    if (!(error instanceof NetworkFailure)) throw error;
    const kind = error.kind === "too-large" ? "request" : "passing";
    return { replies: new Map(), obstacle: { kind, error: lostAnswer(error, "result") } };
  }
  const obstacle = obstacleIn(answer, asking.apiKey);
  const replies = new Map<string, Reply>();
  for (const id of ids) {
    const reply = replyTo(id, answer);
    const told = reply.errors.filter((item) => !isAboutPoll(item, answer, asking.apiKey));
    const known = {
      data: reply.data.filter((item) => !hasFailed(item) || !saysNoSuchTask(errorInside(item), 200, asking.apiKey)),
      errors: told.filter((item) => !saysNoSuchTask(item, answer.status, asking.apiKey)),
    };
    if (ids.length === 1) known.errors.push(...unnamedFailures(answer, asking.apiKey));
    const mentioned = reply.data.length > 0 || told.length > 0 || known.errors.length > 0;
    if (mentioned || (!obstacle && reply.errors.length === 0)) replies.set(id, known);
  }
  return { replies, ...(obstacle && { obstacle }) };
}

/** What the archive holds of one job. */
export interface Recorded extends Reply {
  /** How many pictures were asked for, where the request is kept as well. */
  expected?: number;
}

/**
 * Asks the archive for one job: "nothing" when it is empty, forbidden, or knows no such job.
 *
 * @throws FluxError when it could not be asked; the signal's reason.
 */
export async function askArchive(asking: Asking, id: string, signal: Signal): Promise<Recorded | "nothing"> {
  let answer: ServiceAnswer;
  try {
    answer = await asking.call([serialiseTask("getTaskDetails", id, {})], { signal, timeout: asking.timeout });
  } catch (error) {
    throw error instanceof NetworkFailure ? lostAnswer(error, "result", id) : error;
  }
  const obstacle = obstacleIn(answer, asking.apiKey);
  if (obstacle?.kind === "passing") throw obstacle.error;
  const reply = recordedReply(answer, id);
  const expected = recordedNumber(answer, id);
  if (expected !== undefined) return { ...reply, expected };
  return reply.data.length + reply.errors.length > 0 ? reply : "nothing";
}

/** The number of pictures in the kept request; the service's default is one. */
function recordedNumber({ data }: ServiceAnswer, id: string): number | undefined {
  const task = data.flatMap(({ request }) => items(request)).find(({ taskUUID }) => taskUUID === id);
  if (!task) return undefined;
  return readPictureCount(task.numberResults) ?? 1;
}

/** The archive keeps whole requests and answers, siblings of the same POST included. */
function recordedReply(answer: ServiceAnswer, id: string): Reply {
  const responses = answer.data.flatMap((record) => items(record.response));
  // What names no task inside a record for this id is about it; outside of lists it may be anything.
  const own = (item: Item) => item.taskUUID === undefined || item.taskUUID === id;
  const bare = responses.filter(({ taskUUID }) => taskUUID === id);
  return {
    data: [...bare, ...responses.flatMap(({ data }) => items(data)).filter(own)],
    errors: responses.flatMap(({ errors, error }) => [...items(errors), ...items(error)]).filter(own),
  };
}

function obstacleIn(answer: ServiceAnswer, apiKey: string): Obstacle | undefined {
  const context = contextOf(answer, "result", apiKey);
  const about = answer.data.length > 0 ? [] : answer.errors.filter((item) => isAboutPoll(item, answer, apiKey));
  const [stated] = [...unscopedErrors(answer), ...about];
  const silent = answer.data.length === 0 && answer.errors.length === 0;
  if (!stated && answer.readable && (answer.status < 400 || !silent)) return undefined;
  const error = stated ? serviceError(stated, context) : unexplainedAnswer(answer, context);
  const family = familyOf(stated && codeOf(stated, apiKey), answer.status);
  if (family === "auth") return { kind: stated ? "key" : "passing", error };
  if (!answer.readable || PASSING.has(family) || answer.status >= 500) return { kind: "passing", error };
  return { kind: "request", error };
}

const saysNoSuchTask = (item: Item, status: number, apiKey: string): boolean =>
  isNoSuchTask(codeOf(item, apiKey), parameterOf(item, apiKey), status);

/** Asked for one task, the service may leave its id out of the error: what is not found is then what the task names. */
const unnamedFailures = (answer: ServiceAnswer, apiKey: string): Item[] =>
  unscopedErrors(answer).filter(
    (item) => familyOf(codeOf(item, apiKey), 200) === "notFound" && !saysNoSuchTask(item, answer.status, apiKey),
  );

/**
 * An error with a job's id may still be about this poll: the service's own troubles, and a refused key, which says
 * nothing about a job that was accepted. A model's failure is the job's, whatever the status.
 */
function isAboutPoll(item: Item, { status, data }: ServiceAnswer, apiKey: string): boolean {
  if (status < 400) return false;
  const family = familyOf(codeOf(item, apiKey), status);
  if (status === 429 || status >= 500) return TROUBLES.has(family);
  return (status === 401 || status === 403) && data.length === 0 && family === "auth";
}
