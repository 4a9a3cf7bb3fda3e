import { type Item, isItem } from "../json";
import type { Quote } from "../quote";
import { readErrorType } from "./answer";

/** One element of the list in which a model says what it refuses, in our words. */
export interface Detail {
  /** fal's type of the violation: `greater_than_equal`. */
  type?: string;
  /** As a path: `image_size.width`. */
  parameter?: string;
  /** A whole sentence. */
  message: string;
  /** What would be accepted, in words. */
  allowed?: string;
}

/** How many violations are told. */
const MOST = 20;

/** The parameter that every trouble with an input picture is about. */
const IMAGE_PARAMETER = "image_url";

/**
 * Reads `detail` where it is a list. What the sender wrote (`input`) is never looked at: it is the prompt or the picture.
 * The service's own `msg` is repeated only for types that are not known here.
 */
export function readDetails(detail: unknown, quote: Quote): Detail[] {
  if (!Array.isArray(detail)) return [];
  return detail.slice(0, MOST).flatMap((item: unknown) => (isItem(item) ? [readDetail(item, quote)] : []));
}

/** What a type says by itself, without a list: which parameter a picture that cannot be used is in. */
export const detailsOfType = (type: string | undefined): Detail[] =>
  isAboutPicture(type) ? [readDetail({ type }, () => undefined)] : [];

function readDetail(item: Item, quote: Quote): Detail {
  const type = readErrorType(item.type);
  const parameter = readLocation(item.loc) ?? (isAboutPicture(type) ? IMAGE_PARAMETER : undefined);
  const limits = isItem(item.ctx) ? item.ctx : {};
  const { demand, allowed } = wording(type ?? "", limits);
  const name = parameter ?? "the request";
  const said = quote(item.msg);
  const message = demand
    ? `${name} ${demand}.`
    : `${name} was refused${type === undefined ? "" : ` (${type})`}.${said === undefined ? "" : ` fal says: "${said}"`}`;
  return {
    ...(type !== undefined && { type }),
    ...(parameter !== undefined && { parameter }),
    message,
    ...(allowed !== undefined && { allowed }),
  };
}

/** The first piece says in which part of the HTTP request; names in capitals are alternatives of a type. */
function readLocation(loc: unknown): string | undefined {
  if (!Array.isArray(loc)) return undefined;
  const [part, ...rest] = loc.slice(0, 10);
  const pieces = part === "body" ? rest : [part, ...rest];
  let path = "";
  for (const piece of pieces) {
    if (typeof piece === "number" && Number.isSafeInteger(piece) && piece >= 0) path += `[${piece}]`;
    else if (typeof piece === "string" && /^[a-z_]\w{0,60}$/.test(piece)) path += path === "" ? piece : `.${piece}`;
  }
  return path === "" ? undefined : path;
}

const isAboutPicture = (type: string | undefined): boolean => type !== undefined && /^(image|file)_/.test(type);

/** What a parameter must be, to follow its name in a sentence; and the same as a range. */
interface Wording {
  demand?: string;
  allowed?: string;
}

/** By type. The names of the limits are those of pydantic, whose errors fal's models pass on. */
const WORDINGS = new Map<string, (limits: Item) => Wording>([
  ["missing", () => ({ demand: "is missing" })],
  ["greater_than", ({ gt }) => limit("must be more than", "more than", gt)],
  ["greater_than_equal", ({ ge }) => limit("must be at least", "from", ge)],
  ["less_than", ({ lt }) => limit("must be less than", "less than", lt)],
  ["less_than_equal", ({ le }) => limit("must be at most", "up to", le)],
  ["multiple_of", ({ multiple_of }) => limit("must be a multiple of", "multiples of", multiple_of)],
  [
    "string_too_short",
    ({ min_length }) => limit("is too short: characters needed at least:", "characters from", min_length),
  ],
  [
    "string_too_long",
    ({ max_length }) => limit("is too long: characters allowed at most:", "characters up to", max_length),
  ],
  ["one_of", ({ expected }) => choice(expected)],
  ["literal_error", ({ expected }) => choice(expected)],
  ["enum", ({ expected }) => choice(expected)],
  ["extra_forbidden", () => ({ demand: "is not a parameter of this model" })],
  ["image_load_error", () => ({ demand: "cannot be read as a picture: use JPEG, PNG or WEBP" })],
  [
    "file_download_error",
    () => ({ demand: "cannot be fetched by fal: the address must be public and lead to the picture" }),
  ],
  ["image_too_small", ({ min_width, min_height }) => size("is too small", "at least", min_width, min_height)],
  ["image_too_large", ({ max_width, max_height }) => size("is too large", "at most", max_width, max_height)],
  ["file_too_large", ({ max_size }) => fileSize(max_size)],
  ["content_policy_violation", () => ({ demand: "has content that fal does not allow" })],
]);

function wording(type: string, limits: Item): Wording {
  const known = WORDINGS.get(type)?.(limits);
  if (known) return known;
  const expected = /^(string|int|float|bool|list|dict|url)(_|$)/.exec(type)?.[1];
  return expected === undefined ? {} : { demand: `is not ${KINDS.get(expected)}` };
}

const KINDS = new Map([
  ["string", "a text"],
  ["int", "a whole number"],
  ["float", "a number"],
  ["bool", "true or false"],
  ["list", "a list"],
  ["dict", "an object"],
  ["url", "an address"],
]);

const isNumber = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);

const limit = (demand: string, range: string, bound: unknown): Wording =>
  isNumber(bound) ? { demand: `${demand} ${bound}`, allowed: `${range} ${bound}` } : { demand: "is out of range" };

/** A list of short words, or a sentence of such in quotes. */
function choice(expected: unknown): Wording {
  const words = Array.isArray(expected)
    ? expected
    : typeof expected === "string"
      ? [...expected.slice(0, 1000).matchAll(/'([^']*)'/g)].map(([, quoted]) => quoted)
      : [];
  const plain = words.filter((one) => isNumber(one) || (typeof one === "string" && /^[\w.:-]{1,40}$/.test(one)));
  if (plain.length === 0) return { demand: "is none of the values that fal accepts" };
  const list = plain.slice(0, 20).join(", ");
  return { demand: `must be one of ${list}`, allowed: list };
}

const size = (complaint: string, bound: string, width: unknown, height: unknown): Wording =>
  isNumber(width) && isNumber(height)
    ? {
        demand: `${complaint}: ${bound} ${width} x ${height} pixels are needed`,
        allowed: `${bound} ${width} x ${height} pixels`,
      }
    : { demand: complaint };

const fileSize = (bytes: unknown): Wording =>
  isNumber(bytes)
    ? { demand: `is too large: fal takes up to ${inMegabytes(bytes)}`, allowed: `up to ${inMegabytes(bytes)}` }
    : { demand: "is too large" };

const inMegabytes = (bytes: number): string => `${Math.round((bytes / 1024 / 1024) * 10) / 10} MB`;
