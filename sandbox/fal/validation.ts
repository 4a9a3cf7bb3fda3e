import type { Violation } from "../../lib/errors";
import type { Leaf, Model } from "../../lib/models/model";
import { knows, parametersOf } from "../../lib/models/parameters";
import { generalPath, readPath, valueAt } from "../../lib/models/paths";
import { wireViolations } from "../../lib/models/preparing/wire";
import { longestSide } from "../images/canvas";
import type { Task } from "../jobs";

/** One entry of `detail`, as the models write it. */
export interface Detail {
  loc: (string | number)[];
  msg: string;
  type: string;
  url: string;
  ctx?: object;
  /** What was sent there. */
  input: unknown;
}

/** What the model would refuse in an input. */
export function validateInput(model: Model, input: Task): Detail[] {
  const details = wireViolations(model, input).map((violation) => detailOf(violation, model, input));
  return details.length > 0 ? details : tooLarge(input);
}

/** One thing wrong with the value at a path. */
export function detail(
  path: readonly (string | number)[],
  type: string,
  msg: string,
  input: unknown,
  ctx?: object,
): Detail {
  const about = { loc: ["body", ...path], msg, type, url: `https://docs.fal.ai/errors/#${type}` };
  return { ...about, ...(ctx === undefined ? {} : { ctx }), input };
}

function detailOf({ parameter, message }: Violation, model: Model, input: Task): Detail {
  const path = readPath(parameter);
  const general = generalPath(path);
  const value = valueAt(input, path);
  if (!knows(model, general)) return detail(path, "extra_forbidden", message, value);
  if (value === undefined) return detail(path, "missing", message, input);
  const { type, ctx } = kindOfMistake(parametersOf(model).leaves.get(general), value);
  return detail(path, type, message, value, ctx);
}

function kindOfMistake(leaf: Leaf | undefined, value: unknown): { type: string; ctx?: object } {
  switch (leaf?.kind) {
    case "integer":
    case "number":
      return numberMistake(leaf, value);
    case "seed":
      return { type: "int_parsing" };
    case "boolean":
      return { type: "bool_parsing" };
    case "choice":
      return { type: "one_of", ctx: { expected: leaf.choices ?? [] } };
    case "image":
      return { type: typeof value === "string" ? "file_download_error" : "string_type" };
    case "prompt":
      return typeof value === "string" ? { type: "string_too_short", ctx: { min_length: 1 } } : { type: "string_type" };
    default:
      return { type: "value_error" };
  }
}

function numberMistake({ kind, minimum, maximum }: Leaf, value: unknown): { type: string; ctx?: object } {
  if (typeof value !== "number") return { type: kind === "integer" ? "int_parsing" : "float_parsing" };
  if (minimum !== undefined && value < minimum) return { type: "greater_than_equal", ctx: { ge: minimum } };
  if (maximum !== undefined && value > maximum) return { type: "less_than_equal", ctx: { le: maximum } };
  return { type: kind === "integer" ? "int_from_float" : "value_error" };
}

/** Sizes that the service takes and the sandbox does not draw. */
const tooLarge = (input: Task): Detail[] =>
  ["width", "height"].flatMap((side) => {
    const path = ["image_size", side];
    const value = valueAt(input, path);
    if (typeof value !== "number" || value <= longestSide) return [];
    const message = `The sandbox draws at most ${longestSide} pixels per side.`;
    return [detail(path, "less_than_equal", message, value, { le: longestSide })];
  });
