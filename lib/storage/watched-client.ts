import type { S3Client } from "@aws-sdk/client-s3";
import type { OpenBucket } from "./objects";
import { refusalOf } from "./refusal";

/** How an object is written: in one request, or in parts that the store puts together. */
export type WriteKind = "single" | "multipart";

/** A client for one upload, and what became of its requests. */
export interface WatchedClient {
  client: S3Client;
  /** Of the multipart upload that the store has opened. */
  uploadId: string | undefined;
  /** Whether a request was sent that, when it arrives, puts the object there. */
  isDecided: boolean;
  /** Whether the opening of a multipart upload was given up without an answer. */
  isOpeningLost: boolean;
}

/** Ms that requests may go on after the end of what they belong to, to clear up: Node-RED gives a node 15 s to close. */
export const CLEARING_TIME = 6000;

type Command = Parameters<S3Client["send"]>[0];

/**
 * A client whose requests end with `stop`, and whose first failure stops all others: lib-storage's `Upload` passes no
 * signal on, and when one part fails it reads the source to its end before it says so (3.1169).
 *
 * The opening of a multipart upload is the exception: without its answer nobody could abort what was opened.
 *
 * @param before awaited before the object's first request is sent.
 */
export function watchedClient(
  { sdk, client }: OpenBucket,
  stop: AbortController,
  before: (kind: WriteKind) => Promise<void>,
): WatchedClient {
  const send = async (command: Command): Promise<unknown> => {
    stop.signal.throwIfAborted();
    if (command instanceof sdk.CreateMultipartUploadCommand) {
      await before("multipart");
      stop.signal.throwIfAborted();
      return opening(command);
    }
    if (command instanceof sdk.PutObjectCommand) await before("single");
    stop.signal.throwIfAborted();
    watched.isDecided ||= !(command instanceof sdk.UploadPartCommand);
    return client.send(command, { abortSignal: stop.signal });
  };
  const opening = async (command: InstanceType<typeof sdk.CreateMultipartUploadCommand>): Promise<unknown> => {
    const patience = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    const stopped = () => {
      timer = setTimeout(() => patience.abort(), CLEARING_TIME);
    };
    stop.signal.addEventListener("abort", stopped, { once: true });
    try {
      const output = await client.send(command, { abortSignal: patience.signal });
      watched.uploadId = output.UploadId;
      return output;
    } catch (error) {
      // A 2xx that cannot be read does not tell the upload's id either.
      watched.isOpeningLost = patience.signal.aborted || (refusalOf(error)?.status ?? 500) < 300;
      throw error;
    } finally {
      clearTimeout(timer);
      stop.signal.removeEventListener("abort", stopped);
    }
  };
  const sendOrStop = (command: Command): Promise<unknown> =>
    send(command).catch((error: unknown) => {
      stop.abort(error);
      throw error;
    });
  const watched: WatchedClient = {
    client: Object.create(client, { send: { value: sendOrStop } }),
    uploadId: undefined,
    isDecided: false,
    isOpeningLost: false,
  };
  return watched;
}
