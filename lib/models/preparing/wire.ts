import type { Violation } from "../../errors";
import type { Model } from "../model";
import { parametersOf } from "../parameters";
import type { FluxRequest } from "../request";
import { leafViolation, schemaViolations } from "../wording/violations";
import { runRules } from "./run-rules";

/** On the wire a seed is digits without quotes; read without losing any, large ones are bigints. */
const seedViolations = (model: Model, seed: unknown): Violation[] => {
  const leaf = parametersOf(model).leaves.get("seed");
  return leaf && typeof seed === "string" ? [leafViolation(leaf, "seed", seed)] : [];
};

/**
 * Checks a whole task as it arrives at a service (taskType, taskUUID and model included): schema and error-level
 * rules, nothing put right.
 */
export const wireViolations = (model: Model, task: FluxRequest): Violation[] => {
  const seeds = seedViolations(model, task.seed);
  const checked = typeof task.seed === "bigint" ? { ...task, seed: String(task.seed) } : task;
  const found = new Set(seeds.map(({ parameter }) => parameter));
  const schemas = model.validate(checked)
    ? []
    : schemaViolations(model, checked, model.validate.errors ?? [], { taken: found });
  const taken = new Set([...found, ...schemas.map(({ parameter }) => parameter)]);
  return [...seeds, ...schemas, ...runRules(model, checked, [], taken).violations];
};
