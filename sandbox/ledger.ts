/** What happened to one job. */
export interface JobCounts {
  /** How often it arrived in a paid call with a valid key, refused or not. */
  submissions: number;
  /** How often it was charged. */
  charges: number;
  /** What it cost so far, in US dollars. */
  cost: number;
  /** How often it was polled for. */
  polls: number;
}

/** The part of the ledger that outlives the process. */
export interface LedgerEntry {
  /** Runware's taskUUID, fal's request id. */
  id: string;
  submissions?: number;
  charges?: number;
  cost?: number;
}

const nothing: Readonly<JobCounts> = { submissions: 0, charges: 0, cost: 0, polls: 0 };

/** How many jobs are counted one by one; the totals go on for ever. */
const rememberedJobs = 100_000;

/** Counts requests, submissions, polls and money, for tests and for whoever watches. */
export class Ledger {
  #jobs = new Map<string, JobCounts>();
  #requests = 0;
  #calls = new Map<string, number>();
  #spent = 0;
  #imagesServed = 0;

  /** HTTP requests to the services' addresses. */
  get requests(): number {
    return this.#requests;
  }

  /** Files fetched from `/images/`. */
  get imagesServed(): number {
    return this.#imagesServed;
  }

  /** US dollars charged since the start or the last reset. */
  get spent(): number {
    return this.#spent;
  }

  /** How often the job arrived in a paid call, refused or not. */
  submissions(id: string): number {
    return this.of(id).submissions;
  }

  /** How often the job was charged. */
  charges(id: string): number {
    return this.of(id).charges;
  }

  /** How often the job was polled for. */
  polls(id: string): number {
    return this.of(id).polls;
  }

  of(id: string): Readonly<JobCounts> {
    return this.#jobs.get(id) ?? nothing;
  }

  /**
   * How many calls of this kind arrived with a valid key: a Runware task type, one of fal's (see `fal/calls.ts`), or an
   * operation of S3.
   */
  calls(kind: string): number {
    return this.#calls.get(kind) ?? 0;
  }

  /** The id of every job that arrived in a paid call. */
  jobIds(): string[] {
    return [...this.#jobs].filter(([, { submissions }]) => submissions > 0).map(([id]) => id);
  }

  countRequest(): void {
    this.#requests++;
  }

  countImage(): void {
    this.#imagesServed++;
  }

  countCall(kind: string): void {
    // Names come from outside: only so many are kept apart.
    const name = this.#calls.size < 100 || this.#calls.has(kind) ? kind.slice(0, 60) : "other";
    this.#calls.set(name, this.calls(name) + 1);
  }

  countPoll(id: string): void {
    this.#countsOf(id).polls++;
  }

  enter({ id, submissions = 0, charges = 0, cost = 0 }: LedgerEntry): void {
    const counts = this.#countsOf(id);
    counts.submissions += submissions;
    counts.charges += charges;
    counts.cost = toMicros(counts.cost + cost);
    this.#spent = toMicros(this.#spent + cost);
  }

  #countsOf(id: string): JobCounts {
    const known = this.#jobs.get(id);
    if (known !== undefined) return known;
    const counts = { ...nothing };
    this.#jobs.set(id, counts);
    const oldest = this.#jobs.keys().next();
    if (this.#jobs.size > rememberedJobs && !oldest.done) this.#jobs.delete(oldest.value);
    return counts;
  }

  reset(): void {
    this.#jobs.clear();
    this.#calls.clear();
    this.#requests = 0;
    this.#spent = 0;
    this.#imagesServed = 0;
  }

  /** Everything as plain data. */
  report(): { requests: number; imagesServed: number; spent: number; calls: object; jobs: object } {
    return {
      requests: this.#requests,
      imagesServed: this.#imagesServed,
      spent: this.#spent,
      calls: Object.fromEntries(this.#calls),
      jobs: Object.fromEntries(this.#jobs),
    };
  }
}

/** Rounds away the dust of floating-point sums. */
const toMicros = (dollars: number): number => Math.round(dollars * 1e6) / 1e6;
