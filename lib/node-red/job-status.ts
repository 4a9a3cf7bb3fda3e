import type { FluxError } from "../errors";
import { RecentMap } from "../recent-map";
import { failedStatus, withoutTranslation, withoutUndefined } from "./failed-status";
import { type Shown, StatusLine } from "./status-line";
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

/** Texts that are remembered. */
const MOST_TEXTS = 100;

/** What an inference node shows: the jobs that are in it, else how the last one ended. */
export class JobStatus {
  readonly #text: NodeAPI["_"];
  readonly #activity: () => Activity;
  readonly #line: StatusLine;
  /** Of busy states: many are shown more than once, and looking one up in the catalogue takes long. */
  readonly #texts = new RecentMap<string, string>(MOST_TEXTS);
  #ending: Ending | undefined;

  constructor(node: Node, text: NodeAPI["_"], activity: () => Activity) {
    this.#text = text;
    this.#activity = activity;
    this.#line = new StatusLine(node, () => this.#describe());
  }

  /** Something changed; it is shown at the end of this turn. */
  changed(): void {
    this.#line.changed();
  }

  /** A job ended; its outcome stays visible until the next one starts. */
  ended(ending: Ending): void {
    this.#ending = ending;
    this.changed();
  }

  /** Clears the line for good. */
  close(): void {
    this.#line.close();
  }

  #describe(): Shown {
    const activity = this.#activity();
    const isTicking = activity.waiting + activity.running > 0;
    return { status: isTicking ? this.#busy(activity) : this.#idle(), isTicking };
  }

  #busy({ waiting, running, since, job, percent, queuePosition, log }: Activity): FluxStatus {
    const seconds = since === undefined ? 0 : Math.max(0, Math.floor((Date.now() - since) / 1000));
    const extra = { inFlight: running, job, progress: percent, queuePosition, log };
    if (running === 0) return { fill: "grey", shape: "ring", text: this.#known("status.waiting", { waiting }) };
    const position = (queuePosition ?? 0) + 1;
    const say = (key: string) =>
      this.#known(`status.${key}`, { running, waiting, seconds, percent: percent ?? 0, position });
    const state = queuePosition !== undefined ? "queued" : percent !== undefined ? "progress" : "running";
    const one = () =>
      log === undefined ? say(state) : `${say(state)} ${withoutTranslation(log.slice(0, LONGEST_LOG))}`;
    const text = running === 1 && waiting === 0 ? one() : say(waiting > 0 ? "busyAndWaiting" : "busySeveral");
    return { fill: "blue", shape: "dot", text, ...withoutUndefined(extra) };
  }

  #known(key: string, values: Readonly<Record<string, number>>): string {
    const asked = `${key} ${Object.values(values).join(" ")}`;
    const known = this.#texts.get(asked);
    if (known !== undefined) return known;
    const text = this.#text(key, values);
    this.#texts.set(asked, text);
    return text;
  }

  #idle(): FluxStatus {
    const ending = this.#ending;
    if (!ending) return {};
    if (ending.outcome === "failed") {
      return { ...failedStatus(this.#text, ending.error), inFlight: 0, ...withoutUndefined({ job: ending.job }) };
    }
    const { job, pictures, seconds, cost } = ending;
    const key = `${cost === undefined ? "done" : "doneCost"}${pictures === 1 ? "_one" : "_other"}`;
    // Not as `count`: for that, i18next would work out plural forms of its own, which takes long.
    const text = this.#text(`status.${key}`, {
      pictures,
      seconds,
      cost: cost === undefined ? "" : dollars(cost),
    });
    return { fill: "green", shape: "dot", text, inFlight: 0, job, ...withoutUndefined({ cost }) };
  }
}

/** Two digits like a price tag, more where two would say zero. */
const dollars = (cost: number): string => (cost >= 0.01 || cost === 0 ? cost.toFixed(2) : cost.toPrecision(2));
