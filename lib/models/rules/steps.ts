import { named } from "../wording/wording";
import { elements, error, numberIn } from "./reading";
import type { Finding, Rule } from "./rule";

/** An end lies after a start of the same kind. Start and end of different kinds cannot be compared. */
function* endAfterStart(owner: unknown, at: string, start: string, end: string): Iterable<Finding> {
  const first = numberIn(owner, start);
  const last = numberIn(owner, end);
  if (first === undefined || last === undefined || last > first) return;
  const parameter = `${at}.${end}`;
  const told = { key: "notAfter", values: { first }, others: { start: `${at}.${start}` } };
  yield error(
    parameter,
    told,
    `${named(parameter)} is ${last}, but must be greater than ${start}, which is ${first}.`,
    {
      value: last,
      allowed: `greater than ${first}`,
    },
  );
}

/** A step that the request does not reach. */
function* withinSteps(owner: unknown, at: string, end: string, steps: number | undefined): Iterable<Finding> {
  const last = numberIn(owner, end);
  if (steps === undefined || last === undefined || last <= steps) return;
  const parameter = `${at}.${end}`;
  const message = `${named(parameter)} is ${last}, but this request has ${steps} steps. Use a value up to ${steps}, or ${end}Percentage.`;
  yield error(parameter, { key: "beyondSteps", values: { steps }, others: { all: "steps" } }, message, {
    value: last,
    allowed: `up to ${steps}`,
  });
}

/** When the cache of the accelerators ends. */
export const cacheSteps: Rule = function* (request) {
  const options = request.acceleratorOptions;
  yield* endAfterStart(options, "acceleratorOptions", "cacheStartStep", "cacheEndStep");
  yield* endAfterStart(options, "acceleratorOptions", "cacheStartStepPercentage", "cacheEndStepPercentage");
  yield* withinSteps(options, "acceleratorOptions", "cacheEndStep", numberIn(request, "steps"));
};

/** When each ControlNet's influence ends. */
export const controlNetSteps: Rule = function* (request) {
  for (const [index, controlNet] of elements(request.controlNet).entries()) {
    const at = `controlNet[${index}]`;
    yield* endAfterStart(controlNet, at, "startStep", "endStep");
    yield* endAfterStart(controlNet, at, "startStepPercentage", "endStepPercentage");
    yield* withinSteps(controlNet, at, "endStep", numberIn(request, "steps"));
  }
};

/** PuLID's guidance starts before the last step. */
export const pulidStartStep: Rule = function* (request) {
  const start = numberIn(request.pulid, "CFGstartStep");
  const steps = numberIn(request, "steps");
  if (start === undefined || steps === undefined || start < steps) return;
  const message = `pulid.CFGstartStep is ${start}, but this request has ${steps} steps. Use a value below ${steps}, or CFGstartStepPercentage.`;
  yield error("pulid.CFGstartStep", { key: "startBeyondSteps", values: { steps }, others: { all: "steps" } }, message, {
    value: start,
    allowed: `below ${steps}`,
  });
};
