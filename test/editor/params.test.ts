import assert from "node:assert/strict";
import fc from "fast-check";
import type { Typed } from "../../editor/node-red";
import {
  elementCount,
  patternOf,
  readParams,
  sameValues,
  withoutElement,
  withSwapped,
  writeParams,
} from "../../editor/params";
import { models } from "../../lib/models/catalogue";
import type { ModelFacts } from "../../lib/models/model";

const factsOf = (type: string): ModelFacts => {
  const model = models.find((candidate) => candidate.type === type);
  assert.ok(model);
  return model.facts;
};
const facts = factsOf("runware-flux-srpo");
const text = (value: string): Typed => ({ type: "str", value });

describe("the parameters that a dialog saves", () => {
  it("are in the schema's order, whatever the order in which they were typed", () => {
    const values = new Map([
      ["outputFormat", text("PNG")],
      ["lora.1.model", text("b:1@1")],
      ["steps", text("28")],
      ["lora.0.weight", text("1")],
      ["lora.0.model", text("a:1@1")],
    ]);
    assert.deepEqual(Object.keys(writeParams(values, facts)), [
      "steps",
      "lora.0.model",
      "lora.0.weight",
      "lora.1.model",
      "outputFormat",
    ]);
  });

  it("number list elements by size, not by spelling", () => {
    const values = new Map([11, 2, 0, 1, 3, 4, 5, 6, 7, 8, 9, 10].map((n) => [`lora.${n}.model`, text(`${n}`)]));
    const saved = Object.values(writeParams(values, facts)).map(({ value }) => value);
    assert.deepEqual(saved, ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11"]);
  });

  it("leave no gap where a list element was added and never filled in", () => {
    const values = new Map([
      ["ipAdapters.1.model", text("a")],
      ["ipAdapters.1.guideImages.2", text("x")],
      ["ipAdapters.1.guideImages.0", text("y")],
      ["ipAdapters.3.model", text("b")],
    ]);
    assert.deepEqual(Object.keys(writeParams(values, facts)), [
      "ipAdapters.0.model",
      "ipAdapters.0.guideImages.0",
      "ipAdapters.0.guideImages.1",
      "ipAdapters.1.model",
    ]);
  });

  it("keep what the model does not know, at the end", () => {
    const values = new Map([
      ["novelty", text("1")],
      ["steps", text("28")],
    ]);
    assert.deepEqual(Object.keys(writeParams(values, facts)), ["steps", "novelty"]);
  });

  it("survive saving and reading for every parameter of every model", () => {
    for (const { facts: modelFacts } of models) {
      const path = fc.constantFrom(...modelFacts.leaves.map((leaf) => leaf.path)).chain((pattern) =>
        fc.array(fc.nat(3), { minLength: 2, maxLength: 2 }).map(([first, second]) => {
          const indexes = [first, second];
          return pattern.replaceAll("[]", () => `.${indexes.shift() ?? 0}`);
        }),
      );
      const typed = fc.record({ type: fc.constantFrom("num", "str", "msg"), value: fc.string({ minLength: 1 }) });
      fc.assert(
        fc.property(fc.dictionary(path, typed), (params) => {
          const once = writeParams(readParams(params), modelFacts);
          const twice = writeParams(readParams(once), modelFacts);
          assert.deepEqual(Object.entries(twice), Object.entries(once));
          assert.deepEqual(
            Object.values(once)
              .map(({ value }) => value)
              .sort(),
            Object.values(params)
              .map(({ value }) => value)
              .sort(),
          );
        }),
        { numRuns: 200 },
      );
    }
  });
});

describe("a list in a dialog", () => {
  it("moves later elements up when one is removed, nested lists included", () => {
    const values = new Map([
      ["steps", text("1")],
      ["ipAdapters.0.model", text("first")],
      ["ipAdapters.1.model", text("second")],
      ["ipAdapters.2.model", text("third")],
      ["ipAdapters.2.guideImages.0", text("picture")],
    ]);
    assert.deepEqual(
      [...withoutElement(values, "ipAdapters", 1)].map(([path, { value }]) => [path, value]),
      [
        ["steps", "1"],
        ["ipAdapters.0.model", "first"],
        ["ipAdapters.1.model", "third"],
        ["ipAdapters.1.guideImages.0", "picture"],
      ],
    );
  });

  it("exchanges two elements, with everything in them", () => {
    const values = new Map([
      ["lora.0.model", text("first")],
      ["lora.1.model", text("second")],
      ["lora.1.weight", text("0.5")],
      ["lora", text("all")],
    ]);
    assert.deepEqual(
      [...withSwapped(values, "lora", 1, 0)].map(([path, { value }]) => [path, value]),
      [
        ["lora.1.model", "first"],
        ["lora.0.model", "second"],
        ["lora.0.weight", "0.5"],
        ["lora", "all"],
      ],
    );
  });

  it("counts an element as soon as anything is set in it", () => {
    const values = new Map([
      ["lora.2.weight", text("1")],
      ["loraX.7.model", text("no")],
    ]);
    assert.equal(elementCount(values, "lora"), 3);
    assert.equal(elementCount(values, "controlNet"), 0);
  });
});

describe("saved params that were written by hand", () => {
  it("are read as far as they are typed values, hostile names included", () => {
    const saved: unknown = JSON.parse(
      '{"__proto__":{"type":"str","value":"x"},"steps":{"type":"num","value":"3"},"seed":7}',
    );
    assert.deepEqual([...readParams(saved).keys()], ["__proto__", "steps"]);
    assert.deepEqual(readParams({ steps: { type: "num", value: 30 } }).get("steps"), { type: "num", value: "30" });
    assert.deepEqual(readParams(undefined).size, 0);
    assert.deepEqual(readParams("text").size, 0);
  });

  it("count as unchanged in any order", () => {
    const left = new Map([
      ["a", text("1")],
      ["b", text("2")],
    ]);
    const right = new Map([...left].reverse());
    assert.ok(sameValues(left, right));
    assert.ok(!sameValues(left, new Map([["a", text("1")]])));
    assert.ok(!sameValues(left, new Map([...left, ["b", { type: "msg", value: "2" }]])));
  });

  it("are matched with the schema by pattern", () => {
    assert.equal(patternOf("ipAdapters.0.guideImages.12"), "ipAdapters[].guideImages[]");
    assert.equal(patternOf("inputs.seedImage"), "inputs.seedImage");
  });
});
