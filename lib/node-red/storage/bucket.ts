import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { FluxError } from "../../errors";
import type { DispatcherSettings } from "../../net/dispatcher";
import { mayCarryKey } from "../../net/key-address";
import { isPrivateHost } from "../../net/private-host";
import type { BucketAccess, BucketCredentials, BucketPlace, Store } from "../../storage/store";
import type { ConnectionChoice } from "../account";
import { sandboxStore } from "../sandbox-host";
import type { BucketSettings } from "./settings";

/** A bucket node's credentials, as Node-RED hands them over. */
export interface BucketKeys {
  accessKeyId?: string;
  secretAccessKey?: string;
  sessionToken?: string;
}

/** A bucket node's saved settings with its keys and how its requests travel. */
export interface BucketOptions {
  settings: BucketSettings;
  keys: BucketKeys;
  /** How requests travel to that address; it may throw FLUX_CONFIG. */
  connection: (address: string) => ConnectionChoice;
}

/** An open bucket: its store, and how requests travel. */
export interface OpenBucket {
  store: Store;
  /** Pictures that are to be stored are fetched the same way. */
  connection: DispatcherSettings;
  /** Repetitions of one request after the first try. */
  retries: number;
}

/** In ms. A store answers the end of a large upload only when it has put the parts together. */
const TIMES = { connectTimeout: 10_000, headersTimeout: 120_000, bodyTimeout: 120_000 };

/** AWS's own, for settings.js, which may name a proxy by scheme. */
const AWS = "https://s3.amazonaws.com";

const SANDBOX_BUCKET = "pictures";

/** Of buckets whose keys come from the environment: proofs then end with the process. */
const processSecret = randomBytes(32);

/** The life of a bucket node: its store is made when it is first used, and closed with the node. */
export class Bucket {
  readonly #options: BucketOptions;
  readonly #secret: Buffer;
  #opening: Promise<OpenBucket> | undefined;
  #closed = false;

  constructor(options: BucketOptions) {
    this.#options = options;
    const { secretAccessKey } = options.keys;
    this.#secret = secretAccessKey
      ? createHmac("sha256", secretAccessKey).update("direct uploads").digest()
      : processSecret;
  }

  /** The bucket's name. */
  get name(): string {
    const { environment, bucket } = this.#options.settings;
    return bucket || (environment === "sandbox" ? SANDBOX_BUCKET : "");
  }

  /**
   * Makes the bucket's store, once.
   * @throws FluxError FLUX_CONFIG when the bucket cannot be used as it is set.
   */
  open(): Promise<OpenBucket> {
    if (this.#closed) return Promise.reject(closedBucket());
    this.#opening ??= this.#open().catch((error: unknown) => {
      this.#opening = undefined;
      throw error;
    });
    return this.#opening;
  }

  async #open(): Promise<OpenBucket> {
    const [access, { openStore }] = await Promise.all([
      resolveBucketAccess(this.#options),
      import("../../storage/open-store.js"),
    ]);
    const store = openStore(access);
    if (this.#closed) await store.close();
    return { store, connection: access.connection, retries: access.retries };
  }

  /** Proves that a text was written here, by somebody who has this bucket's keys. */
  proofOf(text: string): string {
    return createHmac("sha256", this.#secret).update(text).digest("base64url");
  }

  isProof(text: string, proof: string): boolean {
    const expected = Buffer.from(this.proofOf(text));
    const given = Buffer.from(proof);
    return expected.length === given.length && timingSafeEqual(expected, given);
  }

  async close(): Promise<void> {
    this.#closed = true;
    const opened = await this.#opening?.catch(() => undefined);
    await opened?.store.close();
  }
}

/**
 * Works out where a bucket is, who asks, and how requests travel.
 * @throws FluxError FLUX_CONFIG when it cannot be used as it is set.
 */
export async function resolveBucketAccess({ settings, keys, connection }: BucketOptions): Promise<BucketAccess> {
  const { environment, retries } = settings;
  if (environment === "sandbox") return { ...(await sandboxAccess(settings)), retries };
  const place = placeOf(settings);
  const credentials = credentialsOf(settings, keys);
  checkEndpoint(place, credentials);
  return {
    place,
    credentials,
    connection: { ...connection(place.endpoint || AWS), useEnvironmentProxy: true, ...TIMES },
    retries,
  };
}

async function sandboxAccess({ bucket, checksums }: BucketSettings): Promise<Omit<BucketAccess, "retries">> {
  const { endpoint, region, accessKeyId, secretAccessKey } = await sandboxStore();
  // On this machine: a proxy could not reach it.
  const connection: DispatcherSettings = { useEnvironmentProxy: false, ...TIMES };
  return {
    place: { endpoint, region, bucket: bucket || SANDBOX_BUCKET, pathStyle: true, publicBaseUrl: "", checksums },
    credentials: { accessKeyId, secretAccessKey },
    connection,
  };
}

function placeOf({ endpoint, region, bucket, pathStyle, publicBaseUrl, checksums }: BucketSettings): BucketPlace {
  if (bucket === "") throw unusable("it names no bucket");
  const withoutSlash = (address: string) => address.replace(/\/+$/, "");
  return {
    endpoint: withoutSlash(endpoint),
    region,
    bucket,
    pathStyle,
    publicBaseUrl: withoutSlash(publicBaseUrl),
    checksums,
  };
}

function credentialsOf({ authentication }: BucketSettings, keys: BucketKeys): BucketCredentials {
  if (authentication === "chain") return "chain";
  const [accessKeyId = "", secretAccessKey = "", sessionToken = ""] = [
    keys.accessKeyId,
    keys.secretAccessKey,
    keys.sessionToken,
  ].map((key) => key?.trim());
  if (accessKeyId === "" || secretAccessKey === "") {
    throw unusable("it lacks the access key ID or the secret access key");
  }
  const isHeader = /^[\x21-\x7e]*$/;
  if (![accessKeyId, sessionToken].every((key) => isHeader.test(key))) {
    throw unusable("its access key ID or session token has characters that no key has");
  }
  return { accessKeyId, secretAccessKey, ...(sessionToken !== "" && { sessionToken }) };
}

/**
 * The secret key never travels, only signatures made with it; a session token does. So plain http is for this machine
 * and, without a token, for the local network, where most stores without a certificate are.
 */
function checkEndpoint({ endpoint, bucket }: BucketPlace, credentials: BucketCredentials): void {
  if (endpoint === "") return;
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  if (!url || url.username || url.password) throw unusable("its endpoint is not an address, or holds a user name");
  // Some stores show the address with the bucket: every key would begin with its name then.
  if (url.pathname.endsWith(`/${bucket}`)) throw unusable("its endpoint ends with the bucket's name; leave that out");
  if (mayCarryKey(url)) return;
  const hasToken = credentials === "chain" || credentials.sessionToken !== undefined;
  if (hasToken) throw unusable("a session token, or what the chain finds, travels only to an endpoint with https://");
  if (!isPrivateHost(url.hostname)) {
    throw unusable("its endpoint must begin with https://; plain http is for this machine and the local network only");
  }
}

const unusable = (why: string): FluxError =>
  new FluxError("FLUX_CONFIG", `The bucket node cannot be used: ${why}. Nothing was sent.`, { provider: "s3" });

const closedBucket = (): FluxError =>
  new FluxError("FLUX_CONFIG", "The bucket node was closed by a deploy. Nothing was sent.", {
    provider: "s3",
    retryable: true,
  });
