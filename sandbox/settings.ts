/** How the sandbox behaves; changeable while it runs. */
export interface SandboxSettings {
  /** How long a job takes, in milliseconds. */
  latency: number;
  /** Account balance before the first charge, in US dollars. */
  balance: number;
  /** The form in which the balance is answered; both have been seen of the service. */
  balanceAs: "number" | "object";
  /** What happens when a taskUUID comes again: refused, run and charged again, or refused for so many seconds. */
  repeatedTask: "refuse" | "charge-again" | { forgetAfter: number };
  /** Seconds after acceptance from which polls no longer know a job; null: never. */
  pollsForgetAfter: number | null;
  /** What getTaskDetails finds. */
  archive: "full" | "empty" | "forbidden";
  /** How a poll for an unknown taskUUID is answered: with nothing, or with an error. */
  unknownTask: "empty" | "error";
  /** Where the failure of a running task is told: among the errors, or as a data item with status "error". */
  failureShape: "errors" | "data";
  /** Whether a request may name the UUID of an image that this sandbox has never seen. */
  unknownImage: "accept" | "refuse";
  /** How a preprocessing task is answered that asks for an acknowledgement: with one, or when its guide image is done. */
  guideImages: "acknowledged" | "direct";
  /** Seconds for which a picture's URL works when the request has no `ttl`. */
  imageTtl: number;
  /** How many jobs stand before a new one in fal's queue. */
  jobsAhead: number;
  /** Where fal refuses an input that its model does not take. */
  refusesAt: "result" | "submit";
  /** What becomes of a running job of fal's queue that is cancelled. */
  cancelRunning: "stops" | "finishes";
  /** Behave as if `sharp` were not installed. */
  pngOnly: boolean;
  /** Milliseconds from the end of a job of Runware's until its pictures are put to its `uploadEndpoint`. */
  uploadDelay: number;
  /** How the pictures get there: "refused" sends them without the address's query, so that no store takes them. */
  uploadDelivery: "once" | "twice" | "never" | "refused";
  /** Whether a bucket is made by whoever uses it first with the right key. */
  s3AutoCreate: boolean;
  /** Whether objects are shown to whoever has their plain address. */
  s3PublicRead: boolean;
  /** Seconds by which the store's clock is fast; negative: slow. */
  s3ClockSkew: number;
  /** What the store makes of `If-None-Match: *` on a write. */
  s3IfNoneMatch: "honoured" | "refused" | "ignored";
  /** The session token that has to come with the key; empty: none. */
  s3SessionToken: string;
}

export const defaultSettings: Readonly<SandboxSettings> = {
  latency: 700,
  balance: 100,
  balanceAs: "number",
  repeatedTask: "refuse",
  pollsForgetAfter: null,
  archive: "full",
  unknownTask: "empty",
  failureShape: "errors",
  unknownImage: "accept",
  guideImages: "acknowledged",
  imageTtl: 7 * 24 * 3600,
  jobsAhead: 0,
  refusesAt: "result",
  cancelRunning: "stops",
  pngOnly: false,
  uploadDelay: 300,
  uploadDelivery: "once",
  s3AutoCreate: true,
  s3PublicRead: true,
  s3ClockSkew: 0,
  s3IfNoneMatch: "honoured",
  s3SessionToken: "",
};

const isAmount = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value) && value >= 0;
const isSwitch = (value: unknown): value is boolean => typeof value === "boolean";
const oneOf =
  <T extends string>(...choices: T[]) =>
  (value: unknown): value is T =>
    choices.some((choice) => choice === value);
const isForgetful = (value: unknown): value is { forgetAfter: number } =>
  typeof value === "object" && value !== null && "forgetAfter" in value && isAmount(value.forgetAfter);

type Checks = { [K in keyof SandboxSettings]: (value: unknown) => value is SandboxSettings[K] };

const repeatedTaskChoice = oneOf("refuse", "charge-again");

const checks: Checks = {
  latency: isAmount,
  balance: isAmount,
  balanceAs: oneOf("number", "object"),
  repeatedTask: (value): value is SandboxSettings["repeatedTask"] => repeatedTaskChoice(value) || isForgetful(value),
  pollsForgetAfter: (value): value is number | null => value === null || isAmount(value),
  archive: oneOf("full", "empty", "forbidden"),
  unknownTask: oneOf("empty", "error"),
  failureShape: oneOf("errors", "data"),
  unknownImage: oneOf("accept", "refuse"),
  guideImages: oneOf("acknowledged", "direct"),
  imageTtl: isAmount,
  jobsAhead: (value): value is number => Number.isSafeInteger(value) && isAmount(value),
  refusesAt: oneOf("result", "submit"),
  cancelRunning: oneOf("stops", "finishes"),
  pngOnly: isSwitch,
  uploadDelay: isAmount,
  uploadDelivery: oneOf("once", "twice", "never", "refused"),
  s3AutoCreate: isSwitch,
  s3PublicRead: isSwitch,
  s3ClockSkew: (value): value is number => Number.isFinite(value),
  s3IfNoneMatch: oneOf("honoured", "refused", "ignored"),
  s3SessionToken: (value): value is string => typeof value === "string",
};

const isSettingName = (name: string): name is keyof SandboxSettings => Object.hasOwn(checks, name);

function setOne<K extends keyof SandboxSettings>(settings: SandboxSettings, name: K, value: unknown): void {
  if (!checks[name](value)) throw new RangeError(`The sandbox setting "${name}" does not take this value.`);
  settings[name] = value;
}

/** The settings with some of them changed. Throws a RangeError that names an unknown setting or a bad value. */
export function changeSettings(current: Readonly<SandboxSettings>, changes: object): SandboxSettings {
  const changed = { ...current };
  for (const [name, value] of Object.entries(changes)) {
    if (!isSettingName(name)) throw new RangeError(`The sandbox has no setting "${name.slice(0, 40)}".`);
    if (value !== undefined) setOne(changed, name, value);
  }
  return changed;
}
