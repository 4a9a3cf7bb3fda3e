import { createHash } from "node:crypto";

/** Faults that refuse or cut off a whole HTTP request, whatever tasks it holds. */
const requestFaults = [
  "drop",
  "401",
  "403",
  "429",
  "429-after",
  "500",
  "503",
  "504",
  "html502",
  "lost-answer",
  "truncated-json",
] as const;

/** Faults that befall one task. */
const taskFaults = ["402", "moderated", "slow", "never", "fail", "partial", "nsfw", "expired-url"] as const;

export type RequestFaultKind = (typeof requestFaults)[number];
export type TaskFaultKind = (typeof taskFaults)[number];

export interface Fault<Kind extends string = string> {
  kind: Kind;
  /** What stands behind the equals sign: `slow=3`, `429-after=1`, `fail=data`. */
  value?: string;
}

interface Armed {
  fault: Fault<RequestFaultKind | TaskFaultKind>;
  left: number;
  taskType?: string;
}

const isRequestFault = (fault: Fault): fault is Fault<RequestFaultKind> =>
  requestFaults.some((kind) => kind === fault.kind);
const isTaskFault = (fault: Fault): fault is Fault<TaskFaultKind> => taskFaults.some((kind) => kind === fault.kind);

/** A task as far as faults are concerned. */
interface Subject {
  taskType?: unknown;
  positivePrompt?: unknown;
}

/** The faults that one HTTP request meets. */
export interface Rehearsal {
  /** For the request as a whole. */
  request: Fault<RequestFaultKind> | undefined;
  /** For each of its tasks, in the request's order. */
  tasks: Fault<TaskFaultKind>[][];
}

const marker = /\[fault:\s*([a-z0-9-]+)(?:=([\w.-]+))?(?:\s+x(\d+))?\s*\]/gi;
const armedSyntax = /^([a-z0-9-]+)(?:=([\w.-]+))?$/i;

/** How many "only the first N times" markers are remembered. */
const rememberedPrompts = 10_000;

function knownFault(
  kind: string | undefined,
  value: string | undefined,
): Fault<RequestFaultKind | TaskFaultKind> | null {
  const fault: Fault = { kind: (kind ?? "").toLowerCase(), ...(value === undefined ? {} : { value }) };
  return isRequestFault(fault) || isTaskFault(fault) ? fault : null;
}

/** Decides which faults befall a request: by markers in prompts, and by faults that were armed beforehand. */
export class Faults {
  #armed: Armed[] = [];
  #timesSeen = new Map<string, number>();

  /** Arms a fault for the next `count` matching requests. Throws a RangeError when there is no such fault. */
  arm(text: string, count = 1, taskType?: string): void {
    const [, kind, value] = armedSyntax.exec(text) ?? [];
    const fault = knownFault(kind, value);
    if (fault === null) throw new RangeError(`The sandbox has no fault "${text.slice(0, 40)}".`);
    if (!Number.isSafeInteger(count) || count < 1) throw new RangeError("A fault's count is a whole number from 1 up.");
    this.#armed.push({ fault, left: count, ...(taskType === undefined ? {} : { taskType }) });
  }

  /** Armed faults that are still to come. */
  armed(): { fault: string; left: number; taskType?: string }[] {
    return this.#armed.map(({ fault, ...rest }) => ({
      fault: fault.value === undefined ? fault.kind : `${fault.kind}=${fault.value}`,
      ...rest,
    }));
  }

  clear(): void {
    this.#armed = [];
    this.#timesSeen.clear();
  }

  /** The faults for a request with these tasks; what is due "the first N times" is used up by this. */
  rehearse(subjects: readonly Subject[]): Rehearsal {
    const marked = subjects.map((subject) => this.#marked(subject));
    const request = marked.flat().find(({ fault }) => isRequestFault(fault));
    if (request !== undefined && isRequestFault(request.fault)) {
      request.use();
      return { request: request.fault, tasks: subjects.map(() => []) };
    }
    const armed = this.#takeArmed(subjects, isRequestFault);
    if (armed !== undefined && isRequestFault(armed)) return { request: armed, tasks: subjects.map(() => []) };
    const tasks = subjects.map((subject, index) => {
      const faults: Fault<TaskFaultKind>[] = [];
      for (const { fault, use } of marked[index] ?? []) {
        use();
        if (isTaskFault(fault)) faults.push(fault);
      }
      const armedForTask = this.#takeArmed([subject], isTaskFault);
      if (armedForTask !== undefined && isTaskFault(armedForTask)) faults.push(armedForTask);
      return faults;
    });
    return { request: undefined, tasks };
  }

  #marked(subject: Subject): { fault: Fault; use: () => void }[] {
    if (subject.taskType !== "imageInference" || typeof subject.positivePrompt !== "string") return [];
    const prompt = subject.positivePrompt;
    const found: { fault: Fault; use: () => void }[] = [];
    for (const [text, kind, value, times] of prompt.matchAll(marker)) {
      const fault = knownFault(kind, value);
      if (fault === null) continue;
      if (times === undefined) {
        found.push({ fault, use: () => {} });
        continue;
      }
      const key = createHash("sha256").update(`${text} ${prompt}`).digest("base64");
      const seen = this.#timesSeen.get(key) ?? 0;
      if (seen < Number(times)) found.push({ fault, use: () => this.#remember(key, seen + 1) });
    }
    return found;
  }

  #remember(key: string, times: number): void {
    this.#timesSeen.set(key, times);
    const oldest = this.#timesSeen.keys().next();
    if (this.#timesSeen.size > rememberedPrompts && !oldest.done) this.#timesSeen.delete(oldest.value);
  }

  #takeArmed(subjects: readonly Subject[], suits: (fault: Fault) => boolean): Fault | undefined {
    const entry = this.#armed.find(
      ({ fault, taskType }) =>
        suits(fault) &&
        subjects.some((subject) =>
          taskType === undefined ? !isTaskFault(fault) || canBefall(fault, subject) : subject.taskType === taskType,
        ),
    );
    if (entry === undefined) return undefined;
    entry.left--;
    if (entry.left === 0) this.#armed = this.#armed.filter((other) => other !== entry);
    return entry.fault;
  }
}

/** Any answer can be slow; the other task faults are about making pictures. */
function canBefall(fault: Fault<TaskFaultKind>, subject: Subject): boolean {
  return fault.kind === "slow" || subject.taskType === "imageInference";
}
