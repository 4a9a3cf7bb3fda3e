import { Costs } from "../costs/costs";
import type { IsKept, Journal } from "../journal/journal";
import { refusing, unusable } from "../journal/refusing";
import { asFluxError } from "../unexpected";
import { Absences, type PresentFlows } from "./absences";
import { AttachedNodes } from "./attached-nodes";
import { type CancelledJob, type CancelMeans, cancelForAll, cancelJobs } from "./cancel";
import type { Claim } from "./claim";
import { Deliveries } from "./deliveries";
import { Endings } from "./endings";
import { isEntryKept, readFound } from "./found";
import { Intake } from "./intake";
import { isNamed, JobBook } from "./job-book";
import { claimsOf, PARKED } from "./kept-job";
import { warnOfLosses } from "./losses";
import { Overview } from "./overview";
import { Reservations, reservationsOf } from "./reservations";
import { Returns } from "./returns";
import type { Recipient } from "./run-context";
import { Runner } from "./runner";
import { Runs } from "./runs";
import { Writer } from "./writer";

export interface KeeperOptions {
  /** Opens the journal; undefined where there is no place for one: jobs then live in memory only. */
  openJournal: ((whatIsKept: () => IsKept, warn: (text: string) => void) => Promise<Journal>) | undefined;
  /** Tells the log. */
  warn: (text: string) => void;
  /** Told of whatever somebody sees who looks at a list of the jobs; often, and in the middle of the work. */
  changed?: () => void;
}

/**
 * Keeps the jobs of a user directory: they go on while their nodes are made anew, and come back after a crash. Nodes
 * attach by their id, get the messages back that still wait for a result, and say when a result has left.
 */
export class Keeper {
  /** Resolves once the journal has been read; never rejects. */
  readonly ready: Promise<void>;
  /** Where messages become claims on jobs. The keeper must be ready. */
  readonly intake: Intake;
  /** Where claims get their results. */
  readonly deliveries: Deliveries;
  /** What jobs did cost. */
  readonly costs: Costs;
  /** What there is to see of the jobs. The keeper must be ready. */
  readonly overview: Overview;
  readonly #options: KeeperOptions;
  readonly #book: JobBook;
  readonly #nodes = new AttachedNodes();
  readonly #returns: Returns;
  readonly #absences: Absences;
  readonly #reservations: Reservations;
  readonly #runner: Runner;
  readonly #writer: Writer;
  #journal: Journal | undefined;
  #isReady = false;
  #isStarted = false;

  constructor(options: KeeperOptions) {
    const { warn, changed = () => {} } = options;
    const book = new JobBook(changed);
    const nodes = this.#nodes;
    const writer = new Writer(() => this.#journal, warn);
    const costs = new Costs(warn);
    const reservations = new Reservations(writer, costs);
    const returns = new Returns(nodes, warn);
    const runner: Runner = new Runner({
      writer,
      reservations,
      isWanted: (kept) => nodes.want(kept),
      onNews: (kept) => deliveries.tell(kept),
      onNoLateResult: (kept) => deliveries.endLate(kept),
      onChange: changed,
    });
    const runs: Runs = new Runs({
      nodes,
      reservations,
      runner,
      onNoLateResult: (kept) => deliveries.endLate(kept),
    });
    const deliveries: Deliveries = new Deliveries({
      book,
      nodes,
      returns,
      runs,
      writer,
      isStarted: () => this.#isStarted,
    });
    const endings = new Endings({ book, runner, reservations, writer, warn });
    this.intake = new Intake({ book, reservations, writer, runner, runs });
    this.deliveries = deliveries;
    this.costs = costs;
    this.overview = new Overview(book, nodes);
    this.#book = book;
    this.#absences = new Absences({
      note: (kept) => writer.note(kept.job, "absence", kept.absence),
      drop: (kept, nodeIds) => endings.drop(kept, nodeIds),
      setAside: (kept) => endings.setAside(kept),
    });
    this.#options = options;
    this.#writer = writer;
    this.#reservations = reservations;
    this.#returns = returns;
    this.#runner = runner;
    this.ready = this.#load().then(() => {
      this.#isReady = true;
    });
  }

  /** Whether the journal has been read. */
  get isReady(): boolean {
    return this.#isReady;
  }

  async #load(): Promise<void> {
    const { openJournal, warn } = this.#options;
    if (!openJournal) return;
    let journal: Journal | undefined;
    try {
      journal = await openJournal(() => this.#whatIsKept(), warn);
      const { open, closed, aside, spendings, prices } = await readFound(journal, warn);
      for (const one of closed) this.#book.addClosed(one);
      for (const kept of open) this.#book.take(kept);
      for (const id of aside) this.#book.addAside(id);
      this.#reservations.found([...spendings, ...reservationsOf(open, closed)], prices);
      await this.costs.load(journal);
      this.#journal = journal;
    } catch (error) {
      const refusal = unusable(asFluxError(error));
      warn(refusal.message);
      this.#journal = refusing(refusal, async () => journal?.close());
    }
  }

  #whatIsKept(): IsKept {
    // Until all has been read.
    if (!this.#journal) return () => true;
    const isNeeded = this.#book.neededNow();
    return (entry) => isEntryKept(entry, isNeeded, (price) => this.#reservations.isLast(price));
  }

  /**
   * A node is there.
   * @returns detaches it. Resolves once everything about its jobs is durable.
   */
  attach(nodeId: string, recipient: Recipient): () => Promise<void> {
    this.#nodes.add(nodeId, recipient);
    return async () => {
      if (this.#nodes.remove(nodeId, recipient)) for (const kept of this.#book.open) this.#nodes.leave(kept, nodeId);
      await this.ready;
      await this.#writer.flush();
      await this.costs.flush();
    };
  }

  /** The flows run: messages go back to the nodes that are there, and what becomes of the others is decided. */
  started(flows: PresentFlows): void {
    this.#isStarted = true;
    void this.ready.then(() => {
      this.#absences.look([...this.#book.open], flows);
      for (const kept of this.#book.open) this.deliveries.tell(kept);
    });
  }

  /** The flows are being stopped: nothing is given back before they run again. */
  stopping(): void {
    this.#isStarted = false;
  }

  /** The flows were stopped, and not to be started again at once: nothing is asked for any more. */
  stopped(): void {
    warnOfLosses(this.#book.open);
    this.#park();
  }

  #park(): void {
    for (const kept of this.#book.open) {
      // A paid request that is under way is heard out: only its answer may tell the job's id.
      if (kept.job.phase.state !== "submitting") kept.abort.abort(PARKED);
    }
  }

  /** Lets go of the journal; jobs that are not done come back when it is opened again. */
  async close(): Promise<void> {
    this.stopping();
    this.#park();
    await this.ready;
    await this.costs.close();
    await this.#journal?.close();
  }

  /** The claim that a message was given back to a node for; once. */
  takeBack(message: object): Claim | undefined {
    return this.#returns.take(message);
  }

  /** What of a node's was being sent when it was closed and can be named by the answer only: resolves with the last. */
  async heardOut(nodeId: string): Promise<void> {
    const unnamed = [...this.#book.open].filter(
      ({ job, context }) =>
        job.nodeId === nodeId && job.phase.state === "submitting" && context?.service.provider.resendWindow === 0,
    );
    await Promise.all(unnamed.map(({ sending }) => sending?.heard));
    await this.#writer.flush();
  }

  /**
   * Cancels jobs of a node that have no result yet: one that an id names, or all of them.
   * @returns how many there were.
   */
  async cancel(nodeId: string, target: string | true): Promise<number> {
    const jobs = [...this.#book.open].filter(
      (kept) => !kept.outcome && claimsOf(kept, nodeId).length > 0 && (target === true || isNamed(kept.job, target)),
    );
    await cancelJobs(jobs, nodeId, this.#cancelMeans("because msg.cancel asked for it"));
    return jobs.length;
  }

  /**
   * Cancels one job for every node that waits for it.
   *
   * @param why completes "The job was cancelled, ...".
   * @throws FluxError FLUX_CONFIG when its account cannot be used; PARKED when it was sent and none of its nodes is there.
   */
  async cancelJob(id: string, why: string): Promise<CancelledJob> {
    const kept = [...this.#book.open].find(({ job }) => job.id === id);
    if (!kept) return { state: this.#book.find(id) ? "ended" : "unknown" };
    return cancelForAll(kept, this.#cancelMeans(why));
  }

  #cancelMeans(why: string): CancelMeans {
    return {
      why,
      contextOf: (kept) => this.#nodes.contextOf(kept),
      end: async (kept, error) => {
        if (kept.running) kept.abort.abort(error);
        else await this.#runner.settle(kept, { error });
      },
      forget: (claim) => this.deliveries.delivered(claim),
    };
  }
}
