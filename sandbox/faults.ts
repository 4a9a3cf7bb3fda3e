import { createHash } from "node:crypto";

/** Faults that refuse or cut off a whole HTTP request, whatever calls it holds. */
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

/** Faults that befall one call, mostly the job that it asks for. */
const callFaults = ["402", "moderated", "slow", "never", "fail", "partial", "nsfw", "expired-url"] as const;

/** The same, for what only a service with a queue of its own can do. */
const queueFaults = ["long-queue", "unknown-status", "completed-error", "expired-result", "cancelled"] as const;

/** The same, for what only a store can do. */
const storeFaults = ["denied", "expired-token", "clock-skew", "full", "reset"] as const;

/** Other names of faults. */
const aliases: Readonly<Record<string, string>> = { locked: "402", cut: "truncated-json" };

export type RequestFaultKind = (typeof requestFaults)[number];
export type CallFaultKind = (typeof callFaults | typeof queueFaults | typeof storeFaults)[number];

export interface Fault<Kind extends string = string> {
  kind: Kind;
  /** What stands behind the equals sign: `slow=3`, `429-after=1`, `fail=data`. */
  value?: string;
}

interface Armed {
  fault: Fault<RequestFaultKind | CallFaultKind>;
  left: number;
  call?: string;
}

const isRequestFault = (fault: Fault): fault is Fault<RequestFaultKind> =>
  requestFaults.some((kind) => kind === fault.kind);
const isQueueFault = (fault: Fault): boolean => queueFaults.some((kind) => kind === fault.kind);
const isStoreFault = (fault: Fault): boolean => storeFaults.some((kind) => kind === fault.kind);
const isCallFault = (fault: Fault): fault is Fault<CallFaultKind> =>
  callFaults.some((kind) => kind === fault.kind) || isQueueFault(fault) || isStoreFault(fault);

/** One call to a service, as far as faults are concerned. */
export interface Call {
  service: "runware" | "fal" | "s3";
  /** A Runware task type, the kind of a call to fal, or the name of an operation of S3. */
  kind: string;
  /** Whether it asks for pictures, and so may carry markers and is what faults of jobs wait for. */
  makesPictures: boolean;
  prompt?: unknown;
}

/** The faults that one HTTP request meets. */
export interface Rehearsal {
  /** For the request as a whole. */
  request: Fault<RequestFaultKind> | undefined;
  /** For each of its calls, in the request's order. */
  calls: Fault<CallFaultKind>[][];
}

const marker = /\[fault:\s*([a-z0-9-]+)(?:=([\w.-]+))?(?:\s+x(\d+))?\s*\]/gi;
const armedSyntax = /^([a-z0-9-]+)(?:=([\w.-]+))?$/i;

/** A marker makes no more questions than this go unanswered. */
const mostLostAnswers = 100;

/** How many "only the first N times" markers are remembered. */
const rememberedPrompts = 10_000;

function knownFault(
  name: string | undefined,
  value: string | undefined,
): Fault<RequestFaultKind | CallFaultKind> | null {
  const kind = (name ?? "").toLowerCase();
  const fault: Fault = {
    kind: Object.hasOwn(aliases, kind) ? (aliases[kind] ?? kind) : kind,
    ...(value === undefined ? {} : { value }),
  };
  return isRequestFault(fault) || isCallFault(fault) ? fault : null;
}

/** The fault of this kind among those that befall a call. */
export const faultAmong = (
  faults: readonly Fault<CallFaultKind>[],
  kind: CallFaultKind,
): Fault<CallFaultKind> | undefined => faults.find((fault) => fault.kind === kind);

/** The number behind a fault's equals sign: 0 or more, else `otherwise`. */
export function amountOf({ value }: Fault, otherwise: number): number {
  const amount = Number(value);
  return amount >= 0 && Number.isFinite(amount) ? amount : otherwise;
}

/** Decides which faults befall a request: by markers in prompts, and by faults that were armed beforehand. */
export class Faults {
  #armed: Armed[] = [];
  #timesSeen = new Map<string, number>();

  /**
   * Arms a fault for the next `count` requests, or for those with this kind of call. Throws a RangeError when there is
   * no such fault.
   */
  arm(text: string, count = 1, call?: string): void {
    const [, kind, value] = armedSyntax.exec(text) ?? [];
    const fault = knownFault(kind, value);
    if (fault === null) throw new RangeError(`The sandbox has no fault "${text.slice(0, 40)}".`);
    if (!Number.isSafeInteger(count) || count < 1) throw new RangeError("A fault's count is a whole number from 1 up.");
    this.#armed.push({ fault, left: count, ...(call === undefined ? {} : { call }) });
  }

  /** Armed faults that are still to come. */
  armed(): { fault: string; left: number; call?: string }[] {
    return this.#armed.map(({ fault, ...rest }) => ({
      fault: fault.value === undefined ? fault.kind : `${fault.kind}=${fault.value}`,
      ...rest,
    }));
  }

  clear(): void {
    this.#armed = [];
    this.#timesSeen.clear();
  }

  /** The faults for a request with these calls; what is due "the first N times" is used up by this. */
  rehearse(calls: readonly Call[]): Rehearsal {
    const marked = calls.map((call) => this.#marked(call));
    const request = marked.flat().find(({ fault }) => isRequestFault(fault));
    if (request !== undefined && isRequestFault(request.fault)) {
      request.use();
      this.#loseAnswersOf(request.fault, calls);
      return { request: request.fault, calls: calls.map(() => []) };
    }
    const armed = this.#takeArmed(calls, isRequestFault);
    if (armed !== undefined && isRequestFault(armed)) return { request: armed, calls: calls.map(() => []) };
    const faults = calls.map((call, index) => {
      const found: Fault<CallFaultKind>[] = [];
      for (const { fault, use } of marked[index] ?? []) {
        use();
        if (isCallFault(fault)) found.push(fault);
      }
      const armedForCall = this.#takeArmed([call], isCallFault);
      if (armedForCall !== undefined && isCallFault(armedForCall)) found.push(armedForCall);
      return found;
    });
    return { request: undefined, calls: faults };
  }

  /** `lost-answer=2`: whoever asks for the job then hears nothing either, twice. */
  #loseAnswersOf(fault: Fault, calls: readonly Call[]): void {
    if (fault.kind !== "lost-answer" || !calls.some(({ service }) => service === "runware")) return;
    const questions = Math.min(Math.trunc(amountOf(fault, 0)), mostLostAnswers);
    if (questions > 0) this.arm("lost-answer", questions, "getResponse");
  }

  #marked({ makesPictures, prompt }: Call): { fault: Fault; use: () => void }[] {
    if (!makesPictures || typeof prompt !== "string") return [];
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

  #takeArmed(calls: readonly Call[], suits: (fault: Fault) => boolean): Fault | undefined {
    const entry = this.#armed.find(
      ({ fault, call: kind }) =>
        suits(fault) &&
        calls.some((call) => (kind === undefined ? !isCallFault(fault) || canBefall(fault, call) : call.kind === kind)),
    );
    if (entry === undefined) return undefined;
    entry.left--;
    if (entry.left === 0) this.#armed = this.#armed.filter((other) => other !== entry);
    return entry.fault;
  }
}

/** Any answer can be slow; the other faults of calls are about making pictures. */
function canBefall(fault: Fault<CallFaultKind>, { service, makesPictures }: Call): boolean {
  if (isQueueFault(fault) && service !== "fal") return false;
  if (isStoreFault(fault)) return service === "s3";
  return fault.kind === "slow" || makesPictures;
}
