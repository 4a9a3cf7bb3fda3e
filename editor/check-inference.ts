import { inferenceProblems } from "./checking/inference-problems";
import { reasonsOf } from "./checking/reasons";
import { isTimeout } from "./inference-rows";
import { endpointOf, models } from "./models";
import type { EditorNode } from "./node-red";
import { readParams } from "./params";
import { asTyped, readSaved } from "./saved-node";

/** Validators for the `defaults` of an inference node: true, or the reason why not. */
export const checkParameters = (node: EditorNode): true | string[] => {
  const model = models[node.type];
  if (model === undefined) return true;
  const saved = readSaved(node);
  const problems = inferenceProblems(model.runs, readParams(saved.params), (property) => saved[property]);
  return reasonsOf(problems, node._def._);
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
