import { prompts, queries } from "./canaries";

/** A message, where it is sent, and what comes of it. */
export interface Deed {
  /** Its `msg.topic`. */
  name: string;
  entrance: string;
  message: Record<string, unknown>;
  /** The code of its error; nothing, where it is delivered. */
  code?: string;
}

export const prompt = `a ${prompts.prompt} at dusk`;
const signed = (place: string): string => `https://input.example/${place}.png?X-Amz-Signature=${queries.inputQuery}`;
const nested = `See https://input.example/page?token=${queries.nestedQuery} and (https://u:${queries.nestedQuery}@x.example/).`;

/** What an author has on a message of his own. */
const own = { author: { link: signed("own"), text: nested, list: [{ url: signed("deep") }] } };

type Make = (marker?: string, more?: Record<string, unknown>) => Record<string, unknown>;

const runware: Make = (marker = "", more = {}) => ({
  payload: prompt + marker,
  ...own,
  ...more,
  flux: { negativePrompt: `no ${prompts.negativePrompt}`, ...(more.flux as object) },
});
const fal: Make = (marker = "", more = {}) => ({
  payload: prompt + marker,
  ...own,
  flux: { image_size: { width: 128, height: 128 } },
  ...more,
});

const echoes = (entrance: string, make: Make): Deed[] =>
  [400, 401, 404, 409, 422, 429, 500, 502].map((status) => ({
    name: `${entrance} repeats all in its refusal ${status}`,
    entrance,
    message: make(` [echo:${status}]`),
    code: "any",
  }));

/** Everything that is over when its message has come out, or its error has been caught. */
export const deeds: readonly Deed[] = [
  { name: "a picture at an address", entrance: "runware", message: runware() },
  { name: "a prompt with addresses in it", entrance: "runware", message: runware(`, ${nested}`) },
  { name: "a way through a proxy that is not there", entrance: "proxied", message: runware(), code: "FLUX_NETWORK" },
  { name: "an account that cannot be used", entrance: "misaddressed", message: runware(), code: "FLUX_CONFIG" },
  { name: "pictures as Buffers", entrance: "buffers", message: runware() },
  { name: "a picture of fal's", entrance: "fal", message: fal() },
  { name: "one of fal's, at once", entrance: "fal-sync", message: fal("", { sketch: signed("sketch"), flux: {} }) },
  {
    name: "an edit of a signed picture",
    entrance: "kontext",
    message: { payload: prompt, ...own, sketch: signed("edit") },
  },
  { name: "an edit of an object of ours", entrance: "signed", message: { payload: prompt, key: "a/b.png" } },
  { name: "a guide image", entrance: "preprocess", message: { payload: prompt, ...own, sketch: signed("guide") } },
  { name: "a composed request", entrance: "composed", message: runware("", { sketch: signed("pose"), weight: 1 }) },
  {
    name: "a composition that is refused",
    entrance: "composed",
    message: runware("", { sketch: prompt, weight: signed("w") }),
    code: "FLUX_VALIDATION",
  },
  { name: "a stored picture", entrance: "stored", message: runware() },
  { name: "a picture that the store refuses", entrance: "refused", message: runware(), code: "FLUX_AUTH" },
  { name: "a picture straight into the bucket", entrance: "direct", message: runware() },
  { name: "a signed link", entrance: "presign-get", message: { key: "direct.png", ...own }, code: "FLUX_STORAGE" },
  { name: "a link that is refused", entrance: "presign-get", message: { key: "refused.png", ...own }, code: "any" },
  { name: "a link for an upload", entrance: "presign-put", message: { ...own, payload: prompt } },
  { name: "a picture that is shown", entrance: "preview", message: { ...own, payload: signed("shown") } },
  {
    name: "a request that is refused here",
    entrance: "runware",
    message: runware("", {
      flux: {
        steps: signed("n"),
        width: signed("w"),
        seedImage: signed("s"),
        inputs: { seedImage: signed("s") },
      },
    }),
    code: "FLUX_VALIDATION",
  },
  {
    name: "a prompt that is none",
    entrance: "fal",
    message: fal("", { payload: signed("prompt"), flux: { prompt: [prompt] } }),
    code: "any",
  },
  ...echoes("runware", runware),
  ...echoes("fal", fal),
  ...echoes("fal-sync", fal),
  ...["moderated", "fail", "402"].flatMap((fault): Deed[] => [
    { name: `runware ${fault}`, entrance: "runware", message: runware(` [fault:${fault}]`), code: "any" },
    { name: `fal ${fault}`, entrance: "fal", message: fal(` [fault:${fault}]`), code: "any" },
  ]),
  { name: "an answer that is lost, at Runware", entrance: "runware", message: runware(" [fault:lost-answer x1]") },
  {
    name: "an answer that is lost, at fal",
    entrance: "fal",
    message: fal(" [fault:lost-answer]"),
    code: "FLUX_OUTCOME_UNKNOWN",
  },
  { name: "half an answer", entrance: "runware", message: runware(" [fault:truncated-json x1]") },
  { name: "pictures that have expired", entrance: "buffers", message: runware(" [fault:expired-url]"), code: "any" },
  {
    name: "a job that does not end in time",
    entrance: "kontext",
    message: { payload: `${prompt} [fault:slow=2]`, ...own, sketch: signed("late") },
    code: "FLUX_TIMEOUT",
  },
];
