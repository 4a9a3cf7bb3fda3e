import type { Violation } from "../../errors";
import type { TaskName } from "../dialects/dialect";
import type { Model } from "../model";
import { parametersOf } from "../parameters";
import type { Delivery, FluxRequest, OutputForm } from "../request";
import { describe, reportedValue } from "../wording/wording";

/**
 * Takes out of a request, in place, what names the task: every message is a task of its own, whatever example it was
 * pasted from. A task that asks for something else than this node makes is a violation.
 */
export const takeTaskNames = (model: Model, request: FluxRequest): Violation[] => {
  const take = (name: TaskName): Violation[] => {
    const { parameter } = name;
    const value = request[parameter];
    if (Object.hasOwn(request, parameter)) delete request[parameter];
    if (!("only" in name) || value === undefined) return [];
    const expected = name.only(model);
    if (value === expected) return [];
    const shown = typeof value === "string" && value.length <= 60 ? JSON.stringify(value) : describe(value);
    return [
      {
        parameter,
        message: `${parameter} is ${shown}, but this node ${name.meaning(model)} "${expected}" only. Leave it out, or use another node.`,
        value: reportedValue(value),
        allowed: expected,
      },
    ];
  };
  return model.dialect.taskNames.flatMap(take);
};

/**
 * Sets, in place, the form in which the service is asked to answer. What a message asks for instead is overridden.
 * @returns warnings
 */
export const setAnswerForm = (
  model: Model,
  request: FluxRequest,
  output: OutputForm,
  delivery: Delivery,
): readonly string[] => {
  const { parameter, valueFor, warningsFor } = model.dialect.answerForm;
  const value = valueFor(output, request, delivery);
  const asked = request[parameter];
  const { choices = [true, false] } = parametersOf(model).leaves.get(parameter) ?? {};
  // What the service does not know stays, for the schema to complain about.
  if (asked === undefined || choices.some((choice) => choice === asked)) request[parameter] = value;
  const warnings = warningsFor(output, delivery);
  if (request[parameter] === asked || asked === undefined) return warnings;
  return [
    `${parameter} is sent as ${value}, because the node's output setting asks for it; ${String(asked)} was dropped.`,
    ...warnings,
  ];
};
