import { setImmediate as nextTurn } from "node:timers/promises";
import { FluxError } from "../../errors";
import { passes } from "../steps";
import { compact, survey } from "./compaction";
import { setLinesAside } from "./damage";
import { decode } from "./decode";
import { type Encoded, encode, fileMark, type Outside } from "./encode";
import { type FileLayer, realFiles } from "./file-layer";
import { type Home, openHome, openOwnFolder } from "./home";
import { type Identity, identify, openHere } from "./identity";
import type { Journal, JournalEntry, JournalOptions, NewEntry, ReadData } from "./journal";
import { toLine } from "./line";
import { type Content, contentOf, contentValue, type OutsideFiles } from "./outside-files";
import { type Pace, usualPace } from "./pace";
import { inWords, notWritten, takenOver } from "./storage-error";
import { folderFull, folderSize } from "./usage";

export interface OpenOptions extends JournalOptions {
  /** The disk; tests have others. */
  files?: FileLayer;
  pace?: Partial<Pace>;
}

interface Pending {
  readonly entry: JournalEntry;
  readonly data: Encoded | undefined;
  readonly isNew: boolean;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** An entry whose files are durable, ready to be appended. */
interface Ready {
  readonly pending: Pending;
  readonly line: Buffer;
}

/** The journal in a folder on disk. */
export class FolderJournal implements Journal {
  found: readonly JournalEntry[] = [];
  readonly #options: OpenOptions;
  readonly #files: FileLayer;
  readonly #pace: Pace;
  #me: Identity | undefined;
  #home: Home | undefined;
  // Files of entries that were found stay where they are when the folder is lost.
  readonly #outside: OutsideFiles[] = [];
  // Once the folder was lost: the jobs that were begun since. The others are that process's now.
  #begunSince: Set<string> | undefined;
  #isClosed = false;

  #pending: Pending[] = [];
  #working: Promise<void> | undefined;

  // Bytes in the whole folder, and what was added since it was last looked what may go.
  #used = 0;
  #added = { lines: 0, outside: 0 };
  #due = { lines: 0, outside: 0 };
  #isTidied = false;
  #fullSince = Number.NEGATIVE_INFINITY;
  #idle: NodeJS.Timeout | undefined;

  constructor(options: OpenOptions) {
    this.#options = options;
    this.#files = options.files ?? realFiles;
    this.#pace = { ...usualPace, ...options.pace };
    this.#due = { lines: this.#pace.lines, outside: this.#pace.outside };
  }

  /** Never rejects. */
  async open(): Promise<void> {
    try {
      this.found = (await this.#openHome()).found;
      this.#restWhenIdle();
    } catch (error) {
      this.#options.warn(
        `The record of jobs in ${this.#options.folder} cannot be opened: ${inWords(error)}. Until it can be, jobs are refused; nothing is sent.`,
      );
    }
  }

  write({ job, state, data }: NewEntry, isNew = false): Promise<void> {
    passes(`before:${state}`, job);
    return new Promise((resolve, reject) => {
      const encoded = data === undefined ? undefined : encode(data);
      this.#pending.push({ entry: { job, state, at: Date.now() }, data: encoded, isNew, resolve, reject });
      this.#work();
    });
  }

  read(data: unknown): Promise<ReadData> {
    return decode(data, async (file) => contentValue(await this.#bytes(file.sha256), file));
  }

  async flush(): Promise<void> {
    while (this.#working) await this.#working;
  }

  async close(): Promise<void> {
    await this.flush();
    this.#isClosed = true;
    clearTimeout(this.#idle);
    const home = this.#home;
    this.#home = undefined;
    await home?.appender.finish();
    await home?.owner.release();
    if (this.#me) openHere().delete(this.#me.instance);
  }

  #work(isIdle = false): void {
    this.#working ??= this.#workOff(isIdle);
  }

  /** Never rejects. */
  async #workOff(isIdle: boolean): Promise<void> {
    // All entries of this turn go together.
    await nextTurn();
    if (isIdle) await this.#tidy();
    while (this.#pending.length > 0) {
      await this.#writeBatch(this.#pending.splice(0));
      const hasGrown = this.#added.lines >= this.#due.lines || this.#added.outside >= this.#due.outside;
      if (hasGrown || !this.#isTidied) await this.#tidy();
    }
    this.#restWhenIdle();
    // In the turn in which nothing was left: what is written from now on begins anew.
    this.#working = undefined;
  }

  async #writeBatch(batch: readonly Pending[]): Promise<void> {
    const failed = new Map<Pending, unknown>();
    const folder = () => this.#home?.folder ?? this.#options.folder;
    const fail = (pending: Pending, error: unknown) => failed.set(pending, asRefusal(folder(), error));
    try {
      const home = await this.#ownHome();
      const ready: Ready[] = [];
      const contents: Contents = new Map();
      for (const pending of batch) {
        try {
          ready.push({ pending, line: await this.#prepare(home, pending, contents) });
        } catch (error) {
          fail(pending, error);
        }
      }
      await this.#append(home, ready, fail);
    } catch (error) {
      for (const pending of batch) fail(pending, error);
    }
    for (const pending of batch) if (!failed.has(pending)) passes(`after:${pending.entry.state}`, pending.entry.job);
    for (const pending of batch) {
      if (failed.has(pending)) pending.reject(failed.get(pending));
      else pending.resolve();
    }
  }

  async #append(home: Home, ready: readonly Ready[], fail: (pending: Pending, error: unknown) => void): Promise<void> {
    if (ready.length === 0) return;
    const lines = ready.map(({ line }) => line);
    try {
      const bytes = await home.appender.append(lines, () => {
        for (const { pending } of ready) passes(`written:${pending.entry.state}`, pending.entry.job);
      });
      this.#used += bytes;
      this.#added.lines += bytes;
      // Suspended while it wrote: who took over may have read the folder before.
      if (!(await home.owner.holds())) throw takenOver(this.#options.folder);
    } catch (error) {
      for (const { pending } of ready) fail(pending, error);
    }
  }

  /** Makes the files of an entry durable; the line that names them comes after. */
  async #prepare(home: Home, { entry, data, isNew }: Pending, contents: Contents): Promise<Buffer> {
    if (this.#begunSince && !isNew && !this.#begunSince.has(entry.job)) throw takenOver(this.#options.folder);
    const outside: Content[] = [];
    let text: string | undefined;
    for (const part of data ?? []) {
      if (typeof part === "string") text = (text ?? "") + part;
      else {
        const content = contents.get(part.content) ?? (await contentOf(part));
        contents.set(part.content, content);
        outside.push(content);
        text = (text ?? "") + fileMark(content.form, content.sha256);
      }
    }
    const line = toLine(entry, text);
    if (isNew) await this.#admit(home, line, outside, contents);
    for (const content of outside) {
      const bytes = await home.outside.store(content);
      this.#used += bytes;
      this.#added.outside += bytes;
    }
    if (isNew) this.#begunSince?.add(entry.job);
    return line;
  }

  /** @throws FluxError FLUX_BUSY when there is no room for the beginning of a job, and none can be made. */
  async #admit(home: Home, line: Buffer, outside: readonly Content[], contents: Contents): Promise<void> {
    const { folder, largest } = this.#options;
    await home.outside.list();
    const fits = () =>
      this.#used + line.length + outside.reduce((sum, one) => sum + home.outside.missing(one), 0) <= largest;
    if (fits()) return;
    if (performance.now() - this.#fullSince >= this.#pace.again) {
      await this.#tidy(true, contents);
      this.#used = await folderSize(this.#files, folder);
      this.#fullSince = performance.now();
      if (fits()) return;
    }
    throw folderFull(folder, this.#used, largest);
  }

  /** The folder to write to now. Rejects with the system error when there is none. */
  async #ownHome(): Promise<Home> {
    if (this.#isClosed) throw new Error("the journal is closed");
    const home = this.#home;
    if (!home) return this.#openLate();
    if (await home.owner.holds()) return home;
    const own = await openOwnFolder(this.#opening(this.#identity()));
    this.#options.warn(
      `While this process was suspended, another one took over the jobs in ${home.folder}. New jobs are kept in ${own.folder}; the earlier ones are that process's.`,
    );
    this.#begunSince = new Set();
    await home.appender.finish();
    await home.owner.release();
    return this.#settle(own);
  }

  /** The folder could not be opened when it should have been. */
  async #openLate(): Promise<Home> {
    const home = await this.#openHome();
    if (home.found.length === 0) return home;
    // Nobody asks for `found` any more, so nobody knows of these: they must stay.
    this.#home = { ...home, mayCompact: false };
    this.#options.warn(
      `The record of jobs in ${home.folder} can be opened again. Earlier jobs in it are taken up when Node-RED starts the next time.`,
    );
    return this.#home;
  }

  async #openHome(): Promise<Home> {
    this.#me ??= await identify();
    openHere().add(this.#me.instance);
    const home = await openHome(this.#opening(this.#me));
    this.#used = await folderSize(this.#files, this.#options.folder);
    return this.#settle(home);
  }

  #settle(home: Home): Home {
    this.#home = home;
    this.#outside.unshift(home.outside);
    return home;
  }

  #opening(me: Identity) {
    return { files: this.#files, root: this.#options.folder, me, pace: this.#pace, warn: this.#options.warn };
  }

  #identity(): Identity {
    if (!this.#me) throw new Error("the journal was never opened");
    return this.#me;
  }

  async #bytes(sha256: string): Promise<Buffer> {
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

  /**
   * Removes what is no longer needed: when at least as many bytes come free as have to be written for that, and in any
   * case once after opening, and when room is needed. Never rejects: what fails is tried again later.
   *
   * @param inUse files that no line names yet.
   */
  async #tidy(isRoomNeeded = !this.#isTidied, inUse: Contents = new Map()): Promise<void> {
    const home = this.#home;
    this.#isTidied = true;
    this.#added = { lines: 0, outside: 0 };
    if (!home?.mayCompact) return;
    const { folder } = home;
    try {
      if (!(await home.owner.holds())) return;
      const hashes = [...inUse.values()].map(({ sha256 }) => sha256);
      const found = await survey(this.#files, home, this.#options.isKept, hashes);
      this.#due = {
        lines: Math.max(this.#pace.lines, found.keptLines),
        outside: Math.max(this.#pace.outside, found.keptOutside),
      };
      if (found.freed === 0 || (!isRoomNeeded && found.freed < found.keptLines)) return;
      await setLinesAside(this.#files, folder, found.damaged, this.#options.warn);
      await compact(this.#files, home, found);
      this.#used = await folderSize(this.#files, this.#options.folder);
    } catch {
      // The disk is full, or worse: then the next write says so.
    }
  }

  #restWhenIdle(): void {
    if (this.#isClosed) return;
    this.#idle ??= setTimeout(() => {
      if (this.#added.lines > 0 || !this.#isTidied) this.#work(true);
    }, this.#pace.idle).unref();
    this.#idle.refresh();
  }
}

/** What was written as one object is hashed once per batch. */
type Contents = Map<Outside["content"], Content>;

const asRefusal = (folder: string, error: unknown): unknown =>
  error instanceof FluxError ? error : notWritten(folder, error);
