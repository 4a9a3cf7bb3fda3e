import { createHash } from "node:crypto";
import { join } from "node:path";
import { loadEncoder } from "../../lib/pictures/encoder";
import { doneAt, type Job, type Jobs } from "../jobs";
import type { Journal } from "../journal";
import type { SandboxSettings } from "../settings";
import { contentTypes, encode, extensions, type Format } from "./encoding";
import { Files, type ImageFile, Shelf } from "./files";
import { isTransparent, paint } from "./paint";

/** What is kept in memory, in bytes; pictures beyond that are drawn again, uploads beyond that are forgotten. */
const mostRenderedBytes = 64 * 1024 * 1024;
const mostUploadedBytes = 256 * 1024 * 1024;

/** How many uploads are expected at once. */
const mostReserved = 10_000;

interface Options {
  journal: Journal;
  dataDirectory: string | undefined;
  settings: () => Readonly<SandboxSettings>;
  log: (line: string) => void;
}

/** The pictures of jobs, drawn when they are looked at, and the images that were uploaded. */
export class Images {
  readonly #options: Options;
  readonly #rendered = new Shelf(mostRenderedBytes);
  readonly #uploads: Files;
  /** Input pictures, by a hash of their bytes. */
  readonly #inputs: Files;
  readonly #rendering = new Map<string, Promise<ImageFile>>();
  /** Every uploaded image's UUID; those that came as an address have no bytes. */
  readonly #known = new Set<string>();
  /** Content types by the UUIDs under which uploads are expected. */
  readonly #reserved = new Map<string, string>();
  #encoder: "unknown" | "sharp" | "png only" = "unknown";

  constructor(options: Options) {
    this.#options = options;
    const { dataDirectory } = options;
    const under = (name: string) => (dataDirectory === undefined ? undefined : join(dataDirectory, name));
    this.#uploads = new Files(under("uploads"), mostUploadedBytes);
    this.#inputs = new Files(under("inputs"), mostUploadedBytes);
  }

  /** Which pictures can be made: "png only" when the optional encoder is missing. */
  get encoder(): "unknown" | "sharp" | "png only" {
    return this.#encoder;
  }

  /** How many images were uploaded. */
  get uploads(): number {
    return this.#known.size;
  }

  /** The format that a request for `wanted` (JPG by default) really gets. */
  async formatFor(wanted: unknown): Promise<Format> {
    const encoder = (await this.#sharp()) ? "sharp" : "png only";
    if (encoder === "png only" && this.#encoder !== encoder) {
      this.#options.log("sharp is not installed: every picture is a PNG file, whatever format was asked for.");
    }
    this.#encoder = encoder;
    if (encoder === "png only") return "PNG";
    return wanted === "PNG" || wanted === "WEBP" ? wanted : "JPG";
  }

  /** The address of a job's picture. */
  urlOf(job: Job, index: number, base: string): string {
    return `${base}/images/${job.pictures[index]?.id}.${extensions[job.format]}`;
  }

  /** The file of a job's picture. */
  async render(job: Job, index: number): Promise<ImageFile> {
    const { drawing, quality, format } = job;
    const seed = job.pictures[index]?.seed ?? 0n;
    const name = JSON.stringify([{ ...drawing, seed: String(seed) }, format, quality]);
    const known = this.#rendered.get(name) ?? this.#rendering.get(name);
    if (known !== undefined) return known;
    const rendering = (async () => {
      const sharp = await this.#sharp();
      const canvas = await paint(drawing, seed, (input) => this.#inputs.get(input)?.bytes, sharp);
      const bytes = await encode(canvas, format, quality, isTransparent(drawing), sharp);
      const file = { bytes, contentType: contentTypes[format] };
      this.#rendered.put(name, file);
      return file;
    })().finally(() => this.#rendering.delete(name));
    this.#rendering.set(name, rendering);
    return rendering;
  }

  /** The file behind a UUID: a finished picture that has not expired, or an upload. */
  async file(id: string, jobs: Jobs): Promise<ImageFile | undefined> {
    const picture = jobs.byImage(id);
    if (picture === undefined) return this.#known.has(id) ? this.#uploads.get(id) : undefined;
    const { job, index } = picture;
    const done = doneAt(job, index);
    const now = Date.now();
    const isMissing = job.pictures[index]?.failed || done > (job.cancelledAt ?? now);
    return isMissing || now < done || now >= done + job.lifetime ? undefined : this.render(job, index);
  }

  /** Whether an image with this UUID was ever uploaded. */
  isUpload(id: string): boolean {
    return this.#known.has(id);
  }

  /** Expects an upload under this UUID. */
  reserve(id: string, contentType: string): void {
    this.#reserved.set(id, contentType);
    const oldest = this.#reserved.keys().next();
    if (this.#reserved.size > mostReserved && !oldest.done) this.#reserved.delete(oldest.value);
  }

  /** The content type that was announced for an expected upload. */
  reserved(id: string): string | undefined {
    return this.#reserved.get(id);
  }

  /** Keeps an uploaded image, durably where there is a data directory; one that came as an address has no file. */
  keepUpload(id: string, file: ImageFile | undefined): void {
    if (file !== undefined) this.#uploads.put(id, { bytes: file.bytes, contentType: file.contentType });
    this.#options.journal.write({ kind: "upload", id });
    this.restoreUpload(id);
  }

  /** Remembers an upload of an earlier run. */
  restoreUpload(id: string): void {
    this.#known.add(id);
  }

  /** Keeps the picture that a job starts from, and returns the name to draw it by. */
  keepInput({ bytes, contentType }: ImageFile): string {
    const name = createHash("sha256").update(bytes).digest("hex");
    this.#inputs.put(name, { bytes, contentType });
    return name;
  }

  clear(): void {
    this.#rendered.clear();
    this.#uploads.clear();
    this.#inputs.clear();
    this.#known.clear();
    this.#reserved.clear();
  }

  async #sharp() {
    return this.#options.settings().pngOnly ? undefined : loadEncoder();
  }
}
