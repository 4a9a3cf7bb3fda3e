import { createHash, randomUUID } from "node:crypto";
import { mkdirSync, renameSync, rmdirSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Attributes } from "./attributes";
import type { BodyFacts } from "./body";
import type { Place } from "./place";
import { readablePath, sparePath } from "./readable-path";
import { namesIn, readRecords, writeRecord } from "./records";

/** A stored object. */
export interface StoredObject extends Attributes {
  key: string;
  /** Of its file, below the bucket's folder. */
  path: string;
  size: number;
  /** Without quotes. */
  etag: string;
  checksum?: BodyFacts["checksum"];
  /** Milliseconds since the epoch. */
  modified: number;
}

/** One bucket's objects. */
class Bucket {
  readonly #folder: string;
  readonly #records: string;
  readonly #objects = new Map<string, StoredObject>();
  /** Keys by what their path is where upper and lower case, or ways to write an umlaut, are the same. */
  readonly #paths = new Map<string, string>();

  constructor(folder: string, records: string) {
    this.#folder = folder;
    this.#records = records;
    mkdirSync(folder, { recursive: true });
    for (const object of readRecords<StoredObject>(records)) this.#remember(object);
  }

  /** The object of that key. A file that somebody took away or changed by hand is no object any more. */
  find(key: string): StoredObject | undefined {
    const object = this.#objects.get(key);
    if (object === undefined) return undefined;
    if (statSync(this.fileOf(object), { throwIfNoEntry: false })?.size === object.size) return object;
    this.remove(key);
    return undefined;
  }

  fileOf({ path }: StoredObject): string {
    return join(this.#folder, path);
  }

  /** Objects in the order of their keys' bytes. */
  list(): StoredObject[] {
    return [...this.#objects.keys()]
      .map((key) => ({ key, bytes: Buffer.from(key) }))
      .sort((a, b) => Buffer.compare(a.bytes, b.bytes))
      .map(({ key }) => this.find(key))
      .filter((object) => object !== undefined);
  }

  /** Makes a file the object of that key. Nothing can come in between: either all of it happens or none. */
  put(file: string, facts: Omit<StoredObject, "path" | "modified">): StoredObject {
    const earlier = this.#objects.get(facts.key);
    const path = this.#moveTo(earlier?.path ?? this.#freePath(facts.key), file, facts.key);
    const object = { ...facts, path, modified: Date.now() };
    this.change(object);
    return object;
  }

  /** Changes what is known of an object. */
  change(object: StoredObject): void {
    writeRecord(this.#recordOf(object.key), object);
    this.#remember(object);
  }

  remove(key: string): void {
    const object = this.#objects.get(key);
    if (object === undefined) return;
    rmSync(this.#recordOf(key), { force: true });
    rmSync(this.fileOf(object), { force: true });
    this.#objects.delete(key);
    this.#paths.delete(folded(object.path));
    this.#removeEmptyFolders(object.path);
  }

  /** Removes the bucket and its objects; files that somebody else put into its folder stay. */
  drop(): void {
    for (const key of [...this.#objects.keys()]) this.remove(key);
    rmSync(this.#records, { recursive: true, force: true });
    removeIfEmpty(this.#folder);
  }

  #remember(object: StoredObject): void {
    this.#objects.set(object.key, object);
    this.#paths.set(folded(object.path), object.key);
  }

  #recordOf(key: string): string {
    return join(this.#records, `${createHash("sha256").update(key).digest("hex")}.json`);
  }

  #freePath(key: string): string {
    const path = readablePath(key);
    return this.#paths.has(folded(path)) ? sparePath(key) : path;
  }

  #moveTo(path: string, file: string, key: string): string {
    try {
      mkdirSync(dirname(join(this.#folder, path)), { recursive: true });
      renameSync(file, join(this.#folder, path));
      return path;
    } catch (error) {
      // Of the keys "a" and "a/b" only one can be a file in a folder "a".
      const spare = sparePath(key);
      if (path === spare) throw error;
      return this.#moveTo(spare, file, key);
    }
  }

  #removeEmptyFolders(path: string): void {
    for (let folder = dirname(path); folder !== "."; folder = dirname(folder)) {
      if (!removeIfEmpty(join(this.#folder, folder))) return;
    }
  }
}

export type { Bucket };

function removeIfEmpty(folder: string): boolean {
  try {
    rmdirSync(folder);
    return true;
  } catch {
    return false;
  }
}

const folded = (path: string): string => path.normalize("NFC").toLowerCase();

/** All buckets, on disk: each object a file in the folder of its bucket, and a record beside, in `.sandbox`. */
export class Buckets {
  readonly #place: Place;
  #buckets: Map<string, Bucket> | undefined;

  constructor(place: Place) {
    this.#place = place;
  }

  get(name: string): Bucket | undefined {
    return this.#all().get(name);
  }

  create(name: string): Bucket {
    const bucket = this.#open(name);
    this.#all().set(name, bucket);
    return bucket;
  }

  remove(name: string): void {
    this.#all().get(name)?.drop();
    this.#all().delete(name);
  }

  /** A new name for a file that is not an object yet; it is on the objects' disk. */
  temporaryFile(): string {
    return join(this.ownFolder("temporary"), randomUUID());
  }

  /** Whether there may be something in it. */
  get isUsed(): boolean {
    return this.#place.isUsed();
  }

  /** A folder for what is no object. */
  ownFolder(name: string): string {
    const folder = join(this.#place.directory(), ".sandbox", name);
    mkdirSync(folder, { recursive: true });
    return folder;
  }

  /** Forgets all buckets and what is in them. */
  clear(): void {
    if (!this.#place.isUsed()) return;
    for (const name of [...this.#all().keys()]) this.remove(name);
  }

  #all(): Map<string, Bucket> {
    if (this.#buckets === undefined) {
      // Left by a process that was killed.
      rmSync(this.ownFolder("temporary"), { recursive: true, force: true });
      const names = namesIn(this.ownFolder("buckets"));
      this.#buckets = new Map(names.map((name) => [name, this.#open(name)]));
    }
    return this.#buckets;
  }

  #open(name: string): Bucket {
    return new Bucket(join(this.#place.directory(), name), join(this.ownFolder("buckets"), name));
  }
}
