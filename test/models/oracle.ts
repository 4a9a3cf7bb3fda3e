/*
 * A second opinion on requests, made of the reference schema's structural keywords and nothing of lib/models. Where
 * we mean to deviate from the reference, the deviation is written here in a second way.
 */

export type Structure = boolean | { readonly [keyword: string]: unknown };

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const isWebAddress = (text: string): boolean => /^https?:\/\/[\x21-\x7e]+$/.test(text) && URL.canParse(text);

/** Heads of picture files as base64 writes them: JPEG, PNG, GIF, WEBP, TIFF, AVIF. */
const BASE64_HEADS = /^(\/9j\/[4-7]|iVBORw0KGgo|R0lGODdh|R0lGODlh|UklGR.{6}XRUJQ|SUkqA|TU0AK|.{5,6}Z0eXBhdmlm)/;

/** Deviation: a picture's string is an address, a UUID, a data URI, or base64 that starts like a picture file. */
const isPicture = (text: string): boolean =>
  UUID.test(text) ||
  isWebAddress(text) ||
  /^data:image\/[a-zA-Z]+;base64,[a-zA-Z0-9+/=]+$/.test(text) ||
  (/^[a-zA-Z0-9+/=]+$/.test(text) && text.length >= 16 && BASE64_HEADS.test(text));

/** Deviation: seeds compare as decimal strings up to 2^63-1, however they are written. */
const isSeed = (value: unknown): boolean => {
  if (typeof value === "number" && !Number.isInteger(value)) return false;
  if (!["number", "bigint", "string"].includes(typeof value) || !/^-?\d+$/.test(digits(value))) return false;
  const seed = BigInt(digits(value));
  return seed >= 0n && seed <= 9223372036854775807n;
};

const digits = (value: unknown): string => (typeof value === "number" ? BigInt(value).toString() : String(value));

/** Deviation: a number within 1e-9 of a step is that step. */
const step = (value: number, size: number): number | undefined => {
  const inverse = Math.round(1 / size);
  const nearest = size < 1 ? Math.round(value * inverse) / inverse : Math.round(value / size) * size;
  return Math.abs(value - nearest) < 1.00001e-9 ? nearest : undefined;
};

const types: Readonly<Record<string, (value: unknown) => boolean>> = {
  object: isObject,
  array: Array.isArray,
  string: (value) => typeof value === "string",
  boolean: (value) => typeof value === "boolean",
  number: (value) => typeof value === "number" && Number.isFinite(value),
  integer: (value) => Number.isInteger(value),
};

const structures = (value: unknown): Structure[] => (Array.isArray(value) ? value : []);
const names = (value: unknown): string[] => (Array.isArray(value) ? value : []);

/** Whether a value fits a part of the reference schema. */
const fits = (structure: Structure | undefined, given: unknown): boolean => {
  if (structure === undefined) return true;
  if (typeof structure === "boolean") return structure;
  const part = (keyword: string): Structure | undefined => structure[keyword] as Structure | undefined;
  const limit = (keyword: string): number | undefined => structure[keyword] as number | undefined;

  if (limit("maximum") === 9223372036854776000) return isSeed(given);
  if (structures(structure.anyOf).some((option) => isObject(option) && option.format === "uuid")) {
    return typeof given === "string" && isPicture(given);
  }
  const size = limit("multipleOf") ?? (structure.type === "integer" ? 1 : undefined);
  const value = size !== undefined && typeof given === "number" ? step(given, size) : given;
  if (value === undefined) return false;

  if (typeof structure.type === "string" && !types[structure.type]?.(value)) return false;
  if ("const" in structure && value !== structure.const) return false;
  if (Array.isArray(structure.enum) && !structure.enum.includes(value)) return false;
  if (!structures(structure.allOf).every((all) => fits(all, value))) return false;
  if (structure.oneOf && structures(structure.oneOf).filter((one) => fits(one, value)).length !== 1) return false;
  if (structure.not !== undefined && fits(part("not"), value)) return false;

  if (typeof value === "number") {
    if (value < (limit("minimum") ?? value) || value > (limit("maximum") ?? value)) return false;
  }
  if (typeof value === "string") {
    const length = [...value].length;
    if (length < (limit("minLength") ?? 0) || length > (limit("maxLength") ?? length)) return false;
    if (typeof structure.pattern === "string" && !new RegExp(structure.pattern, "u").test(value)) return false;
    if (structure.format === "uuid" && !UUID.test(value)) return false;
    // Deviation: no other addresses than http and https.
    if (structure.format === "uri" && !isWebAddress(value)) return false;
  }
  if (Array.isArray(value)) {
    if (value.length < (limit("minItems") ?? 0) || value.length > (limit("maxItems") ?? value.length)) return false;
    return value.every((element) => fits(part("items"), element));
  }
  return isObject(value) ? objectFits(structure, value) : true;
};

const objectFits = (structure: Exclude<Structure, boolean>, value: Record<string, unknown>): boolean => {
  const properties = (structure.properties ?? {}) as Record<string, Structure>;
  const has = (name: string): boolean => Object.hasOwn(value, name);
  if (!names(structure.required).every(has)) return false;
  for (const [name, others] of Object.entries(structure.dependentRequired ?? {})) {
    if (has(name) && !names(others).every(has)) return false;
  }
  for (const [name, member] of Object.entries(value)) {
    if (Object.hasOwn(properties, name) ? !fits(properties[name], member) : structure.additionalProperties === false) {
      return false;
    }
  }
  if (structure.if === undefined) return true;
  // Deviation: the reference's condition also holds for an absent type, which means portrait.
  const holds = has("type") && fits(structure.if as Structure, value);
  return fits((holds ? structure.then : structure.else) as Structure | undefined, value);
};

type Fields = Record<string, unknown>;

const fields = (value: unknown): Fields => (isObject(value) ? value : {});
const fieldList = (value: unknown): Fields[] => (Array.isArray(value) ? value.map(fields) : []);

/** What goes on the wire of a whole number that fits; NaN for a missing one. */
const whole = (value: unknown): number => Math.round(Number(value));

/** True unless both are there and the second is not the greater one. */
const ascending = (first: unknown, second: unknown): boolean => !(whole(second) <= whole(first));
const upTo = (value: unknown, most: unknown): boolean => !(whole(value) > whole(most));

/** Deviation: the rules that only the reference's texts state. One line each. */
const rules: readonly ((request: Fields) => boolean)[] = [
  ({ acceleratorOptions: a }) => ascending(fields(a).cacheStartStep, fields(a).cacheEndStep),
  ({ acceleratorOptions: a }) => ascending(fields(a).cacheStartStepPercentage, fields(a).cacheEndStepPercentage),
  ({ acceleratorOptions: a, steps }) => upTo(fields(a).cacheEndStep, steps),
  ({ controlNet }) => fieldList(controlNet).every((c) => ascending(c.startStep, c.endStep)),
  ({ controlNet }) => fieldList(controlNet).every((c) => ascending(c.startStepPercentage, c.endStepPercentage)),
  ({ controlNet, steps }) => fieldList(controlNet).every((c) => upTo(c.endStep, steps)),
  ({ pulid, steps }) => !(whole(fields(pulid).CFGstartStep) >= whole(steps)),
  ({ inputs }) => !("maskImage" in fields(inputs)) || "seedImage" in fields(inputs),
  ({ outpaint, inputs }) => outpaint === undefined || "seedImage" in fields(inputs),
  ({ outpaint, width }) => outpaint === undefined || sum(outpaint, "left", "right") < whole(width),
  ({ outpaint, height }) => outpaint === undefined || sum(outpaint, "top", "bottom") < whole(height),
  ({ layerDiffuse, outputFormat }) => layerDiffuse !== true || ["PNG", "WEBP"].includes(String(outputFormat)),
  ({ ttl, outputType }) => ttl === undefined || (outputType ?? "URL") === "URL",
  ({ uploadEndpoint, numberResults }) => uploadEndpoint === undefined || whole(numberResults ?? 1) === 1,
];

const sum = (outpaint: unknown, first: string, second: string): number =>
  whole(fields(outpaint)[first] ?? 0) + whole(fields(outpaint)[second] ?? 0);

/** Whether a whole task (taskType, taskUUID, model and outputType included) may be sent. */
export const mayBeSent = (structure: Structure, task: Fields): boolean =>
  fits(structure, task) && rules.every((rule) => rule(task));
