import type { S3Client, S3ClientConfig } from "@aws-sdk/client-s3";
import { createDispatcher } from "../net/dispatcher";
import { requestHandler } from "./request-handler";
import { loadSdk, type Sdk } from "./sdk";
import { noCredentials } from "./storage-error";
import type { BucketAccess } from "./store";

/** A bucket that can be talked to. */
export interface Connection {
  sdk: Sdk;
  client: S3Client;
  /** Signs addresses. It never knows a body, so it must not sign the checksum of an empty one. */
  signer: S3Client;
  /**
   * Asks the chain for credentials, where they are the chain's: it remembers them until they expire.
   * @throws FluxError FLUX_AUTH when there are none.
   */
  checkCredentials(): Promise<void>;
  close(): Promise<void>;
}

type Credentials = S3ClientConfig["credentials"];

/**
 * Makes a bucket's client. The author's settings are all that counts for where requests go: endpoints that AWS's
 * environment variables or files name are not followed.
 *
 * How the chain's own requests travel (client-s3 3.1169): those to ECS and IMDS go directly, without any proxy, as they
 * should; those to STS (web identity, roles of a profile) go the way of the bucket's requests.
 */
export async function connect({ place, credentials, connection, retries }: BucketAccess): Promise<Connection> {
  const [sdk, dispatcher] = await Promise.all([loadSdk(), createDispatcher(connection)]);
  const clientWith = (checksums: "WHEN_SUPPORTED" | "WHEN_REQUIRED", chosen: Credentials) =>
    new sdk.S3Client({
      region: place.region,
      ...(place.endpoint !== "" && { endpoint: place.endpoint }),
      ...{ ignoreConfiguredEndpointUrls: true },
      ...(chosen && { credentials: chosen }),
      forcePathStyle: place.pathStyle,
      requestHandler: requestHandler(dispatcher),
      maxAttempts: retries + 1,
      retryMode: "standard",
      requestChecksumCalculation: checksums,
      responseChecksumValidation: checksums,
    });
  const client = clientWith(
    place.checksums === "supported" ? "WHEN_SUPPORTED" : "WHEN_REQUIRED",
    credentials === "chain" ? undefined : credentials,
  );
  const signer = clientWith("WHEN_REQUIRED", client.config.credentials);
  return {
    sdk,
    client,
    signer,
    checkCredentials: async () => {
      if (credentials !== "chain") return;
      await client.config.credentials().catch((error: unknown) => {
        throw noCredentials(error);
      });
    },
    close: async () => {
      client.destroy();
      signer.destroy();
      await dispatcher.destroy();
    },
  };
}
