import assert from "node:assert/strict";
import fc from "fast-check";
import { FluxError } from "../../lib/errors";
import type { CompositionMode } from "../../lib/models/composition/composition";
import type { FluxRequest } from "../../lib/models/request";
import { anythingWith } from "../support/anything";
import { composed, passedOn, refusedAt } from "./composing";
import { picture, revoked } from "./support";

const lora = [{ model: "a:b" }];
const pulid = { images: [picture.url] };

const called = (): never => assert.fail("called");
const thrown = (): never => {
  throw new Error("looked at");
};
const computed = (owner: object, name: string | number): object =>
  Object.defineProperty(owner, name, { enumerable: true, configurable: true, get: called });

const shy = new Proxy({}, { getPrototypeOf: thrown, ownKeys: thrown, getOwnPropertyDescriptor: thrown, get: thrown });
const shyList = new Proxy([1], { ownKeys: thrown, getOwnPropertyDescriptor: thrown, get: thrown });

describe("a hostile msg.flux at a composition node", () => {
  for (const [name, flux, expected] of [
    ["text", "steps", /^msg\.flux is text of 5 characters, but must be an object with request parameters\./],
    ["a number", 3, /^msg\.flux is 3, but must be an object/],
    ["a list", [lora], /^msg\.flux is a list, but must be an object/],
    ["a Buffer", Buffer.from("x"), /^msg\.flux is a Buffer of 1 bytes, but must be an object/],
    ["a Buffer that went through JSON", { type: "Buffer", data: [1] }, /^msg\.flux is a Buffer that went through JSON/],
    ["a class instance", new Map(), /^msg\.flux is an object, but must be an object with request parameters/],
    ["a revoked proxy", revoked({}), /^msg\.flux cannot be read: reading it throws\./],
    ["a proxy that throws", shy, /^msg\.flux cannot be read: reading it throws\./],
    ["a computed member", computed({}, "steps"), /^steps is computed on access; only plain values are taken\./],
    ["the list itself computed", computed({}, "lora"), /^lora is computed on access/],
    ["__proto__", JSON.parse('{"__proto__":{"x":1}}'), /^__proto__ is not a name that a parameter may have\./],
    ["constructor", { constructor: 1 }, /^constructor is not a name that a parameter may have\./],
    [
      "20,000 members",
      Object.fromEntries(Array.from({ length: 2e4 }, (_, index) => [`p${index}`, 1])),
      /10,000 values/,
    ],
    ["a list that is a revoked proxy", { lora: revoked([]) }, /^msg\.flux\.lora is an object, but must be a list/],
    ["a list that is a proxy that throws", { lora: shyList }, /^msg\.flux\.lora cannot be read: reading it throws\./],
    ["a computed entry", { lora: computed([1, 2], 1) }, /^lora\[1\] is computed on access/],
    [
      "a list of endless length",
      { lora: Object.assign([1], { length: 4e9 }) },
      /^msg\.flux\.lora holds more than 10,000/,
    ],
    ["a function in the place of a list", { lora: called }, /^msg\.flux\.lora is a function, but must be a list/],
  ] as const) {
    it(`is refused in words: ${name}`, () => {
      const { code, message } = refusedAt({ lora }, flux);
      assert.equal(code, "FLUX_VALIDATION");
      assert.match(message, expected);
      assert.equal(Reflect.get({}, "x"), undefined);
    });
  }

  for (const [name, object, expected] of [
    ["a revoked proxy", revoked({}), /^msg\.flux\.pulid is an object, but must be/],
    ["a proxy that throws", shy, /^msg\.flux\.pulid is an object, but must be/],
    ["a computed member", computed({}, "idWeight"), /^pulid\.idWeight is computed on access/],
    ["__proto__", JSON.parse('{"__proto__":{"x":1}}'), /^pulid\.__proto__ is not a name/],
  ] as const) {
    it(`is refused in words: PuLID that is ${name}`, () =>
      assert.match(refusedAt({ pulid }, { pulid: object }).message, expected));
  }

  it("is let through where it is in nobody's way", () => {
    const entries = [shy, revoked({}), computed({}, "model"), new Map(), null, undefined, lora[0]];
    const after = passedOn({ lora }, { lora: entries, inputs: shy, seed: 1n });
    assert.ok(Array.isArray(after?.lora));
    assert.equal(after.lora.length, entries.length + 1);
    for (const [index, entry] of entries.entries()) assert.ok(Object.is(after.lora[index], entry), String(index));
    assert.ok(Object.is(after?.inputs, shy));
  });

  it("is cleared and replaced, whatever the parameter is", () => {
    for (const value of [shy, shyList, revoked([]), new Map(), called, 1n]) {
      assert.deepEqual(passedOn({}, { steps: 1, lora: value }, { mode: "clear" }), { steps: 1 });
      assert.deepEqual(passedOn({ pulid }, { steps: 1, pulid: value }, { mode: "replace" }), { steps: 1, pulid });
    }
  });

  it("keeps its holes, and gains no member from a prototype", () => {
    const flux = Object.assign(Object.create(null), { steps: 3 });
    assert.deepEqual(passedOn({ lora }, flux), { steps: 3, lora });
    const sparse: unknown[] = [];
    sparse[2] = lora[0];
    assert.deepEqual(passedOn({ lora }, { lora: sparse })?.lora, [undefined, undefined, lora[0], lora[0]]);
  });
});

describe("a hostile value in the dialog of a composition node", () => {
  for (const [name, value, expected] of [
    ["a revoked proxy", revoked({}), /^lora cannot be read: reading it throws\./],
    ["a proxy that throws", [shy], /^lora cannot be read: reading it throws\./],
    ["a computed member", [computed({ model: "a:b" }, "weight")], /^lora\[0\]\.weight is computed on access/],
    ["a function", [{ model: called }], /lora\[0\]\.model is a function, which is no data/],
    ["__proto__", JSON.parse('[{"model":"a:b","__proto__":{"x":1}}]'), /^lora\[0\]\.__proto__ is not a name/],
    ["a class instance", new Map(), /^lora is neither plain data nor a Buffer/],
    ["endless text", [{ model: "a:".padEnd(1e6, "b") }], /lora\[0\]\.model\) is text of 1,000,000 characters/],
    ["20,000 entries", Array.from({ length: 2e4 }, () => 1), /^lora is a list of more than 10,000 elements\./],
  ] as const) {
    it(`is refused in words: ${name}`, () => {
      const { code, message } = refusedAt({ lora: value });
      assert.equal(code, "FLUX_VALIDATION");
      assert.match(message, expected);
      assert.equal(Reflect.get({}, "x"), undefined);
    });
  }
});

describe("hostile msg.fluxOrigins at a composition node", () => {
  const own = { id: "here.1", type: "flux-lora", name: "here" };
  const style = { id: "1", type: "flux-lora" };

  for (const [name, origins] of [
    ["text", "lora[0]"],
    ["a list", [style]],
    ["a Buffer", Buffer.from("lora")],
    ["a revoked proxy", revoked({})],
    ["a proxy that throws", shy],
    ["a computed node", computed({}, "lora[0]")],
    ["a node that is text", { "lora[0]": "style" }],
    ["a node without anything", { "lora[0]": {} }],
    ["an id and a type that are none", { "lora[0]": { id: "a b", type: "<b>flux</b>", name: " \n" } }],
    ["poison", JSON.parse('{"__proto__":{"type":"x"},"constructor":{"type":"x"}}')],
    ["paths that are none", { "lora[0].": style, "lora[x]": style, "": style, lora_0_: style }],
    [
      "what is beyond the list",
      { "lora[1]": style, "lora[7]": style, "lora[0].weight": style, "controlNet[0]": style },
    ],
    ["100,000 nodes", Object.fromEntries(Array.from({ length: 1e5 }, (_, index) => [`p${index}`, style]))],
  ] as const) {
    it(`are replaced by what is known: ${name}`, () => {
      assert.deepEqual(composed({ lora }, { lora: [{ model: "c:d" }] }, { origins }).origins, { "lora[1]": own });
    });
  }

  it("are kept as far as they are plausible, in a new object", () => {
    const origins = Object.freeze({
      "lora[0]": { ...style, name: "kept", extra: 1 },
      "acceleratorOptions.fbCache": { id: "a b", type: "flux-x" },
      "controlNet[0]": { name: "n".repeat(5000) },
    });
    const flux = { lora, acceleratorOptions: { fbCache: true }, controlNet: [1] };
    assert.deepEqual(composed({ lora: [{ model: "c:d" }] }, flux, { origins }).origins, {
      "lora[0]": { ...style, name: "kept" },
      "acceleratorOptions.fbCache": { type: "flux-x" },
      "controlNet[0]": { name: "n".repeat(400) },
      "lora[1]": own,
    });
  });
});

describe("messages made of anything at a composition node", () => {
  const name = fc.constantFrom(
    "lora",
    "pulid",
    "puLID",
    "images",
    "model",
    "__proto__",
    "constructor",
    "0",
    "length",
    "id",
  );
  const anything = anythingWith(name, 3);
  const modes = fc.constantFrom<CompositionMode>("add", "replace", "clear");
  const good: Readonly<Record<string, FluxRequest>> = { lora: { lora }, pulid: { pulid } };

  it("go on with what the node sets, or are refused with a FluxError, and no object's prototype changes", () => {
    const before = JSON.stringify(Object.getOwnPropertyNames(Object.prototype));
    const input = fc.record({
      flux: fc.oneof(anything, fc.dictionary(name, anything)),
      origins: anything,
      dialog: anything,
    });
    fc.assert(
      fc.property(fc.constantFrom("lora", "pulid"), modes, fc.boolean(), input, (parameter, mode, isGood, given) => {
        const dialog = (isGood ? good[parameter] : undefined) ?? { [parameter]: given.dialog };
        try {
          const { flux } = composed(dialog, given.flux, { parameter, mode, origins: given.origins });
          if (isGood && mode !== "clear") assert.ok(flux?.[parameter]);
          if (mode === "clear") assert.equal(flux?.[parameter], undefined);
        } catch (error) {
          if (!(error instanceof FluxError)) throw error;
          assert.ok(error.cause.violations.length > 0);
        }
        assert.equal(JSON.stringify(Object.getOwnPropertyNames(Object.prototype)), before);
      }),
      { numRuns: 2000 },
    );
  });
});
