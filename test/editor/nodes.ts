import assert from "node:assert/strict";
import { percentageOf, settableLeaves } from "../../editor/form-tree";
import { patternOf } from "../../editor/params";
import type { ModelFacts } from "../../lib/models/model";
import type { Editor } from "./browser";

/** An account of each service as the editor saves it, in the sandbox. */
export const account = {
  id: "account",
  type: "runware-account",
  name: "practice",
  environment: "sandbox",
  baseUrl: "",
  concurrency: "4",
  line: "1000",
  timeout: "600",
  retries: "4",
  journal: true,
  proxy: "",
  tls: "",
};

const { baseUrl: _baseUrl, ...common } = account;
export const falAccount = {
  ...common,
  id: "fal",
  type: "fal-account",
  queueUrl: "",
  runUrl: "",
  restUrl: "",
  cancelAfter: "60",
};

/** What the editor saves in addition for an account that is made today; the accounts above were made by an earlier version. */
export const todaysSettings = {
  requestsPerMinute: "",
  dollarsPerHour: "",
  dollarsPerDay: "",
  picturesPerHour: "",
  picturesPerDay: "",
  pricePerPicture: "",
  prices: [],
  keepResults: "24",
  keepAbsent: "7",
  cancelAfter: "60",
};

/** An inference node as an earlier version saved it: without the settings that came later. */
export const inference = (id: string, type: string, params: object, more: object = {}) => ({
  id,
  type,
  z: "tab",
  name: "",
  account: type.startsWith("fal-") ? "fal" : "account",
  params,
  promptFrom: { type: "msg", value: "payload" },
  imageFrom: { type: "none", value: "" },
  output: "url",
  results: "each",
  keepFlux: false,
  allowUnknown: false,
  timeout: "",
  version: 1,
  x: 200,
  y: 100,
  wires: [[]],
  ...more,
});

/** A composition node as the editor saves it. */
export const composition = (id: string, type: string, params: object = {}, more: object = {}) => ({
  id,
  type,
  z: "tab",
  name: "",
  mode: "add",
  params,
  version: 1,
  x: 200,
  y: 100,
  wires: [[]],
  ...more,
});

/** A bucket as the editor saves it, in the sandbox. */
export const bucket = {
  id: "bucket",
  type: "flux-s3-bucket",
  name: "",
  environment: "sandbox",
  endpoint: "",
  region: "us-east-1",
  bucket: "",
  pathStyle: false,
  publicBaseUrl: "",
  checksums: "required",
  authentication: "keys",
  retries: "3",
  testPrefix: "node-red-flux-test/",
  proxy: "",
  tls: "",
};

/** An upload node as the editor saves it. */
export const upload = (id: string, more: object = {}) => ({
  id,
  type: "flux-s3-upload",
  z: "tab",
  name: "",
  bucket: "bucket",
  mode: "upload",
  source: { type: "msg", value: "payload" },
  key: { type: "str", value: "{provider}/{jobId}-{index}.{ext}" },
  cacheControl: "",
  storageClass: "",
  acl: "",
  encryption: "none",
  kmsKey: "",
  tags: "",
  link: "public",
  linkLife: "3600",
  concurrency: "4",
  timeout: "300",
  maxMegabytes: "512",
  allowedHosts: "",
  metadata: true,
  promptInMetadata: false,
  provenance: false,
  neverOverwrite: false,
  sidecar: false,
  x: 200,
  y: 100,
  wires: [[]],
  ...more,
});

/** A presign node as the editor saves it. */
export const presign = (id: string, more: object = {}) => ({
  id,
  type: "flux-s3-presign",
  z: "tab",
  name: "",
  bucket: "bucket",
  method: "put",
  putInto: "flux",
  key: { type: "str", value: "{provider}/{jobId}.{ext}" },
  object: { type: "msg", value: "s3" },
  life: "3600",
  into: "payload",
  checkExists: true,
  x: 200,
  y: 100,
  wires: [[]],
  ...more,
});

/** A preview node as the editor saves it. */
export const preview = (id: string, more: object = {}) => ({
  id,
  type: "flux-preview",
  z: "tab",
  name: "",
  source: "payload",
  count: "4",
  size: "96",
  allowedHosts: "",
  show: true,
  x: 200,
  y: 100,
  wires: [[]],
  ...more,
});

/** Opens a node's dialog, finds exactly one labelled control for every parameter, and cancels. */
export const assertAllParameters = async (editor: Editor, id: string, facts: ModelFacts): Promise<void> => {
  await editor.open(id);
  await editor.unfoldAll();
  // One element in every list, lists inside of elements too.
  for (const { path } of facts.lists) {
    const list = path.replaceAll("[]", ".0");
    const add = editor.page.locator(`[data-list="${list}"] > div > .fluxwire-add`);
    const hasElement = (await editor.page.locator(`[data-parameter^="${list}."]`).count()) > 0;
    if (!hasElement) await add.click();
  }
  const rows = await editor.get<{ path: string; label: string; controls: number; isPair: boolean }[]>(
    `$("[data-parameter]").get().map((row) => ({
      path: row.dataset.parameter,
      label: $(row).find(".fluxwire-label").text(),
      controls: $(row).find(".red-ui-typedInput-container, .fluxwire-switch").length,
      isPair: $(row).find(".fluxwire-unit").length === 1,
    }))`,
  );
  assert.deepEqual(
    rows
      .flatMap(({ path, isPair }) => (isPair ? [path, percentageOf(path)] : [path]))
      .map(patternOf)
      .sort(),
    settableLeaves(facts)
      .map((leaf) => leaf.path)
      .sort(),
  );
  for (const { path, label, controls } of rows) {
    assert.notEqual(label, "", path);
    assert.equal(controls, 1, path);
  }
  await editor.cancel();
};
