import assert from "node:assert/strict";
import { srpo } from "../../lib/models/srpo";
import { prepare, refusal, refusedParameters } from "./support";

const LARGEST_SEED = "9223372036854775807";

describe("a guidance scale", () => {
  it("may be any of the 2,001 values from 0.00 to 20.00", () => {
    for (let count = 0; count <= 2000; count++) {
      const value = Number((count / 100).toFixed(2));
      assert.equal(prepare(srpo, { CFGScale: value }).request.CFGScale, value);
      assert.equal(prepare(srpo, { CFGScale: count * 0.01 }).request.CFGScale, value);
    }
  });

  it("may not lie 0.001 beside a step", () => {
    for (let count = 0; count < 2000; count++) {
      assert.deepEqual(refusedParameters(srpo, { CFGScale: count / 100 + 0.001 }), ["CFGScale"]);
    }
  });

  it("is rounded when it lies within 1e-9 of a step", () => {
    assert.equal(prepare(srpo, { CFGScale: 7.5 + 1e-9 }).request.CFGScale, 7.5);
    assert.equal(prepare(srpo, { CFGScale: 20 + 9e-10 }).request.CFGScale, 20);
    assert.equal(prepare(srpo, { CFGScale: -1e-10 }).request.CFGScale, 0);
    assert.deepEqual(prepare(srpo, { ultralytics: { CFGScale: 0.1 + 0.2 } }).request.ultralytics, { CFGScale: 0.3 });
    assert.deepEqual(refusedParameters(srpo, { CFGScale: 7.5 + 2e-9 }), ["CFGScale"]);
  });

  it("that is refused comes with its range and the nearest values", () => {
    const [violation] = refusal(srpo, { CFGScale: 7.123 }).cause.violations;
    assert.equal(
      violation?.message,
      "CFGScale is 7.123, but must be a number from 0 to 20 in steps of 0.01; the nearest are 7.12 and 7.13.",
    );
    assert.equal(violation?.value, 7.123);
    assert.equal(violation?.allowed, "a number from 0 to 20 in steps of 0.01");
  });
});

describe("a whole number", () => {
  for (const { given, sent } of [
    { given: { steps: 28.0000000001 }, sent: { steps: 28 } },
    { given: { steps: 27.9999999999 }, sent: { steps: 28 } },
    { given: { steps: 50.0000000009 }, sent: { steps: 50 } },
    { given: { width: 1024.0000000001, height: 512 }, sent: { width: 1024, height: 512 } },
    { given: { acceleratorOptions: { cacheStartStep: -1e-10 } }, sent: { acceleratorOptions: { cacheStartStep: 0 } } },
    {
      given: { hiresFix: { model: "runware:504@1", upscaleFactor: 4.0000000001 } },
      sent: { hiresFix: { model: "runware:504@1", upscaleFactor: 4 } },
    },
  ]) {
    it(`is rounded when it lies within 1e-9 of one: ${JSON.stringify(given)}`, () => {
      const { request } = prepare(srpo, given);
      for (const [name, value] of Object.entries(sent)) assert.deepEqual(request[name], value);
    });
  }

  it("is rounded before it is compared with others", () => {
    const acceleratorOptions = { cacheStartStep: 5, cacheEndStep: 5.0000000001 };
    assert.deepEqual(refusedParameters(srpo, { acceleratorOptions }), ["acceleratorOptions.cacheEndStep"]);
    prepare(srpo, { steps: 10, acceleratorOptions: { cacheEndStep: 10.0000000001 } });
  });

  it("is none further away", () => {
    for (const steps of [28.000000002, 27.999999998, 28.5]) {
      assert.deepEqual(refusedParameters(srpo, { steps }), ["steps"]);
    }
  });
});

describe("a width that is refused", () => {
  for (const { width, says } of [
    {
      width: 1000,
      says: "width is 1000, but must be a multiple of 16 from 128 to 2048; the nearest are 992 and 1008.",
    },
    { width: 64, says: "width is 64, but must be a multiple of 16 from 128 to 2048; the nearest is 128." },
    { width: 4096, says: "width is 4096, but must be a multiple of 16 from 128 to 2048; the nearest is 2048." },
  ]) {
    it(`names what would do instead of ${width}`, () => {
      assert.equal(refusal(srpo, { width, height: 512 }).message, `${says} Nothing was sent.`);
    });
  }
});

describe("a seed", () => {
  for (const { given, sent } of [
    { given: 0, sent: 0 },
    { given: "0", sent: 0 },
    { given: 4294967295, sent: 4294967295 },
    { given: "4294967295", sent: 4294967295 },
    { given: 4294967295n, sent: 4294967295 },
    { given: Number.MAX_SAFE_INTEGER, sent: Number.MAX_SAFE_INTEGER },
    { given: "9007199254740992", sent: "9007199254740992" },
    { given: LARGEST_SEED, sent: LARGEST_SEED },
    { given: BigInt(LARGEST_SEED), sent: LARGEST_SEED },
  ]) {
    it(`keeps its digits: ${typeof given} ${given}`, () => {
      const { request, warnings } = prepare(srpo, { seed: given });
      assert.equal(request.seed, sent);
      assert.deepEqual(warnings, []);
    });
  }

  it("that was a number too large for its digits is sent as what is left of it, with a warning", () => {
    const { request, warnings } = prepare(srpo, { seed: 1e18 });
    assert.equal(request.seed, "1000000000000000000");
    assert.match(String(warnings), /as a string/);
  });

  for (const seed of [
    -1,
    1.5,
    2 ** 63,
    "9223372036854775808",
    2n ** 63n,
    -1n,
    "1e3",
    "0x10",
    "",
    " 1",
    "1".repeat(5000),
  ]) {
    it(`is refused when it is none: ${typeof seed} ${String(seed).slice(0, 20)}`, () => {
      assert.deepEqual(refusedParameters(srpo, { seed }), ["seed"]);
    });
  }
});
