import { FluxError } from "../../errors";
import { failedStatus, withoutUndefined } from "../failed-status";
import { type Shown, StatusLine } from "../status-line";
import type { FluxStatus, Node, NodeAPI } from "../types";
import type { UploadRun } from "./upload-run";

/** How the last message ended. */
export type UploadEnding = { pictures: number; bytes: number } | FluxError;

/** What an upload node shows: what is being stored, else how the last message ended. */
export class UploadStatus {
  readonly #text: NodeAPI["_"];
  readonly #runs: Iterable<UploadRun>;
  readonly #line: StatusLine;
  #ending: UploadEnding | undefined;

  constructor(node: Node, text: NodeAPI["_"], runs: Iterable<UploadRun>) {
    this.#text = text;
    this.#runs = runs;
    this.#line = new StatusLine(node, () => this.#describe());
  }

  /** Something changed; it is shown at the end of this turn. */
  changed(): void {
    this.#line.changed();
  }

  /** A message ended; its outcome stays visible until the next one comes. */
  ended(ending: UploadEnding): void {
    this.#ending = ending;
    this.changed();
  }

  /** Clears the line for good. */
  close(): void {
    this.#line.close();
  }

  #describe(): Shown {
    const runs = [...this.#runs];
    const sum = (count: (run: UploadRun) => number): number => runs.reduce((total, run) => total + count(run), 0);
    const [storing, waiting] = [sum((run) => run.storing), sum((run) => run.waiting)];
    const status =
      storing + waiting > 0
        ? this.#storing(runs, storing, waiting)
        : runs.some(({ isConfirming }) => isConfirming)
          ? this.#busy("confirming", { inFlight: runs.length })
          : this.#idle();
    return { status, isTicking: false };
  }

  #storing(runs: readonly UploadRun[], count: number, waiting: number): FluxStatus {
    const [job] = runs.flatMap(({ jobId }) => jobId ?? []);
    const extra = { inFlight: count, ...withoutUndefined({ job }) };
    if (count === 0) return { ...this.#busy("uploadWaiting", extra, { waiting }), fill: "grey", shape: "ring" };
    if (waiting > 0) return this.#busy("uploadingAndWaiting", extra, { count, waiting });
    const run = count === 1 ? runs.find(({ storing }) => storing > 0) : undefined;
    const percent = run && percentOf(run);
    if (percent !== undefined) return this.#busy("uploading", { ...extra, progress: percent }, { percent });
    // Of unknown length: that something happens is to be seen at least.
    if (run && run.sent > 0) return this.#busy("uploadingOne", extra, { size: sizeOf(run.sent) });
    return this.#busy("uploadingSeveral", extra, { count });
  }

  #busy(key: string, extra: FluxStatus, values: Record<string, number | string> = {}): FluxStatus {
    return { fill: "blue", shape: "dot", text: this.#text(`status.${key}`, { ...values }), ...extra };
  }

  #idle(): FluxStatus {
    const ending = this.#ending;
    if (!ending) return {};
    if (ending instanceof FluxError) return { ...failedStatus(this.#text, ending), inFlight: 0 };
    const { pictures, bytes } = ending;
    const key = `status.stored_${pictures === 1 ? "one" : "other"}`;
    return {
      fill: "green",
      shape: "dot",
      text: this.#text(key, { count: pictures, size: sizeOf(bytes) }),
      inFlight: 0,
    };
  }
}

/** Of what is being stored; undefined where the size is not known. */
const percentOf = ({ sent, total }: UploadRun): number | undefined =>
  total ? Math.min(100, Math.floor((100 * sent) / total)) : undefined;

/** "812 B", "45 kB", "1.2 MB". */
function sizeOf(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${Math.round(bytes / 1000)} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
