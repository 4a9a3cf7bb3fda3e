import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { type FileLayer, isMissing, type OpenFile, orMissing } from "./file-layer";
import { type Identity, isGone, openHere } from "./identity";
import type { Pace } from "./pace";

/** What an owner's file says. */
interface OwnerRecord extends Identity {
  /** Counts up as long as the owner lives: clocks are not compared. */
  readonly beat: number;
  readonly released: boolean;
}

interface OwnerFile {
  /** The highest in the folder is the owner's. */
  readonly generation: number;
  readonly text: string;
  /** Undefined when the file is being written, or was left unfinished. */
  readonly record: OwnerRecord | undefined;
}

/** The file is overwritten in place, so its length stays the same. */
const LENGTH = 512;

const fileName = (generation: number): string => `owner-${generation}.json`;

/**
 * Takes a folder, unless another process works in it. To take it from a dead owner means to be the one that creates
 * the file with the next number: of processes that try at the same moment exactly one succeeds.
 *
 * @returns undefined when another process works here.
 * @throws the system error when the folder cannot be read or written.
 */
export async function takeFolder(
  files: FileLayer,
  folder: string,
  me: Identity,
  pace: Pace,
): Promise<Ownership | undefined> {
  for (;;) {
    const owner = await currentOwner(files, folder);
    if (owner && !(await isAbandoned(files, folder, owner, me, pace))) return undefined;
    const generation = (owner?.generation ?? 0) + 1;
    const file = await create(files, folder, generation, me);
    // Somebody was faster.
    if (!file) continue;
    try {
      if (await isNewest(files, folder, generation)) return new Ownership(files, folder, generation, file, me, pace);
    } catch (error) {
      await file.close();
      throw error;
    }
    await file.close();
  }
}

/**
 * Whether no later owner came in between: one that took over, let go and was followed, while this process took its
 * number from what it had seen long ago. Earlier owners' files are removed, and so is ours if it came too late.
 */
async function isNewest(files: FileLayer, folder: string, generation: number): Promise<boolean> {
  const all = await generations(files, folder);
  const isLast = Math.max(...all) === generation;
  const over = isLast ? all.filter((one) => one < generation) : [generation];
  for (const one of over) await files.remove(join(folder, fileName(one)));
  await files.syncFolder(folder);
  return isLast;
}

async function create(files: FileLayer, folder: string, generation: number, me: Identity) {
  let file: OpenFile;
  try {
    file = await files.create(join(folder, fileName(generation)));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return undefined;
    throw error;
  }
  try {
    await file.write(recordText({ ...me, beat: 0, released: false }), 0);
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

const recordText = (record: OwnerRecord): Buffer => Buffer.from(`${JSON.stringify(record).padEnd(LENGTH - 1)}\n`);

async function generations(files: FileLayer, folder: string): Promise<number[]> {
  const found = await files.list(folder);
  return found.flatMap(({ name }) => {
    const digits = /^owner-(\d{1,15})\.json$/.exec(name)?.[1];
    return digits === undefined ? [] : Number(digits);
  });
}

async function currentOwner(files: FileLayer, folder: string): Promise<OwnerFile | undefined> {
  for (;;) {
    const all = await generations(files, folder);
    if (all.length === 0) return undefined;
    const generation = Math.max(...all);
    try {
      const text = (await files.read(join(folder, fileName(generation)))).toString("utf8");
      return { generation, text, record: parseRecord(text) };
    } catch (error) {
      // A newer owner has just removed it.
      if (!isMissing(error)) throw error;
    }
  }
}

function parseRecord(text: string): OwnerRecord | undefined {
  try {
    const { instance, pid, machine, beat, released } = JSON.parse(text) as Partial<OwnerRecord>;
    if (typeof instance !== "string" || typeof pid !== "number" || typeof machine !== "string") return undefined;
    return { instance, pid, machine, beat: Number(beat), released: released === true };
  } catch {
    return undefined;
  }
}

async function isAbandoned(
  files: FileLayer,
  folder: string,
  owner: OwnerFile,
  me: Identity,
  pace: Pace,
): Promise<boolean> {
  if (owner.record) {
    // Its own: an earlier attempt to open this folder failed.
    if (owner.record.instance === me.instance) return true;
    if (owner.record.released || isGone(owner.record, me)) return true;
    if (openHere().has(owner.record.instance)) return false;
  }
  for (let watched = 0; watched < pace.patience; watched += pace.beat) {
    await pause(pace.beat, undefined, { ref: false });
    const now = await currentOwner(files, folder);
    if (now?.record?.released) return true;
    if (now?.generation !== owner.generation || now.text !== owner.text) return false;
  }
  return true;
}

/** A folder that this process may write to, as long as its heart beats. */
export class Ownership {
  readonly #files: FileLayer;
  readonly #folder: string;
  readonly #generation: number;
  readonly #file: OpenFile;
  readonly #me: Identity;
  readonly #doubt: number;
  readonly #timer: NodeJS.Timeout;
  #beat = 0;
  #beating: Promise<void> | undefined;
  #lost = false;
  // By both clocks: one stops while the machine sleeps, the other can be set.
  #sure = { wall: Date.now(), steady: performance.now() };

  constructor(
    files: FileLayer,
    folder: string,
    generation: number,
    file: OpenFile,
    me: Identity,
    { beat, doubt }: Pick<Pace, "beat" | "doubt">,
  ) {
    this.#files = files;
    this.#folder = folder;
    this.#generation = generation;
    this.#file = file;
    this.#me = me;
    this.#doubt = doubt;
    this.#timer = setInterval(() => {
      this.#beating ??= this.#pulse().finally(() => {
        this.#beating = undefined;
      });
    }, beat).unref();
  }

  /**
   * Whether the folder is still this process's. Looks into it only when the heart did not beat for a while: a process
   * that was suspended may have been taken for dead.
   *
   * @throws the system error when that cannot be found out.
   */
  async holds(): Promise<boolean> {
    const { wall, steady } = this.#sure;
    const isSure = Math.abs(Date.now() - wall) < this.#doubt && performance.now() - steady < this.#doubt;
    if (!isSure) await this.#look();
    return !this.#lost;
  }

  /** Lets go of the folder: whoever comes next need not wait. */
  async release(): Promise<void> {
    clearInterval(this.#timer);
    await this.#beating;
    // What fails here, the next one finds out: that this process is gone.
    if (!this.#lost) await this.#write(true).catch(() => undefined);
    await this.#file.close().catch(() => undefined);
  }

  async #pulse(): Promise<void> {
    try {
      this.#beat += 1;
      await this.#write(false);
      await this.#look();
    } catch {
      // Without a beat doubt grows, and it is looked again before anything is written.
    }
  }

  #write(released: boolean): Promise<void> {
    return this.#file.write(recordText({ ...this.#me, beat: this.#beat, released }), 0);
  }

  async #look(): Promise<void> {
    const before = { wall: Date.now(), steady: performance.now() };
    const all = await generations(this.#files, this.#folder).catch(orMissing([]));
    // No file at all: somebody removed the folder.
    if (Math.max(0, ...all) !== this.#generation) this.#lost = true;
    this.#sure = before;
  }
}
