import { setImmediate as nextTurn } from "node:timers/promises";
import type { FluxError } from "../errors";
import { knownAs } from "../jobs/job";
import type { Claim } from "../jobs/keeper/claim";
import type { Keeper } from "../jobs/keeper/keeper";
import { passes } from "../jobs/steps";
import { asFluxError } from "../jobs/unexpected";
import type { NodeModel } from "../models/model";
import type { Progress } from "../providers/provider";
import { acceptMessage } from "./accept-message";
import { Arrivals, type Place } from "./arrivals";
import { type ClaimResult, fetchResult, outgoing } from "./claim-result";
import { readControls, unknownJob } from "./controls";
import { watchDeploys } from "./deploys";
import { serveEstimate } from "./estimate/serve-estimate";
import { finish } from "./finish";
import { InferenceOwner } from "./inference-owner";
import { JobStatus } from "./job-status";
import { keeperOf, watchFlows } from "./keeper-of";
import { OpenRuns } from "./open-runs";
import { resumeMessage } from "./resume-message";
import { activityOf, type Run } from "./runs";
import { standIn } from "./stand-in";
import type { FluxMessage, Node, NodeAPI, NodeDef, Send } from "./types";

/** How long a closing node waits for what is written, and for answers that alone tell a paid job's id; in ms. */
const CLOSING = { written: 10_000, heard: 2000 };

/** Registers an inference node type: one model, one message in, its pictures out. */
export function inferenceNode(RED: NodeAPI, type: string, model: NodeModel): void {
  watchFlows(RED);
  watchDeploys(RED);
  serveEstimate(RED);
  function InferenceNode(this: Node, config: NodeDef) {
    RED.nodes.createNode(this, config);
    const inference = new Inference(new InferenceOwner(RED, this, model, config));
    this.on("input", (message, send, done) => inference.input(message as FluxMessage, send, done));
    this.on("close", (_removed: boolean, done: () => void) => {
      inference.close().then(done, done);
    });
  }
  RED.nodes.registerType(type, InferenceNode);
}

/** What became of a message: messages that leave, or an error. */
interface Ended {
  claim: Claim | undefined;
  messages: readonly FluxMessage[];
  failure?: FluxError;
}

/** One inference node: what is in it, and what becomes of each message. */
class Inference {
  readonly #owner: InferenceOwner;
  readonly #keeper: Keeper;
  readonly #detach: () => Promise<void>;
  readonly #runs = new OpenRuns<Run>((signal) => ({ signal }));
  readonly #arrivals = new Arrivals();
  readonly #status: JobStatus;
  readonly #changed = () => this.#status.changed();

  constructor(owner: InferenceOwner) {
    const { RED, node } = owner;
    this.#owner = owner;
    this.#status = new JobStatus(node, RED._, () => activityOf(this.#runs));
    this.#keeper = keeperOf(RED);
    this.#detach = this.#keeper.attach(node.id, {
      // Through the node's own input, so that Complete, Catch and hooks see them like any other.
      receive: (message) => node.receive(message as FluxMessage),
      context: async () => owner.contextWith(await owner.account()),
    });
  }

  /** Never rejects: a rejected input handler would end the whole Node-RED process. */
  async input(message: FluxMessage, send: Send, done: (error?: Error) => void): Promise<void> {
    const open = this.#runs.begin();
    if (!open) return;
    const { claim, messages, failure: problem } = await this.#handle(message, open.run);
    if (!this.#runs.end(open)) return;
    const failure = problem ?? this.#sendAll(messages, claim, send);
    if (failure) this.#status.ended({ outcome: "failed", job: claim?.kept.job.id, error: failure });
    // Its clone for a late result, before Catch nodes can change it or answer its HTTP request.
    if (claim && failure && failure === claim.kept.overdue) claim.message = this.#cloned(message);
    finish(this.#owner.node, message, done, failure);
    // No earlier than the next turn: by then the nodes downstream have the message.
    if (claim) setImmediate((delivered: Claim) => this.#keeper.deliveries.delivered(delivered, failure), claim);
  }

  /** @returns what went wrong. */
  #sendAll(messages: readonly FluxMessage[], claim: Claim | undefined, send: Send): FluxError | undefined {
    if (messages.length === 0) return undefined;
    const job = claim?.kept.job;
    try {
      passes("before:send", job?.id);
      for (const out of messages) send(out);
      passes("after:send", job?.id);
      return undefined;
    } catch (error) {
      return asFluxError(error, job);
    }
  }

  async close(): Promise<void> {
    const { node } = this.#owner;
    // What can be accepted at once is not lost.
    if (this.#arrivals.hurry()) await nextTurn();
    const unaccepted = this.#runs.close().filter(({ claim }) => !claim).length;
    this.#status.close();
    if (unaccepted > 0)
      node.warn(`Dropped messages (${unaccepted}) that were still being read; nothing was sent for them.`);
    const detached = this.#detach();
    await atMost(CLOSING.heard, this.#keeper.heardOut(node.id));
    await atMost(CLOSING.written, detached);
  }

  /** Never rejects. */
  async #handle(message: FluxMessage, run: Run): Promise<Ended> {
    try {
      let claim = this.#keeper.takeBack(message);
      if (!claim) {
        const place = this.#arrivals.enter();
        try {
          if (place.start) await place.start;
          claim = await this.#take(message, run, place);
        } finally {
          place.leave();
        }
      }
      // It only cancelled others.
      if (!claim) return { claim, messages: [] };
      run.claim = claim;
      this.#changed();
      const onProgress = (progress: Progress) => {
        run.progress = progress;
        this.#changed();
      };
      const answer = await this.#keeper.deliveries.result(claim, { onPhase: this.#changed, onProgress }, run.signal);
      const context = claim.kept.context ?? (await this.#keeper.deliveries.contextOf(claim));
      const source = { context, signal: run.signal };
      const fetched = fetchResult(this.#owner, this.#keeper, claim, answer, source);
      const result = fetched instanceof Promise ? await fetched : fetched;
      return { claim, messages: this.#leave(message, result, run) };
    } catch (error) {
      return this.#fail(error, run);
    }
  }

  /** @returns the messages that leave. */
  #leave(message: FluxMessage, result: ClaimResult, { room }: Run): readonly FluxMessage[] {
    const { messages, report } = outgoing(this.#owner, message, result, room);
    this.#status.ended({
      outcome: "delivered",
      job: report.id,
      pictures: result.pictures.length,
      seconds: Math.round(report.timings.total / 1000),
      cost: report.cost,
    });
    return messages;
  }

  /** A message that came over the wire. @returns nothing of one that only cancels others. */
  #take(message: FluxMessage, run: Run, place: Place): Promise<Claim | undefined> {
    const { cancel, resume } = readControls(message);
    if (cancel !== undefined) return this.#cancel(cancel, place);
    if (resume) return resumeMessage(this.#owner, this.#keeper, message, run, resume);
    return acceptMessage(this.#owner, this.#keeper, message, run, place);
  }

  /** Everything that came before it, too. */
  async #cancel(target: string | true, place: Place): Promise<undefined> {
    await place.turn;
    await this.#keeper.ready;
    const cancelled = await this.#keeper.cancel(this.#owner.node.id, target);
    if (cancelled === 0 && target !== true) throw unknownJob(target);
    return undefined;
  }

  #fail(error: unknown, { claim }: Run): Ended {
    const { job, context, outcome } = claim?.kept ?? {};
    // fal tells the id of a job that it answers at once in that answer only.
    const answered = outcome && "answer" in outcome ? outcome.answer.requestId : undefined;
    const requestId = answered ?? (job && context && knownAs(job, context.service.provider));
    return { claim, messages: [], failure: asFluxError(error, job, requestId) };
  }

  /** Without what answers an HTTP request: by the time of a late result that was done. */
  #cloned(message: FluxMessage): FluxMessage {
    try {
      const { req, res, ...rest } = message;
      return this.#owner.RED.util.cloneMessage(rest as FluxMessage);
    } catch {
      return standIn(message);
    }
  }
}

/** Waits for something, but not for ever. Never rejects. */
async function atMost(milliseconds: number, something: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  await Promise.race([something.catch(() => {}), late]);
  clearTimeout(timer);
}
