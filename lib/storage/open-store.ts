import { setMaxListeners } from "node:events";
import { underSignals, whenAnyAborts } from "../abort";
import { FluxError } from "../errors";
import { connect } from "./connect";
import { keepTags } from "./kept-tags";
import { type ConditionalWrites, conditionalWrites } from "./never-overwrite";
import { objectAddress } from "./object-address";
import { findObject, inWords, type OpenBucket, readObject, removeObject } from "./objects";
import { putObject } from "./put-object";
import { closeUnread } from "./source";
import type { BucketAccess, Store } from "./store";

type Opened = OpenBucket & { conditionalWrites: ConditionalWrites };

/** Makes a store of a bucket. Nothing is loaded or connected before the first call. */
export function openStore(access: BucketAccess): Store {
  const { place } = access;
  const closing = new AbortController();
  // Every call listens for the closing, and there may be thousands.
  setMaxListeners(0, closing.signal);
  const underWay = new Set<Promise<unknown>>();
  let opening: Promise<Opened> | undefined;

  const opened = (): Promise<Opened> => {
    opening ??= connect(access).then((connection) => {
      const bucket: OpenBucket = { ...connection, place };
      return { ...bucket, conditionalWrites: conditionalWrites(bucket, closing.signal) };
    });
    opening.catch(() => {
      opening = undefined;
    });
    return opening;
  };

  /** Runs one call, which ends with its signal or with the store; the store waits for it. */
  const call = async <T>(
    signal: AbortSignal,
    work: (bucket: Opened, signal: AbortSignal) => Promise<T>,
  ): Promise<T> => {
    const linked = whenAnyAborts([signal, closing.signal]);
    const running = (async () => {
      linked.signal.throwIfAborted();
      const bucket = await underSignals([linked.signal], opened);
      await underSignals([linked.signal], () => bucket.checkCredentials());
      return work(bucket, linked.signal);
    })();
    underWay.add(running);
    try {
      return await running;
    } finally {
      underWay.delete(running);
      linked.release();
    }
  };

  return {
    place,
    put: async (object, { signal, ...options }) => {
      let hasBegun = false;
      try {
        return await call(signal, async (bucket, linked) => {
          hasBegun = true;
          const stored = await putObject(bucket, object, { ...options, signal: linked });
          await keepTags(bucket, object, stored);
          return stored;
        });
      } finally {
        if (!hasBegun) await closeUnread(object.body);
      }
    },
    find: (key, signal) => call(signal, (bucket, linked) => findObject(bucket, key, linked)),
    read: (key, signal) => call(signal, (bucket, linked) => readObject(bucket, key, linked)),
    remove: (key, signal) => call(signal, (bucket, linked) => removeObject(bucket, key, linked)),
    sign: (method, key, seconds) =>
      call(never, async ({ sdk, signer }, linked) => {
        const target = { Bucket: place.bucket, Key: key };
        const commands = {
          GET: () => new sdk.GetObjectCommand(target),
          HEAD: () => new sdk.HeadObjectCommand(target),
          PUT: () => new sdk.PutObjectCommand(target),
        };
        try {
          return await sdk.getSignedUrl(signer, commands[method](), { expiresIn: seconds });
        } catch (error) {
          throw inWords(error, { place, action: "sign", key }, linked);
        }
      }),
    addressOf: (key) => objectAddress(place, key),
    close: async () => {
      closing.abort(closedStore());
      await Promise.allSettled(underWay);
      const bucket = await opening?.catch(() => undefined);
      await bucket?.close();
    },
  };
}

/** A signature is made here; nobody waits for it. */
const never = new AbortController().signal;
setMaxListeners(0, never);

const closedStore = (): FluxError =>
  new FluxError("FLUX_CANCELLED", "The bucket node was closed. What was being stored has been given up.", {
    provider: "s3",
  });
