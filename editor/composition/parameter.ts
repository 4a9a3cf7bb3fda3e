import type { ModelFacts } from "../../lib/models/model";
import type { EditorComposition } from "../models";

/** The member of the request that a composition node sets; what it says of others is kept, and without effect. */
export const composedParameter = ({ parameters }: EditorComposition, method: unknown): string => {
  const [first = ""] = parameters;
  return typeof method === "string" && parameters.includes(method) ? method : first;
};

/** Whether a path or pattern is that of a parameter, or of something in it. */
export const isWithin = (parameter: string, path: string): boolean =>
  path === parameter || path.startsWith(`${parameter}.`) || path.startsWith(`${parameter}[`);

/** What is known of one parameter. */
export const factsOf = (parameter: string, { leaves, lists, objects }: ModelFacts): ModelFacts => ({
  leaves: leaves.filter(({ path }) => isWithin(parameter, path)),
  lists: lists.filter(({ path }) => isWithin(parameter, path)),
  objects: objects.filter((path) => isWithin(parameter, path)),
});
