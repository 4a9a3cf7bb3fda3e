import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pictureType } from "../../lib/models/picture";
import { doneAt, type Job, type Jobs } from "../jobs";
import type { Journal } from "../journal";
import type { SandboxSettings } from "../settings";
import type { IncomingImage } from "./bytes";
import { draw } from "./drawing";
import { contentTypes, encode, extensions, type Format, loadSharp } from "./encoding";
import { sizeOf } from "./request";

export interface ImageFile {
  bytes: Buffer;
  contentType: string;
}

/** What is kept in memory, in bytes; pictures beyond that are drawn again, uploads beyond that are forgotten. */
const mostRenderedBytes = 64 * 1024 * 1024;
const mostUploadedBytes = 256 * 1024 * 1024;

/** Files in memory up to so many bytes; the one that was not used for longest goes first. */
class Shelf<T extends { bytes: Buffer }> {
  #files = new Map<string, T>();
  #bytes = 0;
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  get(name: string): T | undefined {
    const file = this.#files.get(name);
    if (file === undefined) return undefined;
    this.#files.delete(name);
    this.#files.set(name, file);
    return file;
  }

  put(name: string, file: T): void {
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

interface Options {
  journal: Journal;
  dataDirectory: string | undefined;
  settings: () => Readonly<SandboxSettings>;
  log: (line: string) => void;
}

/** The pictures of jobs, drawn when they are looked at, and the images that were uploaded. */
export class Images {
  readonly #options: Options;
  readonly #rendered = new Shelf<ImageFile>(mostRenderedBytes);
  readonly #uploads = new Shelf<ImageFile>(mostUploadedBytes);
  readonly #rendering = new Map<string, Promise<ImageFile>>();
  /** Every uploaded image's UUID; those that came as an address have no bytes. */
  readonly #known = new Set<string>();
  #encoder: "unknown" | "sharp" | "png only" = "unknown";

  constructor(options: Options) {
    this.#options = options;
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
    return `${base}/images/${job.pictures[index]?.imageUUID}.${extensions[job.format]}`;
  }

  /** The file of a job's picture. */
  async render(job: Job, index: number): Promise<ImageFile> {
    const { task, format } = job;
    const seed = job.pictures[index]?.seed ?? 0n;
    const quality = typeof task.outputQuality === "number" ? task.outputQuality : 95;
    const subject = {
      model: String(task.model),
      prompt: String(task.positivePrompt),
      seed,
      ...sizeOf(task),
      transparent: task.layerDiffuse === true && format !== "JPG",
    };
    const name = JSON.stringify([...Object.values(subject).map(String), format, quality]);
    const known = this.#rendered.get(name) ?? this.#rendering.get(name);
    if (known !== undefined) return known;
    const rendering = (async () => {
      const bytes = await encode(draw(subject), format, quality, subject.transparent, await this.#sharp());
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
    if (picture === undefined) return this.#upload(id);
    const { job, index } = picture;
    const done = doneAt(job, index);
    const now = Date.now();
    if (job.pictures[index]?.failed || now < done || now >= done + job.lifetime) return undefined;
    return this.render(job, index);
  }

  /** Whether an image with this UUID was ever uploaded. */
  isUpload(id: string): boolean {
    return this.#known.has(id);
  }

  /** Keeps an uploaded image, durably where there is a data directory. */
  keepUpload(id: string, image: IncomingImage): void {
    if (image.kind === "bytes") {
      this.#uploads.put(id, { bytes: image.bytes, contentType: image.contentType });
      const directory = this.#uploadDirectory();
      if (directory !== undefined) {
        mkdirSync(directory, { recursive: true });
        writeFileSync(join(directory, id), image.bytes, { mode: 0o600 });
      }
    }
    this.#options.journal.write({ kind: "upload", id });
    this.restoreUpload(id);
  }

  /** Remembers an upload of an earlier run. */
  restoreUpload(id: string): void {
    this.#known.add(id);
  }

  clear(): void {
    this.#rendered.clear();
    this.#uploads.clear();
    this.#known.clear();
  }

  async #sharp() {
    return this.#options.settings().pngOnly ? undefined : loadSharp();
  }

  #uploadDirectory(): string | undefined {
    const { dataDirectory } = this.#options;
    return dataDirectory === undefined ? undefined : join(dataDirectory, "uploads");
  }

  #upload(id: string): ImageFile | undefined {
    const directory = this.#uploadDirectory();
    if (!this.#known.has(id)) return undefined;
    const kept = this.#uploads.get(id);
    if (kept !== undefined || directory === undefined) return kept;
    try {
      const bytes = readFileSync(join(directory, id));
      const file = { bytes, contentType: pictureType(bytes) ?? "application/octet-stream" };
      this.#uploads.put(id, file);
      return file;
    } catch {
      return undefined; // An upload that came as an address has no file.
    }
  }
}
