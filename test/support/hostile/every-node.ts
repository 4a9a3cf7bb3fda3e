import type { Sandbox } from "../../../sandbox";
import type { FlowNode } from "../helper";

const msg = (value: string) => ({ type: "msg", value });
const str = (value: string) => ({ type: "str", value });
const small = { width: str("128"), height: str("128") };

/** Every node type of the pack that takes messages, in the ways in which it works differently, by id. */
const NODES: Readonly<Record<string, { type: string } & Record<string, unknown>>> = {
  srpo: { type: "runware-flux-srpo", account: "at-runware", params: { ...small, steps: msg("steps") } },
  "srpo-sync": {
    type: "runware-flux-srpo",
    account: "at-runware",
    delivery: "sync",
    output: "buffer",
    results: "all",
    keepFlux: true,
    imageFrom: msg("picture"),
    params: { ...small, "lora.0.model": msg("model"), "lora.0.weight": msg("weight") },
  },
  krea: {
    type: "runware-flux-krea",
    account: "at-runware",
    output: "base64",
    delivery: "sync",
    allowUnknown: true,
    promptFrom: { type: "jsonata", value: "payload" },
    idempotencyKeyFrom: msg("topic"),
    params: small,
  },
  kontext: {
    type: "runware-flux-kontext",
    account: "at-runware",
    delivery: "sync",
    params: { "inputs.referenceImages.0": msg("picture") },
  },
  fal: {
    type: "fal-flux-srpo",
    account: "at-fal",
    imageFrom: msg("picture"),
    params: { num_inference_steps: msg("steps") },
  },
  "fal-sync": {
    type: "fal-flux-srpo",
    account: "at-fal",
    mode: "text-to-image",
    delivery: "sync",
    output: "dataURI",
    params: { "image_size.width": str("128"), "image_size.height": str("128") },
  },
  preprocess: {
    type: "runware-preprocess",
    account: "at-runware",
    imageFrom: msg("picture"),
    delivery: "sync",
    into: "flux.inputs.seedImage",
  },
  "preprocess-into": {
    type: "runware-preprocess",
    account: "at-runware",
    imageFrom: msg("picture"),
    into: "guides[msg.kind].url",
  },
  lora: { type: "flux-lora", params: { "lora.0.model": msg("model"), "lora.0.weight": msg("weight") } },
  controlnet: {
    type: "flux-controlnet",
    mode: "replace",
    params: { "controlNet.0.model": str("runware:25@1"), "controlNet.0.guideImage": msg("picture") },
  },
  adapter: {
    type: "flux-ip-adapter",
    params: { "ipAdapters.0.model": msg("model"), "ipAdapters.0.guideImages": msg("picture") },
  },
  identity: { type: "flux-identity", method: "pulid", params: { "pulid.inputImages": msg("picture") } },
  "no-identity": { type: "flux-identity", method: "acePlusPlus", mode: "clear" },
  upload: {
    type: "flux-s3-upload",
    bucket: "bucket",
    key: str("{msg.topic}/{uuid}-{index}.{ext}"),
    tags: "topic={msg.topic}",
    promptInMetadata: true,
    sidecar: true,
    link: "signed",
  },
  "upload-confirm": { type: "flux-s3-upload", bucket: "bucket", mode: "confirm", timeout: 1 },
  "presign-flux": { type: "flux-s3-presign", bucket: "bucket", key: str("{msg.topic}/{jobId}.{ext}") },
  "presign-put": {
    type: "flux-s3-presign",
    bucket: "bucket",
    putInto: "property",
    key: msg("topic"),
    into: "links[msg.kind]",
  },
  "presign-get": { type: "flux-s3-presign", bucket: "bucket", method: "get", object: msg("s3"), into: "links.get" },
  preview: { type: "flux-preview", source: "payload" },
  "preview-inside": { type: "flux-preview", source: "image.url", count: 12 },
};

export const nodeIds: readonly string[] = Object.keys(NODES);

/** All of them, each wired to `left`. */
export const everyNode = ({ addresses }: Sandbox): FlowNode[] => [
  { id: "at-runware", type: "runware-account", environment: "sandbox", ...addresses.runware, line: 10_000 },
  { id: "at-fal", type: "fal-account", environment: "sandbox", ...addresses.fal, line: 10_000 },
  ...Object.entries(NODES).map(([id, node]) => ({ version: 1, ...node, id, z: "tab", wires: [["left"]] })),
  { id: "left", z: "tab", type: "helper", wires: [] },
];
