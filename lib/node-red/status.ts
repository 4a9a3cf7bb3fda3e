import { clockTime } from "../clock-time";
import type { FluxError } from "../errors";
import type { FluxStatus, Node, NodeAPI } from "./types";

/** What a node is doing, from which its status is drawn. */
export interface Activity {
  waiting: number;
  running: number;
  /** When the oldest running job was submitted, ms since 1970. */
  since?: number;
  job?: string;
  percent?: number;
  queuePosition?: number;
  log?: string;
}

/** How the last job ended. */
export type Ending =
  | { outcome: "delivered"; job: string; pictures: number; seconds: number; cost: number | undefined }
  | { outcome: "failed"; job: string | undefined; error: FluxError };

/** Characters of a log line on the canvas; the status object has all of it. */
const LONGEST_LOG = 30;

/** How often a running job's seconds are counted up on the canvas, in ms. */
const TICK = 1000;

/**
 * A node's status line. Changes within one turn of the event loop are shown once, so that a burst of messages is not a
 * burst of events to every open editor.
 */
export class StatusLine {
  readonly #node: Node;
  readonly #text: NodeAPI["_"];
  readonly #activity: () => Activity;
  #ending: Ending | undefined;
  #drawing: NodeJS.Immediate | undefined;
  #ticking: NodeJS.Timeout | undefined;
  #shown = "";
  #closed = false;

  constructor(node: Node, text: NodeAPI["_"], activity: () => Activity) {
    this.#node = node;
    this.#text = text;
    this.#activity = activity;
  }

  /** Something changed; draws it at the end of this turn. */
  changed(): void {
    if (this.#closed) return;
    this.#drawing ??= setImmediate(() => {
      this.#drawing = undefined;
      this.#draw();
    });
  }

  /** A job ended; its outcome stays visible until the next one starts. */
  ended(ending: Ending): void {
    this.#ending = ending;
    this.changed();
  }

  /** Clears the line for good. */
  close(): void {
    this.#closed = true;
    clearImmediate(this.#drawing);
    clearInterval(this.#ticking);
    this.#node.status({});
  }

  #draw(): void {
    const activity = this.#activity();
    const busy = activity.waiting + activity.running > 0;
    if (busy) {
      this.#ticking ??= setInterval(() => this.changed(), TICK);
    } else {
      clearInterval(this.#ticking);
      this.#ticking = undefined;
    }
    const status = busy ? this.#busy(activity) : this.#idle();
    const signature = JSON.stringify(status);
    if (signature === this.#shown) return;
    this.#shown = signature;
    this.#node.status(status);
  }

  #busy({ waiting, running, since, job, percent, queuePosition, log }: Activity): FluxStatus {
    const seconds = since === undefined ? 0 : Math.max(0, Math.floor((Date.now() - since) / 1000));
    const extra = { inFlight: running, job, progress: percent, queuePosition, log };
    if (running === 0) return { fill: "grey", shape: "ring", text: this.#text("status.waiting", { count: waiting }) };
    const position = (queuePosition ?? 0) + 1;
    const say = (key: string) =>
      this.#text(`status.${key}`, { count: running, waiting, seconds, percent: percent ?? 0, position });
    const state = queuePosition !== undefined ? "queued" : percent !== undefined ? "progress" : "running";
    const one = log === undefined ? say(state) : `${say(state)} ${withoutTranslation(log.slice(0, LONGEST_LOG))}`;
    const text = running === 1 && waiting === 0 ? one : say(waiting > 0 ? "busyAndWaiting" : "busySeveral");
    return { fill: "blue", shape: "dot", text, ...withoutUndefined(extra) };
  }

  #idle(): FluxStatus {
    const ending = this.#ending;
    if (!ending) return {};
    if (ending.outcome === "failed") {
      return { ...failedStatus(this.#text, ending.error), inFlight: 0, ...withoutUndefined({ job: ending.job }) };
    }
    const { job, pictures, seconds, cost } = ending;
    const key = `${cost === undefined ? "done" : "doneCost"}${pictures === 1 ? "_one" : "_other"}`;
    const text = this.#text(`status.${key}`, {
      count: pictures,
      seconds,
      cost: cost === undefined ? "" : dollars(cost),
    });
    return { fill: "green", shape: "dot", text, inFlight: 0, job, ...withoutUndefined({ cost }) };
  }
}

/** The status of a node whose last message failed; `opensAt` says until when messages are held back. */
export function failedStatus(text: NodeAPI["_"], { code, cause: { opensAt, provider } }: FluxError): FluxStatus {
  // The account's own budget, and not the service's word about its credit.
  const isBudget = code === "FLUX_QUOTA" && provider === undefined;
  const key = isBudget ? budgetKey(opensAt) : code;
  const time = opensAt === undefined ? "" : clockTime(Date.parse(opensAt));
  return {
    fill: "red",
    shape: "ring",
    text: withoutTranslation(text(`status.error.${key}`, { time })),
    ...withoutUndefined({ opensAt }),
  };
}

/** A budget's limits reach back a day at most. */
function budgetKey(opensAt: string | undefined): string {
  if (opensAt === undefined) return "FLUX_QUOTA_NEVER";
  const isToday = new Date(opensAt).toDateString() === new Date().toDateString();
  return isToday ? "FLUX_QUOTA_UNTIL" : "FLUX_QUOTA_UNTIL_TOMORROW";
}

/** Two digits like a price tag, more where two would say zero. */
const dollars = (cost: number): string => (cost >= 0.01 || cost === 0 ? cost.toFixed(2) : cost.toPrecision(2));

/** i18next would translate what a provider's text nests with `$t(`; taking one out must not leave another. */
const withoutTranslation = (text: string): string => text.replace(/(\$t)+\(/g, "(");

const withoutUndefined = <Fields extends object>(fields: Fields): Partial<Fields> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<Fields>;
