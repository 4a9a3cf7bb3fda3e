import { FluxError } from "../../errors";
import type { TriedBucket } from "../../storage/try-bucket";
import { connectionSettings } from "../connection";
import { type DialogValues, type FailedTest, failed, secretSource, serveTest } from "../test-button";
import type { NodeAPI } from "../types";
import { type BucketKeys, resolveBucketAccess } from "./bucket";
import type { BucketDestination, BucketNode } from "./find-bucket";
import { type BucketSettings, readBucketSettings } from "./settings";

const TEST_TIMEOUT = 20_000;

/** A test has no time for long pauses. */
const TEST_RETRIES = 1;

const SETTINGS = [
  "environment",
  "endpoint",
  "region",
  "bucket",
  "pathStyle",
  "checksums",
  "authentication",
  "testPrefix",
] as const satisfies readonly (keyof BucketSettings)[];

const SECRETS = ["accessKeyId", "secretAccessKey", "sessionToken"] as const satisfies readonly (keyof BucketKeys)[];

/** Serves the Test button of a bucket's dialog: writes, reads and deletes a tiny object. */
export function serveBucketTest(RED: NodeAPI, type: string): void {
  serveTest(RED, type, async (values): Promise<TriedBucket | FailedTest> => {
    try {
      return await tryDialog(RED, values);
    } catch (error) {
      if (!(error instanceof FluxError)) throw error;
      return failed(error.code, error.message);
    }
  });
}

async function tryDialog(RED: NodeAPI, values: DialogValues): Promise<TriedBucket> {
  const read = (name: string): [string, string] => [name, values.resolved(values.text(name))];
  const settings = readBucketSettings({ ...Object.fromEntries(SETTINGS.map(read)), retries: TEST_RETRIES });
  const ids = { proxy: values.nodeId("proxy"), tls: values.nodeId("tls") };
  const keys = keysFor(values, { ...settings, ...ids });
  const [access, { openStore }, { tryBucket }] = await Promise.all([
    resolveBucketAccess({ settings, keys, connection: (address) => connectionSettings(RED, ids, address) }),
    import("../../storage/open-store.js"),
    import("../../storage/try-bucket.js"),
  ]);
  const store = openStore(access);
  const timeout = AbortSignal.timeout(TEST_TIMEOUT);
  try {
    return await tryBucket(store, settings.testPrefix, timeout);
  } catch (error) {
    if (!timeout.aborted) throw error;
    throw new FluxError(
      "FLUX_TIMEOUT",
      "The store did not answer in time. Check the endpoint, the network and the proxy.",
    );
  } finally {
    await store.close();
  }
}

/**
 * The keys to test with. What the dialog does not hold itself, stored or in Node-RED's environment, speaks only to the
 * store that its owner lets it speak to anyway: a session token travels, signatures prove who asks, and a variable that is
 * named as bucket or prefix stands in the address.
 */
function keysFor(values: DialogValues, wanted: BucketDestination): BucketKeys {
  if (wanted.environment === "sandbox") return {};
  const deployed = values.deployed<BucketNode>();
  const typed = SECRETS.map((name) => ({ name, text: values.text(name) }));
  const sources = typed.map(({ text }) => secretSource(text));
  const isChain = wanted.authentication === "chain";
  const hasStored = !isChain && sources.includes("stored");
  const isPlaceOurs = SETTINGS.some((name) => name !== "endpoint" && secretSource(values.text(name)) === "environment");
  const isOurs = isChain || hasStored || isPlaceOurs || sources.includes("environment");
  if (isOurs && !isUsualDestination(deployed, wanted, { hasStored, isChain })) {
    throw new FluxError(
      "FLUX_CONFIG",
      isChain || isPlaceOurs
        ? "The endpoint, proxy or TLS is not the one that is deployed. Deploy the bucket first, then test it."
        : "The endpoint, proxy or TLS is not the one that these keys are deployed with. Enter the keys themselves to test them.",
    );
  }
  if (isChain) return {};
  return Object.fromEntries(
    typed.map(({ name, text }, index) => [
      name,
      sources[index] === "stored" ? deployed?.credentials[name] : values.resolved(text),
    ]),
  );
}

/**
 * Where the deployed node's keys go; for keys from the environment also AWS itself, straight. What the chain finds, a
 * token perhaps, is not for a store whose keys were entered.
 */
function isUsualDestination(
  deployed: BucketNode | null,
  wanted: BucketDestination,
  { hasStored, isChain }: { hasStored: boolean; isChain: boolean },
): boolean {
  const { endpoint, proxy, tls } = wanted;
  const saved = deployed?.destination;
  const isDeployed =
    saved !== undefined &&
    saved.environment === "production" &&
    saved.endpoint === endpoint &&
    saved.proxy === proxy &&
    saved.tls === tls &&
    (saved.authentication === wanted.authentication || !(hasStored || isChain));
  const isStraight = endpoint === "" && proxy === "" && tls === "";
  return isDeployed || (!hasStored && isStraight);
}
