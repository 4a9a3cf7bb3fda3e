import type { ValidateFunction } from "ajv";
import { FluxError } from "../errors";
import { settingProblem } from "./setting-problem";

export const typedValue = {
  type: "object",
  properties: { type: { type: "string" }, value: { type: "string", default: "" } },
  required: ["type"],
};

/** An address without a query and a user's name, which may be keys; empty: the one that the setting's owner has anyway. */
export const address = { type: "string", default: "", pattern: "^$|^https?://[^/\\s?#@]+(/[^\\s?#]*)?$" };

/** Everything has a default, so everything is there once it has been read. */
export const complete = (properties: Record<string, object>) => ({
  type: "object",
  properties,
  required: Object.keys(properties),
});

/**
 * Coerces: the values were typed into dialogs, or come from environment variables. The compiler itself is loaded with the
 * first settings that are read, not when Node-RED starts.
 */
export const compileSettings = <Settings>(schema: object): ValidateFunction<Settings> => {
  const { Ajv }: typeof import("ajv") = require("ajv");
  return new Ajv({
    coerceTypes: true,
    useDefaults: true,
    allErrors: true,
    strict: true,
    allowUnionTypes: true,
  }).compile<Settings>(schema);
};

/**
 * Reads the saved properties of a node.
 * @param owner whose they are, in words.
 * @param others what is wrong with settings that were read elsewhere.
 * @throws FluxError FLUX_CONFIG that names every setting that cannot be used.
 */
export function readSettings<Settings>(
  validate: ValidateFunction<Settings>,
  config: object,
  owner: string,
  others: readonly string[] = [],
): Settings {
  const saved = readPlain(config);
  const candidate: unknown = structuredClone(saved);
  if (validate(candidate) && others.length === 0) return candidate;
  const problems = new Set([...(validate.errors ?? []).map((error) => settingProblem(error, saved)), ...others]);
  throw new FluxError(
    "FLUX_CONFIG",
    `${owner} has settings that cannot be used: ${[...problems].join("; ")}. Nothing was sent.`,
  );
}

/** The settings that are given; an emptied text field means "the default", as its placeholder says. */
export const readPlain = (config: object): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(config).filter(
      ([name, value]) =>
        !name.startsWith("_") && value !== null && value !== undefined && value !== "" && isPlain(value),
    ),
  );

/** Node-RED hangs functions and nodes on config objects now and then; settings are plain data. */
const isPlain = (value: unknown): boolean => typeof value !== "function" && typeof value !== "symbol";
