import assert from "node:assert/strict";
import { nest } from "../../lib/node-red/params";

const nested = (values: Record<string, unknown>) => nest(new Map(Object.entries(values)));

describe("parameters as the dialog saves them", () => {
  it("become the request's objects and lists", () => {
    assert.deepEqual(
      nested({
        steps: 28,
        "lora.0.model": "a:1@1",
        "lora.0.weight": 0.5,
        "lora.1.model": "b:1@1",
        "pulid.images.0": "x",
      }),
      {
        steps: 28,
        lora: [{ model: "a:1@1", weight: 0.5 }, { model: "b:1@1" }],
        pulid: { images: ["x"] },
      },
    );
  });

  it("that have no value for this message are left out, and lists close up", () => {
    assert.deepEqual(nested({ steps: undefined, "lora.0.model": undefined, "lora.1.model": "b:1@1" }), {
      lora: [{ model: "b:1@1" }],
    });
  });

  it("give way to the details of the same feature", () => {
    const expected = { hiresFix: { model: "runware:504@1" } };
    assert.deepEqual(nested({ hiresFix: true, "hiresFix.model": "runware:504@1" }), expected);
    assert.deepEqual(nested({ "hiresFix.model": "runware:504@1", hiresFix: true }), expected);
  });

  it("never change a list or object that a message brought", () => {
    const loras = [{ model: "a:1@1" }, undefined];
    const request = nested({ lora: loras, "lora.0.weight": 0.5 });
    assert.deepEqual(request, { lora: [{ model: "a:1@1", weight: 0.5 }] });
    assert.deepEqual(loras, [{ model: "a:1@1" }, undefined]);
  });

  it("leave what a message brought uncopied, and call nothing of it, where it is no plain data", () => {
    const called = (): never => assert.fail("called");
    const computed = Object.defineProperty([{}], 0, { enumerable: true, get: called });
    const closed = Proxy.revocable([], {});
    closed.revoke();
    for (const lora of [computed, closed.proxy, new Date()]) {
      assert.equal(nested({ lora, "lora.0.weight": 0.5 }).lora, lora);
    }
    const iterable = Object.assign([{ model: "a:1@1" }], { [Symbol.iterator]: called });
    assert.deepEqual(nested({ lora: iterable, "lora.0.weight": 0.5 }).lora, [{ model: "a:1@1", weight: 0.5 }]);
  });

  it("cannot reach an object's prototype", () => {
    const request = nested({ "__proto__.polluted": true, "constructor.prototype.polluted": true });
    assert.equal(Reflect.get({}, "polluted"), undefined);
    assert.deepEqual(Object.keys(request), ["__proto__", "constructor"]);
  });
});
