import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { FluxError } from "../../errors";
import { passes } from "../steps";
import { decode } from "./decode";
import { type Encoded, encode, fileMark, type Outside } from "./encode";
import { type FileLayer, orMissing, realFiles } from "./file-layer";
import { gather } from "./gather";
import type { Home } from "./home";
import { Homes } from "./homes";
import type { Journal, JournalEntry, JournalOptions, NewEntry, ReadData } from "./journal";
import { toLine } from "./line";
import { type Content, contentOf, contentValue } from "./outside-files";
import { type Pace, usualPace } from "./pace";
import { Room } from "./room";
import { inWords, notWritten, takenOver } from "./storage-error";
import { writeWhole } from "./write-whole";

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

/** Entries whose writers go on in one turn of the event loop: more would block it for long. */
const MOST_IN_A_TURN = 500;

/** What was written as one object is hashed once per batch. */
type Contents = Map<Outside["content"], Content>;

/** The journal in a folder on disk. */
export class FolderJournal implements Journal {
  found: readonly JournalEntry[] = [];
  readonly #options: OpenOptions;
  readonly #pace: Pace;
  readonly #homes: Homes;
  readonly #room: Room;
  #pending: Pending[] = [];
  #working: Promise<void> | undefined;
  #idle: NodeJS.Timeout | undefined;

  constructor(options: OpenOptions) {
    const parts = { ...options, files: options.files ?? realFiles, pace: { ...usualPace, ...options.pace } };
    this.#options = options;
    this.#pace = parts.pace;
    this.#homes = new Homes(parts);
    this.#room = new Room(parts);
  }

  /** Never rejects. */
  async open(): Promise<void> {
    try {
      this.found = await this.#homes.open();
      this.#restWhenIdle();
    } catch (error) {
      this.#options.warn(
        `The record of jobs in ${this.#options.folder} cannot be opened: ${inWords(error)}. Until it can be, jobs are refused; nothing is sent.`,
      );
    }
  }

  write({ job, state, lasts, data }: NewEntry, isNew = false): Promise<void> {
    passes(`before:${state}`, job);
    return new Promise((resolve, reject) => {
      const encoded = data === undefined ? undefined : encode(data);
      this.#pending.push({ entry: { job, state, at: Date.now(), lasts }, data: encoded, isNew, resolve, reject });
      this.#work();
    });
  }

  read(data: unknown): Promise<ReadData> {
    return decode(data, async (file) => contentValue(await this.#homes.bytes(file.sha256), file));
  }

  async readBeside(name: string): Promise<string | undefined> {
    const home = this.#homes.current;
    if (home?.folder !== this.#options.folder) return undefined;
    const { files = realFiles } = this.#options;
    return (await files.read(join(home.folder, name)).catch(orMissing(undefined)))?.toString("utf8");
  }

  async writeBeside(name: string, text: string): Promise<void> {
    await this.flush();
    const home = await this.#homes.forWriting();
    if (home.folder !== this.#options.folder) return;
    const { files = realFiles } = this.#options;
    await writeWhole(files, home.folder, name, [Buffer.from(text)]);
  }

  async flush(): Promise<void> {
    while (this.#working) await this.#working;
  }

  async close(): Promise<void> {
    await this.flush();
    clearTimeout(this.#idle);
    await this.#homes.close();
  }

  #work(isIdle = false): void {
    this.#working ??= this.#workOff(isIdle);
  }

  /** Never rejects. */
  async #workOff(isIdle: boolean): Promise<void> {
    // All entries of this turn go together.
    await gather(() => this.#pending.length);
    if (isIdle) await this.#room.tidy(this.#homes.current);
    while (this.#pending.length > 0) {
      await this.#writeBatch(this.#pending.splice(0));
      if (this.#room.isDue) await this.#room.tidy(this.#homes.current);
      if (this.#pending.length > 0) await gather(() => this.#pending.length);
    }
    this.#restWhenIdle();
    // In the turn in which nothing was left: what is written from now on begins anew.
    this.#working = undefined;
  }

  #restWhenIdle(): void {
    this.#idle ??= setTimeout(() => {
      if (this.#room.isUntidy) this.#work(true);
    }, this.#pace.idle).unref();
    if (this.#homes.current) this.#idle.refresh();
  }

  async #writeBatch(batch: readonly Pending[]): Promise<void> {
    const failed = new Map<Pending, FluxError>();
    const fail = (pending: Pending, error: unknown) => failed.set(pending, this.#refusal(error));
    try {
      const home = await this.#homes.forWriting();
      const ready: Ready[] = [];
      const contents: Contents = new Map();
      for (const pending of batch) {
        try {
          const line = this.#lineOf(pending) ?? (await this.#lineWithFiles(home, pending, contents));
          ready.push({ pending, line });
        } catch (error) {
          fail(pending, error);
        }
      }
      try {
        if (ready.length > 0) await this.#append(home, ready);
      } catch (error) {
        for (const { pending } of ready) fail(pending, error);
      }
    } catch (error) {
      for (const pending of batch) fail(pending, error);
    }
    for (const pending of batch) if (!failed.has(pending)) passes(`after:${pending.entry.state}`, pending.entry.job);
    for (const [index, pending] of batch.entries()) {
      if (index > 0 && index % MOST_IN_A_TURN === 0) await nextTurn();
      const error = failed.get(pending);
      if (error) pending.reject(error);
      else pending.resolve();
    }
  }

  #refusal(error: unknown): FluxError {
    if (error instanceof FluxError) return error;
    return notWritten(this.#homes.current?.folder ?? this.#options.folder, error);
  }

  /** The line of an entry that nothing has to be done for, as most are: they need no file and no room that has to be made. */
  #lineOf({ entry, data, isNew }: Pending): Buffer | undefined {
    const [text, ...more] = data ?? [];
    if (typeof text === "object" || more.length > 0) return undefined;
    const line = toLine(entry, text);
    if (isNew && !this.#room.has(line.length)) return undefined;
    this.#homes.admit(entry.job, isNew);
    return line;
  }

  /** Makes the files of an entry durable; the line that names them comes after. */
  async #lineWithFiles(home: Home, { entry, data, isNew }: Pending, contents: Contents): Promise<Buffer> {
    const outside: Content[] = [];
    let text = "";
    for (const part of data ?? []) {
      if (typeof part === "string") text += part;
      else {
        const content = contents.get(part.content) ?? (await contentOf(part));
        contents.set(part.content, content);
        outside.push(content);
        text += fileMark(content.form, content.sha256);
      }
    }
    const line = toLine(entry, data && text);
    if (isNew) {
      await home.outside.list();
      const needed = () => line.length + outside.reduce((sum, content) => sum + home.outside.missing(content), 0);
      await this.#room.ensure(home, needed, () => [...contents.values()].map(({ sha256 }) => sha256));
    }
    this.#homes.admit(entry.job, isNew);
    for (const content of outside) this.#room.addOutside(await home.outside.store(content));
    return line;
  }

  async #append(home: Home, ready: readonly Ready[]): Promise<void> {
    const bytes = await home.appender.append(
      ready.map(({ line }) => line),
      () => {
        for (const { pending } of ready) passes(`written:${pending.entry.state}`, pending.entry.job);
      },
    );
    this.#room.addLines(bytes);
    // Suspended while it wrote: who took over may have read the folder before.
    if (!(await home.owner.holds())) throw takenOver(this.#options.folder);
  }
}
