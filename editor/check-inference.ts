import { takenProperties } from "../lib/node-red/taken-properties";
import { checkParams, isVariable } from "./check";
import { isTimeout } from "./inference-rows";
import { endpointOf, models } from "./models";
import { type EditorNode, page } from "./node-red";
import { readParams } from "./params";
import { preprocessProblems } from "./preprocess";
import { asTyped, readSaved } from "./saved-node";
import { fullLabel } from "./wording";

/** Validators for the `defaults` of an inference node: true, or the reason why not. */
export const checkAccount = (node: EditorNode, value: unknown): true | string =>
  checkChosen(node, "checks.account", value);

/** The same for the bucket of a storage node. */
export const checkBucket = (node: EditorNode, value: unknown): true | string =>
  checkChosen(node, "storage.checks.bucket", value);

/** @param text where the catalogue says that one is to be chosen; the other reasons are beside it. */
const checkChosen = (node: EditorNode, text: string, value: unknown): true | string => {
  const { _: t } = node._def;
  if (typeof value !== "string" || value === "" || value === "_ADD_") return t(text);
  if (isVariable(value)) return true;
  const chosen = page.RED.nodes.node(value);
  if (chosen === null || chosen === undefined) return t(`${text}Missing`);
  return chosen.valid === false ? t(`${text}Invalid`) : true;
};

export const checkParameters = (node: EditorNode): true | string[] => {
  const model = models[node.type];
  if (model === undefined) return true;
  const { allowUnknown, params, mode } = readSaved(node);
  const mayBeUnknown = String(allowUnknown) === "true" || isVariable(String(allowUnknown));
  const { facts } = endpointOf(model, mode);
  const { _: t } = node._def;
  const reasons = checkParams(facts, params, mayBeUnknown, t, model.facts);
  if (model.resultInto !== undefined) {
    for (const [path, { key, values }] of preprocessProblems(readParams(params))) {
      reasons.push(t(`checks.${key}`, { ...values, label: fullLabel(path, t) }));
    }
  }
  return reasons.length === 0 ? true : reasons;
};

export const checkSource = (
  node: EditorNode,
  property: "promptFrom" | "imageFrom" | "idempotencyKeyFrom",
): true | string => {
  const { _: t } = node._def;
  const saved = readSaved(node);
  const setting = saved[property] ?? "";
  const source = asTyped(setting);
  if (setting === "" || source?.type === "none") return true;
  if (source === undefined || source.value === "") {
    return t("checks.noSource", { label: t(`dialog.${property}`) });
  }
  const model = models[node.type];
  const takesNone = model?.modes !== undefined && endpointOf(model, saved.mode).imageParameter === undefined;
  return property === "imageFrom" && takesNone ? t("checks.noImage") : true;
};

/** Where a tool's result goes; a node without the setting has the tool's own place. */
export const checkInto = (node: EditorNode, value: unknown): true | string => {
  const { _: t } = node._def;
  if (value === undefined || value === null) return true;
  const property = String(value).trim();
  if (isVariable(property)) return true;
  const [first = ""] = property.split(/[.[]/);
  // Inside msg.flux there is room: it is the next node's request.
  if (takenProperties.has(property) || (first !== "flux" && takenProperties.has(first))) {
    return t("checks.intoTaken", { property });
  }
  return page.RED.utils.validatePropertyExpression(property) ? true : t("checks.into");
};

export const checkTimeout = (node: EditorNode, value: unknown): true | string =>
  isTimeout(String(value ?? "").trim()) ? true : node._def._("checks.timeout");
