import { isVariable } from "../check";
import type { Values } from "../params";

/**
 * The task of ACE++ as it is written in the dialog; undefined where something else decides about it.
 *
 * @param unset the task where the dialog names none.
 */
const aceTask = (values: Values, unset: string | undefined): string | undefined => {
  const { type, value } = values.get("acePlusPlus.type") ?? { type: "str", value: unset };
  if (value === undefined) return undefined;
  return type === "str" && !isVariable(value) ? value : undefined;
};

const hasMasks = (values: Values): boolean => [...values.keys()].some((path) => path.startsWith("acePlusPlus.masks"));

/** Masks say where a local edit takes place; every other task of ACE++ refuses them. */
export const masksAreNeedless = (values: Values): boolean =>
  !hasMasks(values) && ![undefined, "local_editing"].includes(aceTask(values, "portrait"));

/**
 * What is wrong with the masks of ACE++: a text of the catalogue's `checks`, if anything is.
 *
 * @param isAdded to what the message has, which may bring masks or name the task.
 */
export const masksProblem = (values: Values, isAdded: boolean): "masksMissing" | "masksNeedless" | undefined => {
  if (values.has("acePlusPlus")) return undefined;
  const task = aceTask(values, isAdded ? undefined : "portrait");
  if (task === "local_editing") return hasMasks(values) || isAdded ? undefined : "masksMissing";
  return task !== undefined && hasMasks(values) ? "masksNeedless" : undefined;
};

/** PuLID's own guidance, and a step at which it begins: the service may refuse the two together. */
export const pulidGuidanceConflicts = (values: Values): boolean =>
  values.has("pulid.trueCFGScale") && (values.has("pulid.CFGstartStep") || values.has("pulid.CFGstartStepPercentage"));
