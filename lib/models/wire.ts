import type { Violation } from "../errors";
import type { Model } from "./model";
import { runRules } from "./prepare";
import type { FluxRequest } from "./request";
import { schemaViolations } from "./violations";

/**
 * Checks a whole task as it arrives at a service (taskType, taskUUID and model included): schema and error-level
 * rules, nothing put right.
 */
export const wireViolations = (model: Model, task: FluxRequest): Violation[] => {
  const violations = model.validate(task) ? [] : schemaViolations(model, task, model.validate.errors ?? []);
  const taken = new Set(violations.map(({ parameter }) => parameter));
  return [...violations, ...runRules(model, task, [], taken).violations];
};
