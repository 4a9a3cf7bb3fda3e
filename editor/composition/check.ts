import { checkParams } from "../check";
import { compositions } from "../models";
import type { EditorNode } from "../node-red";
import { readParams } from "../params";
import { readSaved } from "../saved-node";
import { labelOf } from "../wording";
import { masksProblem } from "./identity";
import { composedParameter, factsOf, isWithin } from "./parameter";

/** The validator for the `params` of a composition node: true, or the reasons why not. */
export const checkComposition = (node: EditorNode): true | string[] => {
  const composition = compositions[node.type];
  if (composition === undefined) return true;
  const t = node._def._;
  const { mode, method, params } = readSaved(node);
  if (mode === "clear") return true;
  const parameter = composedParameter(composition, method);
  const own = factsOf(parameter, composition.facts);
  const values = readParams(params);
  const label = labelOf(parameter, t);
  const isEmpty = ![...values.keys()].some((path) => isWithin(parameter, path));
  if (isEmpty) return [t("checks.noEntries", { label })];
  // What is added to an object may leave to the message what the object cannot do without.
  const isAdded = mode !== "replace";
  const reasons = checkParams(own, params, false, t, composition.facts, isAdded ? [] : composition.parameters);
  const masks = parameter === "acePlusPlus" ? masksProblem(values, isAdded) : undefined;
  if (masks) reasons.push(t(`checks.${masks}`, { label }));
  return reasons.length === 0 ? true : reasons;
};
