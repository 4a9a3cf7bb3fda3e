import type { FluxError } from "../errors";
import { advance, type Job, knownAs } from "../jobs/job";
import { lateAnswer } from "../jobs/late";
import { newJob } from "../jobs/new-job";
import { runJob } from "../jobs/run-job";
import { expectedPicture } from "../models/expected-picture";
import type { NodeModel } from "../models/model";
import { prepareRequest } from "../models/preparing/prepare";
import type { PreparedRequest } from "../models/request";
import type { Answer } from "../providers/provider";
import type { OpenAccount } from "./account";
import { cancelIfDeleted, cancelJob } from "./cancel-jobs";
import { deliverAll } from "./deliver-all";
import type { DeliveredPicture } from "./delivered-picture";
import { type AccountNode, findAccount } from "./find-account";
import { type ReportedError, reportJob, totalCost } from "./job-report";
import { toMessages } from "./outgoing";
import { readInput } from "./read-input";
import { type Room, roomFor, withResult } from "./result-property";
import { type LeftBehind, type Run, Runs } from "./runs";
import { type InferenceSettings, readInferenceSettings } from "./settings";
import { StatusLine } from "./status";
import type { FluxMessage, Node, NodeAPI, NodeDef, Send } from "./types";
import { asFluxError } from "./unexpected";
import { warnOf } from "./warn-of";
import { assertWritable } from "./writable";

/** What a message must be able to take in, and to lose, once its pictures are there. */
const WRITTEN_BY_TOOLS = ["image", "job", "fluxOrigins"];
const WRITTEN = ["payload", "image", "job", "parts", "flux", "fluxOrigins"];

/** Where a tool's picture comes from when its node was written by hand and does not say. */
const TOOL_IMAGE = { type: "msg", value: "payload" };

/** What a message became: the messages that leave, and the job that made them. */
interface Outgoing {
  messages: FluxMessage[];
  job: Job;
}

/** One message's job with everything that it needs. */
interface Work {
  message: FluxMessage;
  run: Run;
  job: Job;
  prepared: PreparedRequest;
  settings: InferenceSettings;
  account: AccountNode;
  opened: OpenAccount;
  /** Of a tool: where its result goes. */
  room?: Room;
}

/** A settled job whose pictures are here, in the form in which they leave. */
interface Result {
  work: Work;
  answer: Answer;
  pictures: DeliveredPicture[];
  warnings: string[];
  errors: ReportedError[];
}

/** Registers an inference node type: one model, one message in, its pictures out. */
export function inferenceNode(RED: NodeAPI, type: string, model: NodeModel): void {
  function InferenceNode(this: Node, config: NodeDef) {
    RED.nodes.createNode(this, config);
    const inference = new Inference(RED, this, model, config);
    this.on("input", (message, send, done) => inference.input(message as FluxMessage, send, done));
    this.on("close", (_removed: boolean, done: () => void) => {
      inference.close();
      done();
    });
  }
  RED.nodes.registerType(type, InferenceNode);
}

/** One inference node: what is in it, and what becomes of each message. */
class Inference {
  readonly #RED: NodeAPI;
  readonly #node: Node;
  readonly #model: NodeModel;
  readonly #config: NodeDef;
  readonly #runs = new Runs();
  readonly #status: StatusLine;
  #settings: InferenceSettings | undefined;
  // Of a tool: where its result goes. `msg.flux` then is not its own.
  readonly #resultInto: string | undefined;
  // Late results come back through the node's own input, so that Complete, Catch and hooks see them like any other.
  readonly #late = new WeakMap<FluxMessage, Result>();
  // Their messages have had an error, but the jobs are still asked for.
  readonly #overdue = new Set<LeftBehind>();

  constructor(RED: NodeAPI, node: Node, model: NodeModel, config: NodeDef) {
    this.#RED = RED;
    this.#node = node;
    this.#model = model;
    this.#config = config;
    this.#resultInto = "modes" in model ? undefined : model.resultInto;
    this.#status = new StatusLine(node, RED._, () => this.#runs.activity());
  }

  /** Never rejects: a rejected input handler would end the whole Node-RED process. */
  async input(message: FluxMessage, send: Send, done: (error?: Error) => void): Promise<void> {
    let failure: FluxError | undefined;
    let job: Job | undefined;
    try {
      const outgoing = await this.#runs.start((run) =>
        this.#handle(message, run).catch((error: unknown) => {
          job = run.job;
          throw asFluxError(error, job, requestIdOf(run));
        }),
      );
      job = outgoing.job;
      for (const out of outgoing.messages) send(out);
      advance(job, { state: "delivered" });
    } catch (error) {
      failure = asFluxError(error, job);
      this.#status.ended({ outcome: "failed", job: job?.id, error: failure });
    }
    try {
      done(failure);
    } catch {
      // Node-RED clones the message for Catch and Complete nodes; one that cannot be read cannot be cloned either.
      this.#node.error(failure?.message ?? "The message cannot be read: a property of it throws.");
    }
  }

  close(): void {
    const { sent: running, unsent } = this.#runs.close();
    const sent = [...running, ...this.#overdue];
    this.#status.close();
    if (sent.length > 0) {
      const ids = sent.map(({ job, opened }) => knownAs(job, opened.service.provider) ?? "(no id yet)").join(", ");
      this.#node.warn(`Stopped waiting for jobs (${sent.length}) that the service may finish and bill: ${ids}`);
      cancelIfDeleted(this.#RED, this.#node, sent);
    }
    if (unsent > 0) this.#node.warn(`Dropped messages (${unsent}) that waited in line; nothing was sent for them.`);
  }

  /** Read when the first message comes: Node-RED starts faster, and what is wrong with them reaches Catch nodes. */
  #readSettings(): InferenceSettings {
    const presets = this.#resultInto === undefined ? {} : { imageFrom: TOOL_IMAGE };
    this.#settings ??= readInferenceSettings({ ...presets, ...this.#config });
    return this.#settings;
  }

  async #handle(message: FluxMessage, run: Run): Promise<Outgoing> {
    const late = this.#late.get(message);
    if (late) return this.#outgoing(message, late, true);

    const settings = this.#readSettings();
    const account = findAccount(this.#RED, settings.account);
    const input = await readInput(this.#RED, this.#node, settings, message);
    const isTool = this.#resultInto !== undefined;
    const prepared = prepareRequest(this.#model, isTool ? { ...input, flux: undefined, origins: undefined } : input);
    assertWritable(message, isTool ? WRITTEN_BY_TOOLS : WRITTEN);
    const room =
      this.#resultInto === undefined ? undefined : roomFor(this.#RED, message, settings.into || this.#resultInto);
    const job = newJob(this.#node.id, prepared, settings.delivery);
    run.job = job;
    const opened = await account.account.open();
    run.opened = opened;
    const work: Work = { message, run, job, prepared, settings, account, opened, ...(room && { room }) };
    return this.#outgoing(message, await this.#fetch(work, await this.#run(work)));
  }

  #run(work: Work): Promise<Answer> {
    const { run, job, settings, account, opened } = work;
    return runJob(job, {
      service: opened.service,
      deadline: (settings.timeout || account.settings.timeout) * 1000,
      retries: account.settings.retries,
      signal: run.signal,
      onPhase: () => this.#status.changed(),
      onProgress: (progress) => {
        run.progress = progress;
        this.#status.changed();
      },
      onOverdue: () => this.#afterDeadline(work),
    });
  }

  /** Decides what becomes of a job whose deadline has passed, and says so. */
  #afterDeadline(work: Work): string {
    const { provider } = work.opened.service;
    const isFindable = knownAs(work.job, provider) !== undefined;
    if (work.settings.lateResults) {
      // Without an id it is tried all the same: the answer that has it may still come.
      void this.#deliverLate(work);
      if (isFindable) return "If it comes within the next hour, its result is still delivered.";
    }
    if (!isFindable) return "";
    if (!provider.cancel) return "Nobody waits for it any more.";
    void cancelJob(this.#node, work, "because its deadline passed");
    return "It is being cancelled.";
  }

  /** Never rejects: nobody waits for it. */
  async #deliverLate(work: Work): Promise<void> {
    const { message, run, job, opened } = work;
    this.#overdue.add(work);
    try {
      // Cloned now: the message goes to Catch nodes next, which may change it, and answer its HTTP request.
      const { req, res, ...rest } = message;
      const kept = this.#RED.util.cloneMessage(rest as FluxMessage);
      const answer = await lateAnswer(job, opened.service.provider, opened.latePace, run.signal);
      if (!answer) return;
      const result = await this.#fetch(work, answer);
      if (this.#runs.closed) return;
      this.#late.set(kept, result);
      this.#node.receive(kept);
    } catch (error) {
      // The message has had its error already.
      if (!this.#runs.closed) this.#node.warn(`No late result for job ${job.id}: ${asFluxError(error, job).message}`);
    } finally {
      this.#overdue.delete(work);
    }
  }

  async #fetch(work: Work, answer: Answer): Promise<Result> {
    const { job, prepared, settings, run, opened } = work;
    const { service, addresses, connection } = opened;
    const { provider } = service;
    const expected = expectedPicture(prepared.model, job.request);
    const requestId = answer.requestId ?? knownAs(job, provider);
    const owner = { provider: provider.name, requestId, expected };
    const source = { addresses, connection, signal: run.signal };
    return { work, answer, ...(await deliverAll(answer, settings.output, owner, source)) };
  }

  #outgoing(message: FluxMessage, result: Result, late = false): Outgoing {
    const { work, answer, pictures, errors } = result;
    const { job, prepared, settings, opened, room } = work;
    const { provider } = opened.service;
    const warnings = [...prepared.warnings, ...(answer.warnings ?? []), ...result.warnings];
    const report = reportJob(job, {
      provider: provider.name,
      requestId: answer.requestId ?? knownAs(job, provider),
      cost: totalCost(answer.pictures),
      billableUnits: answer.billableUnits,
      warnings,
      errors,
      late,
    });
    // What went wrong first: of many warnings not all are shown.
    warnOf(this.#node, [...errors.map((error) => error.message), ...warnings]);
    this.#status.ended({
      outcome: "delivered",
      job: job.id,
      pictures: pictures.length,
      seconds: Math.round(report.timings.total / 1000),
      cost: report.cost,
    });
    const [picture] = pictures;
    if (room && picture) return { messages: [withResult(this.#node, message, picture, report, room)], job };
    return { messages: toMessages(this.#RED, message, pictures, report, settings), job };
  }
}

const requestIdOf = ({ job, opened }: Run): string | undefined =>
  job && opened && knownAs(job, opened.service.provider);
