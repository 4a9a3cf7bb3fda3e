import { setImmediate as nextTurn } from "node:timers/promises";
import { passes } from "../steps";
import { Appender } from "./appender";
import { decode } from "./decode";
import { type Encoded, encode, fileMark, type Outside } from "./encode";
import { type FileLayer, realFiles } from "./file-layer";
import type { Journal, JournalEntry, JournalOptions, NewEntry, ReadData } from "./journal";
import { toLine } from "./line";
import { listSegments, loadSegments } from "./load";
import { type Content, contentOf, contentValue, OutsideFiles } from "./outside-files";
import { notWritten } from "./storage-error";

/** Opens the journal of a folder. */
export async function openJournal(options: JournalOptions & { files?: FileLayer }): Promise<Journal> {
  const files = options.files ?? realFiles;
  const { folder } = options;
  await files.makeFolder(folder);
  const { current, next } = await listSegments(files, folder);
  const { lines } = await loadSegments(files, folder, current);
  const found = lines.map(({ entry }) => entry);
  return new FolderJournal(folder, found, new Appender(files, folder, next), new OutsideFiles(files, folder));
}

interface Pending {
  readonly entry: JournalEntry;
  readonly data: Encoded | undefined;
  readonly isNew: boolean;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

class FolderJournal implements Journal {
  readonly #folder: string;
  readonly found: readonly JournalEntry[];
  readonly #appender: Appender;
  readonly #outside: OutsideFiles;
  #pending: Pending[] = [];
  #working: Promise<void> | undefined;

  constructor(folder: string, found: readonly JournalEntry[], appender: Appender, outside: OutsideFiles) {
    this.#folder = folder;
    this.found = found;
    this.#appender = appender;
    this.#outside = outside;
  }

  write({ job, state, data }: NewEntry, isNew = false): Promise<void> {
    passes(`before:${state}`, job);
    return new Promise((resolve, reject) => {
      const encoded = data === undefined ? undefined : encode(data);
      this.#pending.push({ entry: { job, state, at: Date.now() }, data: encoded, isNew, resolve, reject });
      this.#working ??= this.#work();
    });
  }

  read(data: unknown): Promise<ReadData> {
    return decode(data, async (file) => contentValue(await this.#outside.bytes(file.sha256), file));
  }

  async flush(): Promise<void> {
    while (this.#working) await this.#working;
  }

  async close(): Promise<void> {
    await this.flush();
    await this.#appender.finish();
  }

  async #work(): Promise<void> {
    // All entries of this turn go together.
    await nextTurn();
    while (this.#pending.length > 0) await this.#writeBatch(this.#pending.splice(0));
    this.#working = undefined;
  }

  async #writeBatch(batch: readonly Pending[]): Promise<void> {
    try {
      const lines: Buffer[] = [];
      for (const { entry, data } of batch) lines.push(toLine(entry, data && (await this.#store(data))));
      await this.#appender.append(lines, () => {
        for (const { entry } of batch) passes(`written:${entry.state}`, entry.job);
      });
    } catch (error) {
      for (const { reject } of batch) reject(notWritten(this.#folder, error));
      return;
    }
    for (const { entry } of batch) passes(`after:${entry.state}`, entry.job);
    for (const { resolve } of batch) resolve();
  }

  async #store(data: Encoded): Promise<string> {
    const contents = new Map<Outside["content"], Promise<Content>>();
    let text = "";
    for (const part of data) {
      if (typeof part === "string") text += part;
      else {
        const pending = contents.get(part.content) ?? contentOf(part);
        contents.set(part.content, pending);
        const content = await pending;
        await this.#outside.store(content);
        text += fileMark(content.form, content.sha256);
      }
    }
    return text;
  }
}
