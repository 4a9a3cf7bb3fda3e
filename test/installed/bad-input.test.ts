import assert from "node:assert/strict";
import { pictureType } from "../../lib/models/picture";
import { type NodeRedProcess, startNodeRed } from "../support/node-red-process";
import { type FlowNode, installedPack } from "./installed-pack";

/** What a function node makes of the message, by the name of the case; anything may arrive in a real flow. */
const cases: Record<string, { code: string; make: string; node?: string }> = {
  "no payload": { code: "FLUX_VALIDATION", make: "delete msg.payload" },
  "a number as the prompt": { code: "FLUX_VALIDATION", make: "msg.payload = 42" },
  "a prompt of one character": { code: "FLUX_VALIDATION", make: "msg.payload = 'x'" },
  "a prompt of 3,001 characters": { code: "FLUX_VALIDATION", make: "msg.payload = 'x'.repeat(3001)" },
  "a prompt of 100 MB": { code: "FLUX_VALIDATION", make: "msg.payload = 'x'.repeat(100e6)" },
  "a picture as the prompt": { code: "FLUX_VALIDATION", make: "msg.payload = Buffer.from([0xff, 0xd8, 0xff, 0xe0])" },
  "width without height": { code: "FLUX_VALIDATION", make: "msg.flux = { width: 1024 }", node: "kontext" },
  "a width of 1,000": { code: "FLUX_VALIDATION", make: "msg.flux = { width: 1000, height: 1024 }" },
  "steps of 'abc'": { code: "FLUX_VALIDATION", make: "msg.flux = { steps: 'abc' }" },
  "an unknown parameter": { code: "FLUX_VALIDATION", make: "msg.flux = { stepz: 20 }" },
  "a list as msg.flux": { code: "FLUX_VALIDATION", make: "msg.flux = ['steps', 20]" },
  "ControlNet for Kontext": {
    code: "FLUX_VALIDATION",
    make: "msg.flux = { controlNet: [{ model: 'runware:25@1', guideImage: 'x' }] }",
    node: "kontext",
  },
  "a path as a picture": {
    code: "FLUX_VALIDATION",
    make: "msg.flux = { inputs: { seedImage: '/etc/passwd' } }",
  },
  "a Buffer that is no picture": {
    code: "FLUX_VALIDATION",
    make: "msg.flux = { inputs: { seedImage: Buffer.from('hello world') } }",
  },
  "__proto__ in msg.flux": {
    code: "FLUX_VALIDATION",
    make: `msg.flux = JSON.parse('{"__proto__": {"polluted": true}}')`,
  },
  "a msg.flux that contains itself": { code: "FLUX_VALIDATION", make: "msg.flux = {}; msg.flux.inputs = msg.flux" },
  "no account": { code: "FLUX_CONFIG", make: "", node: "no-account" },
  "a disabled account": { code: "FLUX_CONFIG", make: "", node: "disabled-account" },
  "an account without a key": { code: "FLUX_CONFIG", make: "", node: "no-key" },
  "a key that the service refuses": { code: "FLUX_AUTH", make: "msg.payload += ' [fault:401]'" },
};

const inference = (id: string, type: string, account: string): FlowNode => ({
  id,
  type,
  z: "tab",
  name: "",
  version: 1,
  account,
  params: type.endsWith("kontext")
    ? {}
    : { width: { type: "num", value: "256" }, height: { type: "num", value: "256" } },
  promptFrom: { type: "msg", value: "payload" },
  imageFrom: { type: "none", value: "" },
  output: "buffer",
  results: "all",
  keepFlux: false,
  allowUnknown: false,
  timeout: "",
  wires: [["picture"]],
});

const account = (id: string, environment: string, more = {}): FlowNode => ({
  id,
  type: "runware-account",
  name: "",
  environment,
  baseUrl: "",
  concurrency: "4",
  line: "1000",
  timeout: "60",
  retries: "0",
  journal: false,
  proxy: "",
  tls: "",
  ...more,
});

const targets = ["krea", "kontext", "no-account", "disabled-account", "no-key"];

/** A flow that answers `POST /run {case}` with the picture, or with the error that reached its Catch node. */
const nodes: FlowNode[] = [
  { id: "tab", type: "tab", label: "Bad input" },
  account("our-account", "sandbox"),
  account("off", "sandbox", { d: true }),
  account("keyless", "production"),
  { id: "in", type: "http in", z: "tab", url: "/run", method: "post", upload: false, wires: [["make"]] },
  {
    id: "make",
    type: "function",
    z: "tab",
    outputs: targets.length,
    timeout: 0,
    initialize: "",
    finalize: "",
    libs: [],
    func: `const name = msg.payload.case;
msg.payload = msg.payload.prompt ?? "a harbour at dawn";
const cases = {${Object.entries(cases)
      .map(
        ([name, { make, node }]) =>
          `${JSON.stringify(name)}: () => { ${make}; return ${JSON.stringify(node ?? "krea")} }`,
      )
      .join(",\n")}};
const target = name ? cases[name]() : "krea";
return ${JSON.stringify(targets)}.map((id) => (id === target ? msg : null));`,
    wires: targets.map((id) => [id]),
  },
  inference("krea", "runware-flux-krea", "our-account"),
  inference("kontext", "runware-flux-kontext", "our-account"),
  inference("no-account", "runware-flux-krea", ""),
  inference("disabled-account", "runware-flux-krea", "off"),
  inference("no-key", "runware-flux-krea", "keyless"),
  {
    id: "picture",
    type: "change",
    z: "tab",
    rules: [{ t: "set", p: "payload", pt: "msg", to: "payload[0]", tot: "msg" }],
    wires: [["out"]],
  },
  { id: "out", type: "http response", z: "tab", statusCode: "", headers: {} },
  { id: "catch", type: "catch", z: "tab", scope: targets, uncaught: false, wires: [["explain"]] },
  {
    id: "explain",
    type: "function",
    z: "tab",
    outputs: 1,
    timeout: 0,
    initialize: "",
    finalize: "",
    libs: [],
    func: "const { code, message, cause } = msg.error;\nreturn { req: msg.req, res: msg.res, payload: { code, message, cause, polluted: ({}).polluted === true }, statusCode: 422 };",
    wires: [["out"]],
  },
];

// What has no place on the canvas is a config node to Node-RED.
const flow = nodes.map((node) => (node.z === undefined ? node : { x: 100, y: 100, ...node }));

describe("an installed pack that is fed nonsense", function () {
  this.timeout(60_000);
  let nodeRed: NodeRedProcess;

  before(async function () {
    const { userDir } = await installedPack(this);
    // Whatever proxy or key this machine has, the test is about the pack alone.
    nodeRed = await startNodeRed({ userDir, packDirectory: null, flows: flow, env: { RUNWARE_API_KEY: "" } });
  });
  after(() => nodeRed?.stop());

  const run = (body: object, signal?: AbortSignal): Promise<Response> =>
    fetch(`${nodeRed.url}/run`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
      ...(signal && { signal }),
    });

  const makesAPicture = async (): Promise<void> => {
    const answer = await run({});
    assert.equal(answer.status, 200, `${answer.status}: ${nodeRed.log().slice(-2000)}`);
    assert(pictureType(Buffer.from(await answer.arrayBuffer())), "the answer is no picture");
  };

  for (const [name, { code }] of Object.entries(cases)) {
    it(`${name}: the Catch node gets ${code}, and nothing is billed`, async () => {
      const answer = await run({ case: name });
      assert.equal(answer.status, 422);
      const error = (await answer.json()) as {
        code: string;
        message: string;
        cause: { billed: string; violations: object[] };
        polluted: boolean;
      };
      assert.equal(error.code, code, error.message);
      assert.equal(error.cause.billed, "no");
      assert(error.message.length < 2000, "the error repeats what it was given");
      assert.equal(error.polluted, false);
    });
  }

  it("still makes pictures after all that", makesAPicture);

  it("a job in flight at a redeploy ends quietly, and the next message works", async () => {
    const stop = new AbortController();
    const slow = run({ prompt: "a harbour at dawn [fault:slow=5]" }, stop.signal).catch(() => undefined);
    // First in, first out: when this one is done, the slow one has been submitted.
    await makesAPicture();
    await nodeRed.deploy(flow.map((node) => (node.type === "tab" ? { ...node, info: "changed" } : node)));
    await makesAPicture();
    stop.abort();
    await slow;
    assert.doesNotMatch(nodeRed.log(), /uncaught|unhandled/i);
  });
});
