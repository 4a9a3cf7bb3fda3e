import type { ErrorObject } from "ajv";

/** One unusable setting in words: its name, its value, and what would be right. */
export function settingProblem({ instancePath, keyword, params }: ErrorObject, saved: object): string {
  const [name = "", ...inside] = instancePath.slice(1).split("/");
  const path = (name === "addresses" ? inside : [name, ...inside]).join(".");
  const value: unknown = name === "addresses" ? valueOfAddress(saved, inside[0]) : Reflect.get(saved, name);
  const variable = typeof value === "string" ? /^\$\{(\S+)\}$/.exec(value)?.[1] : undefined;
  if (variable !== undefined) return `${path} names the variable ${variable}, which the environment does not have`;
  // What is wrong with an address may be the key in it.
  const isShown = typeof value !== "object" && !ADDRESSES.has(name);
  const shown = isShown ? ` is ${JSON.stringify(value)}, but` : "";
  return `${path}${shown} must be ${wanted(name, keyword, params)}`;
}

const ADDRESSES = new Set(["addresses", "endpoint", "publicBaseUrl"]);

/** What settings of a form of their own are. */
const FORMS: Readonly<Record<string, string>> = {
  region: 'a region\'s name, like "eu-central-1"',
  bucket: "a bucket's name: 3 or more letters, digits, dots, hyphens or underscores",
};

function wanted(name: string, keyword: string, params: Record<string, unknown>): string {
  if (ADDRESSES.has(name)) return "an address that begins with https:// and has neither a query nor a user's name";
  if (keyword === "pattern") return FORMS[name] ?? "of another form";
  if (name === "params") return 'an object of {"type", "value"} by parameter';
  const { limit, type, allowedValues } = params;
  if (keyword === "minimum") return `at least ${limit}`;
  if (keyword === "maximum") return `at most ${limit}`;
  if (Array.isArray(allowedValues)) return `one of ${allowedValues.join(", ")}`;
  if (type === "integer") return "a whole number";
  return type === "object" ? 'a {"type", "value"} object' : `a ${String(type)}`;
}

function valueOfAddress(saved: object, property: string | undefined): unknown {
  const addresses: unknown = Reflect.get(saved, "addresses");
  return typeof addresses === "object" && addresses !== null && property !== undefined
    ? Reflect.get(addresses, property)
    : undefined;
}
