import { type Canaries, canariesIn, keys, prompts, queries } from "./canaries";
import type { Told } from "./comms";
import type { Answered, Evidence, FoundFile } from "./evidence";

/**
 * Where a message may have addresses with their query: in what its author put there himself, in the picture's address, which is
 * what he asked for, and in what nodes made of that for him. Nothing is done to a result: without its query it leads nowhere.
 */
const ADDRESSES = [
  "author",
  "sketch",
  "key",
  "weight",
  "flux",
  "payload",
  "image.url",
  "s3.location",
  "link",
  "guideImage",
  // The prompt itself, with whatever its author wrote into it.
  "job.request.positivePrompt",
];

/** Where a message may have a prompt: in what its author put there himself, and in the request that was made of it. */
const PROMPTS = ["payload", "flux", "job.request", "sketch", "weight"];

/** Exceptions of endpoints, by what is asked for, and why. */
const ENDPOINTS: readonly { request: RegExp; may: Canaries }[] = [
  // "Copy address" and "copy request" of a preview node: both are on the message that it shows.
  { request: /^GET \/flux\/preview\/[^/]+\/[^/]+\/details$/, may: { ...queries, ...prompts } },
  // Node-RED's own, for the dialog of a bucket: an access key id is no secret, and is shown there as a text.
  { request: /^GET \/credentials\/flux-s3-bucket\//, may: { accessKeyId: queries.accessKeyId } },
];

/** The folder of the journal, where prompts are, for nobody but the user that runs Node-RED. */
const JOURNAL = /^flux-jobs(\/|$)/;
const SEGMENT = /^flux-jobs\/(jobs-[\w-]+\.jsonl|pictures\/.*|files\/.*)$/;

/** What there is where it must not be, in words; nothing, where nothing leaks. */
export function leaksIn({ log, told, files, answers }: Evidence): string[] {
  return [
    ...named("the log", canariesIn(log, { ...keys, ...queries, ...prompts })),
    ...told.flatMap(inTold),
    ...files.flatMap(inFile),
    ...answers.flatMap(inAnswer),
  ];
}

const named = (place: string, found: readonly string[]): string[] => found.map((name) => `${name} in ${place}`);

function inTold({ topic, data }: Told): string[] {
  const message = messageIn(topic, data);
  if (message === undefined) return named(topic, canariesIn(JSON.stringify(data), { ...keys, ...queries, ...prompts }));
  const { name, content } = message;
  const place = `a message at "${name}" (${String(content.topic)})`;
  return [
    ...named(place, canariesIn(JSON.stringify(content), keys)),
    ...named(`${place}, elsewhere than addresses are`, canariesIn(without(content, ADDRESSES), queries)),
    ...named(`${place}, elsewhere than prompts are`, canariesIn(without(content, PROMPTS), prompts)),
  ];
}

/** The whole message that a debug node shows. */
function messageIn(topic: string, data: unknown): { name: string; content: Record<string, unknown> } | undefined {
  if (topic !== "debug" || typeof data !== "object" || data === null) return undefined;
  const { format, msg, name } = data as Record<string, unknown>;
  if (format !== "Object" || typeof msg !== "string") return undefined;
  return { name: String(name), content: JSON.parse(msg) };
}

/** As JSON, without what is at these paths; of a list, in each of its elements. */
function without(content: Record<string, unknown>, paths: readonly string[]): string {
  const rest = structuredClone(content);
  for (const path of paths) {
    const names = path.split(".");
    const last = names.pop() ?? "";
    let owners: unknown[] = [rest];
    for (const name of names) {
      owners = owners.flatMap((owner) => (isObject(owner) ? listOf(Reflect.get(owner, name)) : []));
    }
    for (const owner of owners) if (isObject(owner)) Reflect.deleteProperty(owner, last);
  }
  return JSON.stringify(rest);
}

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

/** A list as debug nodes write one: with its length beside it when it is long. */
function listOf(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  const data = typeof value === "object" && value !== null ? Reflect.get(value, "data") : undefined;
  return Array.isArray(data) ? data : [value];
}

function inFile({ path, mode, content }: FoundFile): string[] {
  const isFolder = content.length === 0 && mode === 0o700;
  const isOpen = JOURNAL.test(path) && !isFolder && mode !== 0o600;
  const looked = SEGMENT.test(path) ? { ...keys, ...queries } : { ...keys, ...queries, ...prompts };
  return [...(isOpen ? [`${path} can be read by others`] : []), ...named(path, canariesIn(content, looked))];
}

function inAnswer({ request, headers, body }: Answered): string[] {
  const may = ENDPOINTS.find((exception) => exception.request.test(request))?.may ?? {};
  const found = canariesIn(`${headers}\n${body}`, { ...keys, ...queries, ...prompts });
  return named(
    request,
    found.filter((name) => !Object.hasOwn(may, name)),
  );
}
