import { checkParams, isVariable } from "./check";
import { isTimeout } from "./inference-rows";
import { endpointOf, models } from "./models";
import type { EditorNode } from "./node-red";
import { readParams } from "./params";
import { preprocessProblems } from "./preprocess";
import { asTyped, readSaved } from "./saved-node";
import { fullLabel } from "./wording";

/** Validators for the `defaults` of an inference node: true, or the reason why not. */
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

export const checkTimeout = (node: EditorNode, value: unknown): true | string =>
  isTimeout(String(value ?? "").trim()) ? true : node._def._("checks.timeout");
