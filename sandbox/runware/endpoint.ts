import { type Context, noteSubmission } from "../context";
import { parseJson } from "../digits";
import { faultAmong } from "../faults";
import {
  earlyReply,
  type Incoming,
  jsonReply,
  lateReply,
  notFound,
  type Reply,
  type Sender,
  type WholeReply,
} from "../http";
import type { Task } from "../jobs";
import { fingerprint, isGoodKey } from "../keys";
import { pauseUntil } from "../pause";
import { slowness } from "../plan-job";
import { readBalance } from "./account";
import { type Answer, about, answered, isUuid, refused, statusOf } from "./answer";
import { getTaskDetails } from "./archive";
import { inferImages } from "./inference";
import { makesPictures } from "./job";
import { getResponse } from "./polling";
import { preprocessImage } from "./preprocess";
import { storeMedia, uploadImage } from "./upload";

type Handler = (task: Task, context: Context, sender: Sender) => Answer | Promise<Answer>;

const handlers: ReadonlyMap<unknown, Handler> = new Map<unknown, Handler>([
  ["imageInference", inferImages],
  ["controlNetPreprocess", preprocessImage],
  ["getResponse", getResponse],
  ["getTaskDetails", getTaskDetails],
  ["accountManagement", readBalance],
  ["imageUpload", uploadImage],
  ["mediaStorage", storeMedia],
]);

/** More tasks than this in one request are refused. */
const mostTasks = 1000;

/** Answers a request to Runware's address. */
export async function answerRunware(request: Incoming, context: Context): Promise<Reply> {
  if (request.path !== "" && request.path !== "/") return notFound;
  if (request.method !== "POST") {
    const message = "Send tasks with POST, as a JSON array.";
    const refusal = reply(refused({ code: "methodNotAllowed", message }), 405);
    return { ...refusal, headers: { allow: "POST" } };
  }
  const body = await request.body();
  if (body === undefined) {
    const refusal = reply(refused({ code: "maxRequestSize", message: "The body is too large." }), 413);
    return { ...refusal, headers: { connection: "close" } };
  }
  return answerTasks(body.toString("utf8"), request, context);
}

async function answerTasks(body: string, { headers, url }: Incoming, context: Context): Promise<Reply> {
  context.ledger.countRequest();
  const tasks = readTasks(body);
  if (tasks === undefined) {
    return reply(refused({ code: "invalidRequest", message: "The body is not a JSON array of task objects." }));
  }
  context.events.emit("request", { calls: tasks.map(kindOf) });
  const [first] = tasks;
  const hello = first?.taskType === "authentication" ? first : undefined;
  const key = keyOf(headers.authorization, hello);
  if (typeof key !== "string") return reply(key);

  const work = hello === undefined ? tasks : tasks.slice(1);
  for (const task of work) countArrival(task, context);
  const { request: fault, calls } = context.faults.rehearse(
    work.map((task) => ({
      service: "runware",
      kind: kindOf(task),
      makesPictures: makesPictures(task),
      prompt: task.positivePrompt,
    })),
  );
  const refusal = fault && earlyReply(fault, refuseWith);
  if (refusal !== undefined) return refusal;

  const owner = fingerprint(key);
  // Started in the request's order: whether a taskUUID is a repetition depends on it.
  const answers = await Promise.all(
    work.map((task, index) => handle(task, context, { owner, faults: calls[index] ?? [], url })),
  );
  const whole: Answer = {
    data: answers.flatMap(({ data }) => data),
    errors: answers.flatMap(({ errors }) => errors),
  };
  if (hello !== undefined && work.length === 0) {
    whole.data.push({ taskType: "authentication", connectionSessionUUID: crypto.randomUUID() });
  }
  return lateReply(fault, reply(whole));
}

const kindOf = ({ taskType }: Task): string => (typeof taskType === "string" ? taskType.slice(0, 60) : "none");

function readTasks(body: string): Task[] | undefined {
  let parsed: unknown;
  try {
    parsed = parseJson(body);
  } catch {
    return undefined;
  }
  if (!Array.isArray(parsed) || parsed.length === 0 || parsed.length > mostTasks) return undefined;
  return parsed.every((task): task is Task => typeof task === "object" && task !== null && !Array.isArray(task))
    ? parsed
    : undefined;
}

/** The key of a request, or the refusal. */
function keyOf(authorization: string | undefined, hello: Task | undefined): string | Answer {
  const bearer = /^Bearer\s+(\S.*)$/i.exec(authorization ?? "")?.[1]?.trim();
  const written = typeof hello?.apiKey === "string" ? hello.apiKey.trim() : undefined;
  const item = { parameter: "apiKey", type: "string", taskType: "authentication" };
  if (bearer !== undefined && hello !== undefined) {
    return refused({
      code: "conflictApiKey",
      message: "The key came twice: in the Authorization header and in an authentication task.",
      ...item,
    });
  }
  const key = bearer ?? written ?? "";
  if (key === "") return refused({ code: "missingApiKey", message: "The request carries no API key.", ...item });
  if (!isGoodKey(key)) return refused({ code: "invalidApiKey", message: "This API key is not valid.", ...item });
  return key;
}

/** Counts a task that came with a valid key, whatever becomes of it. */
function countArrival(task: Task, context: Context): void {
  context.ledger.countCall(kindOf(task));
  if (makesPictures(task) && isUuid(task.taskUUID)) noteSubmission(task.taskUUID, context);
}

async function handle(task: Task, context: Context, sender: Sender): Promise<Answer> {
  const { taskType } = task;
  if (taskType === "ping") return answered({ taskType, pong: true });
  const handler = handlers.get(taskType);
  if (handler === undefined) {
    const code = taskType === undefined ? "missingTaskType" : "unsupportedTaskType";
    return refused({
      code,
      message: "The sandbox does not know this task type.",
      parameter: "taskType",
      ...about(task),
    });
  }
  if (!isUuid(task.taskUUID)) {
    const code = task.taskUUID === undefined ? "missingTaskUUID" : "invalidTaskUUID";
    return refused({ code, message: "A task needs a taskUUID, a UUID v4.", parameter: "taskUUID", ...about(task) });
  }
  if (!makesPictures(task)) {
    const slow = faultAmong(sender.faults, "slow");
    if (slow !== undefined) await pauseUntil(Date.now() + slowness(slow) * 1000, context.closing);
  }
  return handler(task, context, sender);
}

function reply(answer: Answer, status = statusOf(answer)): WholeReply {
  const { data, errors } = answer;
  return jsonReply(status, {
    ...(data.length > 0 || errors.length === 0 ? { data } : {}),
    ...(errors.length > 0 ? { errors } : {}),
  });
}

const refusals = {
  401: { code: "invalidApiKey", message: "This API key is not valid." },
  403: { code: "forbidden", message: "This key is not allowed to do that." },
  429: { code: "concurrencyRateLimit", message: "Too many requests at once." },
  500: { code: "internalServerError", message: "Something went wrong on our side." },
  503: { code: "serviceUnavailable", message: "The service is overloaded." },
  504: { code: "timeoutProvider", message: "The provider did not answer in time." },
};

const refuseWith = (status: keyof typeof refusals): WholeReply => reply(refused(refusals[status]), status);
