import { nodeModels } from "../../models/catalogue";
import type { NodeModel } from "../../models/model";
import type { TypedValue } from "../types";
import type { DialogValues } from "./asked";

/** What a dialog sends to have a run of it priced. */
export interface EstimateBody {
  model: NodeModel;
  /** The id of an account node; empty when none is chosen. */
  account: string;
  /** The account's environment as its dialog left it, deployed or not. */
  environment: string | undefined;
  /** The account's price table if it was changed since the last deploy. */
  prices: unknown;
  dialog: DialogValues;
  /** Members of the request that nodes upstream bring. */
  brought: readonly string[];
}

/** What is wrong with a body; the editor never sends such a one. */
export class BadBody extends Error {}

/** More than any dialog has. */
const MOST = { params: 2000, brought: 50, characters: 100_000, name: 300 };

/** @throws BadBody with a sentence. */
export function readBody(body: unknown): EstimateBody {
  const model = nodeModels.find(({ type }) => type === member(body, "type"));
  if (!model) throw new BadBody("type must be the type of an inference node of this pack.");
  const environment = member(body, "environment");
  if (environment !== undefined && typeof environment !== "string") throw new BadBody("environment must be a text.");
  return {
    model,
    account: textOf(member(body, "account"), "account"),
    environment,
    prices: member(body, "prices"),
    dialog: {
      params: readParams(member(body, "params")),
      mode: readMode(member(body, "mode")),
      hasImage: member(body, "image") === true,
    },
    brought: readNames(member(body, "brought")),
  };
}

const member = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null && Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined;

function textOf(value: unknown, name: string): string {
  if (value === undefined) return "";
  if (typeof value === "string" && value.length <= MOST.name) return value;
  throw new BadBody(`${name} must be a short text.`);
}

function readMode(mode: unknown): DialogValues["mode"] {
  if (mode === "text-to-image" || mode === "image-to-image") return mode;
  // Decided by the environment, or by nobody yet.
  if (mode === undefined || typeof mode === "string") return "auto";
  throw new BadBody("mode must be a text.");
}

function readParams(params: unknown): Record<string, TypedValue> {
  if (params === undefined) return {};
  if (typeof params !== "object" || params === null || Array.isArray(params)) throw new BadBody(WRONG_PARAMS);
  const entries = Object.entries(params);
  if (entries.length > MOST.params) throw new BadBody(`params must have at most ${MOST.params} members.`);
  return Object.fromEntries(
    entries.map(([path, typed]) => {
      const [type, value] = [member(typed, "type"), member(typed, "value")];
      const isTyped = typeof type === "string" && typeof value === "string" && value.length <= MOST.characters;
      if (!isTyped || path.length > MOST.name) throw new BadBody(WRONG_PARAMS);
      return [path, { type, value }];
    }),
  );
}

const WRONG_PARAMS = 'params must be an object of {"type", "value"} texts by parameter.';

function readNames(names: unknown): string[] {
  if (names === undefined) return [];
  const isList = Array.isArray(names) && names.length <= MOST.brought;
  if (!isList || !names.every((name) => typeof name === "string" && name.length <= MOST.name)) {
    throw new BadBody(`brought must be a list of at most ${MOST.brought} names.`);
  }
  return names;
}
