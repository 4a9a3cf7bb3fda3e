/** One state of one job, as the journal keeps it. */
export interface JournalEntry {
  readonly job: string;
  readonly state: string;
  /** Ms since 1970. */
  readonly at: number;
  /** Ms that it is needed for after that, whatever becomes of its job; for `IsKept`, which then need not look at the data. */
  readonly lasts?: number | undefined;
  /** Plain JSON in which what JSON cannot hold is marked; `Journal.read` gives it back. */
  readonly data?: unknown;
}

/** What is to be written: `data` may hold Buffers, dates and texts of any length. */
export interface NewEntry {
  readonly job: string;
  readonly state: string;
  /** Ms that it is needed for, whatever becomes of its job. */
  readonly lasts?: number | undefined;
  readonly data?: unknown;
}

/** Data as it was written, as far as that could be kept. */
export interface ReadData {
  readonly value: unknown;
  /** Paths of what could not be kept (functions, sockets, class instances): `req`, `payload.stream`. */
  readonly dropped: readonly string[];
  /** Paths of addresses that were kept without their query, because it may be a key. */
  readonly cut: readonly string[];
}

/** Whether an entry is needed. */
export type IsKept = (entry: JournalEntry) => boolean;

export interface JournalOptions {
  /** `<userDir>/flux-jobs`; made when it is not there. */
  folder: string;
  /** Bytes that everything in the folder may take together. */
  largest: number;
  /**
   * What is needed at this moment; the other entries are left out when the journal is compacted, with their pictures. Asked
   * once for each time that the folder is gone through, which takes many turns: of a job that ends meanwhile either all
   * entries are kept or none. From the first write on it is asked of entries that were found, too, which nobody may have
   * read yet.
   */
  whatIsKept: () => IsKept;
  /** Told, in a sentence, of what a person should look at: damaged lines, a folder that another process holds. */
  warn: (text: string) => void;
}

/**
 * Keeps the states of jobs on disk: readable JSON lines, appended and made durable in groups. Everything is asynchronous:
 * no file is touched on a message's path.
 */
export interface Journal {
  /** What was there when it was opened, in the order in which it was written. */
  readonly found: readonly JournalEntry[];
  /**
   * Resolves once the entry is durable. Entries of one turn of the event loop, and of turns that follow at once, share
   * one fsync, and their promises resolve in one turn, in order; those of very many in several.
   *
   * @param isNew whether the entry begins a job, and so counts against the cap.
   * @throws FluxError FLUX_STORAGE when it cannot be written: it then is not there after a restart either, or is void.
   *   FLUX_BUSY when it begins a job and the folder has reached its cap.
   */
  write(entry: NewEntry, isNew?: boolean): Promise<void>;
  /** Brings the data of an entry back. Rejects with FLUX_STORAGE when a file that belongs to it cannot be read. */
  read(data: unknown): Promise<ReadData>;
  /**
   * The content of a small file in the folder that is about all jobs; undefined when there is none, and in a process that
   * found another one at work here. Rejects with the system error.
   */
  readBeside(name: string): Promise<string | undefined>;
  /**
   * Puts such a file in the place of the one before it, once everything written so far is durable. Does nothing in a
   * process that found another one at work here: the file is that one's. Rejects with the system error.
   */
  writeBeside(name: string, text: string): Promise<void>;
  /** Resolves once everything written so far is durable, or has failed. */
  flush(): Promise<void>;
  /** The same, and then lets go of the folder. */
  close(): Promise<void>;
}
