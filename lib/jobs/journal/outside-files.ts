import { createHash } from "node:crypto";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Outside } from "./encode";
import { type FileLayer, isMissing, orMissing } from "./file-layer";
import { makeFolderDurable } from "./folders";
import type { OutsideForm, OutsideMark } from "./marks";
import { inWords, notRead } from "./storage-error";
import { DRAFT, writeWhole } from "./write-whole";

const FOLDER = "pictures";

/** Bytes or characters that are handled in one turn of the event loop. */
const SLICE = 2 ** 20;

/** Bytes that are ready to be stored, and the name that they give themselves. */
export interface Content {
  readonly bytes: Uint8Array;
  readonly form: OutsideForm;
  readonly sha256: string;
}

/** Texts and Buffers that are too large for a line, each in a file that is named by the hash of its content. */
export class OutsideFiles {
  readonly #files: FileLayer;
  readonly #folder: string;
  // Names and sizes of what is durable; unknown until it was listed.
  #stored: Map<string, number> | undefined;

  constructor(files: FileLayer, home: string) {
    this.#files = files;
    this.#folder = join(home, FOLDER);
  }

  /** Bytes that storing this would take. */
  missing({ sha256, bytes }: Content): number {
    return this.#stored?.has(sha256) ? 0 : bytes.length;
  }

  /** Stores it durably, unless it is there. Resolves with the bytes that it took. */
  async store({ sha256, bytes }: Content): Promise<number> {
    const stored = await this.list();
    if (stored.has(sha256)) return 0;
    await makeFolderDurable(this.#files, this.#folder);
    await writeWhole(this.#files, this.#folder, sha256, [bytes]);
    stored.set(sha256, bytes.length);
    return bytes.length;
  }

  /** Hashes and sizes of what is stored. Drafts that a crash left are removed. */
  async list(): Promise<Map<string, number>> {
    if (this.#stored) return this.#stored;
    const stored = new Map<string, number>();
    const found = await this.#files.list(this.#folder).catch(orMissing([]));
    for (const { name, isFolder } of found) {
      const path = join(this.#folder, name);
      if (isFolder) continue;
      if (name.endsWith(DRAFT)) await this.#files.remove(path);
      else stored.set(name, await this.#files.size(path));
    }
    if (stored.size > 0) await this.#files.syncFolder(this.#folder);
    this.#stored = stored;
    return stored;
  }

  /** Removes all but these. Resolves with the bytes that came free. */
  async keepOnly(named: ReadonlySet<string>): Promise<number> {
    const stored = await this.list();
    let freed = 0;
    for (const [sha256, size] of [...stored]) {
      if (named.has(sha256)) continue;
      stored.delete(sha256);
      await this.#files.remove(this.pathOf(sha256));
      freed += size;
    }
    if (freed > 0) await this.#files.syncFolder(this.#folder);
    return freed;
  }

  pathOf(sha256: string): string {
    return join(this.#folder, sha256);
  }

  /** The content of a file. Rejects with FLUX_STORAGE when it cannot be read, or is not what was written. */
  async bytes(sha256: string): Promise<Buffer> {
    const path = this.pathOf(sha256);
    let bytes: Buffer;
    try {
      bytes = await this.#files.read(path);
    } catch (error) {
      throw notRead(path, isMissing(error) ? "the file is gone" : inWords(error));
    }
    if ((await hashOf(bytes)) !== sha256) throw notRead(path, "its content was changed");
    return bytes;
  }
}

/** Its bytes and its hash, made in slices so that the event loop goes on. */
export async function contentOf({ content, as }: Outside): Promise<Content> {
  if (typeof content !== "string")
    return { bytes: content, form: as === "bytes" ? "bytes" : "buffer", sha256: await hashOf(content) };
  const { bytes, form } = await textBytes(content);
  return { bytes, form, sha256: await hashOf(bytes) };
}

/** The value that was stored. */
export async function contentValue(bytes: Buffer, { form }: OutsideMark): Promise<unknown> {
  if (form === "buffer") return bytes;
  if (form === "bytes") return new Uint8Array(bytes);
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  let text = "";
  for (let start = 0; start < bytes.length; start += SLICE) {
    // A TextDecoder of UTF-16 would replace half characters.
    const slice = bytes.subarray(start, start + SLICE);
    text += form === "utf8" ? decoder.decode(slice, { stream: true }) : slice.toString("utf16le");
    await nextTurn();
  }
  return text;
}

async function hashOf(bytes: Uint8Array): Promise<string> {
  const hash = createHash("sha256");
  for (let start = 0; start < bytes.length; start += SLICE) {
    hash.update(bytes.subarray(start, start + SLICE));
    await nextTurn();
  }
  return hash.digest("hex");
}

/** UTF-8, or UTF-16 for a text with half characters, which UTF-8 cannot hold. */
async function textBytes(text: string): Promise<{ bytes: Buffer; form: OutsideForm }> {
  const pieces: Buffer[] = [];
  for (let start = 0; start < text.length; ) {
    let end = Math.min(start + SLICE, text.length);
    // Both halves of a character stay in one piece.
    if (end < text.length && isFirstHalf(text.charCodeAt(end - 1))) end += 1;
    const piece = text.slice(start, end);
    if (/\p{Surrogate}/u.test(piece)) return { bytes: Buffer.from(text, "utf16le"), form: "utf16le" };
    pieces.push(Buffer.from(piece));
    start = end;
    await nextTurn();
  }
  return { bytes: Buffer.concat(pieces), form: "utf8" };
}

const isFirstHalf = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff;
