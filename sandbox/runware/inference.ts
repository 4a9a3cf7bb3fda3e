import { randomInt, randomUUID } from "node:crypto";
import { balanceOf, type Context, enter } from "../context";
import type { Fault, TaskFaultKind } from "../faults";
import { sizeOf, withoutLongImages } from "../images/request";
import { type Failure, finishedAt, type Job, type Picture, type Task } from "../jobs";
import { pauseUntil } from "../pause";
import { priceOfPicture } from "../prices";
import { type Answer, about, answered, refused, type ServiceError } from "./answer";
import { stateOf } from "./pictures";
import { validateTask } from "./validation";

/** Who sent a task, and what is to befall it. */
export interface Sender {
  /** Fingerprint of the key. */
  owner: string;
  faults: readonly Fault<TaskFaultKind>[];
  /** The sandbox's address as the caller knows it. */
  url: string;
}

/** Seeds are int64 on the wire. */
const seedRange = 2n ** 63n;

/** imageInference: takes a job on, and answers it at once (async) or when its pictures are done (sync). */
export async function inferImages(task: Task, context: Context, sender: Sender): Promise<Answer> {
  const taskUUID = String(task.taskUUID);
  const violations = validateTask(task, context);
  if (violations.length > 0) return refused(...violations);
  const format = await context.images.formatFor(task.outputFormat);
  // From here to the end of accept() nothing waits: two requests with one taskUUID cannot both be taken on.
  const refusal = refuseRepetition(task, context) ?? refuseByFault(task, sender);
  if (refusal !== undefined) return refused(refusal);
  const job = makeJob(task, context, sender, format);
  const cost = job.price * job.pictures.filter(({ failed }) => !failed).length;
  if (cost > balanceOf(context)) return refused(noCredits(task));
  accept(job, cost, context);

  const isAcknowledged = task.deliveryMethod === "async" || task.webhookURL !== undefined;
  if (isAcknowledged) return answered({ taskType: task.taskType, taskUUID });
  await pauseUntil(finishedAt(job), context.closing);
  return stateOf(job, context, { withStatus: false, url: sender.url });
}

function accept(job: Job, cost: number, context: Context): void {
  enter(context, cost > 0 ? { taskUUID: job.taskUUID, charges: 1, cost } : { taskUUID: job.taskUUID });
  context.jobs.accept(job);
  context.events.emit("accepted", { taskUUID: job.taskUUID });
}

function refuseRepetition(task: Task, { jobs, settings }: Context): ServiceError | undefined {
  const earlier = jobs.get(String(task.taskUUID));
  if (earlier === undefined) return undefined;
  const { repeatedTask } = settings;
  if (repeatedTask === "charge-again") return undefined;
  if (repeatedTask !== "refuse" && Date.now() >= earlier.acceptedAt + repeatedTask.forgetAfter * 1000) return undefined;
  return {
    code: "conflictTaskUUID",
    message: "There is already a task with this taskUUID.",
    parameter: "taskUUID",
    ...about(task),
  };
}

function refuseByFault(task: Task, { faults }: Sender): ServiceError | undefined {
  if (faults.some(({ kind }) => kind === "402")) return noCredits(task);
  if (!faults.some(({ kind }) => kind === "moderated")) return undefined;
  return {
    code: "contentPolicyViolation",
    message: "The prompt is against the content policy.",
    parameter: "positivePrompt",
    ...about(task),
  };
}

const noCredits = (task: Task): ServiceError => ({
  code: "insufficientCredits",
  message: "The balance does not cover this task.",
  ...about(task),
});

function makeJob(task: Task, { settings }: Context, { owner, faults }: Sender, format: Job["format"]): Job {
  const fault = (kind: TaskFaultKind) => faults.find((one) => one.kind === kind);
  const count = typeof task.numberResults === "number" ? task.numberResults : 1;
  const firstSeed = task.seed === undefined ? BigInt(randomInt(2 ** 32)) : BigInt(String(task.seed));
  const failing = fault("fail");
  const partial = fault("partial");
  const pictures = Array.from(
    { length: count },
    (_, index): Picture => ({
      imageUUID: randomUUID(),
      seed: (firstSeed + BigInt(index)) % seedRange,
      failed: failing !== undefined || (partial !== undefined && index === count - 1),
    }),
  );
  const { width, height } = sizeOf(task);
  const slow = fault("slow");
  const failed = failing ?? partial;
  const lifetime = fault("expired-url") ? 0 : 1000 * (typeof task.ttl === "number" ? task.ttl : settings.imageTtl);
  return {
    taskUUID: String(task.taskUUID),
    owner,
    task: withoutLongImages(task),
    acceptedAt: Date.now(),
    duration: fault("never") ? null : slow ? 1000 * Number(slow.value ?? 5) : settings.latency,
    pictures,
    ...(failed ? { failure: failureOf(failed, settings.failureShape) } : {}),
    nsfw: fault("nsfw") !== undefined,
    lifetime,
    price: priceOfPicture(String(task.model), width, height, typeof task.steps === "number" ? task.steps : 28),
    format,
  };
}

const failureOf = ({ value }: Fault, otherwise: Failure["shape"]): Failure => ({
  code: "inferenceError",
  message: "The picture could not be made.",
  shape: value === "data" || value === "errors" ? value : otherwise,
});
