import { v4 as uuid } from "uuid";
import { FluxError } from "../errors";
import { advance, type Job } from "../jobs/job";
import { lateAnswer } from "../jobs/late";
import { runJob } from "../jobs/run-job";
import type { Model } from "../models/model";
import { prepareRequest } from "../models/prepare";
import { publicRequest } from "../models/public-request";
import type { PreparedRequest } from "../models/request";
import type { Answer } from "../providers/provider";
import { deliverAll } from "./deliver-all";
import { type AccountNode, findAccount } from "./find-account";
import { type JobReport, timings, toMessages, totalCost } from "./outgoing";
import { readInput } from "./read-input";
import { type Run, Runs } from "./runs";
import { type InferenceSettings, readInferenceSettings } from "./settings";
import { StatusLine } from "./status";
import type { FluxMessage, Node, NodeAPI, NodeDef, Send } from "./types";

/** What a message became: the messages that leave, and the job that made them. */
interface Outgoing {
  messages: FluxMessage[];
  job: Job;
}

/** An answer that came after its job was reported as FLUX_TIMEOUT, on its way back into the node. */
interface LateResult {
  job: Job;
  prepared: PreparedRequest;
  answer: Answer;
}

/** Registers an inference node type: one model, one message in, its pictures out. */
export function inferenceNode(RED: NodeAPI, type: string, model: Model): void {
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
  readonly #model: Model;
  readonly #config: NodeDef;
  readonly #runs = new Runs();
  readonly #status: StatusLine;
  #settings: InferenceSettings | undefined;
  // Late results come back through the node's own input, so that Complete, Catch and hooks see them like any other.
  readonly #late = new WeakMap<FluxMessage, LateResult>();

  constructor(RED: NodeAPI, node: Node, model: Model, config: NodeDef) {
    this.#RED = RED;
    this.#node = node;
    this.#model = model;
    this.#config = config;
    this.#status = new StatusLine(node, RED._, () => this.#runs.activity());
  }

  /** Never rejects: a rejected input handler would end the whole Node-RED process. */
  async input(message: FluxMessage, send: Send, done: (error?: Error) => void): Promise<void> {
    let failure: FluxError | undefined;
    try {
      const { messages, job } = await this.#runs.start((run) => this.#handle(message, run));
      for (const out of messages) send(out);
      advance(job, { state: "delivered" });
    } catch (error) {
      failure = this.#failed(error);
    }
    try {
      done(failure);
    } catch {
      // Node-RED clones the message for Catch and Complete nodes; one that cannot be read cannot be cloned either.
      this.#node.error(failure?.message ?? "The message cannot be read: a property of it throws.");
    }
  }

  close(): void {
    const abandoned = this.#runs.close();
    this.#status.close();
    if (abandoned.length > 0) {
      const ids = abandoned.map((job) => job.id).join(", ");
      this.#node.warn(`Stopped waiting for ${abandoned.length} jobs that the service may finish and bill: ${ids}`);
    }
  }

  /** Read when the first message comes: Node-RED starts faster, and what is wrong with them reaches Catch nodes. */
  #readSettings(): InferenceSettings {
    this.#settings ??= readInferenceSettings(this.#config);
    return this.#settings;
  }

  async #handle(message: FluxMessage, run: Run): Promise<Outgoing> {
    const settings = this.#readSettings();
    const account = findAccount(this.#RED, settings.account);
    const late = this.#late.get(message);
    if (late) return this.#settle(message, run, { ...late, settings, account, late: true });

    const input = await readInput(this.#RED, this.#node, settings, message);
    const prepared = prepareRequest(this.#model, input);
    const job = newJob(this.#node, prepared);
    run.job = job;
    const answer = await this.#run(message, run, { job, prepared, settings, account });
    return this.#settle(message, run, { job, prepared, settings, account, answer });
  }

  async #run(
    message: FluxMessage,
    run: Run,
    { job, prepared, settings, account }: Pick<Settlement, "job" | "prepared" | "settings" | "account">,
  ): Promise<Answer> {
    const { service, latePace } = await account.account.open();
    const deadline = (settings.timeout || account.settings.timeout) * 1000;
    try {
      return await runJob(job, {
        service,
        deadline,
        retries: account.settings.retries,
        signal: run.signal,
        onPhase: () => this.#status.changed(),
        onProgress: (progress) => {
          run.progress = progress;
          this.#status.changed();
        },
      });
    } catch (error) {
      if (error instanceof FluxError && error.code === "FLUX_TIMEOUT") {
        this.#awaitLate(message, { job, prepared }, lateAnswer(job, service.provider, latePace, run.signal));
      }
      throw error;
    }
  }

  #awaitLate(message: FluxMessage, given: Omit<LateResult, "answer">, late: Promise<Answer | undefined>): void {
    // Cloned now: the message goes to Catch nodes next, and what they do to it is not part of the late result.
    const kept = this.#RED.util.cloneMessage(message);
    late.then(
      (answer) => {
        if (!answer || this.#runs.closed) return;
        this.#late.set(kept, { ...given, answer });
        this.#node.receive(kept);
      },
      () => {}, // Only an abort rejects: the node is gone, and with it everyone who waited.
    );
  }

  async #settle(message: FluxMessage, run: Run, settlement: Settlement): Promise<Outgoing> {
    const { job, prepared, settings, account, answer } = settlement;
    const { service, baseUrl, connection } = await account.account.open();
    const { warnings } = prepared;
    const source = { baseUrl, connection, signal: run.signal };
    const { pictures, errors } = await deliverAll(answer, settings.output, job.request, source);
    const cost = totalCost(answer.pictures);
    const report: JobReport = {
      id: job.id,
      requestId: job.id,
      provider: service.provider.name,
      model: this.#model.air,
      request: publicRequest(job.request),
      ...(cost !== undefined && { cost }),
      timings: timings(job),
      attempts: job.attempts,
      warnings,
      errors,
      ...(settlement.late && { late: true }),
    };
    for (const warning of [...warnings, ...errors.map((error) => error.message)]) this.#node.warn(warning);
    this.#status.ended({
      outcome: "delivered",
      job: job.id,
      pictures: pictures.length,
      seconds: Math.round(report.timings.total / 1000),
      ...(cost !== undefined && { cost }),
    });
    return { messages: toMessages(this.#RED, message, pictures, report, settings), job };
  }

  #failed(error: unknown): FluxError {
    const failure =
      error instanceof FluxError
        ? error
        : new FluxError("FLUX_PROVIDER", `Unexpected failure in this node: ${String(error)}`, { billed: "unknown" });
    this.#status.ended({ outcome: "failed", error: failure });
    return failure;
  }
}

interface Settlement {
  job: Job;
  prepared: PreparedRequest;
  settings: InferenceSettings;
  account: AccountNode;
  answer: Answer;
  late?: boolean;
}

const newJob = (node: Node, { request, attachments }: PreparedRequest): Job => ({
  id: uuid(),
  nodeId: node.id,
  request,
  attachments,
  expected: typeof request.numberResults === "number" ? request.numberResults : 1,
  phase: { state: "waiting" },
  attempts: 0,
  acceptedAt: Date.now(),
});
