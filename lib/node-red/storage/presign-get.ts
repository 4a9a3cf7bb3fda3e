import { FluxError } from "../../errors";
import { Limit } from "../../jobs/limit";
import { elementsOf, isList, lengthOf } from "../../models/preparing/is-list";
import { peek } from "../../models/preparing/peek";
import { describe } from "../../models/wording/wording";
import { LONGEST_KEY } from "../../storage/key-template";
import type { Store } from "../../storage/store";
import { evaluate } from "../typed-values";
import type { FluxMessage } from "../types";
import { refused } from "./refused";
import type { PresignOwner } from "./storage-owner";

/** Objects of one message. */
const MOST_OBJECTS = 1000;

/** Questions to the store. */
const AT_ONCE = 8;

/** For the question whether an object is there, in ms. */
const PATIENCE = 30_000;

/**
 * Signs addresses of objects that are there, to read them or to ask about them.
 *
 * @returns one, or as many as the message names objects in a list.
 * @throws FluxError FLUX_STORAGE when an object is not there.
 */
export async function presignObjects(
  owner: PresignOwner,
  message: FluxMessage,
  signal: AbortSignal,
): Promise<string | string[]> {
  const { RED, node, settings } = owner;
  const setting = settings.object.type === "msg" ? `msg.${settings.object.value}` : "Object";
  const { store } = await owner.bucketNode().bucket.open();
  const { value } = await evaluate(RED, node, settings.object, message, "Object");
  const method = settings.method === "head" ? "HEAD" : "GET";
  const turns = new Limit(AT_ONCE, MOST_OBJECTS);
  const addressOf = async (key: string): Promise<string> => {
    const release = await turns.enter(signal);
    try {
      if (settings.checkExists) await assertThere(store, key, signal);
      return await store.sign(method, key, settings.life);
    } finally {
      release();
    }
  };
  if (!isList(value)) return addressOf(keyOf(value, setting, store));
  const length = lengthOf(value) ?? 0;
  if (length === 0) throw unsigned(setting, `${setting} is an empty list: it names no object`);
  if (length > MOST_OBJECTS)
    throw unsigned(setting, `${setting} is a list of ${length}; at most 1,000 objects are signed`);
  const keys = elementsOf(value).map((item, index) => keyOf(item, `${setting}[${index}]`, store));
  return Promise.all(keys.map(addressOf));
}

const unsigned = (setting: string, problem: string): FluxError => refused(setting, problem, {}, "signed");

/** The key that a value is or, as a member of `msg.s3`, has. */
function keyOf(value: unknown, setting: string, { place }: Store): string {
  const key = typeof value === "string" ? value : peek(value, "key");
  const bucket = peek(value, "bucket");
  if (typeof bucket === "string" && bucket !== place.bucket) {
    throw unsigned(setting, `${setting} is an object of another bucket than this node's, ${place.bucket}`);
  }
  if (typeof key === "string" && key !== "" && Buffer.byteLength(key) <= LONGEST_KEY) return key;
  throw unsigned(
    setting,
    `${setting} is ${describe(value)}, but must be the key of an object, or have one as "key", as what flux-s3-upload puts into msg.s3 does`,
  );
}

async function assertThere(store: Store, key: string, signal: AbortSignal): Promise<void> {
  const limited = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE)]);
  const found = await store.find(key, limited).catch((error: unknown) => {
    throw limited.aborted && !signal.aborted ? unanswered() : error;
  });
  if (found) return;
  throw new FluxError("FLUX_STORAGE", `Bucket ${store.place.bucket} has no object ${key}. Nothing was signed.`, {
    provider: "s3",
    status: 404,
  });
}

const unanswered = (): FluxError =>
  new FluxError("FLUX_TIMEOUT", "The store did not answer when it was asked for the object. Nothing was signed.", {
    provider: "s3",
    retryable: true,
  });
