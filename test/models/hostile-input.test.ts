import assert from "node:assert/strict";
import { createContext, runInContext } from "node:vm";
import { falSrpo } from "../../lib/models/fal-srpo";
import { kontext } from "../../lib/models/kontext";
import { srpo } from "../../lib/models/srpo";
import { imageFrom, picture, png, prepare, refusal, refusedParameters, revoked } from "./support";

describe("a hostile message", () => {
  for (const text of [
    '{"__proto__":{"polluted":true}}',
    '{"constructor":{"prototype":{"polluted":true}}}',
    '{"lora":[{"model":"a:b","__proto__":{"polluted":true}}]}',
    '{"inputs":{"prototype":{}}}',
  ]) {
    it(`poisons nothing: ${text}`, () => {
      const { cause } = refusal(srpo, JSON.parse(text));
      assert.match(String(cause.violations[0]?.parameter), /__proto__|constructor|prototype/);
      assert.equal(Reflect.get({}, "polluted"), undefined);
    });
  }

  it("poisons nothing where unknown parameters are let through", () => {
    const { cause } = refusal(srpo, JSON.parse('{"extra":{"__proto__":{"polluted":true}}}'), { allowUnknown: true });
    assert.deepEqual(
      cause.violations.map(({ parameter }) => parameter),
      ["extra.__proto__"],
    );
  });

  it("with cycles, functions, accessors and class instances is refused without calling any of it", () => {
    const cycle: Record<string, unknown> = {};
    cycle.ultralytics = cycle;
    assert.deepEqual(refusedParameters(srpo, cycle), ["ultralytics"]);
    const called = (): never => assert.fail("called");
    const computed = Object.defineProperty({}, "steps", { enumerable: true, get: called });
    assert.deepEqual(refusedParameters(srpo, computed), ["steps"]);
    assert.deepEqual(refusedParameters(srpo, { toJSON: called, seed: Symbol("s"), steps: new Date() }), [
      "toJSON",
      "seed",
      "steps",
    ]);
    assert.deepEqual(refusedParameters(srpo, new Proxy({}, { ownKeys: called })), ["msg.flux"]);
  });

  it("with a list that computes an element is refused, and one with an iterator of its own is read by its places", () => {
    const called = (): never => assert.fail("called");
    const computed = Object.defineProperty([{ model: "a:b" }, 0], 1, { enumerable: true, get: called });
    assert.deepEqual(refusedParameters(srpo, { lora: computed }), ["lora[1]"]);
    const iterable = Object.assign([{ model: "a:b" }], { [Symbol.iterator]: called });
    assert.deepEqual(prepare(srpo, { lora: iterable }).request.lora, [{ model: "a:b" }]);
  });

  it("with a list that does not tell how long it is is refused", () => {
    const trap = (list: unknown[], name: PropertyKey) => {
      const own = Reflect.getOwnPropertyDescriptor(list, name);
      return name === "length" ? { ...own, value: Symbol("many") } : own;
    };
    const lora = new Proxy<unknown[]>([{ model: "a:b" }], { getOwnPropertyDescriptor: trap });
    assert.match(refusal(srpo, { lora }).message, /^lora is a list that does not tell how long it is\./);
  });

  it("that is endlessly deep, long or wide is refused, not followed", () => {
    let deep: unknown = {};
    for (let level = 0; level < 5000; level++) deep = { deep };
    assert.equal(refusal(srpo, { deep }).cause.violations.length > 0, true);
    const sparse: unknown[] = [];
    sparse.length = 4_000_000_000;
    assert.deepEqual(refusedParameters(srpo, { lora: sparse }), ["lora"]);
    const wide = Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`p${index}`, 1]));
    assert.deepEqual(refusedParameters(srpo, wide), ["msg.flux"]);
  });

  it("with a Buffer where an object belongs is told so once, not once for every byte", () => {
    const file = png(8, 8, 10_000_000);
    for (const inputs of [file, file.subarray(0, 64)]) {
      assert.match(
        refusal(srpo, { inputs }).message,
        /^inputs is a Buffer of [\d,]+ bytes, but must be an object with seedImage and maskImage\. Nothing/,
      );
    }
    const flux = { pulid: file, hiresFix: file, lora: [{ model: "a:b" }, file], acceleratorOptions: { fbCache: file } };
    const expected = ["pulid", "hiresFix", "lora[1]", "acceleratorOptions.fbCache"];
    assert.deepEqual(refusedParameters(srpo, flux).sort(), expected.sort());
  });

  for (const flux of ["steps=3", 42, true, [], () => 1, new Date(), Buffer.from("x"), new Map()]) {
    it(`is refused when msg.flux is no object: ${Object.prototype.toString.call(flux)}`, () => {
      assert.deepEqual(refusedParameters(srpo, flux), ["msg.flux"]);
    });
  }

  it("that throws at every look at it is refused in words", () => {
    const thrown = (): never => {
      throw new Error("looked at");
    };
    const closed = new Proxy({}, { getPrototypeOf: thrown });
    for (const flux of [revoked({}), revoked([]), closed, { lora: revoked([]) }, { lora: [revoked({})] }]) {
      const { code, message } = refusal(srpo, flux);
      assert.equal(code, "FLUX_VALIDATION");
      assert.equal(message, "msg.flux cannot be read: reading it throws. Nothing was sent.");
    }
    for (const model of [srpo, kontext, falSrpo]) {
      for (const value of [revoked({}), revoked([]), closed]) {
        const prompt = refusal(model, {}, { prompt: { value, source: "Prompt from (msg.payload)" } });
        assert.match(prompt.message, /^Prompt from \(msg\.payload\) holds an object, but a prompt is/);
        assert.match(
          refusal(model, {}, imageFrom(value)).message,
          /^Image from \(msg\.image\) holds an object that is no/,
        );
      }
    }
  });

  it("may have no msg.flux at all", () => {
    for (const flux of [undefined, null, {}]) prepare(srpo, flux);
  });

  it("may come from a function node, whose objects are of another realm", () => {
    const flux = runInContext("({ steps: 20, lora: [{ model: 'a:b', weight: 0.5 }] })", createContext({}));
    const { request } = prepare(srpo, flux);
    assert.deepEqual(request.lora, [{ model: "a:b", weight: 0.5 }]);
  });

  it("is not changed, and shares nothing with the request but pictures", () => {
    const flux = {
      puLID: { inputImages: [png(8, 8)] },
      seed: 5n,
      CFGScale: 7.000000000001,
      lora: [{ model: "a:b" }],
      taskUUID: "x",
      scheduler: "euler",
      inputs: { seedImage: png(8, 8, 300_000) },
    };
    const before = structuredClone(flux);
    const { request } = prepare(srpo, flux, { image: { value: picture.url, source: "Image from (msg.image)" } });
    assert.deepEqual(structuredClone(flux), before);
    assert.notEqual(request.lora, flux.lora);
    Object.freeze(flux);
    Object.freeze(flux.lora);
    prepare(srpo, flux);
  });

  it("gets every violation, each once, and no raw text of the validator", () => {
    const { message, cause } = refusal(srpo, {
      ...{ width: 1000, steps: "28", scheduler: "Eulr", hiresFix: { steps: 99 }, stepz: 1, lora: [] },
      ...{
        ultralytics: "on",
        controlNet: [{ model: 5 }],
        acceleratorOptions: { cacheEndStep: 1, cacheEndStepPercentage: 1 },
      },
    });
    const parameters = cause.violations.map(({ parameter }) => parameter);
    assert.deepEqual([...parameters].sort(), [
      "acceleratorOptions.cacheEndStep",
      "controlNet[0].guideImage",
      "controlNet[0].model",
      "height",
      "hiresFix.model",
      "hiresFix.steps",
      "lora",
      "scheduler",
      "steps",
      "stepz",
      "ultralytics",
      "width",
    ]);
    for (const { message: each } of cause.violations) assert.ok(message.includes(each), each);
    assert.ok(!/must NOT|must match|instancePath|schema|oneOf/.test(message), message);
    assert.match(message, /did you mean "Euler"\?/);
    assert.match(message, /did you mean steps\?/);
    assert.ok(message.endsWith("Nothing was sent."));
  });

  it("cannot make an error quote pictures, addresses or unknown texts", () => {
    const secret = "swordfish";
    const { message, cause } = refusal(srpo, {
      apiKey: secret,
      webhookURL: `ftp://${secret}`,
      inputs: { seedImage: secret },
      scheduler: secret.repeat(10),
      ultralytics: secret,
      safety: { mode: { secret } },
    });
    assert.equal(cause.violations.length, 6);
    assert.ok(!(message + JSON.stringify(cause)).includes(secret), message);
  });
});

describe("a parameter that the model does not know", () => {
  it("is sent when the switch says so", () => {
    const flux = { future: { a: [1, 2] }, ultralytics: { next: true }, acceleratorOptions: { fbCache: true } };
    const { request } = prepare(srpo, flux, { allowUnknown: true });
    assert.deepEqual(request.future, { a: [1, 2] });
    assert.deepEqual(request.ultralytics, { next: true });
  });

  it("may hold a picture in a Buffer, but nothing that JSON cannot carry", () => {
    const { request } = prepare(srpo, { future: png(8, 8) }, { allowUnknown: true });
    assert.match(String(request.future), /^data:image\/png;base64,/);
    for (const future of [5n, Number.NaN, Buffer.from("no picture at all")]) {
      assert.deepEqual(refusedParameters(srpo, { a: { future } }, { allowUnknown: true }), ["a.future"]);
    }
  });

  it("is named as such, whatever it holds", () => {
    for (const stepz of [5n, png(8, 8), Buffer.from("no picture at all"), Number.NaN, null]) {
      assert.match(refusal(srpo, { stepz }).message, /has no stepz; did you mean steps\?/);
    }
  });

  it("does not excuse the ones that it knows", () => {
    assert.deepEqual(refusedParameters(srpo, { future: 1, steps: 0 }, { allowUnknown: true }), ["steps"]);
  });
});
