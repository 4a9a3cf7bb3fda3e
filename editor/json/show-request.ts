import type { Model } from "../../lib/models/model";
import { parametersOf } from "../../lib/models/parameters";
import { merged } from "../../lib/models/preparing/merge";
import { setAnswerForm } from "../../lib/models/preparing/owned";
import { fillInSent } from "../../lib/models/preparing/sent";
import { readText } from "../../lib/models/preparing/typed-in";
import type { FluxRequest } from "../../lib/models/request";
import { nest } from "../../lib/node-red/params";
import { whatIsKnown } from "../checking/known";
import { type ReadSetting, readDelivery, readOutput } from "../checking/node-settings";
import type { Typed } from "../node-red";
import { bySchema, closeGaps, patternOf, type Values } from "../params";
import { asTyped } from "../saved-node";
import { isVariable } from "../variable";
import { placeholder } from "./placeholder";

/** What stands for the id that each job gets when it is sent. */
const NEW_ID = "<new id>";

/** A value as the request has it; undefined where nothing is set. */
const shownValue = (model: Model, path: string, typed: Typed): unknown => {
  const leaf = parametersOf(model).leaves.get(patternOf(path));
  if (isVariable(typed.value)) return typed.value;
  const known = whatIsKnown(typed, leaf);
  if (typeof known === "object") {
    return leaf && typeof known.value === "string" ? readText(known.value, leaf) : known.value;
  }
  return known === "elsewhere" ? placeholder(typed) : undefined;
};

/** What a source brings to a parameter, in the form that the parameter has. */
const broughtBy = (model: Model, path: string, source: Typed | undefined): FluxRequest => {
  if (source === undefined || source.type === "none" || source.value === "") return {};
  const value = shownValue(model, path, source);
  const isList = parametersOf(model).lists.has(path) && typeof value === "string" && source.type === "str";
  return nest(new Map([[path, isList ? [value] : value]]));
};

/** Members in the order of the schema. */
const ordered = ({ facts }: Model, request: FluxRequest): FluxRequest => {
  const compare = bySchema(facts);
  return Object.fromEntries(Object.entries(request).sort(([left], [right]) => compare(left, right)));
};

/**
 * The request that a dialog makes, as its provider gets it, as far as it is known: what comes from elsewhere stands there
 * by the name of its place.
 */
export const shownRequest = (model: Model, values: Values, setting: ReadSetting): FluxRequest => {
  const { dialect, imageParameter } = model;
  const shown = new Map([...values].map(([path, typed]) => [path, shownValue(model, path, typed)]));
  for (const [path, value] of shown) if (value === undefined) shown.delete(path);
  let request = nest(closeGaps(shown));
  const bring = (path: string, source: Typed | undefined): void => {
    request = merged(request, broughtBy(model, path, source));
  };
  if (imageParameter !== undefined) bring(imageParameter, asTyped(setting("imageFrom")));
  const prompt = asTyped(setting("promptFrom")) ?? { type: "msg", value: "payload" };
  if (dialect.promptParameter !== undefined) bring(dialect.promptParameter, prompt);
  fillInSent(model, request);
  setAnswerForm(model, request, readOutput(setting), readDelivery(setting));
  const named = { ...dialect.standIn, ...dialect.fixed(model) };
  if ("taskUUID" in named) named.taskUUID = NEW_ID;
  return ordered(model, { ...request, ...named });
};

/**
 * A seed's digits stand bare, as they are sent: 19 of them are more than a JavaScript number keeps. A string holds no
 * line break in JSON, so that such a line is always a member.
 */
const withBareSeed = (text: string): string => text.replace(/^( +"seed": )"(0|[1-9]\d{0,29})"(,?)$/m, "$1$2$3");

/** The same as text: Runware takes lists of tasks. */
export const requestText = (model: Model, values: Values, setting: ReadSetting): string => {
  const request = shownRequest(model, values, setting);
  return withBareSeed(JSON.stringify(model.dialect.provider === "runware" ? [request] : request, undefined, 2));
};
