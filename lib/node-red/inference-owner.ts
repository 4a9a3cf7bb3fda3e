import type { Job } from "../jobs/job";
import type { RunContext } from "../jobs/keeper/run-context";
import type { Acceptance } from "../jobs/new-job";
import type { Model, NodeModel } from "../models/model";
import type { ValueOrPromise } from "../value-or-promise";
import type { OpenAccount } from "./account";
import { type AccountNode, findAccount } from "./find-account";
import { homeOf } from "./keeper-of";
import { type InferenceSettings, readInferenceSettings } from "./settings";
import { signDirectUpload } from "./storage/direct-upload";
import type { Node, NodeAPI, NodeDef } from "./types";

/** Where a tool's picture comes from when its node was written by hand and does not say. */
const TOOL_IMAGE = { type: "msg", value: "payload" };

/** An account as an inference node uses it. */
export interface UsedAccount {
  node: AccountNode;
  opened: OpenAccount;
}

/** An inference node as its jobs see it: its model, its settings, its account. */
export class InferenceOwner {
  readonly RED: NodeAPI;
  readonly node: Node;
  readonly model: NodeModel;
  /** Of a tool: where its result goes when its dialog does not say. `msg.flux` then is not its own. */
  readonly resultInto: string | undefined;
  readonly #config: NodeDef;
  /** As it was when the node was made: a project is switched before its nodes are closed. */
  readonly #home: string;
  #settings: InferenceSettings | undefined;
  /** What its jobs are run and accepted with, as long as its account is the same: thousands may wait with it. */
  #shared: { account: UsedAccount; context: RunContext; acceptance: Acceptance } | undefined;

  constructor(RED: NodeAPI, node: Node, model: NodeModel, config: NodeDef) {
    this.RED = RED;
    this.node = node;
    this.model = model;
    this.resultInto = "modes" in model ? undefined : model.resultInto;
    this.#config = config;
    this.#home = homeOf(RED);
  }

  /**
   * Read when the first message comes: Node-RED starts faster, and what is wrong with them reaches Catch nodes.
   * @throws FluxError FLUX_CONFIG.
   */
  get settings(): InferenceSettings {
    const presets = this.resultInto === undefined ? {} : { imageFrom: TOOL_IMAGE };
    this.#settings ??= readInferenceSettings({ ...presets, ...this.#config });
    return this.#settings;
  }

  /**
   * The account, at once when it is open.
   * @throws FluxError FLUX_CONFIG, at once or later, when it cannot be used.
   */
  account(): ValueOrPromise<UsedAccount> {
    const node = findAccount(this.RED, this.settings.account);
    const { opened } = node.account;
    return opened ? { node, opened } : node.account.open().then((opened) => ({ node, opened }));
  }

  /** What jobs of this node are run with. */
  contextWith(account: UsedAccount): RunContext {
    return this.#sharedWith(account).context;
  }

  /** What a job is accepted with, beside its request. */
  acceptance(account: UsedAccount): Acceptance {
    return this.#sharedWith(account).acceptance;
  }

  #sharedWith(account: UsedAccount) {
    const { node, opened } = account;
    const isSame = this.#shared?.account.node === node && this.#shared.account.opened === opened;
    if (!this.#shared || !isSame) {
      this.#shared = { account, context: this.#contextWith(account), acceptance: this.#acceptance(account) };
    }
    return this.#shared;
  }

  #contextWith({ node, opened }: UsedAccount): RunContext {
    const { timeout, lateResults } = this.settings;
    const { service, addresses, connection, latePace, isFor, hold } = opened;
    return {
      service,
      addresses,
      connection,
      deadline: (timeout || node.settings.timeout) * 1000,
      retries: node.settings.retries,
      latePace,
      lateResults,
      repeatLost: node.settings.lostAnswer === "repeat",
      isFor,
      asSent: (job) => signDirectUpload(this.RED, job),
      warn: (text) => this.node.warn(text),
      hold,
    };
  }

  #acceptance({ node: { settings }, opened }: UsedAccount): Acceptance {
    return {
      nodeId: this.node.id,
      home: this.#home,
      service: opened.identity,
      delivery: this.settings.delivery,
      keeping: {
        results: settings.keepResults * 3_600_000,
        absent: settings.keepAbsent * 24 * 3_600_000,
        deleted: settings.cancelAfter * 1000,
      },
      isJournalled: settings.journal,
    };
  }

  /** The model, or the endpoint of it, that a job is for; undefined when it is another node's. */
  modelOf({ model: id }: Pick<Job, "model">): Model | undefined {
    const models = "modes" in this.model ? Object.values(this.model.modes) : [this.model];
    // A tool's jobs name which one of its kind was meant.
    return models.find((model) => model.id === id || (model.resultInto !== undefined && id.startsWith(`${model.id}@`)));
  }
}
