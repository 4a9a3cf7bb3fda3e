import assert from "node:assert/strict";
import { readExample } from "../../editor/json/read-example";
import { requestText, shownRequest } from "../../editor/json/show-request";
import { isTaken, takeExample } from "../../editor/json/take-example";
import type { Typed } from "../../editor/node-red";
import { falSrpo } from "../../lib/models/fal-srpo";
import { kontext } from "../../lib/models/kontext";
import { krea } from "../../lib/models/krea";
import type { Leaf, Model } from "../../lib/models/model";
import { preprocess } from "../../lib/models/preprocess";
import { srpo } from "../../lib/models/srpo";

const num = (value: string): Typed => ({ type: "num", value });
const msg = (value: string): Typed => ({ type: "msg", value });

/** A value as a dialog saves it. */
const example = ({ kind, choices, minimum, sent }: Leaf): Typed => {
  switch (kind) {
    case "integer":
    case "number":
      return num(String(minimum ?? 1));
    case "seed":
      return num("9223372036854775807");
    case "boolean":
      return { type: "bool", value: String(choices?.[0] ?? sent !== true) };
    case "choice": {
      const choice = choices?.find((one) => one !== sent) ?? "";
      return { type: typeof choice === "number" ? "num" : "str", value: String(choice) };
    }
    case "image":
    case "url":
      return { type: "str", value: "https://example.com/a.png" };
    case "model":
      return { type: "str", value: "civitai:1@2" };
    default:
      return { type: "str", value: "two words" };
  }
};

/** A dialog in which everything is set that can be beside each other. */
const fullDialog = (model: Model): Map<string, Typed> => {
  const values = new Map<string, Typed>();
  for (const leaf of model.facts.leaves) {
    const isObjectToo = model.facts.leaves.some(({ path }) => path.startsWith(`${leaf.path}.`));
    const isSource = leaf.path === model.dialect.promptParameter || leaf.path.startsWith(model.imageParameter ?? "-");
    if (!leaf.owned && !isObjectToo && !isSource) values.set(leaf.path.replaceAll("[]", ".0"), example(leaf));
  }
  return values;
};

const models: readonly Model[] = [srpo, krea, kontext, preprocess, ...Object.values(falSrpo.modes)];

describe("the request that a dialog shows as JSON", () => {
  for (const model of models) {
    it(`gives the same dialog when it is pasted back: ${model.id}`, () => {
      const values = fullDialog(model);
      const settings: Record<string, unknown> = {
        promptFrom: msg("payload"),
        imageFrom: model.imageParameter === undefined ? { type: "none", value: "" } : msg("picture"),
        mode: model.mode,
      };
      const text = requestText(model, values, (property) => settings[property]);
      const read = readExample(text);
      assert.ok("request" in read, text);
      const nodeModel = model.mode === undefined ? model : falSrpo;
      const taken = takeExample(nodeModel, read, (property) => settings[property]);
      assert.ok(isTaken(taken));
      assert.deepEqual(Object.fromEntries(taken.values), Object.fromEntries(values));
      for (const [property, value] of taken.settings) assert.deepEqual(value, settings[property], property);
      assert.deepEqual(taken.unknown, []);
    });
  }

  it("has what comes from elsewhere by the name of its place", () => {
    const values = new Map<string, Typed>([
      ["width", msg("size")],
      ["steps", num("${STEPS}")],
      ["seed", { type: "jsonata", value: "$random()" }],
      ["lora", { type: "flow", value: "loras" }],
      ["lora.0.weight", num("")],
    ]);
    const request = shownRequest(srpo, values, () => undefined);
    assert.deepEqual(request, {
      taskType: "imageInference",
      taskUUID: "<new id>",
      model: "runware:111@1",
      positivePrompt: "<msg.payload>",
      width: "<msg.size>",
      steps: "${STEPS}",
      seed: "<jsonata: $random()>",
      outputType: "URL",
      deliveryMethod: "async",
      includeCost: true,
      lora: "<flow.loras>",
    });
  });

  it("is what the provider gets: its own names, typed, without gaps in lists", () => {
    const values = new Map<string, Typed>([
      ["lora.1.model", { type: "str", value: "civitai:1@2" }],
      ["lora.1.weight", num("0.80")],
      ["width", num("512")],
    ]);
    const { lora, width } = shownRequest(krea, values, () => undefined);
    assert.deepEqual({ lora, width }, { lora: [{ model: "civitai:1@2", weight: 0.8 }], width: 512 });
  });

  it("shows a seed as the number that is sent, with all its digits", () => {
    for (const model of [krea, ...Object.values(falSrpo.modes)]) {
      const text = requestText(model, new Map([["seed", num("9223372036854775807")]]), () => undefined);
      assert.match(text, /"seed": 9223372036854775807,?$/m);
    }
    const text = requestText(krea, new Map([["seed", msg("seed")]]), () => undefined);
    assert.match(text, /"seed": "<msg\.seed>"/);
  });
});
