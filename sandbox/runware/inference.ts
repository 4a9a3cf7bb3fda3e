import { randomInt } from "node:crypto";
import { balanceOf, type Context, charge, takeOn } from "../context";
import { type Fault, faultAmong } from "../faults";
import type { Sender } from "../http";
import { finishedAt, type Task } from "../jobs";
import { pauseUntil } from "../pause";
import { costOf, planJob } from "../plan-job";
import { priceOfPicture } from "../prices";
import { type Answer, about, answered, refused, type ServiceError } from "./answer";
import type { Failure, RunwareJob } from "./job";
import { stateOf } from "./pictures";
import { sizeOf, withoutLongImages } from "./request";
import { validateTask } from "./validation";

/** Seeds are int64 on the wire. */
const seedRange = 2n ** 63n;

/** imageInference: takes a job on, and answers it at once (async) or when its pictures are done (sync). */
export async function inferImages(task: Task, context: Context, sender: Sender): Promise<Answer> {
  const taskUUID = String(task.taskUUID);
  const violations = validateTask(task, context);
  if (violations.length > 0) return refused(...violations);
  const format = await context.images.formatFor(task.outputFormat);
  // From here to takeOn() nothing waits: two requests with one taskUUID cannot both be taken on.
  const refusal = refuseRepetition(task, context) ?? refuseByFault(task, sender);
  if (refusal !== undefined) return refused(refusal);
  const job = makeJob(task, context, sender, format);
  if (costOf(job) > balanceOf(context)) return refused(noCredits(task));
  charge(job, context);
  takeOn(job, context);

  const isAcknowledged = task.deliveryMethod === "async" || task.webhookURL !== undefined;
  if (isAcknowledged) return answered({ taskType: task.taskType, taskUUID });
  await pauseUntil(finishedAt(job), context.closing);
  return stateOf(job, context, { withStatus: false, url: sender.url });
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
  if (faultAmong(faults, "402")) return noCredits(task);
  if (!faultAmong(faults, "moderated")) return undefined;
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

function makeJob(
  task: Task,
  { settings }: Context,
  { owner, faults }: Sender,
  format: RunwareJob["format"],
): RunwareJob {
  const count = typeof task.numberResults === "number" ? task.numberResults : 1;
  const firstSeed = task.seed === undefined ? BigInt(randomInt(2 ** 32)) : BigInt(String(task.seed));
  const model = String(task.model);
  const { width, height } = sizeOf(task);
  const failing = faultAmong(faults, "fail");
  const failed = failing ?? faultAmong(faults, "partial");
  const plan = {
    id: String(task.taskUUID),
    owner,
    task: withoutLongImages(task),
    drawing: {
      model,
      prompt: String(task.positivePrompt),
      width,
      height,
      transparent: task.layerDiffuse === true && format !== "JPG",
    },
    quality: typeof task.outputQuality === "number" ? task.outputQuality : 95,
    format,
    seeds: Array.from({ length: count }, (_, index) => (firstSeed + BigInt(index)) % seedRange),
    lifetime: typeof task.ttl === "number" ? task.ttl : settings.imageTtl,
    price: priceOfPicture(model, width, height, typeof task.steps === "number" ? task.steps : 28),
    failing: failing !== undefined,
    faults,
  };
  return {
    service: "runware",
    ...planJob(plan, settings),
    ...(failed ? { failure: failureOf(failed, settings.failureShape) } : {}),
  };
}

const failureOf = ({ value }: Fault, otherwise: Failure["shape"]): Failure => ({
  code: "inferenceError",
  message: "The picture could not be made.",
  shape: value === "data" || value === "errors" ? value : otherwise,
});
