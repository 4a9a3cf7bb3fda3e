import type { Mode, Model, NodeModel } from "../../models/model";
import { parametersOf } from "../../models/parameters";
import { generalPath } from "../../models/paths";
import { readDialogValues } from "../../models/preparing/dialog-values";
import { fillInSent } from "../../models/preparing/sent";
import { isPriced, type PricedShape, pricedShape } from "../../models/prices/shape";
import type { FluxRequest } from "../../models/request";
import { nest } from "../params";
import type { TypedValue } from "../types";

/** What a dialog asks for, as far as it decides the price. */
export interface Asked {
  shape: PricedShape | undefined;
  /** Undefined where a message decides. */
  pictures: number | undefined;
  /** Parameters that may change the price and are not known before a message comes. */
  elsewhere: string[];
}

/** What an open dialog says. */
export interface DialogValues {
  params: Readonly<Record<string, TypedValue>>;
  mode: Mode | "auto";
  /** Whether the dialog names a picture to start from. */
  hasImage: boolean;
}

/** Stands for a value that a message brings and that does not change the price. */
const STAND_IN = "1";

/** Reads off a dialog what a run of it asks for. */
export function askedIn(nodeModel: NodeModel, dialog: DialogValues): Asked {
  const model = endpointFor(nodeModel, dialog);
  const { lists } = parametersOf(model);
  const values = new Map<string, unknown>();
  const elsewhere: string[] = [];
  const { countParameter } = model.dialect;
  for (const [path, typed] of Object.entries(dialog.params)) {
    const pattern = generalPath(path.split(".").map((part) => (/^\d{1,4}$/.test(part) ? Number(part) : part)));
    const value = literal(typed);
    if (value !== undefined) values.set(path, value);
    else if (isPriced(model, pattern)) elsewhere.push(path);
    else if (pattern !== countParameter) values.set(path, STAND_IN);
  }
  const { imageParameter } = model;
  if (dialog.hasImage && imageParameter !== undefined) {
    values.set(lists.has(imageParameter) ? `${imageParameter}.0` : imageParameter, STAND_IN);
  }
  const request = readDialogValues(model, nest(values)).values;
  fillInSent(model, request);
  return {
    shape: withoutUnknown(pricedShape(model, request), elsewhere),
    pictures: picturesOf(model, dialog, request),
    elsewhere,
  };
}

/** In mode "auto" a picture decides; whether it comes is taken for granted where the dialog names a source for it. */
function endpointFor(nodeModel: NodeModel, { mode, hasImage, params }: DialogValues): Model {
  if (!("modes" in nodeModel)) return nodeModel;
  const { modes } = nodeModel;
  if (mode !== "auto") return modes[mode];
  const { imageParameter = "" } = modes["image-to-image"];
  return hasImage || params[imageParameter] !== undefined ? modes["image-to-image"] : modes["text-to-image"];
}

/** What stands in the dialog itself; undefined where a message, a context, an expression or the environment decides. */
function literal({ type, value }: TypedValue): unknown {
  if (/^\$\{[^{}]+\}$/.test(value)) return undefined;
  if (type === "str" || type === "num" || type === "bool") return value;
  if (type !== "json") return undefined;
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}

/** Defaults of the service stand where nothing is set, not where something else decides. */
function withoutUnknown(shape: PricedShape | undefined, elsewhere: readonly string[]): PricedShape | undefined {
  if (!shape) return undefined;
  const { width, height, steps, ...rest } = shape;
  const hasSize = !elsewhere.some((path) => /^(width|height|image_size)(\.|$)/.test(path));
  const hasSteps = !elsewhere.some((path) => path === "steps" || path === "num_inference_steps");
  return {
    ...rest,
    ...(hasSize && width !== undefined && { width }),
    ...(hasSize && height !== undefined && { height }),
    ...(hasSteps && steps !== undefined && { steps }),
  };
}

function picturesOf(model: Model, { params }: DialogValues, request: FluxRequest): number | undefined {
  const { countParameter } = model.dialect;
  if (countParameter === undefined) return 1;
  const typed = params[countParameter];
  if (typed && literal(typed) === undefined) return undefined;
  const count = request[countParameter] ?? parametersOf(model).leaves.get(countParameter)?.default ?? 1;
  return typeof count === "number" && Number.isInteger(count) && count > 0 ? count : undefined;
}
