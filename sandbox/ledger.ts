/** What happened to one taskUUID. */
export interface TaskCounts {
  /** How often it arrived in a paid task with a valid key, refused or not. */
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
  taskUUID: string;
  submissions?: number;
  charges?: number;
  cost?: number;
}

const nothing: Readonly<TaskCounts> = { submissions: 0, charges: 0, cost: 0, polls: 0 };

/** How many taskUUIDs are counted one by one; the totals go on for ever. */
const rememberedTasks = 100_000;

/** Counts requests, submissions, polls and money, for tests and for whoever watches. */
export class Ledger {
  #tasks = new Map<string, TaskCounts>();
  #requests = 0;
  #taskTypes = new Map<string, number>();
  #spent = 0;
  #imagesServed = 0;

  /** HTTP requests to the service's address. */
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

  /** How often `taskUUID` arrived in a paid task, refused or not. */
  submissions(taskUUID: string): number {
    return this.of(taskUUID).submissions;
  }

  /** How often `taskUUID` was charged. */
  charges(taskUUID: string): number {
    return this.of(taskUUID).charges;
  }

  /** How often `taskUUID` was polled for. */
  polls(taskUUID: string): number {
    return this.of(taskUUID).polls;
  }

  of(taskUUID: string): Readonly<TaskCounts> {
    return this.#tasks.get(taskUUID) ?? nothing;
  }

  /** How many tasks of this type arrived. */
  tasks(taskType: string): number {
    return this.#taskTypes.get(taskType) ?? 0;
  }

  /** Every taskUUID of a paid task. */
  taskUUIDs(): string[] {
    return [...this.#tasks].filter(([, { submissions }]) => submissions > 0).map(([taskUUID]) => taskUUID);
  }

  countRequest(): void {
    this.#requests++;
  }

  countImage(): void {
    this.#imagesServed++;
  }

  countTask(taskType: string): void {
    // Names come from outside: only so many are kept apart.
    const name = this.#taskTypes.size < 100 || this.#taskTypes.has(taskType) ? taskType.slice(0, 60) : "other";
    this.#taskTypes.set(name, this.tasks(name) + 1);
  }

  countPoll(taskUUID: string): void {
    this.#countsOf(taskUUID).polls++;
  }

  enter({ taskUUID, submissions = 0, charges = 0, cost = 0 }: LedgerEntry): void {
    const counts = this.#countsOf(taskUUID);
    counts.submissions += submissions;
    counts.charges += charges;
    counts.cost = toMicros(counts.cost + cost);
    this.#spent = toMicros(this.#spent + cost);
  }

  #countsOf(taskUUID: string): TaskCounts {
    const known = this.#tasks.get(taskUUID);
    if (known !== undefined) return known;
    const counts = { ...nothing };
    this.#tasks.set(taskUUID, counts);
    const oldest = this.#tasks.keys().next();
    if (this.#tasks.size > rememberedTasks && !oldest.done) this.#tasks.delete(oldest.value);
    return counts;
  }

  reset(): void {
    this.#tasks.clear();
    this.#taskTypes.clear();
    this.#requests = 0;
    this.#spent = 0;
    this.#imagesServed = 0;
  }

  /** Everything as plain data. */
  report(): object {
    return {
      requests: this.#requests,
      imagesServed: this.#imagesServed,
      spent: this.#spent,
      taskTypes: Object.fromEntries(this.#taskTypes),
      tasks: Object.fromEntries(this.#tasks),
    };
  }
}

/** Rounds away the dust of floating-point sums. */
const toMicros = (dollars: number): number => Math.round(dollars * 1e6) / 1e6;
