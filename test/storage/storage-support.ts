import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import type { BucketAccess } from "../../lib/storage/store";
import type { Sandbox } from "../../sandbox";
import { direct } from "../net/settings";
import { plainClient, type TestStore } from "../support/stores/test-store";

export const MEBIBYTE = 1024 * 1024;

const PIECE = Buffer.alloc(64 * 1024, 5);

/** Bytes, and what became of them. */
export interface WatchedSource extends AsyncIterable<Buffer> {
  /** That were read. */
  readonly bytes: number;
  /** Whether it was let go of, or has ended. */
  readonly isClosed: boolean;
  readonly events: EventEmitter;
  /** Emits "read past" once so many bytes were read. */
  tellPast(bytes: number): void;
}

/** A source of so many bytes, in pieces, which then ends: with an error, if there is one. */
export function watchedSource(size: number, { ending }: { ending?: Error } = {}): WatchedSource {
  let bytes = 0;
  let isClosed = false;
  let mark = Number.POSITIVE_INFINITY;
  const events = new EventEmitter();
  async function* pieces(): AsyncGenerator<Buffer, void> {
    try {
      while (bytes < size) {
        const piece = PIECE.subarray(0, Math.min(PIECE.length, size - bytes));
        bytes += piece.length;
        if (bytes > mark) events.emit("read past");
        yield piece;
      }
      if (ending) throw ending;
    } finally {
      isClosed = true;
    }
  }
  const iterator = pieces();
  return {
    get bytes() {
      return bytes;
    },
    get isClosed() {
      return isClosed;
    },
    events,
    tellPast: (given) => {
      mark = given;
    },
    [Symbol.asyncIterator]: () => ({
      next: () => iterator.next(),
      return: () => {
        isClosed = true;
        return iterator.return();
      },
    }),
  };
}

/** Neither an object nor an open upload is in the bucket. */
export async function nothingIsLeft({ client, bucket }: TestStore): Promise<void> {
  const { ListMultipartUploadsCommand, ListObjectsV2Command } = await import("@aws-sdk/client-s3");
  const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: bucket }));
  const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
  assert.deepEqual([Contents.map(({ Key }) => Key), Uploads.map(({ Key }) => Key)], [[], []]);
}

/** Access to the sandbox's store. */
export const accessTo = (
  { s3 }: Sandbox,
  place: Partial<BucketAccess["place"]> = {},
  more: Partial<BucketAccess> = {},
): BucketAccess => ({
  place: {
    endpoint: s3.endpoint,
    region: s3.region,
    bucket: "pictures",
    pathStyle: true,
    publicBaseUrl: "",
    checksums: "required",
    ...place,
  },
  credentials: s3,
  connection: direct,
  retries: 2,
  ...more,
});

/** The keys of what is in the sandbox's bucket, past our own code. */
export async function keysIn(
  { s3 }: Sandbox,
  what: "objects" | "uploads" = "objects",
): Promise<(string | undefined)[]> {
  const { ListMultipartUploadsCommand, ListObjectsV2Command } = await import("@aws-sdk/client-s3");
  const client = plainClient(s3.endpoint, s3);
  try {
    if (what === "objects") {
      const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: "pictures" }));
      return Contents.map(({ Key }) => Key);
    }
    const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: "pictures" }));
    return Uploads.map(({ Key }) => Key);
  } finally {
    client.destroy();
  }
}
