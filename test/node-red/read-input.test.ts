import assert from "node:assert/strict";
import { FluxError } from "../../lib/errors";
import type { RequestInput } from "../../lib/models/request";
import { readInput } from "../../lib/node-red/read-input";
import { type InferenceSettings, readInferenceSettings } from "../../lib/node-red/settings";
import type { FluxMessage, Node, NodeAPI } from "../../lib/node-red/types";
import { nodeRedPackage } from "../../scripts/node-red-package";

const node = { id: "node" } as unknown as Node;
const RED: NodeAPI = require(nodeRedPackage());

const settingsWith = (params: Record<string, [type: string, value: string]>, more: object = {}): InferenceSettings =>
  readInferenceSettings({
    params: Object.fromEntries(Object.entries(params).map(([path, [type, value]]) => [path, { type, value }])),
    ...more,
  });

const read = (settings: InferenceSettings, message: object = {}) =>
  readInput(RED, node, settings, { payload: "a fox", ...message } as FluxMessage);

/** What is there at once; fails when it has to be waited for. */
const atOnce = (settings: InferenceSettings, message?: object): RequestInput => {
  const input = read(settings, message);
  assert.ok(!(input instanceof Promise), "it has to be waited for");
  return input;
};

describe("what a node reads for a message", () => {
  after(() => {
    delete process.env.FLUX_TEST_STEPS;
  });

  it("is there at once where nothing in it has to be waited for", () => {
    process.env.FLUX_TEST_STEPS = "12";
    const settings = settingsWith(
      { width: ["num", "1024"], steps: ["env", "FLUX_TEST_STEPS"], seed: ["msg", "seed"], lora: ["json", "[]"] },
      { imageFrom: { type: "msg", value: "picture" } },
    );
    const { dialog, prompt, image } = atOnce(settings, { seed: 7, picture: "https://example.com/a.png" });
    assert.deepEqual(dialog, { width: "1024", steps: "12", seed: 7, lora: [] });
    assert.deepEqual(prompt, { value: "a fox", source: "Prompt from (msg.payload)" });
    assert.deepEqual(image, { value: "https://example.com/a.png", source: "Image from (msg.picture)" });
  });

  it("comes later where an expression does, and has everything in its place", async () => {
    const settings = settingsWith(
      { steps: ["num", "28"], width: ["jsonata", "$millis() > 0 ? size : 0"], height: ["num", "768"] },
      { promptFrom: { type: "jsonata", value: "payload & '!'" } },
    );
    const { dialog, prompt } = await read(settings, { size: 640 });
    assert.deepEqual(Object.entries(dialog), Object.entries({ steps: "28", width: 640, height: "768" }));
    assert.equal(prompt?.value, "a fox!");
  });

  it("follows the message and the environment from one message to the next", () => {
    const settings = settingsWith({ steps: ["env", "FLUX_TEST_STEPS"], seed: ["msg", "seed"] });
    for (const steps of ["12", "13"]) {
      process.env.FLUX_TEST_STEPS = steps;
      assert.deepEqual(atOnce(settings, { seed: steps }).dialog, { steps, seed: steps });
    }
  });

  it("is one object for all messages where the dialog says everything itself, and nobody can change it", () => {
    const settings = settingsWith({ steps: ["num", "28"], "lora.0": ["json", '{"model":"a:b"}'] });
    const { dialog } = atOnce(settings);
    assert.deepEqual(dialog, { steps: "28", lora: [{ model: "a:b" }] });
    assert.equal(atOnce(settings).dialog, dialog);
    assert.throws(() => Object.assign(Object(dialog.lora)[0], { model: "c:d" }), TypeError);
  });

  it("is refused for the first value that cannot be read, at once or later", async () => {
    const refused = (parameter: string) => (error: unknown) =>
      error instanceof FluxError && error.cause.parameter === parameter;
    const broken: [string, string] = ["json", "{"];
    for (let times = 0; times < 2; times += 1) {
      assert.throws(() => read(settingsWith({ steps: ["num", "1"], width: broken, height: broken })), refused("width"));
    }
    const later = settingsWith({ steps: ["jsonata", "$error('no')"], width: broken });
    await assert.rejects(async () => read(later), refused("steps"));
    const after = settingsWith({ steps: ["jsonata", "28"], width: broken });
    await assert.rejects(async () => read(after), refused("width"));
  });
});
