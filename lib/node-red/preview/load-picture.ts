import { FluxError } from "../../errors";
import { connectionSettings } from "../connection";
import { sandboxHost } from "../sandbox-host";
import { type PictureSource, readPicture } from "../storage/picture-source";
import type { NodeAPI } from "../types";
import type { FoundPicture } from "./find-pictures";
import { type Look, lookOf } from "./look";

/** A picture that can be shown, or why it cannot. */
export interface LoadedPicture {
  look: Look;
  /** Under which it was found. */
  url?: string;
  /** In words. */
  reason?: string;
}

/** Larger pictures are not shown. */
const MOST_BYTES = 32 * 1024 * 1024;

/** For a whole download, in ms. */
const LONGEST_DOWNLOAD = 30_000;

const TIMES = { connectTimeout: 10_000, headersTimeout: LONGEST_DOWNLOAD, bodyTimeout: LONGEST_DOWNLOAD };

const HINT = "Name its host in this node, under Allowed hosts, if it is yours";

interface LoadOptions {
  /** The longest side of the thumbnail, in pixels. */
  side: number;
  allowedHosts: string;
  signal: AbortSignal;
}

/**
 * Decodes or fetches what was found, and makes what is shown of it.
 * @returns undefined when it is no picture at all. Rejects only when the signal aborts.
 */
export async function loadPicture(
  RED: NodeAPI,
  { content }: FoundPicture,
  options: LoadOptions,
): Promise<LoadedPicture | undefined> {
  const source = sourceOf(content);
  if (source === undefined) return undefined;
  if (source.kind === "bytes") {
    const isTooLarge = source.bytes.length > MOST_BYTES;
    return { look: isTooLarge ? { problem: "tooLarge" } : await lookOf(source.bytes, options.side) };
  }
  const { url } = source;
  try {
    return { url, look: await lookOf(await fetched(RED, url, options), options.side) };
  } catch (error) {
    options.signal.throwIfAborted();
    const reason = error instanceof FluxError ? error.message : undefined;
    return { url, look: { problem: "notLoaded" }, ...(reason !== undefined && { reason }) };
  }
}

/** What is no picture is none here; other nodes say what is wrong with it. */
function sourceOf(content: FoundPicture["content"]): PictureSource | undefined {
  try {
    return readPicture(content, "source");
  } catch {
    return undefined;
  }
}

async function fetched(RED: NodeAPI, url: string, { allowedHosts, signal }: LoadOptions): Promise<Buffer> {
  const { download } = await import("../../net/download.js");
  const sandbox = sandboxHost();
  const named = allowedHosts.split(/[\s,]+/).filter(Boolean);
  return download(url, {
    allowedHosts: sandbox === undefined ? named : [...named, sandbox],
    allowedHint: HINT,
    maxBytes: MOST_BYTES,
    timeout: LONGEST_DOWNLOAD,
    signal,
    dispatcherSettings: { ...connectionSettings(RED, {}, url), useEnvironmentProxy: true, ...TIMES },
    billed: "no",
  });
}
