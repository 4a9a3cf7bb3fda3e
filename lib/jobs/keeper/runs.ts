import { Stop } from "../../signal";
import { asFluxError } from "../unexpected";
import type { AttachedNodes } from "./attached-nodes";
import { aboutJob, cutAddress, otherAccount } from "./errors";
import { hasOutcome, type KeptJob, PARKED } from "./kept-job";
import type { Reservations } from "./reservations";
import type { Runner } from "./runner";

/** What running jobs on needs of the keeper. */
interface RunsOptions {
  nodes: AttachedNodes;
  reservations: Reservations;
  runner: Runner;
  /** Nothing comes of asking for a job after its deadline. */
  onNoLateResult: (kept: KeptJob) => void;
}

/** Runs jobs one run at a time, and on from where they were parked or from what the journal says. */
export class Runs {
  readonly #options: RunsOptions;

  constructor(options: RunsOptions) {
    this.#options = options;
  }

  /** Begins a run, after the one before it has ended. A run never rejects. */
  follow(kept: KeptJob, run: () => Promise<void>): void {
    const running: Promise<void> = (kept.running ? kept.running.then(run) : run()).then(() => {
      if (kept.running === running) kept.running = undefined;
    });
    kept.running = running;
  }

  /** Runs a job on that was parked or found in the journal. */
  again(kept: KeptJob): void {
    // One that was broken off for another reason is about to end with that.
    const isParked = kept.abort.signal.reason === PARKED;
    if (hasOutcome(kept) || (kept.running && !isParked)) return;
    kept.abort = new Stop();
    this.follow(kept, () => this.#runFound(kept));
  }

  async #runFound(kept: KeptJob): Promise<void> {
    const { nodes, reservations, runner, onNoLateResult } = this.#options;
    const { job, abort } = kept;
    // It may have come to its outcome while it was being parked.
    if (hasOutcome(kept)) return;
    try {
      const context = await nodes.contextOf(kept);
      reservations.restore(context);
      if (kept.overdue) return await runner.runLate(kept, context);
      const isNew = job.phase.state === "waiting";
      if (isNew && !context.isFor(job.service)) throw otherAccount();
      if (isNew && kept.isCut) throw cutAddress();
      const { limit } = context.service;
      const turn = isNew ? limit.enter(abort.signal, true) : limit.occupy();
      await runner.run(kept, context, turn, isNew ? bringBack(kept) : undefined);
    } catch (error) {
      if (error === PARKED) return;
      // Its account cannot be used as it is now. One that is asked for late has had its error.
      if (kept.overdue) {
        reservations.settle(kept, { error: kept.overdue });
        onNoLateResult(kept);
      } else await runner.settle(kept, { error: aboutJob(asFluxError(error, job), job) });
    }
  }
}

/** The pictures of a request that was found in the journal. */
async function bringBack(kept: KeptJob): Promise<void> {
  await kept.bringBack?.();
  delete kept.bringBack;
}
