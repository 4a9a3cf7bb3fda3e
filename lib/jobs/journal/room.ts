import { compact, survey } from "./compaction";
import { setLinesAside } from "./damage";
import type { FileLayer } from "./file-layer";
import type { Home } from "./home";
import type { JournalOptions } from "./journal";
import type { Pace } from "./pace";
import { folderFull, folderSize } from "./usage";

interface RoomOptions extends JournalOptions {
  readonly files: FileLayer;
  readonly pace: Pace;
}

/** How much the folder holds, how much it may hold, and when it is worth looking what may go. */
export class Room {
  readonly #options: RoomOptions;
  // Bytes in the whole folder; unknown until they are counted.
  #used: number | undefined;
  // What was added since it was last looked, and how much that may become.
  #added = { lines: 0, outside: 0 };
  #due: { readonly lines: number; readonly outside: number };
  // Once after opening it is looked in any case.
  #isTidied = false;
  #fullAt = Number.NEGATIVE_INFINITY;

  constructor(options: RoomOptions) {
    this.#options = options;
    this.#due = options.pace;
  }

  /** Whether so much was added that it is time to tidy. */
  get isDue(): boolean {
    const { lines, outside } = this.#added;
    return !this.#isTidied || lines >= this.#due.lines || outside >= this.#due.outside;
  }

  /** Whether there may be something to tidy when nothing else is to do. */
  get isUntidy(): boolean {
    return !this.#isTidied || this.#added.lines > 0;
  }

  addLines(bytes: number): void {
    this.#add(bytes);
    this.#added.lines += bytes;
  }

  addOutside(bytes: number): void {
    this.#add(bytes);
    this.#added.outside += bytes;
  }

  /** Whether there is room for so many bytes for certain; where there is not, it may still be made. */
  has(bytes: number): boolean {
    return this.#used !== undefined && this.#used + bytes <= this.#options.largest;
  }

  /**
   * Makes sure that there is room for so many bytes.
   *
   * @param needed bytes; less once files that it counts are there.
   * @param inUse hashes of files that no line names yet.
   * @throws FluxError FLUX_BUSY when there is no room and none can be made; the system error when that cannot be found out.
   */
  async ensure(home: Home, needed: () => number, inUse: () => readonly string[]): Promise<void> {
    const { folder, largest, pace } = this.#options;
    this.#used ??= await this.#count();
    if (this.#used + needed() <= largest) return;
    if (performance.now() - this.#fullAt >= pace.again) {
      await this.tidy(home, true, inUse());
      this.#used = await this.#count();
      this.#fullAt = performance.now();
      if (this.#used + needed() <= largest) return;
    }
    throw folderFull(folder, this.#used, largest);
  }

  /**
   * Removes what is no longer needed: when at least as many bytes come free as have to be written for that, and in any
   * case once after opening, and when room is needed. Never rejects: what fails is tried again later.
   */
  async tidy(home: Home | undefined, isRoomNeeded = !this.#isTidied, inUse: readonly string[] = []): Promise<void> {
    this.#isTidied = true;
    this.#added = { lines: 0, outside: 0 };
    if (!home?.mayCompact) return;
    const { files, pace, whatIsKept, warn } = this.#options;
    try {
      if (!(await home.owner.holds())) return;
      const found = await survey(files, home, whatIsKept(), inUse);
      this.#due = {
        lines: Math.max(pace.lines, found.keptLines),
        outside: Math.max(pace.outside, found.keptOutside),
      };
      if (found.freed === 0 || (!isRoomNeeded && found.freed < found.keptLines)) return;
      await setLinesAside(files, home.folder, found.damaged, warn);
      await compact(files, home, found);
    } catch {
      // The disk is full, or worse: then the next write says so.
    }
    this.#used = undefined;
  }

  #add(bytes: number): void {
    if (this.#used !== undefined) this.#used += bytes;
  }

  #count(): Promise<number> {
    return folderSize(this.#options.files, this.#options.folder);
  }
}
