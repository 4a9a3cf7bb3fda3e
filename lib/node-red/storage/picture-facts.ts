import { isList } from "../../models/preparing/is-list";
import { peek } from "../../models/preparing/peek";
import { isPromptHash, promptHash, promptIn } from "../../models/prompt-hash";
import type { FluxMessage } from "../types";

/** What a message says about one of its pictures. Nothing of it is trusted: any node may have written it. */
export interface PictureFacts {
  provider?: string;
  model?: string;
  jobId?: string;
  /** Of its job; without one, of this message: ms since 1970. */
  acceptedAt: number;
  /** When its job was sent to the service, as far as that is known: ms since 1970. */
  submittedAt?: number;
  index: number;
  seed?: string;
  pictureId?: string;
  prompt?: string;
  /** Of the prompt, also where that is not kept any more. */
  promptHash?: string;
  width?: number;
  height?: number;
  /** The request of its job, as `msg.job` shows it. */
  request?: object;
}

/** Characters; longer than every name that the services give. */
const LONGEST_NAME = 300;

/** S3's limit of everything that is told beside an object is lower; a sidecar takes more. */
const LONGEST_PROMPT = 100_000;

/** The latest time of JavaScript, in ms since 1970. */
const LAST_TIME = 8.64e15;

/**
 * Reads `msg.job` and `msg.image`.
 * @param position of the picture among those of the message.
 * @param arrivedAt when the message came, in ms since 1970.
 */
export function factsOf(message: FluxMessage, position: number, arrivedAt: number): PictureFacts {
  const job = peek(message, "job");
  const images = peek(message, "image");
  const image = isList(images) ? peek(images, position) : position === 0 ? images : undefined;
  const request = peek(job, "request");
  const accepted = timeOf(peek(job, "acceptedAt"));
  const waiting = peek(peek(job, "timings"), "waiting");
  const index = peek(image, "index");
  const prompt = text("prompt", promptIn(request), LONGEST_PROMPT);
  return {
    ...text("provider", peek(job, "provider")),
    ...text("model", peek(job, "model")),
    ...text("jobId", peek(job, "id")),
    acceptedAt: accepted ?? arrivedAt,
    ...(accepted !== undefined &&
      typeof waiting === "number" &&
      waiting >= 0 &&
      waiting < LAST_TIME && { submittedAt: accepted + waiting }),
    index: typeof index === "number" && Number.isSafeInteger(index) && index >= 0 ? index : position,
    ...text("seed", peek(image, "seed")),
    ...text("pictureId", peek(image, "id")),
    ...prompt,
    ...hashOf(prompt.prompt, peek(job, "promptHash")),
    ...count("width", peek(image, "width")),
    ...count("height", peek(image, "height")),
    ...(typeof request === "object" && request !== null && !isList(request) && { request }),
  };
}

const text = (name: string, value: unknown, longest = LONGEST_NAME): Record<string, string> => {
  const written = typeof value === "number" && Number.isFinite(value) ? String(value) : value;
  return typeof written === "string" && written !== "" && written.length <= longest ? { [name]: written } : {};
};

const hashOf = (prompt: string | undefined, kept: unknown): { promptHash?: string } => {
  const hash = prompt === undefined ? kept : promptHash(prompt);
  return isPromptHash(hash) ? { promptHash: hash } : {};
};

const count = (name: string, value: unknown): Record<string, number> =>
  typeof value === "number" && Number.isSafeInteger(value) && value > 0 ? { [name]: value } : {};

function timeOf(value: unknown): number | undefined {
  const time = typeof value === "string" ? Date.parse(value) : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}
