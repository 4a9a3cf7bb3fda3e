import { balanceOf, type Context, charge, takeOn } from "../context";
import { type Fault, faultAmong } from "../faults";
import type { Sender } from "../http";
import { finishedAt, type Task } from "../jobs";
import { pauseUntil } from "../pause";
import { costOf, type JobPlan, planJob } from "../plan-job";
import { type Answer, about, answered, refused, type ServiceError } from "./answer";
import type { Failure, RunwareJob } from "./job";
import { stateOf } from "./pictures";
import { withoutLongImages } from "./request";

/** What a task type knows of a valid task of its own. */
type Plan = Pick<JobPlan, "drawing" | "format" | "seeds" | "price"> & Pick<RunwareJob, "inputImageUUID">;

/**
 * Takes a valid task on, and answers it at once (async) or when its pictures are done (sync).
 * @param moderated the parameter that moderation looks at
 */
export async function acceptTask(
  task: Task,
  plan: Plan,
  moderated: string,
  context: Context,
  sender: Sender,
): Promise<Answer> {
  const { taskType, taskUUID } = task;
  // From here to takeOn() nothing waits: two requests with one taskUUID cannot both be taken on.
  const refusal = refuseRepetition(task, context) ?? refuseByFault(task, moderated, sender);
  if (refusal !== undefined) return refused(refusal);
  const job = makeJob(task, plan, context, sender);
  if (costOf(job) > balanceOf(context)) return refused(noCredits(task));
  charge(job, context);
  takeOn(job, context);

  if (isAcknowledged(job, context)) return answered({ taskType, taskUUID });
  await pauseUntil(finishedAt(job), context.closing);
  return stateOf(job, context, { withStatus: false, url: sender.url });
}

/** Whether a task is answered before its pictures are done. */
function isAcknowledged({ task, inputImageUUID }: RunwareJob, { settings }: Context): boolean {
  if (inputImageUUID !== undefined && settings.guideImages === "direct") return false;
  return task.deliveryMethod === "async" || task.webhookURL !== undefined;
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

function refuseByFault(task: Task, moderated: string, { faults }: Sender): ServiceError | undefined {
  if (faultAmong(faults, "402")) return noCredits(task);
  if (!faultAmong(faults, "moderated")) return undefined;
  return {
    code: "contentPolicyViolation",
    message: "This is against the content policy.",
    parameter: moderated,
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
  { inputImageUUID, ...plan }: Plan,
  { settings }: Context,
  { owner, faults }: Sender,
): RunwareJob {
  const failing = faultAmong(faults, "fail");
  const failed = failing ?? faultAmong(faults, "partial");
  const whole: JobPlan = {
    ...plan,
    id: String(task.taskUUID),
    owner,
    task: withoutLongImages(task),
    quality: typeof task.outputQuality === "number" ? task.outputQuality : 95,
    lifetime: typeof task.ttl === "number" ? task.ttl : settings.imageTtl,
    failing: failing !== undefined,
    faults,
  };
  return {
    service: "runware",
    ...planJob(whole, settings),
    ...(failed ? { failure: failureOf(failed, settings.failureShape) } : {}),
    ...(inputImageUUID === undefined ? {} : { inputImageUUID }),
  };
}

const failureOf = ({ value }: Fault, otherwise: Failure["shape"]): Failure => ({
  code: "inferenceError",
  message: "The picture could not be made.",
  shape: value === "data" || value === "errors" ? value : otherwise,
});
