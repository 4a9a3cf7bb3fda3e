import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pictureType } from "../../lib/models/picture";

export interface ImageFile {
  bytes: Buffer;
  contentType: string;
}

/** Files in memory up to so many bytes; the one that was not used for longest goes first. */
export class Shelf {
  #files = new Map<string, ImageFile>();
  #bytes = 0;
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  get(name: string): ImageFile | undefined {
    const file = this.#files.get(name);
    if (file === undefined) return undefined;
    this.#files.delete(name);
    this.#files.set(name, file);
    return file;
  }

  put(name: string, file: ImageFile): void {
    this.#bytes += file.bytes.length - (this.#files.get(name)?.bytes.length ?? 0);
    this.#files.delete(name);
    this.#files.set(name, file);
    for (const [oldest, { bytes }] of this.#files) {
      if (this.#bytes <= this.#most || oldest === name) break;
      this.#files.delete(oldest);
      this.#bytes -= bytes.length;
    }
  }

  clear(): void {
    this.#files.clear();
    this.#bytes = 0;
  }
}

/** Files that came from outside: in memory as far as they fit, and all of them in a directory where there is one. */
export class Files {
  readonly #directory: string | undefined;
  readonly #shelf: Shelf;

  constructor(directory: string | undefined, most: number) {
    this.#directory = directory;
    this.#shelf = new Shelf(most);
  }

  /** Keeps a file under a name of ours. */
  put(name: string, file: ImageFile): void {
    this.#shelf.put(name, file);
    if (this.#directory === undefined) return;
    mkdirSync(this.#directory, { recursive: true });
    writeFileSync(join(this.#directory, name), file.bytes, { mode: 0o600 });
  }

  get(name: string): ImageFile | undefined {
    const kept = this.#shelf.get(name);
    if (kept !== undefined || this.#directory === undefined) return kept;
    try {
      const bytes = readFileSync(join(this.#directory, name));
      const file = { bytes, contentType: pictureType(bytes) ?? "application/octet-stream" };
      this.#shelf.put(name, file);
      return file;
    } catch {
      return undefined; // What came as an address has no file.
    }
  }

  clear(): void {
    this.#shelf.clear();
  }
}
