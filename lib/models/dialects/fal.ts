import { v4 as newUuid } from "uuid";
import { presetSizes, STANDARD_SIDE, standardPreset } from "../fragments/fal/size";
import { knows } from "../parameters";
import { isObject } from "../preparing/merge";
import type { Dialect } from "./dialect";

/** Content types by `output_format`; jpeg is the default. */
const contentTypes: Readonly<Record<string, string>> = { jpeg: "image/jpeg", png: "image/png" };

const sizes: ReadonlyMap<unknown, { width: number; height: number }> = new Map(Object.entries(presetSizes));

/** The size that text to image makes; nothing where `image_size` is none. */
const sizeOf = (imageSize: unknown = standardPreset): { width?: number; height?: number } => {
  if (!isObject(imageSize)) return sizes.get(imageSize) ?? {};
  const { width = STANDARD_SIDE, height = STANDARD_SIDE } = imageSize;
  return typeof width === "number" && typeof height === "number" ? { width, height } : {};
};

/** fal's clients are called with the parameters inside one member of the options; a request is what is in there. */
const unwrap =
  (name: string) =>
  (value: unknown): string | undefined =>
    isObject(value) ? `give the members of ${name} as msg.flux itself` : undefined;

export const fal: Dialect = {
  provider: "fal",
  title: "fal",
  titled: (title) => `${title} at fal`,
  promptParameter: "prompt",
  countParameter: "num_images",
  spellings: [],
  // The address of the endpoint names the model, and fal names the job.
  taskNames: [],
  never: new Map([
    ["model", () => "the mode of the node decides which endpoint of fal's runs. Leave it out"],
    ["taskType", () => "the mode of the node decides what a job does; taskType is Runware's. Leave it out"],
    ["taskUUID", () => "fal gives each job an id of its own; taskUUID is Runware's. Leave it out"],
    ["input", unwrap("input")],
    ["arguments", unwrap("arguments")],
  ]),
  fixed: () => ({}),
  standIn: {},
  nullMeansNone: ["seed", "image_url"],
  answerForm: {
    parameter: "sync_mode",
    /** With it, the answer has data URIs instead of addresses: worth it where the answer is waited for anyway. */
    valueFor: (output, _request, delivery) =>
      output === "base64" || output === "dataURI" || (output === "buffer" && delivery === "sync"),
    warningsFor: (output, delivery) =>
      delivery === "queue" && (output === "base64" || output === "dataURI")
        ? [
            "sync_mode puts the pictures into the answer itself, and fal's queue keeps large answers for about 6 minutes only: a result that is fetched later than that is lost. URL or Buffer output avoids that, and so does delivery without the queue.",
          ]
        : [],
  },
  inputPictures: {
    // Data URIs are meant for a few KB.
    largestInside: 32 * 1024,
    // fal fetches pictures by their address, uploaded ones too, and stops there.
    largest: 50 * 1024 * 1024,
    needsDataUri: true,
    placeholder: () => `https://attachment.invalid/${newUuid()}`,
  },
  expectedPicture: (model, { output_format, image_size }) => ({
    contentType: contentTypes[String(output_format ?? "jpeg")] ?? "application/octet-stream",
    // Image to image goes by the picture that it starts from.
    ...(knows(model, "image_size") && sizeOf(image_size)),
  }),
};
