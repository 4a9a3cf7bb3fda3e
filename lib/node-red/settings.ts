import type { ValidateFunction } from "ajv";
import type { CompositionMode } from "../models/composition/composition";
import type { Mode } from "../models/model";
import { type PriceRow, readPriceTable } from "../models/prices/price-table";
import type { Delivery, OutputForm } from "../models/request";
import type { Addresses } from "../providers/account-kind";
import { ACCOUNT_RANGES } from "./account-ranges";
import { migrate } from "./migrations";
import { priceProblem } from "./price-problem";
import { address, compileSettings, complete, readPlain, readSettings, typedValue } from "./settings-schema";
import type { TypedValue } from "./types";

/** An account node's properties as they are saved, in their working types. */
export interface AccountSettings {
  environment: "production" | "sandbox";
  /** By property; an empty one is the service's own. */
  addresses: Addresses;
  concurrency: number;
  line: number;
  /** Seconds from submit. */
  timeout: number;
  retries: number;
  /** Seconds from the deploy that deleted a node until its jobs are cancelled at the service, where that can be done. */
  cancelAfter: number;
  /** Paid requests in any minute; 0: no limit. */
  requestsPerMinute: number;
  /** US dollars in any hour; 0: no limit. */
  dollarsPerHour: number;
  /** US dollars in any 24 hours; 0: no limit. */
  dollarsPerDay: number;
  /** Pictures in any hour; 0: no limit. */
  picturesPerHour: number;
  /** Pictures in any 24 hours; 0: no limit. */
  picturesPerDay: number;
  /** US dollars, for as long as the service has told no price; 0: not known. */
  pricePerPicture: number;
  /** What the account's author says that pictures cost, for estimates. */
  prices: readonly PriceRow[];
  /** Jobs are recorded on disk; otherwise they are kept in memory only, and a restart loses them. */
  journal: boolean;
  /** Hours that the record of a settled job serves repeated triggers and `msg.resume`. */
  keepResults: number;
  /** Days that a job waits for a node that is absent from the flows. */
  keepAbsent: number;
  /** What becomes of a paid submit whose answer was lost, where the service cannot tell a repetition from a new job. */
  lostAnswer: "report" | "repeat";
}

/** An inference node's properties as they are saved, in their working types. */
export interface InferenceSettings {
  account: string;
  params: Record<string, TypedValue>;
  promptFrom: TypedValue;
  imageFrom: TypedValue;
  /** What the messages of one trigger have in common: a repeated one joins the job of the first. */
  idempotencyKeyFrom: TypedValue;
  /** Of effect where the model has an endpoint for each mode. */
  mode: Mode | "auto";
  /** Of effect where the request does not say itself how its answer comes. */
  delivery: Delivery;
  output: OutputForm;
  /** The property of the message that takes the result of a tool; empty: the one that the tool is made for. */
  into: string;
  results: "each" | "all";
  /** Pictures that leave otherwise than as URL say in their own files where they come from. */
  provenance: boolean;
  keepFlux: boolean;
  allowUnknown: boolean;
  /** Seconds; 0: the account's. */
  timeout: number;
  /** A result that comes after the deadline is delivered; otherwise the job is cancelled, where that can be done. */
  lateResults: boolean;
}

/** A composition node's properties as they are saved, in their working types. */
export interface CompositionSettings {
  mode: CompositionMode;
  /** Of a node that may set one of several parameters: which; empty: the first. */
  method: string;
  params: Record<string, TypedValue>;
}

const accountSchema = complete({
  environment: { enum: ["production", "sandbox"], default: "production" },
  addresses: { type: "object", additionalProperties: address, default: {} },
  ...ACCOUNT_RANGES,
  journal: { type: "boolean", default: true },
  lostAnswer: { enum: ["report", "repeat"], default: "report" },
});

const params = { type: "object", additionalProperties: typedValue, default: {} };

const compositionSchema = complete({
  mode: { enum: ["add", "replace", "clear"], default: "add" },
  method: { type: "string", default: "" },
  params,
});

const inferenceSchema = complete({
  account: { type: "string", default: "" },
  params,
  promptFrom: { ...typedValue, default: { type: "msg", value: "payload" } },
  imageFrom: { ...typedValue, default: { type: "none", value: "" } },
  idempotencyKeyFrom: { ...typedValue, default: { type: "msg", value: "idempotencyKey" } },
  mode: { enum: ["auto", "text-to-image", "image-to-image"], default: "auto" },
  delivery: { enum: ["queue", "sync"], default: "queue" },
  output: { enum: ["url", "buffer", "base64", "dataURI"], default: "url" },
  into: { type: "string", default: "" },
  results: { enum: ["each", "all"], default: "each" },
  provenance: { type: "boolean", default: false },
  keepFlux: { type: "boolean", default: false },
  allowUnknown: { type: "boolean", default: false },
  timeout: { type: "number", minimum: 0, maximum: ACCOUNT_RANGES.timeout.maximum, default: 0 },
  lateResults: { type: "boolean", default: true },
});

interface Validators {
  account: ValidateFunction<Omit<AccountSettings, "prices">>;
  inference: ValidateFunction<InferenceSettings>;
  composition: ValidateFunction<CompositionSettings>;
}

let compiled: Validators | undefined;

/** Compiled when the first node needs it, so that Node-RED starts as fast without a FLUX flow as it did before. */
const validators = (): Validators =>
  (compiled ??= {
    account: compileSettings<Omit<AccountSettings, "prices">>(accountSchema),
    inference: compileSettings<InferenceSettings>(inferenceSchema),
    composition: compileSettings<CompositionSettings>(compositionSchema),
  });

/**
 * Reads a saved account node.
 * @param properties the saved properties that hold the service's addresses.
 * @param models types of the nodes that the account can run.
 * @throws FluxError FLUX_CONFIG that names every setting that cannot be used.
 */
export const readAccountSettings = (
  config: object,
  properties: readonly string[],
  models: readonly string[] = [],
): AccountSettings => {
  const { prices, ...plain } = readPlain(config);
  const entries = Object.entries(plain);
  const isAddress = ([name]: [string, unknown]) => properties.includes(name);
  const others = entries.filter((entry) => !isAddress(entry));
  const gathered = { ...Object.fromEntries(others), addresses: Object.fromEntries(entries.filter(isAddress)) };
  const { rows, problems } = readPriceTable(prices, models);
  const settings = readSettings(
    validators().account,
    gathered,
    "The account node",
    problems.map((problem) => priceProblem(problem, models)),
  );
  return { ...settings, prices: rows };
};

/**
 * Reads a saved inference node of any version.
 * @throws FluxError FLUX_CONFIG that names every setting that cannot be used.
 */
export const readInferenceSettings = (config: object): InferenceSettings =>
  readSettings(validators().inference, migrate(config), "This node");

/**
 * Reads a saved composition node of any version.
 * @throws FluxError FLUX_CONFIG that names every setting that cannot be used.
 */
export const readCompositionSettings = (config: object): CompositionSettings =>
  readSettings(validators().composition, migrate(config), "This node");
