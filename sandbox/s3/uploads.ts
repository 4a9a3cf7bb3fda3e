import { randomUUID } from "node:crypto";
import { mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Attributes } from "./attributes";
import type { BodyFacts } from "./body";
import type { Buckets } from "./objects";
import { namesIn, readRecords, writeRecord } from "./records";

/** A multipart upload that was begun and neither completed nor aborted. */
export interface OpenUpload {
  id: string;
  bucket: string;
  key: string;
  attributes: Attributes;
  /** The checksum that its parts are to have, as the client named it; empty: none. */
  checksumName: string;
  /** Milliseconds since the epoch. */
  initiated: number;
}

/** A part of an upload. */
export interface Part {
  number: number;
  size: number;
  etag: string;
  checksum?: BodyFacts["checksum"];
  modified: number;
}

/** Multipart uploads, on disk: a folder for each, with a file and a record for each part. */
export class Uploads {
  readonly #buckets: Buckets;
  #uploads: Map<string, { upload: OpenUpload; parts: Map<number, Part> }> | undefined;

  constructor(buckets: Buckets) {
    this.#buckets = buckets;
  }

  /** How many are open. */
  get size(): number {
    return this.#buckets.isUsed ? this.#all().size : 0;
  }

  begin(upload: Omit<OpenUpload, "id" | "initiated">): OpenUpload {
    const begun = { ...upload, id: randomUUID(), initiated: Date.now() };
    const all = this.#all();
    mkdirSync(join(this.#folder(begun.id), "parts"), { recursive: true });
    writeRecord(join(this.#folder(begun.id), "upload.json"), begun);
    all.set(begun.id, { upload: begun, parts: new Map() });
    return begun;
  }

  find(id: string): OpenUpload | undefined {
    return this.#all().get(id)?.upload;
  }

  /** Those of a bucket, in the order of keys and beginnings. */
  list(bucket: string): OpenUpload[] {
    return [...this.#all().values()]
      .map(({ upload }) => upload)
      .filter((upload) => upload.bucket === bucket)
      .sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)) || a.initiated - b.initiated);
  }

  /** The parts of an upload by number, in ascending order. */
  parts(id: string): Part[] {
    return [...(this.#all().get(id)?.parts.values() ?? [])].sort((a, b) => a.number - b.number);
  }

  /** Makes a file a part; an earlier one of that number is gone. Does nothing when the upload is. */
  putPart(id: string, file: string, facts: Omit<Part, "modified">): void {
    const part = { ...facts, modified: Date.now() };
    renameSync(file, this.partFile(id, part.number));
    writeRecord(join(this.#folder(id), "parts", `${part.number}.json`), part);
    this.#all().get(id)?.parts.set(part.number, part);
  }

  partFile(id: string, number: number): string {
    return join(this.#folder(id), `${number}.part`);
  }

  remove(id: string): void {
    if (!this.#all().delete(id)) return;
    rmSync(this.#folder(id), { recursive: true, force: true });
  }

  clear(): void {
    if (!this.#buckets.isUsed) return;
    for (const id of [...this.#all().keys()]) this.remove(id);
  }

  #folder(id: string): string {
    return join(this.#buckets.ownFolder("uploads"), id);
  }

  #all() {
    this.#uploads ??= new Map(
      namesIn(this.#buckets.ownFolder("uploads")).flatMap((id) =>
        readRecords<OpenUpload>(this.#folder(id)).map((upload) => {
          const parts = readRecords<Part>(join(this.#folder(id), "parts"));
          return [id, { upload, parts: new Map(parts.map((part) => [part.number, part])) }];
        }),
      ),
    );
    return this.#uploads;
  }
}
