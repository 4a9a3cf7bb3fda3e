import { compositions } from "../models";
import type { EditorNode, Translate, Typed } from "../node-red";
import { elementCount, readParams, type Values } from "../params";
import { readSaved } from "../saved-node";
import { choiceLabel, labelOf } from "../wording";
import { written } from "../written";
import { composedParameter } from "./parameter";

/** What a composition node without a name is called on the canvas: "LoRA civitai:1@2 x0.8", "2 ControlNets". */
export const compositionLabel = (node: EditorNode): string => {
  const composition = compositions[node.type];
  if (composition === undefined) return node.type;
  const t = node._def._;
  const { mode, method, params } = readSaved(node);
  const parameter = composedParameter(composition, method);
  const what = labelOf(parameter, t);
  if (mode === "clear") return t("composition.cleared", { what });
  const values = readParams(params);
  const whole = values.get(parameter);
  if (whole) return isPlace(whole) ? `${what} ${whole.type}.${whole.value}` : what;
  const count = elementCount(values, parameter);
  if (count > 1) return t("composition.several", { count, what });
  return [what, ...elementInWords(`${parameter}.0`, `${parameter}[]`, values, t)].join(" ");
};

const isPlace = ({ type }: Typed): boolean => ["msg", "flow", "global"].includes(type);

/** Model and weight of the only element, as far as they are written in the dialog. */
const elementInWords = (path: string, pattern: string, values: Values, t: Translate): string[] => {
  const [model, weight] = [written(values, `${path}.model`), written(values, `${path}.weight`)];
  if (model === undefined) return [];
  return [choiceLabel(`${pattern}.model`, model, t), ...(weight === undefined ? [] : [`x${weight}`])];
};
