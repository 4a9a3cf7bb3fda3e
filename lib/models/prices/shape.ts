import type { Leaf, Model } from "../model";
import { parametersOf } from "../parameters";
import { isObject } from "../preparing/merge";
import type { FluxRequest } from "../request";

/** What decides the price of a picture, as far as that is known. */
export interface PricedShape {
  /** As the provider calls it. */
  readonly model: string;
  /** In pixels; absent where the service, or the input picture, decides. */
  readonly width?: number;
  readonly height?: number;
  /** Absent where the service decides. */
  readonly steps?: number;
  /** What is on beyond a plain picture, in a fixed order: `hiresFix`, `lora x2`, `promptWeighting=compel`. */
  readonly features: readonly string[];
}

/** Of a tool, what says which one of its kind is meant. */
const MODEL = "model";

/** Parameters of a request's size and length have a place of their own in the shape. */
const MEASURES = new Set(["width", "height", "image_size", "image_size.width", "image_size.height"]);
const STEPS = ["steps", "num_inference_steps"] as const;

/** What changes the picture, or the way it travels, but not its price, as far as the services say. */
const FREE = new Set([
  "scheduler",
  "numberResults",
  "num_images",
  "outputFormat",
  "output_format",
  "enable_safety_checker",
  "deliveryMethod",
  "includeCost",
]);

/** Objects that only hold settings together: that they are there switches nothing on. */
const HOLDERS = new Set(["", "inputs", "safety", "settings", "acceleratorOptions"]);

/**
 * Whether the value of a parameter may change the price; of a list or an object, whether what is in it may.
 *
 * @param pattern its path with `[]` for list elements.
 */
export function isPriced(model: Model, pattern: string): boolean {
  const { leaves, lists, objects } = parametersOf(model);
  if (pattern === MODEL) return leaves.has(MODEL) && leaves.get(MODEL)?.owned !== true;
  // Of what is in a list only its number counts.
  if (pattern.includes("[]") || FREE.has(pattern)) return false;
  if (lists.has(pattern) || objects.has(pattern) || MEASURES.has(pattern)) return true;
  const leaf = leaves.get(pattern);
  return leaf === undefined ? false : !leaf.owned && countsByValue(leaf);
}

/** Switches, choices, and how long or large further passes are; not strengths, thresholds and places. */
const countsByValue = ({ kind, path }: Leaf): boolean =>
  kind === "boolean" || kind === "choice" || (kind === "integer" && /(steps|size)$/i.test(path));

/**
 * What decides the price of a request. Coarser than the shape that the budget goes by: prompts, seed, scheduler, CFG,
 * strengths and weights are left out, and of pictures and lists only their number counts. No service says that it
 * charges by those, and what sees more runs alike has more to tell; what they do cost shows in the range.
 *
 * @returns undefined when the request has something that the model is not known to have: nobody knows what that costs.
 */
export function pricedShape(model: Model, request: FluxRequest): PricedShape | undefined {
  const features: string[] = [];
  if (!collect(model, request, "", features)) return undefined;
  const { width, height } = sizeOf(model, request);
  const steps = stepsOf(model, request);
  return {
    model: model.resultInto !== undefined && typeof request[MODEL] === "string" ? request[MODEL] : model.id,
    ...(width !== undefined && height !== undefined && { width, height }),
    ...(steps !== undefined && { steps }),
    features: features.sort(),
  };
}

/** @returns whether everything in it is known. */
function collect(model: Model, object: FluxRequest, path: string, features: string[]): boolean {
  const { leaves, lists, objects } = parametersOf(model);
  return Object.entries(object).every(([name, value]) => {
    const inside = path === "" ? name : `${path}.${name}`;
    const leaf = leaves.get(inside);
    const hasOwnPlace = inside === MODEL || MEASURES.has(inside) || STEPS.some((steps) => steps === inside);
    if (hasOwnPlace || FREE.has(inside) || leaf?.owned) return true;
    if (lists.has(inside)) {
      const count = Array.isArray(value) ? value.length : 1;
      if (count > 0) features.push(count === 1 ? inside : `${inside} x${count}`);
      return true;
    }
    if (isObject(value) && objects.has(inside)) {
      if (!HOLDERS.has(inside)) features.push(inside);
      return collect(model, value, inside, features);
    }
    if (objects.has(inside)) {
      if (value === true) features.push(inside);
      return true;
    }
    if (leaf === undefined) return false;
    if (leaf.kind === "image") features.push(inside);
    else if (countsByValue(leaf) && value !== (leaf.default ?? (leaf.kind === "boolean" ? false : undefined))) {
      features.push(value === true ? inside : `${inside}=${String(value).slice(0, LONGEST)}`);
    }
    return true;
  });
}

/** Of a value that names something: a choice has no longer one. */
const LONGEST = 60;

function sizeOf(model: Model, request: FluxRequest): { width?: number; height?: number } {
  const { width, height } = request;
  if (typeof width === "number" && typeof height === "number") return { width, height };
  const expected = model.dialect.expectedPicture(model, request);
  return {
    ...(expected.width !== undefined && { width: expected.width }),
    ...(expected.height !== undefined && { height: expected.height }),
  };
}

function stepsOf(model: Model, request: FluxRequest): number | undefined {
  const { leaves } = parametersOf(model);
  const name = STEPS.find((steps) => leaves.has(steps));
  const steps = name && (request[name] ?? leaves.get(name)?.default);
  return typeof steps === "number" ? steps : undefined;
}

const SEPARATOR = " | ";

/** The same text for the same shape; a person can read it. */
export const shapeText = ({ model, width, height, steps, features }: PricedShape): string =>
  [model, width === undefined ? "any size" : `${width}x${height}`, steps ?? "any steps", ...features].join(SEPARATOR);

/**
 * Whether a shape's text is that of a run like this one, to which nodes upstream bring something that is only known when
 * a message comes.
 *
 * @param brought members of the request, of each of which there has to be something, however much.
 */
export function isLike(text: string, { features, ...shape }: PricedShape, brought: readonly string[]): boolean {
  const own = features.filter((feature) => !brought.includes(memberOf(feature)));
  const [model = "", size = "", steps = "", ...theirs] = text.split(SEPARATOR);
  const others = theirs.filter((feature) => !brought.includes(memberOf(feature)));
  return (
    [model, size, steps, ...others].join(SEPARATOR) === shapeText({ ...shape, features: own }) &&
    brought.every((member) => theirs.some((feature) => memberOf(feature) === member))
  );
}

/** `hiresFix.steps=20` -> `hiresFix`, `lora x2` -> `lora`. */
const memberOf = (feature: string): string => /^[^.= ]*/.exec(feature)?.[0] ?? feature;
