import { join } from "node:path";
import type { FileLayer, OpenFile } from "./file-layer";
import { toLine } from "./line";
import { type SegmentName, segmentName } from "./segment-name";
import { VOID, type VoidEnd } from "./void-end";

/** Bytes after which the next batch begins a new segment, so that none is too large to be read whole. */
const LARGEST_SEGMENT = 4 * 2 ** 20;

interface Open {
  readonly segment: SegmentName;
  readonly file: OpenFile;
  size: number;
}

/** Adds lines to the newest segment of a folder. One batch at a time. */
export class Appender {
  readonly #files: FileLayer;
  readonly #folder: string;
  #next: number;
  #open: Open | undefined;
  // Ends of segments that were reported as not written, and are not yet said to be void.
  readonly #voids: VoidEnd[] = [];

  /** @param next the number of its first segment: no earlier one is added to, since its last line may be torn. */
  constructor(files: FileLayer, folder: string, next: number) {
    this.#files = files;
    this.#folder = folder;
    this.#next = next;
  }

  /**
   * Writes lines with one write and one fsync. Rejects with the system error; the lines are void then, also after a
   * restart.
   *
   * @param onWritten called when they are in the file but perhaps not yet on the disk.
   * @returns the bytes that were added.
   */
  async append(lines: readonly Buffer[], onWritten: () => void): Promise<number> {
    const voids = [...this.#voids];
    const open = this.#open ?? (await this.#create());
    this.#open = open;
    const bytes = Buffer.concat([...voids.map(voidLine), ...lines]);
    try {
      await open.file.write(bytes);
      onWritten();
      await open.file.sync();
    } catch (error) {
      await this.#abandon(open);
      throw error;
    }
    this.#voids.splice(0, voids.length);
    open.size += bytes.length;
    if (open.size >= LARGEST_SEGMENT) await this.finish();
    return bytes.length;
  }

  /** Ends the segment, so that it can be compacted; the next batch begins a new one. */
  async finish(): Promise<void> {
    const open = this.#open;
    this.#open = undefined;
    // Everything in it is durable already.
    await open?.file.close().catch(() => undefined);
  }

  /** Ends of segments that no line says to be void yet. */
  get pendingVoids(): readonly VoidEnd[] {
    return this.#voids;
  }

  /** A number for a segment that comes after all there are. */
  takeNumber(): number {
    this.#next += 1;
    return this.#next - 1;
  }

  async #create(): Promise<Open> {
    const segment = segmentName(this.takeNumber());
    const file = await this.#files.create(join(this.#folder, segment.name));
    try {
      await this.#files.syncFolder(this.#folder);
    } catch (error) {
      await file.close().catch(() => undefined);
      throw error;
    }
    return { segment, file, size: 0 };
  }

  /**
   * After a failed write or fsync nobody knows what of the batch is on the disk. It is cut off, in case nothing can be
   * written any more before the next start; and whether or not that worked, the next batch says that it is void.
   */
  async #abandon({ segment, file, size }: Open): Promise<void> {
    this.#open = undefined;
    this.#voids.push({ segment: segment.number, from: size });
    try {
      await file.truncate(size);
      await file.sync();
    } catch {
      // The line that says that it is void will have to do.
    }
    await file.close().catch(() => undefined);
  }
}

const voidLine = (end: VoidEnd): Buffer => toLine({ job: "", state: VOID, at: Date.now() }, JSON.stringify(end));
