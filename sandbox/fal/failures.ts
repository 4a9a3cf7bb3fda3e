import { type CallFaultKind, type Fault, faultAmong } from "../faults";
import type { Task } from "../jobs";
import { platformError } from "./answers";
import type { Failure } from "./job";
import { type Detail, detail } from "./validation";

/** What a model answers to an input that it does not take. */
export const refusedInput = (mistakes: readonly Detail[]): Failure => ({
  status: 422,
  body: { detail: mistakes },
  headers: { "x-fal-retryable": "false" },
});

/** What the faults let a job end with instead of pictures. */
export function failureBy(faults: readonly Fault<CallFaultKind>[], { prompt }: Task): Failure | undefined {
  if (faultAmong(faults, "moderated")) {
    const message = "The prompt is against the content policy.";
    return refusedInput([detail(["prompt"], "content_policy_violation", message, prompt)]);
  }
  if (faultAmong(faults, "cancelled")) return platformError(499);
  const completed = faultAmong(faults, "completed-error");
  const failing = completed ?? faultAmong(faults, "fail");
  if (failing === undefined) return undefined;
  const failure = platformError(statusOf(failing));
  if (completed === undefined) return failure;
  const { detail: error, error_type = "internal_error" } = failure.body;
  return { ...failure, told: { error, error_type } };
}

/** `fail=503`: the status behind the equals sign. */
const statusOf = ({ value = "" }: Fault): number => (/^[45]\d\d$/.test(value) ? Number(value) : 500);
