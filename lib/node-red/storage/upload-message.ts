import { FluxError } from "../../errors";
import type { Limit } from "../../jobs/limit";
import { asFluxError } from "../../jobs/unexpected";
import { objectKey } from "../../storage/object-key";
import type { Store, StoredObject } from "../../storage/store";
import { sandboxHost } from "../sandbox-host";
import { evaluate } from "../typed-values";
import type { FluxMessage } from "../types";
import { warnOf } from "../warn-of";
import type { OpenBucket } from "./bucket";
import { checkTemplate, fieldValues, filledTemplate } from "./key-values";
import { isTraced, NOT_TRACED } from "./marked-upload";
import { keptAs, readTags } from "./object-settings";
import { factsOf, type PictureFacts } from "./picture-facts";
import { type PictureSource, readPictures } from "./picture-source";
import { refused } from "./refused";
import type { UploadSettings } from "./settings";
import type { UploadOwner } from "./storage-owner";
import { type KeySource, type StoringContext, storePicture } from "./store-picture";
import { storeSidecar } from "./store-sidecar";
import type { UploadRun } from "./upload-run";

/** What is told of a stored picture, as `msg.s3`. */
export interface StoredPicture extends StoredObject {
  bucket: string;
  /** Where it can be had: its plain address, or a signed one. */
  location: string;
  /** The key of the description beside it. */
  sidecar?: string;
}

/** One picture of a message, and what is known of it. */
interface Planned {
  source: PictureSource;
  facts: PictureFacts;
}

/** What the messages of a node have in common, and when one of them came. */
interface Uploads {
  arrivedAt: number;
  turns: Limit;
  changed: () => void;
  warnOnce: (text: string) => void;
}

const MEGABYTE = 1024 * 1024;

/** For the error about a host inside a private network. */
const DOWNLOAD_HINT = "Name its host in this node, under Allowed hosts, if it is yours";

/**
 * Stores all pictures of a message.
 *
 * @param arrivedAt when the message came, in ms since 1970.
 * @param turns of the node: so many pictures are stored at once.
 * @param warnOnce warns of what holds for all messages of that kind.
 * @returns one, or as many as the source was a list of.
 * @throws FluxError when one could not be stored; what was stored before stays.
 */
export async function uploadMessage(
  owner: UploadOwner,
  message: FluxMessage,
  run: UploadRun,
  { arrivedAt, turns, changed, warnOnce }: Uploads,
): Promise<StoredPicture | StoredPicture[]> {
  const { RED, node, settings } = owner;
  keptAs(settings);
  readTags(settings);
  const { key: from, source } = settings;
  if (from.type === "str") checkTemplate(from.value, "upload", "Key");
  const bucket = await owner.bucketNode().bucket.open();
  const { value } = await evaluate(RED, node, source, message, "Source");
  const { sources, isList } = readPictures(value, source.type === "msg" ? `msg.${source.value}` : "Source");
  const planned = sources.map((picture, position) => ({
    source: picture,
    facts: factsOf(message, position, arrivedAt),
  }));
  const { jobId } = planned[0]?.facts ?? {};
  if (jobId !== undefined) run.jobId = jobId;
  const key = await keySource(owner, message);
  checkKeys(owner, message, key, planned);
  if (settings.provenance && !planned.every(({ facts }) => isTraced(facts))) warnOnce(NOT_TRACED);
  const warnings = new Set<string>();
  const warn = (text: string) => void warnings.add(text);
  const context = storingContext(owner, message, bucket, { key, run, warn, onProgress: changed });
  run.waiting = planned.length;
  const stored = await Promise.allSettled(
    planned.map(async (picture) => {
      const release = await turns.enter(run.signal);
      run.waiting -= 1;
      run.storing += 1;
      changed();
      try {
        return await storeWithSidecar(picture, context);
      } finally {
        run.storing -= 1;
        release();
        changed();
      }
    }),
  );
  warnOf(node, [...warnings]);
  const pictures = allOf(stored);
  return isList ? pictures : (pictures[0] ?? []);
}

/** @throws FluxError the first failure, with what became of the others. */
function allOf(outcomes: readonly PromiseSettledResult<StoredPicture>[]): StoredPicture[] {
  const stored = outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : []));
  const failure = outcomes.find((outcome) => outcome.status === "rejected");
  if (!failure) return stored;
  const error = asFluxError(failure.reason);
  if (outcomes.length === 1) throw error;
  throw new FluxError(
    error.code,
    `${error.message} Stored before that: ${stored.length} of ${outcomes.length} pictures. Sent again, the message stores all of them.`,
    error.cause,
  );
}

/** @throws FluxError FLUX_VALIDATION when the expression gave no key. */
async function keySource({ RED, node, settings }: UploadOwner, message: FluxMessage): Promise<KeySource> {
  const { key } = settings;
  if (key.type === "str") return { template: key.value };
  const { value: literal } = await evaluate(RED, node, key, message, "Key");
  if (typeof literal === "string" && objectKey(literal) !== "") return { literal };
  throw refused("Key", `Key (${key.type} ${key.value.slice(0, 100)}) gives no text that could be a key`);
}

/** Finds out, before anything is stored, whether there is a key for every picture, and another one for each. */
function checkKeys({ RED }: UploadOwner, message: FluxMessage, key: KeySource, planned: readonly Planned[]): void {
  const keys = planned.map(({ facts }) =>
    objectKey(
      "literal" in key ? key.literal : filledTemplate(key.template, fieldValues(RED, message, facts, "ext"), "Key"),
    ),
  );
  if (keys.includes("")) throw refused("Key", "Key: nothing is left of it that could be a key");
  if (new Set(keys).size === keys.length) return;
  throw refused("Key", "Key: several pictures of this message would get the same key. Put {index} into it");
}

function storingContext(
  { RED, settings }: UploadOwner,
  message: FluxMessage,
  { store, connection, retries }: OpenBucket,
  rest: Pick<StoringContext, "key" | "run" | "warn" | "onProgress">,
): StoringContext {
  const sandbox = sandboxHost();
  const named = settings.allowedHosts.split(/[\s,]+/).filter(Boolean);
  return {
    ...rest,
    RED,
    message,
    settings,
    store,
    retries,
    download: {
      allowedHosts: sandbox === undefined ? named : [...named, sandbox],
      allowedHint: DOWNLOAD_HINT,
      maxBytes: settings.maxMegabytes * MEGABYTE,
      timeout: settings.timeout * 1000,
      dispatcherSettings: connection,
      billed: "no",
    },
  };
}

async function storeWithSidecar({ source, facts }: Planned, context: StoringContext): Promise<StoredPicture> {
  const { store, settings, message, run } = context;
  const stored = await storePicture(source, facts, context);
  return describeStored(store, message, facts, stored, settings, run.signal);
}

/** What is told of an object that is there: its address, and its sidecar, which is written now. */
export async function describeStored(
  store: Store,
  message: FluxMessage,
  facts: PictureFacts,
  stored: StoredObject,
  settings: UploadSettings,
  signal: AbortSignal,
): Promise<StoredPicture> {
  const { bucket } = store.place;
  const { key, etag, versionId, size, contentType } = stored;
  const { link, linkLife } = settings;
  const sidecar = settings.sidecar ? await storeSidecar(store, message, facts, stored, settings, signal) : undefined;
  const location = link === "signed" ? await store.sign("GET", key, linkLife) : store.addressOf(key);
  return {
    bucket,
    key,
    location,
    etag,
    ...(versionId !== undefined && { versionId }),
    size,
    contentType,
    ...(sidecar !== undefined && { sidecar }),
  };
}
