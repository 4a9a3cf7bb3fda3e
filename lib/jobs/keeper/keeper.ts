import { v4 as uuid } from "uuid";
import type { FluxError } from "../../errors";
import type { Answer } from "../../providers/provider";
import type { Job, Outcome } from "../job";
import type { Journal, JournalEntry } from "../journal/journal";
import type { Release } from "../limit";
import { asFluxError } from "../unexpected";
import { Absences, type PresentFlows } from "./absences";
import { askAgain } from "./ask-again";
import { AttachedNodes } from "./attached-nodes";
import { cancelJobs } from "./cancel";
import type { Claim, Waiter } from "./claim";
import { Endings } from "./endings";
import { aboutJob, cutAddress, otherAccount, otherRequest } from "./errors";
import { isEntryKept, readFound } from "./found";
import { isNamed, JobBook } from "./job-book";
import { claimsOf, type KeptJob, keptJob, PARKED } from "./kept-job";
import { warnOfLosses } from "./losses";
import { Reservations, reservationsOf } from "./reservations";
import { Returns } from "./returns";
import { reviveIfGivenUp } from "./revive";
import type { Recipient, RunContext } from "./run-context";
import { Runner } from "./runner";
import { savedJob } from "./saved";
import { Writer } from "./writer";

export interface KeeperOptions {
  /** Opens the journal; undefined where there is no place for one: jobs then live in memory only. */
  openJournal:
    | ((isKept: (entry: JournalEntry) => boolean, warn: (text: string) => void) => Promise<Journal>)
    | undefined;
  /** Tells the log. */
  warn: (text: string) => void;
}

/** What a new job takes of its account's budget. */
export interface Spending {
  shape: string;
  pictures: number;
}

/**
 * Keeps the jobs of a user directory: they go on while their nodes are made anew, and come back after a crash. Nodes
 * attach by their id, get the messages back that still wait for a result, and say when a result has left.
 */
export class Keeper {
  /** Resolves once the journal has been read; never rejects. */
  readonly ready: Promise<void>;
  readonly #options: KeeperOptions;
  readonly #book = new JobBook();
  readonly #nodes = new AttachedNodes();
  readonly #returns: Returns;
  readonly #absences: Absences;
  readonly #reservations: Reservations;
  readonly #runner: Runner;
  readonly #writer: Writer;
  #journal: Journal | undefined;
  #isStarted = false;

  constructor(options: KeeperOptions) {
    this.#options = options;
    this.#returns = new Returns(this.#nodes, options.warn);
    this.#writer = new Writer(() => this.#journal, options.warn);
    this.#reservations = new Reservations(this.#writer);
    this.#runner = new Runner({
      writer: this.#writer,
      reservations: this.#reservations,
      whenWanted: (kept, signal) => this.#nodes.whenWanted(kept, signal),
      onNews: (kept) => this.#tell(kept),
      onNoLateResult: (kept) => this.#endLate(kept),
    });
    const { warn } = options;
    const endings = new Endings({ book: this.#book, runner: this.#runner, writer: this.#writer, warn });
    this.#absences = new Absences({
      note: (kept) => this.#writer.note(kept.job, "absence", kept.absence),
      drop: (kept, nodeIds) => endings.drop(kept, nodeIds),
      setAside: (kept) => endings.setAside(kept),
    });
    this.ready = this.#load();
  }

  async #load(): Promise<void> {
    const { openJournal, warn } = this.#options;
    if (!openJournal) return;
    try {
      const journal = await openJournal((entry) => this.#journal === undefined || this.#isKept(entry), warn);
      const { open, closed, aside, spendings, prices } = await readFound(journal, warn);
      for (const one of closed) this.#book.addClosed(one);
      for (const kept of open) this.#book.take(kept);
      for (const id of aside) this.#book.addAside(id);
      this.#reservations.found([...spendings, ...reservationsOf(open, closed)], prices);
      this.#journal = journal;
    } catch (error) {
      warn(`The journal of FLUX jobs cannot be used: ${asFluxError(error).message}`);
    }
  }

  #isKept(entry: JournalEntry): boolean {
    return isEntryKept(
      entry,
      (id) => this.#book.needs(id),
      (price) => this.#reservations.isLast(price),
    );
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
    };
  }

  /** The flows run: messages go back to the nodes that are there, and what becomes of the others is decided. */
  started(flows: PresentFlows): void {
    this.#isStarted = true;
    void this.ready.then(() => {
      this.#absences.look([...this.#book.open], flows);
      for (const kept of this.#book.open) this.#tell(kept);
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
   * Accepts a message's job and runs it; a repeated idempotency key joins the job that has it. Whether there is room
   * is decided in this call. The keeper must be ready.
   *
   * @throws FluxError FLUX_BUSY, FLUX_QUOTA; FLUX_VALIDATION when the key is that of another request.
   */
  accept(job: Job, message: object, context: RunContext, { shape, pictures }: Spending): Claim {
    const earlier = job.idempotencyKey === undefined ? undefined : this.#book.findByKey(job.nodeId, job.idempotencyKey);
    if (earlier) {
      if (earlier.job.hash !== job.hash) throw otherRequest(earlier.job);
      // A record, of which nobody waits, does not keep what was asked for.
      if (earlier.claims.size === 0) earlier.job.request = job.request;
      return this.#join(earlier, job.nodeId, message);
    }
    const { budget, limit } = context.service;
    const kept = keptJob(job);
    this.#reservations.restore(context);
    kept.reservation = budget.reserve(job.id, { shape, pictures, at: job.acceptedAt });
    try {
      return this.#begin(kept, message, context, limit.enter(kept.abort.signal));
    } catch (error) {
      budget.release(job.id);
      throw error;
    }
  }

  /**
   * Gets the result of a job that was paid for before.
   * @param job used when nothing is known of it here.
   * @param check throws when the known job's result is not for this node.
   */
  resume(job: Job, message: object, context: RunContext, check: (known: Job) => void): Claim {
    const known = this.#book.find(job.id) ?? this.#book.find(job.receipt?.requestId ?? job.id);
    if (known) {
      check(known.job);
      return this.#join(known, job.nodeId, message);
    }
    // It runs at the service already, if anywhere: it takes nobody's place.
    return this.#begin(
      keptJob(job),
      message,
      context,
      Promise.resolve(() => {}),
    );
  }

  #begin(kept: KeptJob, message: object, context: RunContext, turn: Promise<Release>): Claim {
    const { job } = kept;
    kept.context = context;
    const claim = this.#addClaim(kept, job.nodeId, message);
    this.#book.take(kept);
    const saved = savedJob(job, { id: claim.id, nodeId: job.nodeId, message }, kept.reservation);
    const written = this.#writer.require(job, "waiting", saved, true).catch((error: unknown) => {
      kept.isVoid = true;
      throw error;
    });
    this.#follow(kept, () => this.#runner.run(kept, context, turn, written));
    return claim;
  }

  #join(kept: KeptJob, nodeId: string, message: object): Claim {
    reviveIfGivenUp(kept);
    this.#book.take(kept);
    const claim = this.#addClaim(kept, nodeId, message);
    claim.joined = this.#writer.require(kept.job, "joined", { claim: { id: claim.id, nodeId, message } });
    // Handled where the claim's result is asked for.
    claim.joined.catch(() => {});
    return claim;
  }

  #addClaim(kept: KeptJob, nodeId: string, message: object): Claim {
    const claim: Claim = {
      id: uuid(),
      kept,
      nodeId,
      message,
      isRecovered: false,
      dropped: [],
      isRepeat: kept.outcome !== undefined,
      isTold: false,
      isHandled: true,
    };
    kept.claims.set(claim.id, claim);
    return claim;
  }

  /** Begins a run, after the one before it has ended. */
  #follow(kept: KeptJob, run: () => Promise<void>): void {
    const running: Promise<void> = (kept.running ? kept.running.then(run) : run()).finally(() => {
      if (kept.running === running) delete kept.running;
    });
    kept.running = running;
  }

  /**
   * Waits for a claim's result.
   * @param signal aborts when the node is closed.
   * @throws FluxError what the job ended with; FLUX_TIMEOUT when its deadline passed, whatever comes later.
   */
  async result(claim: Claim, listener: Pick<Waiter, "onPhase" | "onProgress">, signal: AbortSignal): Promise<Answer> {
    const { kept } = claim;
    try {
      await claim.joined;
    } catch (error) {
      claim.ending = asFluxError(error);
      throw error;
    }
    // The node may have been made anew meanwhile: then its new instance waits.
    signal.throwIfAborted();
    if (claim.ending) throw claim.ending;
    if (claim.isRepeat && kept.outcome && "error" in kept.outcome) return this.renewed(claim);
    if (kept.outcome) return answerIn(kept.outcome);
    if (kept.overdue && !claim.isTold) throw kept.overdue;
    return new Promise((resolve, reject) => {
      claim.waiter = { ...listener, resolve, reject };
      this.#runAgain(kept);
    });
  }

  /** Asks the service for a result whose pictures are not kept here, or not there any more. */
  async renewed({ kept, nodeId }: Claim): Promise<Answer> {
    const outcome = await askAgain(kept, await this.#nodes.contextOf(kept, nodeId));
    if ("answer" in outcome) kept.outcome = outcome;
    return answerIn(outcome);
  }

  /**
   * What a claim's job was run with, or is to be run with.
   * @throws FluxError FLUX_CONFIG when its account cannot be used.
   */
  async contextOf({ kept, nodeId }: Claim): Promise<RunContext> {
    try {
      return kept.context ?? (await this.#nodes.contextOf(kept, nodeId));
    } catch (error) {
      throw aboutJob(asFluxError(error), kept.job);
    }
  }

  /** Runs a job on that was parked or found in the journal. */
  #runAgain(kept: KeptJob): void {
    const isUnderWay = kept.outcome !== undefined || (kept.running && !kept.abort.signal.aborted);
    if (isUnderWay) return;
    kept.abort = new AbortController();
    this.#follow(kept, () => this.#runFound(kept));
  }

  async #runFound(kept: KeptJob): Promise<void> {
    const { job, abort } = kept;
    let context: RunContext | undefined;
    try {
      context = await this.#nodes.contextOf(kept);
      this.#reservations.restore(context);
      if (kept.overdue) return await this.#runner.runLate(kept, context);
      const isNew = job.phase.state === "waiting";
      if (isNew && !context.isFor(job.service)) throw otherAccount();
      if (isNew && kept.isCut) throw cutAddress();
      const { limit } = context.service;
      const turn = isNew ? limit.enter(abort.signal, true) : Promise.resolve(limit.occupy());
      await this.#runner.run(kept, context, turn, isNew ? this.#bringBack(kept) : Promise.resolve());
    } catch (error) {
      if (error === PARKED) return;
      // Its account cannot be used as it is now. One that is asked for late has had its error.
      if (kept.overdue) this.#endLate(kept);
      else await this.#runner.settle(kept, { error: aboutJob(asFluxError(error, job), job) }, context);
    }
  }

  /** The pictures of a request that was found in the journal. */
  async #bringBack(kept: KeptJob): Promise<void> {
    if (kept.bringBack === undefined || !this.#journal) return;
    await kept.bringBack();
    delete kept.bringBack;
  }

  /** Tells those who wait for a job what there is to tell, and gives back the messages of those who are to be told. */
  #tell(kept: KeptJob): void {
    for (const claim of kept.claims.values()) {
      const { waiter } = claim;
      if (waiter && kept.outcome) settle(waiter, kept.outcome);
      else if (waiter && kept.overdue) waiter.reject(kept.overdue);
      if (kept.outcome || kept.overdue) delete claim.waiter;
      if (!claim.isHandled) this.#giveBack(claim);
    }
  }

  /** Gives a message back to its node, if there is anything for it. */
  #giveBack(claim: Claim): void {
    const { kept } = claim;
    if (!this.#isStarted || !this.#nodes.get(claim.nodeId)) return;
    if (!claim.isTold || (kept.outcome && "answer" in kept.outcome)) this.#returns.give(claim);
    // It has had its error: only a result is worth coming back for.
    else if (kept.outcome) this.delivered(claim);
    else this.#runAgain(kept);
  }

  /**
   * A claim's messages were sent, or its error was raised. Told no earlier than the next turn of the event loop.
   *
   * @param error the one that was raised.
   */
  delivered(claim: Claim, error?: FluxError): void {
    const { kept } = claim;
    if (error !== undefined && error === kept.overdue && !claim.isTold) {
      claim.isTold = true;
      claim.isHandled = false;
      void this.#writer.note(kept.job, "told", { claim: claim.id });
      // Its result may have come in the meantime.
      this.#tell(kept);
      return;
    }
    kept.claims.delete(claim.id);
    if (kept.claims.size > 0 || !kept.outcome) {
      void this.#writer.note(kept.job, "delivered", { claim: claim.id });
      return;
    }
    this.#close(kept, claim);
  }

  #close(kept: KeptJob, last?: Claim): void {
    const record = this.#book.close(kept);
    if (kept.isVoid) return;
    if (kept.isReopened && last) void this.#writer.note(kept.job, "delivered", { claim: last.id });
    else void this.#writer.note(kept.job, "closed", record ?? {});
  }

  /** Nothing came of asking for a job after its deadline: who was told has had its error. */
  #endLate(kept: KeptJob): void {
    if (!kept.overdue) return;
    kept.outcome = { error: kept.overdue };
    this.#tell(kept);
  }

  /**
   * Cancels jobs of a node that have no result yet: one that an id names, or all of them.
   * @returns how many there were.
   */
  async cancel(nodeId: string, target: string | true): Promise<number> {
    const jobs = [...this.#book.open].filter(
      (kept) => !kept.outcome && claimsOf(kept, nodeId).length > 0 && (target === true || isNamed(kept.job, target)),
    );
    await cancelJobs(jobs, nodeId, {
      contextOf: (kept) => this.#nodes.contextOf(kept),
      end: async (kept, error) => {
        if (kept.running) kept.abort.abort(error);
        else await this.#runner.settle(kept, { error }, kept.context);
      },
      forget: (claim) => this.delivered(claim),
    });
    return jobs.length;
  }
}

const settle = ({ resolve, reject }: Waiter, outcome: Outcome): void =>
  "answer" in outcome ? resolve(outcome.answer) : reject(outcome.error);

function answerIn(outcome: Outcome): Answer {
  if ("error" in outcome) throw outcome.error;
  return outcome.answer;
}
