import { type Context, charge, isForgotten } from "../context";
import { jsonReply, type Reply, type Sender } from "../http";
import { platformError, refuse } from "./answers";
import { applicationOf, type FalJob, findJob, type Phase, phaseOf } from "./job";
import { logOf } from "./log";
import { type Look, newsOf } from "./news";
import { outcomeOf, secondsOf } from "./result";

/** What a call about a job in the queue says. */
interface Question {
  id: string;
  application: string;
  /** Whether the log is wanted. */
  logs: boolean;
  /** Aborted when the asker is gone. */
  gone: AbortSignal;
}

/** The addresses under which a job is asked for. */
export function addressesOf({ id, model }: FalJob, url: string) {
  const response_url = `${url}/fal/queue/${applicationOf(model)}/requests/${id}`;
  return { response_url, status_url: `${response_url}/status`, cancel_url: `${response_url}/cancel` };
}

export function readStatus(question: Question, context: Context, sender: Sender): Reply {
  const job = asked(question, context, sender);
  if (job === undefined) return refuse(404, "There is no such request.");
  const { body, isDone } = look(job, question, 0, context, sender);
  return jsonReply(isDone ? 200 : 202, body);
}

/** The job's states as server-sent events, until it is done. */
export function streamStatus(question: Question, context: Context, sender: Sender): Reply {
  const job = asked(question, context, sender);
  if (job === undefined) return refuse(404, "There is no such request.");
  const end = AbortSignal.any([context.closing, question.gone]);
  const pieces = newsOf((linesTold) => look(job, question, linesTold, context, sender), end);
  return { status: 200, contentType: "text/event-stream", pieces };
}

export async function readResult(question: Question, context: Context, sender: Sender): Promise<Reply> {
  const job = known(question, context, sender);
  const reply = await resultOf(job, context, sender);
  if (job !== undefined) context.events.emit("collected", { id: job.id, status: reply.status });
  return reply;
}

async function resultOf(job: FalJob | undefined, context: Context, { url }: Sender): Promise<Reply> {
  if (job === undefined) return refuse(404, "There is no such request.");
  if (phaseOf(job).status !== "COMPLETED") return refuse(400, "The request is still in progress.");
  if (job.goneAs !== undefined) return refuse(job.goneAs);
  return outcomeOf(job, context, url);
}

/** Drops a job that waits; a running one is stopped or goes on, as the settings say. */
export function cancel(question: Question, context: Context, sender: Sender): Reply {
  const job = known(question, context, sender);
  if (job === undefined) return jsonReply(404, { status: "NOT_FOUND" });
  const { status } = phaseOf(job);
  if (status === "COMPLETED") return jsonReply(400, { status: "ALREADY_COMPLETED" });
  if (status === "IN_QUEUE" || context.settings.cancelRunning === "stops") {
    context.jobs.change(job, { cancelledAt: Date.now() });
  }
  context.events.emit("cancelled", { id: job.id });
  return jsonReply(202, { status: "CANCELLATION_REQUESTED" });
}

function known({ id, application }: Question, context: Context, { owner }: Sender): FalJob | undefined {
  const job = findJob(id, application, context, owner);
  return job === undefined || isForgotten(job, context) ? undefined : job;
}

/** The same, for those who want to know how it stands. */
function asked(question: Question, context: Context, sender: Sender): FalJob | undefined {
  context.ledger.countPoll(question.id);
  context.events.emit("polled", { id: question.id });
  return known(question, context, sender);
}

/** What is to be said about a job now. Looking lets it move up in the queue. */
function look(job: FalJob, { logs }: Question, linesTold: number, context: Context, { url }: Sender): Look {
  const about = { request_id: job.id, ...addressesOf(job, url) };
  if (job.strangeLooks > 0) {
    job.strangeLooks--;
    return { body: { status: "ON_HOLD", ...about }, isDone: false };
  }
  const phase = phaseOf(job);
  const log = logs ? { logs: logOf(job).slice(linesTold) } : {};
  if (phase.status === "IN_QUEUE") moveUp(job, context);
  return {
    body: { status: phase.status, ...about, ...particulars(job, phase), ...log },
    isDone: phase.status === "COMPLETED",
  };
}

function particulars(job: FalJob, phase: Phase): object {
  if (phase.status === "IN_QUEUE") return { queue_position: phase.position };
  if (phase.status === "IN_PROGRESS") return {};
  const { error_type, detail } = job.cancelledAt === undefined ? {} : platformError(499).body;
  const told = job.cancelledAt === undefined ? job.failure?.told : { error: detail, error_type };
  return { metrics: { inference_time: secondsOf(job) }, ...told };
}

function moveUp(job: FalJob, context: Context): void {
  if (job.ahead > 0) context.jobs.change(job, { ahead: job.ahead - 1 });
  else {
    charge(job, context);
    context.jobs.change(job, { startedAt: Date.now() });
  }
}
