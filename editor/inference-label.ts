import { presetSizes } from "../lib/models/fragments/fal/size";
import { models } from "./models";
import type { EditorNode } from "./node-red";
import { readParams, type Values } from "./params";
import { preprocessLabel } from "./preprocess";
import { readSaved } from "./saved-node";
import { written } from "./written";

/** What an inference node without a name is called on the canvas: its model, and the size that its dialog asks for. */
export const inferenceLabel = (node: EditorNode): string => {
  if (models[node.type]?.resultInto !== undefined) return preprocessLabel(node);
  const model = node._def.paletteLabel ?? node.type;
  const t = node._def._;
  const { mode, params } = readSaved(node);
  // From a picture, fal makes one of the same size.
  const values: Values = mode === "image-to-image" ? new Map() : readParams(params);
  const size = fixedSize(values, "") ?? fixedSize(values, "image_size.");
  if (size) return t("labels.sized", { model, ...size });
  const shape = written(values, "image_size") ?? "";
  return Object.hasOwn(presetSizes, shape) ? t("labels.shaped", { model, shape: t(`labels.shapes.${shape}`) }) : model;
};

/** Width and height, where both are written in the dialog. */
const fixedSize = (values: Values, prefix: string): { width: string; height: string } | undefined => {
  const [width, height] = [written(values, `${prefix}width`), written(values, `${prefix}height`)];
  return width !== undefined && height !== undefined ? { width, height } : undefined;
};

const forms: readonly unknown[] = ["url", "buffer", "base64", "dataURI"];

/** What stands beside an inference node's output: where in the message the picture is, and in which form. */
export const inferenceOutput = (node: EditorNode): string => {
  const t = node._def._;
  const { output = "url", into } = readSaved(node);
  const place = String(models[node.type]?.resultInto === undefined ? "payload" : into);
  return forms.includes(output)
    ? t("labels.output", { place, form: t(`dialog.${output}`) })
    : t("labels.outputAt", { place });
};
