import { join } from "node:path";
import type { BucketAccess } from "../lib/storage/store";
import { measureAlone } from "./child-figures";

/** What the program is to stream, and where to. */
export interface StreamingTask {
  /** Where lib has been built: to do that here would count. */
  built: string;
  url: string;
  bytes: number;
  access: BucketAccess;
  /** Only what the first use of a store costs is measured. */
  isFirstUse: boolean;
}

const task: StreamingTask = JSON.parse(process.argv[2] ?? "");
const { url, bytes, access, isFirstUse } = task;
const { openDownload }: typeof import("../lib/net/open-download") = require(join(task.built, "lib/net/open-download"));
const { openStore }: typeof import("../lib/storage/open-store") = require(join(task.built, "lib/storage/open-store"));
const { signal } = new AbortController();
const store = openStore(access);

/** Loads the S3 client and makes its first connection. */
const use = async (): Promise<void> => void (await store.find("bench", signal));

async function stream(): Promise<void> {
  const { body } = await openDownload(url, {
    allowedHosts: [new URL(url).host],
    maxBytes: bytes,
    timeout: 120_000,
    signal,
    dispatcherSettings: access.connection,
  });
  const { size } = await store.put({ key: "bench", body, contentType: "image/png" }, { signal });
  if (size !== bytes) throw new Error(`${size} bytes arrived instead of ${bytes}`);
}

async function main(): Promise<void> {
  await (isFirstUse ? measureAlone(use) : measureAlone(stream, use));
  await store.close();
}

main();
