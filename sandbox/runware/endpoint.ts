import { createHash } from "node:crypto";
import { type Context, enter } from "../context";
import { parseJson, stringifyJson } from "../digits";
import type { Fault, RequestFaultKind, TaskFaultKind } from "../faults";
import type { Task } from "../jobs";
import { pauseUntil } from "../pause";
import { readBalance } from "./account";
import { type Answer, about, answered, isUuid, refused, statusOf } from "./answer";
import { getTaskDetails } from "./archive";
import { inferImages } from "./inference";
import { getResponse } from "./polling";
import { storeMedia, uploadImage } from "./upload";

/** What goes back over the wire; "cut" sends only half of the text, "destroy" closes the connection instead. */
export interface Reply {
  status: number;
  text: string;
  contentType: string;
  headers?: Record<string, string>;
  ending?: "whole" | "cut" | "destroy";
}

type Handler = (
  task: Task,
  context: Context,
  sender: { owner: string; faults: Fault<TaskFaultKind>[]; url: string },
) => Answer | Promise<Answer>;

const handlers: ReadonlyMap<unknown, Handler> = new Map<unknown, Handler>([
  ["imageInference", inferImages],
  ["getResponse", getResponse],
  ["getTaskDetails", getTaskDetails],
  ["accountManagement", readBalance],
  ["imageUpload", uploadImage],
  ["mediaStorage", storeMedia],
]);

/** More tasks than this in one request are refused. */
const mostTasks = 1000;

/**
 * Answers one POST to the service's address.
 * @param authorization the Authorization header
 * @param url the sandbox's address as the caller knows it
 */
export async function answerRequest(
  body: string,
  authorization: string | undefined,
  url: string,
  context: Context,
): Promise<Reply> {
  context.ledger.countRequest();
  const tasks = readTasks(body);
  if (tasks === undefined) {
    return reply(refused({ code: "invalidRequest", message: "The body is not a JSON array of task objects." }));
  }
  context.events.emit("request", { taskTypes: tasks.map(({ taskType }) => String(taskType).slice(0, 60)) });
  const [first] = tasks;
  const hello = first?.taskType === "authentication" ? first : undefined;
  const key = keyOf(authorization, hello);
  if (typeof key !== "string") return reply(key);

  const work = hello === undefined ? tasks : tasks.slice(1);
  for (const task of work) countArrival(task, context);
  const { request: fault, tasks: taskFaults } = context.faults.rehearse(work);
  const refusal = fault && refuseRequest(fault);
  if (refusal !== undefined) return refusal;

  const owner = createHash("sha256").update(key).digest("hex").slice(0, 16);
  // Started in the request's order: whether a taskUUID is a repetition depends on it.
  const answers = await Promise.all(
    work.map((task, index) => handle(task, context, { owner, faults: taskFaults[index] ?? [], url })),
  );
  const whole: Answer = {
    data: answers.flatMap(({ data }) => data),
    errors: answers.flatMap(({ errors }) => errors),
  };
  if (hello !== undefined && work.length === 0) {
    whole.data.push({ taskType: "authentication", connectionSessionUUID: crypto.randomUUID() });
  }
  if (fault?.kind === "lost-answer") return { ...reply(whole), ending: "destroy" };
  if (fault?.kind === "truncated-json") return { ...reply(whole), ending: "cut" };
  return reply(whole);
}

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

/** The key of a request, or the refusal. Any key will do, except those that begin with "bad". */
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
  if (key.startsWith("bad")) return refused({ code: "invalidApiKey", message: "This API key is not valid.", ...item });
  return key;
}

/** Counts a task that came with a valid key, whatever becomes of it. */
function countArrival({ taskType, taskUUID }: Task, context: Context): void {
  context.ledger.countTask(typeof taskType === "string" ? taskType : "none");
  if (taskType !== "imageInference" || !isUuid(taskUUID)) return;
  enter(context, { taskUUID, submissions: 1 });
  context.events.emit("submitted", { taskUUID });
}

async function handle(task: Task, context: Context, sender: Parameters<Handler>[2]): Promise<Answer> {
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
  if (taskType !== "imageInference") {
    const slow = sender.faults.find(({ kind }) => kind === "slow");
    if (slow !== undefined) await pauseUntil(Date.now() + Number(slow.value ?? 5) * 1000, context.closing);
  }
  return handler(task, context, sender);
}

function reply(answer: Answer, status = statusOf(answer)): Reply {
  const { data, errors } = answer;
  const body = {
    ...(data.length > 0 || errors.length === 0 ? { data } : {}),
    ...(errors.length > 0 ? { errors } : {}),
  };
  return { status, text: stringifyJson(body), contentType: "application/json" };
}

const refusals: Partial<Record<RequestFaultKind, { code: string; message: string }>> = {
  "401": { code: "invalidApiKey", message: "This API key is not valid." },
  "403": { code: "forbidden", message: "This key is not allowed to do that." },
  "429": { code: "concurrencyRateLimit", message: "Too many requests at once." },
  "429-after": { code: "concurrencyRateLimit", message: "Too many requests at once." },
  "500": { code: "internalServerError", message: "Something went wrong on our side." },
  "503": { code: "serviceUnavailable", message: "The service is overloaded." },
  "504": { code: "timeoutProvider", message: "The provider did not answer in time." },
};

/** The refusal of a whole request, before any of its tasks is looked at; undefined for faults that come later. */
function refuseRequest({ kind, value }: Fault<RequestFaultKind>): Reply | undefined {
  if (kind === "drop") return { status: 500, text: "", contentType: "text/plain", ending: "destroy" };
  if (kind === "html502") {
    const text = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>";
    return { status: 502, text, contentType: "text/html" };
  }
  const error = refusals[kind];
  if (error === undefined) return undefined;
  const answer = reply(refused(error), Number(kind.slice(0, 3)));
  return kind === "429-after" ? { ...answer, headers: { "retry-after": value ?? "1" } } : answer;
}
