import type { FileLayer } from "./file-layer";
import { type Home, openHome, openOwnFolder } from "./home";
import { type Identity, identify, openHere } from "./identity";
import type { JournalEntry } from "./journal";
import type { OutsideFiles } from "./outside-files";
import type { Pace } from "./pace";
import { notWritten, takenOver } from "./storage-error";

interface HomesOptions {
  readonly files: FileLayer;
  readonly folder: string;
  readonly pace: Pace;
  readonly warn: (text: string) => void;
}

/** The folder that a journal writes to now: the main one, or one of its own when another process has that. */
export class Homes {
  readonly #options: HomesOptions;
  #me: Identity | undefined;
  #home: Home | undefined;
  // Files of entries that were found stay where they are when the folder is lost.
  readonly #outside: OutsideFiles[] = [];
  // Once the folder was lost: the jobs that were begun since. The others are that process's now.
  #begunSince: Set<string> | undefined;
  #isClosed = false;

  constructor(options: HomesOptions) {
    this.#options = options;
  }

  /** As far as it is open. */
  get current(): Home | undefined {
    return this.#home;
  }

  /** Resolves with what was there. Rejects with the system error. */
  async open(): Promise<readonly JournalEntry[]> {
    return (await this.#open()).found;
  }

  /**
   * The folder to write to now. One that could not be opened is tried again; one that another process took over while
   * this one was suspended is left to it. Rejects with the system error.
   */
  async forWriting(): Promise<Home> {
    if (this.#isClosed) throw new Error("the journal is closed");
    const home = this.#home;
    if (!home) return this.#openLate();
    return (await home.owner.holds()) ? home : this.#moveOut(home);
  }

  /**
   * Notes a job that begins here, or sees to it that one goes on where it is.
   * @throws FluxError FLUX_STORAGE for a job that another process has taken over.
   */
  admit(job: string, isNew: boolean): void {
    if (!this.#begunSince) return;
    if (isNew) this.#begunSince.add(job);
    else if (!this.#begunSince.has(job)) throw takenOver(this.#options.folder);
  }

  /** The content of a file that an entry names. Rejects with FLUX_STORAGE. */
  async bytes(sha256: string): Promise<Buffer> {
    let failure: unknown;
    for (const outside of this.#outside) {
      try {
        return await outside.bytes(sha256);
      } catch (error) {
        failure ??= error;
      }
    }
    throw failure ?? notWritten(this.#options.folder, new Error("the journal is not open"));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#leave();
    if (this.#me) openHere().delete(this.#me.instance);
  }

  async #open(): Promise<Home> {
    return this.#settle(await openHome(await this.#opening()));
  }

  /** It could not be opened when it should have been. */
  async #openLate(): Promise<Home> {
    const home = await this.#open();
    if (home.found.length === 0) return home;
    this.#options.warn(
      `The record of jobs in ${home.folder} can be opened again. Earlier jobs in it are taken up when Node-RED starts the next time.`,
    );
    // Nobody asks what was found any more, so nobody knows that it is needed.
    this.#home = { ...home, mayCompact: false };
    return this.#home;
  }

  async #moveOut(lost: Home): Promise<Home> {
    const own = await openOwnFolder(await this.#opening());
    await this.#leave();
    this.#options.warn(
      `While this process was suspended, another one took over the jobs in ${lost.folder}. New jobs are kept in ${own.folder}; the earlier ones are that process's.`,
    );
    this.#begunSince = new Set();
    return this.#settle(own);
  }

  async #opening() {
    const { files, folder, pace, warn } = this.#options;
    this.#me ??= await identify();
    openHere().add(this.#me.instance);
    return { files, root: folder, me: this.#me, pace, warn };
  }

  #settle(home: Home): Home {
    this.#home = home;
    this.#outside.unshift(home.outside);
    return home;
  }

  async #leave(): Promise<void> {
    const home = this.#home;
    this.#home = undefined;
    await home?.appender.finish();
    await home?.owner.release();
  }
}
