import type { Violation } from "../errors";
import type { Model } from "./model";
import type { FluxRequest, OutputForm } from "./request";
import { describe, reportedValue } from "./wording";

/**
 * Takes out of a request, in place, what names the task: every message is a task of its own, whatever example it was
 * pasted from. A task that asks for something else than this node makes is a violation.
 */
export const takeTaskNames = (model: Model, request: FluxRequest): Violation[] => {
  const violations: Violation[] = [];
  const refuse = (parameter: string, expected: string, meaning: string): void => {
    const value = request[parameter];
    delete request[parameter];
    if (value === undefined || value === expected) return;
    const shown = typeof value === "string" && value.length <= 60 ? JSON.stringify(value) : describe(value);
    violations.push({
      parameter,
      message: `${parameter} is ${shown}, but this node ${meaning} "${expected}" only. Leave it out, or use another node.`,
      value: reportedValue(value),
      allowed: expected,
    });
  };
  delete request.taskUUID;
  refuse("taskType", "imageInference", "runs");
  refuse("model", model.id, `is ${model.title} and runs`);
  return violations;
};

/**
 * The form in which the service is asked to answer. A Buffer is cheapest to make from a URL that is fetched when the
 * picture is ready, except where the answer waits for the picture anyway.
 */
export const outputTypeFor = (output: OutputForm, { deliveryMethod, ttl }: FluxRequest): string => {
  if (output === "base64") return "base64Data";
  if (output === "dataURI") return "dataURI";
  return output === "buffer" && deliveryMethod === "sync" && ttl === undefined ? "base64Data" : "URL";
};
