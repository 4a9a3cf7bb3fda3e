/** What a key template may name in braces, beside `msg.` and a path. */
export const KEY_FIELDS = [
  "provider",
  "model",
  "jobId",
  "index",
  "seed",
  "ext",
  "date",
  "year",
  "month",
  "day",
  "hour",
  "minute",
  "uuid",
] as const;

/** Fields that only the job tells, which does not exist yet when a direct upload is prepared. */
export const JOB_FIELDS: ReadonlySet<string> = new Set(["provider", "model", "jobId", "index", "ext"]);

/** Fields that nobody knows before the picture is there. */
const PICTURE_FIELDS: ReadonlySet<string> = new Set(["seed"]);

/**
 * What the key is for. "upload": a picture that is there. "direct": one that a service is going to write. "address": an
 * address that is signed at once, for whoever asks.
 */
export type KeyUse = "upload" | "direct" | "address";

/** What is wrong with a template: it has unpaired braces, a field that does not exist, or one that cannot be known yet. */
export type TemplateProblem = { problem: "braces" | "empty" } | { problem: "unknown" | "unknownYet"; field: string };

/** S3's limit, in bytes of UTF-8. */
export const LONGEST_KEY = 1024;

const FIELD = /\{([^{}]*)\}/g;

/** A path below the message: `msg.order.id`, `msg.orders[0].id`. */
const MESSAGE_PATH = /^msg\.[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*|\[\d{1,4}\])*$/;

/** What is wrong with a template, if anything; the first thing that is. */
export function templateProblem(template: string, use: KeyUse): TemplateProblem | undefined {
  if (template.trim() === "") return { problem: "empty" };
  if (/[{}]/.test(template.replace(FIELD, ""))) return { problem: "braces" };
  for (const field of fieldsOf(template)) {
    if (!isField(field)) return { problem: "unknown", field };
    const isKnown = use === "upload" || !(PICTURE_FIELDS.has(field) || (use === "address" && JOB_FIELDS.has(field)));
    if (!isKnown) return { problem: "unknownYet", field };
  }
  return undefined;
}

/** The fields that a template names, each once, in their order. */
export const fieldsOf = (template: string): string[] => [
  ...new Set([...template.matchAll(FIELD)].map(([, field = ""]) => field)),
];

const isField = (field: string): boolean =>
  (KEY_FIELDS as readonly string[]).includes(field) || MESSAGE_PATH.test(field);

/**
 * Puts values into a template. A value is one name in the key: it cannot open another folder, or be a field itself.
 * Fields without a value are left as they stand.
 */
export const filledIn = (template: string, fieldValue: (field: string) => string | undefined): string =>
  template.replace(FIELD, (whole, field: string) => {
    const value = fieldValue(field);
    return value === undefined ? whole : inOneName(value);
  });

/**
 * The fields that tell a time, in UTC: the same wherever Node-RED runs.
 * @param time in ms since 1970.
 */
export function timeFields(time: number): Readonly<Record<string, string>> {
  const written = new Date(time).toISOString();
  return {
    date: written.slice(0, 10),
    year: written.slice(0, 4),
    month: written.slice(5, 7),
    day: written.slice(8, 10),
    hour: written.slice(11, 13),
    minute: written.slice(14, 16),
  };
}

const inOneName = (value: string): string =>
  withoutControls(value)
    .replace(/[/\\{}]/g, "-")
    .replace(/^\.\.?$/, "_");

/** Control characters, halves of characters, and the two that XML cannot hold. */
const withoutControls = (text: string): string => text.replace(/[\p{Cc}\p{Cs}\uFFFE\uFFFF]/gu, "-");

/**
 * A key that every store takes and no tool mistakes for a way up: no control characters, no empty name, none of only
 * dots, no slash at either end. Empty when nothing is left.
 */
export const tidyKey = (key: string): string =>
  withoutControls(key)
    .split("/")
    .filter((name) => name !== "")
    .map((name) => (/^\.\.?$/.test(name) ? "_" : name))
    .join("/");
