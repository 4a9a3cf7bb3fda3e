import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import falAccount from "../../nodes/fal-account";
import falSrpo from "../../nodes/fal-flux-srpo";
import fluxControlnet from "../../nodes/flux-controlnet";
import fluxIdentity from "../../nodes/flux-identity";
import fluxIpAdapter from "../../nodes/flux-ip-adapter";
import fluxLora from "../../nodes/flux-lora";
import fluxPreview from "../../nodes/flux-preview";
import s3Bucket from "../../nodes/flux-s3-bucket";
import s3Presign from "../../nodes/flux-s3-presign";
import s3Upload from "../../nodes/flux-s3-upload";
import runwareAccount from "../../nodes/runware-account";
import kontext from "../../nodes/runware-flux-kontext";
import krea from "../../nodes/runware-flux-krea";
import srpo from "../../nodes/runware-flux-srpo";
import preprocess from "../../nodes/runware-preprocess";
import { type Sandbox, type SandboxOptions, startSandbox } from "../../sandbox";
import { deploy, type FlowNode, helper, type NodeInitializer, type RunningNode } from "./helper";
import { throwUnhandled } from "./rejections";

/** What became of one message. */
export interface Outcome {
  /** What left the node, in order. */
  messages: Message[];
  /** What the Catch node got, if anything. */
  caught?: Message;
}

/** The parts of a message that tests look at. */
export interface Message {
  _msgid: string;
  payload: unknown;
  flux?: unknown;
  image: ImageProperty & ImageProperty[];
  job: JobProperty;
  parts?: { id: string; index: number; count: number; parts?: unknown };
  error: { message: string; code: string; cause: ErrorProperty; source: { id: string; type: string } };
  [property: string]: unknown;
}

interface ImageProperty {
  url?: string;
  contentType: string;
  width?: number;
  height?: number;
  seed: number | string;
  nsfw: boolean;
  cost?: number;
  id: string;
  index: number;
}

interface JobProperty {
  id: string;
  requestId?: string;
  provider: string;
  model: string;
  request: Record<string, unknown>;
  cost?: number;
  billableUnits?: number;
  timings: Record<string, number>;
  attempts: number;
  warnings: string[];
  errors: { code: string; message: string }[];
  acceptedAt: string;
  late?: boolean;
  recovered?: boolean;
}

interface ErrorProperty {
  provider?: string;
  status?: number;
  providerCode?: string;
  parameter?: string;
  requestId?: string;
  opensAt?: string;
  retryable: boolean;
  billed: string;
  violations: { parameter: string; message: string }[];
}

/** A wired flow that runs: account -> inference node -> wire, with Catch, Complete and Status nodes beside it. */
export interface Flow {
  /** Sends one message in, at the start of the chain, and waits for what becomes of it: Complete or Catch. */
  send(message: Record<string, unknown>): Promise<Outcome>;
  /** Sends a message in without waiting. */
  receive(message: Record<string, unknown>): void;
  /** The same, at another node of the flow. */
  receiveAt(id: string, message: Record<string, unknown>): void;
  /** Calls `listener` with every message on the wire out of the node. */
  onMessage(listener: (message: Message) => void): void;
  /** Calls `listener` with every message that reaches the Catch node. */
  onCaught(listener: (message: Message) => void): void;
  /** Resolves with the next message on the wire out of the node. */
  nextMessage(): Promise<Message>;
  /** Resolves with the next message that reaches the Catch node. */
  nextCaught(): Promise<Message>;
  /** Resolves with the next status that `matches`. */
  nextStatus(matches: (status: StatusProperty) => boolean): Promise<StatusProperty>;
  /** Resolves with the first warning of the node that `matches`, past ones included. */
  nextWarning(matches: (text: string) => boolean): Promise<string>;
  readonly node: RunningNode;
  /** What the node has sent, shown, warned of and reported so far. */
  readonly calls: readonly Call[];
  /** The same of a node in the chain before it. */
  callsOf(id: string): readonly Call[];
  readonly sandbox: Sandbox;
  /** Node-RED's user directory. */
  readonly userDir: string;
  /** Closes the nodes. */
  stop(): Promise<void>;
  /** Deploys the flow once more, changed: a node that is not in it any more is deleted. */
  deploy(change: (nodes: readonly FlowNode[]) => FlowNode[], kind?: DeployKind): Promise<void>;
  /** Deploys the flow as it is, in full: every node is closed and made anew. Gives the flow of the new nodes. */
  restart(): Promise<Flow>;
}

/** What Node-RED closes and makes anew: the nodes that were changed, their whole flows, or everything. */
export type DeployKind = "nodes" | "flows" | "full";

interface StatusProperty {
  fill?: string;
  shape?: string;
  text?: string;
  [extra: string]: unknown;
}

/** Nodes in the order in which a message passes them. */
type Chain = ({ type: string } & Record<string, unknown>)[];

export interface FlowOptions {
  /** Properties of the inference node; `type` picks the model, and with it the service. */
  node?: Record<string, unknown>;
  /**
   * Nodes that a message passes on its way to the inference node, in this order; each is wired to the next. Their errors
   * are caught like those of the inference node.
   */
  chain?: Chain;
  /** Nodes that a message passes behind the inference node, each wired to the next. Their errors are caught as well. */
  after?: Chain | ((sandbox: Sandbox) => Chain);
  /** Properties of the bucket node "bucket", in the sandbox's store; there is none when this is not given. */
  bucket?: Record<string, unknown>;
  /** Properties of the account; null: the node names none. */
  account?: Record<string, unknown> | null;
  apiKey?: string;
  /** Credentials of further nodes, by id. */
  credentials?: Record<string, Record<string, string>>;
  sandbox?: SandboxOptions["settings"];
  /** Added to Node-RED's settings. */
  settings?: Record<string, unknown>;
  /** Further nodes: proxies, TLS, subflows; nodes of this pack, whose errors are caught too. */
  nodes?: FlowNode[] | ((sandbox: Sandbox) => FlowNode[]);
  types?: NodeInitializer[];
  /** Ids of further nodes that the Complete node "completer" hears. */
  completes?: readonly string[];
}

const running: Flow[] = [];

/** Starts a flow on a sandbox of its own. `stopFlows` in `afterEach` ends both. */
export async function startFlow(options: FlowOptions = {}): Promise<Flow> {
  const sandbox = await startSandbox({ settings: { latency: 5, ...options.sandbox } });
  const service = String(options.node?.type ?? "runware").startsWith("fal") ? "fal" : "runware";
  const given = options.chain ?? [];
  const idOf = (index: number): string => String(given[index]?.id ?? (index < given.length ? `step${index}` : "flux"));
  const chain = given.map((node, index) => ({ z: "tab", ...node, id: idOf(index), wires: [[idOf(index + 1)]] }));
  const behind = typeof options.after === "function" ? options.after(sandbox) : (options.after ?? []);
  const idBehind = (index: number): string =>
    index < behind.length ? String(behind[index]?.id ?? `after${index}`) : "out";
  const after = behind.map((node, index) => ({
    z: "tab",
    ...node,
    id: idBehind(index),
    wires: [[idBehind(index + 1)]],
  }));
  const last = after.at(-1)?.id ?? "flux";
  const extra = typeof options.nodes === "function" ? options.nodes(sandbox) : (options.nodes ?? []);
  const others = extra.filter(({ account, type }) => account !== undefined || type.startsWith("flux-"));
  const nodes: FlowNode[] = [
    { id: "tab", type: "tab", label: "test" },
    ...chain,
    {
      id: "flux",
      z: "tab",
      type: "runware-flux-srpo",
      account: options.account === null ? "" : "account",
      version: 1,
      ...options.node,
      wires: [[idBehind(0)]],
    },
    ...after,
    { id: "out", z: "tab", type: "helper", wires: [] },
    {
      id: "catcher",
      z: "tab",
      type: "catch",
      scope: [...chain, ...others, { id: "flux" }, ...after].map(({ id }) => id),
      wires: [["caught"]],
    },
    { id: "caught", z: "tab", type: "helper", wires: [] },
    {
      id: "completer",
      z: "tab",
      type: "complete",
      scope: [last, ...(options.completes ?? [])],
      wires: [["completed"]],
    },
    { id: "completed", z: "tab", type: "helper", wires: [] },
    { id: "statuses", z: "tab", type: "status", scope: ["flux"], wires: [["shown"]] },
    { id: "shown", z: "tab", type: "helper", wires: [] },
    ...extra,
  ];
  if (options.account !== null) {
    nodes.push({
      id: "account",
      type: `${service}-account`,
      environment: "sandbox",
      ...sandbox.addresses[service],
      ...options.account,
    });
  }
  if (options.bucket) {
    const { endpoint, region } = sandbox.s3;
    nodes.push({
      id: "bucket",
      type: "flux-s3-bucket",
      environment: "production",
      endpoint,
      region,
      bucket: "pictures",
      pathStyle: true,
      ...options.bucket,
    });
  }
  const types = [
    s3Bucket,
    s3Presign,
    s3Upload,
    runwareAccount,
    srpo,
    krea,
    kontext,
    falAccount,
    falSrpo,
    fluxLora,
    fluxControlnet,
    fluxIpAdapter,
    fluxIdentity,
    preprocess,
    fluxPreview,
    ...(options.types ?? []),
  ] as NodeInitializer[];
  // A directory of its own: the jobs of one test must not come back in the next.
  const userDir = await mkdtemp(join(tmpdir(), "flux-flow-"));
  helper.settings({ userDir, flowFile: "flows.json", ...options.settings });
  const { accessKeyId, secretAccessKey } = sandbox.s3;
  const credentials = {
    account: { apiKey: options.apiKey ?? ownKey() },
    bucket: { accessKeyId, secretAccessKey },
    ...options.credentials,
  };
  await helper.load(types, nodes, credentials);
  const path = [...chain.map(({ id }) => id), "flux", ...after.map(({ id }) => id)];
  const flow = connect(sandbox, userDir, nodes, credentials, path);
  running.push(flow);
  return flow;
}

let keys = 0;

/** Ports are used again: what a process remembers of an account must not reach the next test's. */
function ownKey(): string {
  keys += 1;
  return `sandbox-key-${keys}`;
}

/**
 * Ends every flow and sandbox that a test has started.
 * @throws AggregateError when something in between would have ended a Node-RED process.
 */
export async function stopFlows(): Promise<void> {
  for (const flow of running.splice(0)) {
    await flow.stop();
    await flow.sandbox.close();
    await rm(flow.userDir, { recursive: true, force: true });
  }
  throwUnhandled();
}

let sent = 0;

function connect(
  sandbox: Sandbox,
  userDir: string,
  nodes: readonly FlowNode[],
  credentials: FlowOptions["credentials"],
  path: readonly string[],
): Flow {
  const [entry = "flux"] = path;
  const outcomes = new Map<string, { outcome: Outcome; settle: (outcome: Outcome) => void }>();
  const wireListeners = new Set<(message: Message) => void>();
  const caughtListeners = new Set<(message: Message) => void>();
  const statusListeners = new Set<(status: StatusProperty) => void>();
  const warningListeners = new Set<(text: string) => void>();
  const node = runningNode("flux");
  const isSubflow = (id: string): boolean => nodes.some((one) => one.id === id && one.type.startsWith("subflow:"));
  // What a subflow does, the nodes inside it do.
  const recorded = new Map(path.filter((id) => !isSubflow(id)).map((id) => [id, record(id)]));
  const calls = recorded.get("flux") ?? [];
  function record(id: string): Call[] {
    return recordCalls(runningNode(id), ["send", "status", "warn", "error"], ({ method, argument }) => {
      if (id !== "flux" || method !== "warn") return;
      for (const listener of warningListeners) listener(String(argument));
    });
  }
  const on = (id: string, listener: (message: Message) => void) =>
    runningNode(id).on("input", (message: unknown) => listener(message as Message));
  const settle = (id: string) => {
    const entry = outcomes.get(id);
    outcomes.delete(id);
    entry?.settle(entry.outcome);
  };

  on("out", (message) => {
    outcomes.get(message._msgid)?.outcome.messages.push(message);
    for (const listener of wireListeners) listener(message);
  });
  on("caught", (message) => {
    const entry = outcomes.get(message._msgid);
    if (entry) entry.outcome.caught = message;
    settle(message._msgid);
    for (const listener of caughtListeners) listener(message);
  });
  on("completed", (message) => settle(message._msgid));
  on("shown", (message) => {
    for (const listener of statusListeners) listener(message.status as StatusProperty);
  });

  return {
    node,
    calls,
    callsOf: (id) => recorded.get(id) ?? [],
    sandbox,
    userDir,
    send: (message) =>
      new Promise((resolve) => {
        sent += 1;
        const id = `message-${sent}`;
        outcomes.set(id, { outcome: { messages: [] }, settle: resolve });
        runningNode(entry).receive({ _msgid: id, ...message });
      }),
    receive: (message) => node.receive(message),
    receiveAt: (id, message) => runningNode(id).receive(message),
    onMessage: (listener) => void wireListeners.add(listener),
    onCaught: (listener) => void caughtListeners.add(listener),
    nextMessage: () => nextOf(wireListeners, () => true),
    nextCaught: () => nextOf(caughtListeners, () => true),
    nextStatus: (matches) => nextOf(statusListeners, matches),
    nextWarning: (matches) => {
      const earlier = calls.find(({ method, argument }) => method === "warn" && matches(String(argument)));
      return earlier ? Promise.resolve(String(earlier.argument)) : nextOf(warningListeners, matches);
    },
    stop: async () => {
      await helper.unload();
    },
    deploy: async (change, kind = "nodes") => {
      await deploy(change(nodes), kind);
    },
    restart: async () => {
      await deploy([...nodes], "full", credentials);
      return connect(sandbox, userDir, nodes, credentials, path);
    },
  };
}

interface Call {
  method: string;
  argument: unknown;
}

/** The test helper's own records end with the flow, and what a node does after that is what some tests ask. */
function recordCalls(node: RunningNode, methods: readonly string[], tell: (call: Call) => void): Call[] {
  const calls: Call[] = [];
  for (const method of methods) {
    const original = node[method];
    node[method] = (...given: unknown[]) => {
      const call = { method, argument: given[0] };
      calls.push(call);
      tell(call);
      if (typeof original === "function") return Reflect.apply(original, node, given);
    };
  }
  return calls;
}

/** A node of the running flow. */
function runningNode(id: string): RunningNode {
  const node = helper.getNode(id);
  if (!node) throw new Error(`there is no node ${id} in the flow`);
  return node;
}

function nextOf<Item>(listeners: Set<(item: Item) => void>, matches: (item: Item) => boolean): Promise<Item> {
  return new Promise((resolve) => {
    const listener = (item: Item) => {
      if (!matches(item)) return;
      listeners.delete(listener);
      resolve(item);
    };
    listeners.add(listener);
  });
}
