import type { SandboxProcess } from "../sandbox-process";
import { keys, queries } from "./canaries";

/** A node of the flow. */
export interface SceneNode {
  id: string;
  type: string;
  [property: string]: unknown;
}

const str = (value: string) => ({ type: "str", value });
const num = (value: number) => ({ type: "num", value: String(value) });
const msg = (value: string) => ({ type: "msg", value });

/** What takes a message over HTTP at `/<name>` and passes it on to a node, without the HTTP request. */
const entrance = (name: string, to: string): SceneNode[] => [
  {
    id: `${name}-in`,
    type: "http in",
    z: "tab",
    url: `/${name}`,
    method: "post",
    wires: [["answer", `${name}-unpack`]],
  },
  {
    id: `${name}-unpack`,
    type: "function",
    z: "tab",
    func: "const body = msg.payload; for (const name of ['req', 'res', 'payload']) delete msg[name]; return Object.assign(msg, body);",
    outputs: 1,
    wires: [[to]],
  },
];

/** Shows whole messages to open editors. */
const debug = (id: string): SceneNode => ({
  id,
  type: "debug",
  z: "tab",
  name: id,
  active: true,
  tosidebar: true,
  console: false,
  tostatus: false,
  complete: "true",
  targetType: "full",
  wires: [],
});

const CHAIN = ["lora", "controlnet", "ip-adapter", "identity"];

/**
 * A flow with every node of the pack, and debug nodes on every wire, behind Catch, Complete and Status nodes too.
 * @param relay where the services and the store are.
 */
export function scene(relay: string, { addresses }: Pick<SandboxProcess, "addresses">): SceneNode[] {
  const through = (address: string): string => relay + new URL(address).pathname;
  const fal = Object.fromEntries(Object.entries(addresses.fal).map(([name, address]) => [name, through(address)]));
  const { runwareKey, falKeyId, falKeySecret, secretAccessKey, proxyPassword } = keys;
  const { accessKeyId } = queries;
  const [host] = [new URL(relay).host];
  // Its pace is that of a sandbox, which tests can wait for; keys and addresses are used as they are.
  const account = { environment: "sandbox", journal: true, retries: "1" };
  const runware = { z: "tab", account: "account-of-runware", version: 1 };
  const small = { width: num(128), height: num(128) };
  const upload = { type: "flux-s3-upload", z: "tab", bucket: "bucket", allowedHosts: host };
  const nodes: SceneNode[] = [
    { id: "tab", type: "tab", label: "Leaks" },
    {
      id: "account-of-runware",
      type: "runware-account",
      ...account,
      baseUrl: through(addresses.runware.baseUrl),
      dollarsPerDay: "1000",
      credentials: { apiKey: runwareKey },
    },
    {
      id: "account-of-fal",
      type: "fal-account",
      ...account,
      ...fal,
      picturesPerDay: "1000",
      credentials: { apiKey: `${falKeyId}:${falKeySecret}` },
    },
    {
      id: "bucket",
      type: "flux-s3-bucket",
      endpoint: `${relay}/store`,
      region: "us-east-1",
      bucket: "pictures",
      pathStyle: true,
      retries: "1",
      credentials: { accessKeyId, secretAccessKey },
    },
    {
      id: "proxied-account",
      type: "runware-account",
      ...account,
      environment: "production",
      baseUrl: through(addresses.runware.baseUrl),
      proxy: "proxy",
      credentials: { apiKey: runwareKey },
    },
    {
      id: "proxy",
      type: "http proxy",
      url: "http://127.0.0.1:1",
      noproxy: [],
      credentials: { username: "user", password: proxyPassword },
    },
    {
      id: "misaddressed-account",
      type: "runware-account",
      ...account,
      baseUrl: "${LEAKS_ADDRESS}",
      credentials: { apiKey: runwareKey },
    },
    {
      id: "proxied",
      type: "runware-flux-krea",
      ...runware,
      account: "proxied-account",
      params: small,
      wires: [["out"]],
    },
    { id: "misaddressed", type: "runware-flux-krea", ...runware, account: "misaddressed-account", wires: [["out"]] },
    { id: "answer", type: "http response", z: "tab", statusCode: "202", wires: [] },
    ...[
      "runware",
      "kontext",
      "fal",
      "fal-sync",
      "buffers",
      "preprocess",
      "presign-get",
      "presign-put",
      "preview",
    ].flatMap((name) => entrance(name, name)),
    ...["stored", "proxied", "misaddressed"].flatMap((name) => entrance(name, name)),
    ...entrance("signed", "signed"),
    ...entrance("refused", "refused"),
    ...entrance("direct", "direct"),
    ...entrance("composed", "lora"),
    { id: "runware", type: "runware-flux-krea", ...runware, params: small, wires: [["out", "shown"]] },
    {
      id: "buffers",
      type: "runware-flux-srpo",
      ...runware,
      params: { ...small, numberResults: num(2) },
      output: "buffer",
      results: "all",
      keepFlux: true,
      wires: [["out"]],
    },
    {
      id: "kontext",
      type: "runware-flux-kontext",
      ...runware,
      imageFrom: msg("sketch"),
      timeout: "1",
      wires: [["out"]],
    },
    { id: "fal", type: "fal-flux-srpo", z: "tab", account: "account-of-fal", version: 1, wires: [["out", "shown"]] },
    {
      id: "fal-sync",
      type: "fal-flux-srpo",
      z: "tab",
      account: "account-of-fal",
      version: 1,
      delivery: "sync",
      imageFrom: msg("sketch"),
      output: "dataURI",
      wires: [["out"]],
    },
    { id: "preprocess", type: "runware-preprocess", ...runware, imageFrom: msg("sketch"), wires: [["out"]] },
    {
      id: "lora",
      type: "flux-lora",
      z: "tab",
      params: { "lora.0.model": str("civitai:1@1"), "lora.0.weight": msg("weight") },
      wires: [["controlnet"]],
    },
    {
      id: "controlnet",
      type: "flux-controlnet",
      z: "tab",
      params: { "controlNet.0.model": str("runware:29@1"), "controlNet.0.guideImage": msg("sketch") },
      wires: [["ip-adapter"]],
    },
    {
      id: "ip-adapter",
      type: "flux-ip-adapter",
      z: "tab",
      params: { "ipAdapters.0.model": str("runware:56@1"), "ipAdapters.0.guideImages.0": msg("sketch") },
      wires: [["identity"]],
    },
    {
      id: "identity",
      type: "flux-identity",
      z: "tab",
      mode: "clear",
      params: {},
      wires: [["runware"]],
    },
    // Stored with a signed link, a sidecar, and the prompt's digest beside it.
    { id: "stored", type: "runware-flux-krea", ...runware, params: small, wires: [["store"]] },
    { id: "store", ...upload, link: "signed", sidecar: true, wires: [["out", "shown"]] },
    { id: "refused", type: "runware-flux-krea", ...runware, params: small, wires: [["refuse"]] },
    { id: "refuse", ...upload, key: str("refused/{jobId}-{msg.topic}.{ext}"), wires: [["out"]] },
    // A signed link of ours goes on into another job.
    {
      id: "signed",
      type: "flux-s3-presign",
      z: "tab",
      bucket: "bucket",
      method: "get",
      object: msg("key"),
      into: "sketch",
      checkExists: false,
      wires: [["kontext"]],
    },
    {
      id: "presign-get",
      type: "flux-s3-presign",
      z: "tab",
      bucket: "bucket",
      method: "get",
      object: msg("key"),
      into: "link",
      wires: [["out"]],
    },
    {
      id: "presign-put",
      type: "flux-s3-presign",
      z: "tab",
      bucket: "bucket",
      method: "put",
      putInto: "property",
      key: str("refused/{uuid}.png"),
      into: "link",
      wires: [["out"]],
    },
    { id: "direct", type: "flux-s3-presign", z: "tab", bucket: "bucket", method: "put", wires: [["direct-krea"]] },
    { id: "direct-krea", type: "runware-flux-krea", ...runware, params: small, wires: [["confirm"]] },
    { id: "confirm", ...upload, mode: "confirm", wires: [["out"]] },
    { id: "shown", type: "flux-preview", z: "tab", allowedHosts: host, wires: [["previewed"]] },
    { id: "preview", type: "flux-preview", z: "tab", wires: [["out"]] },
    ...["out", "previewed", "caught", "complete", "status"].map(debug),
    { id: "catch", type: "catch", z: "tab", scope: null, wires: [["caught"]] },
    { id: "statuses", type: "status", z: "tab", scope: null, wires: [["status"]] },
  ];
  const ours = nodes.filter(({ z, type }) => z === "tab" && /^(flux|runware|fal)-/.test(type)).map(({ id }) => id);
  // Without a place on the canvas it would be taken for a configuration node.
  const placed = nodes.map((node) => ({ ...node, ...(node.z === "tab" && { x: 100, y: 100 }) }));
  return [
    ...placed,
    { id: "completes", type: "complete", z: "tab", scope: [...ours, ...CHAIN], wires: [["complete"]] },
  ];
}
