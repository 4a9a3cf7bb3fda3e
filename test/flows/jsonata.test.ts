import assert from "node:assert/strict";
import { startFlow, stopFlows } from "../support/flow";
import { refusalOf, thrown, unreadable } from "../support/hostile/unreadable";
import { onlyMessage } from "../support/outcomes";

function lengthOrThrow(list: object, name: PropertyKey): unknown {
  if (name === "length") return 2 ** 32;
  return /^\d+$/.test(String(name)) ? thrown() : Reflect.get(list, name);
}

describe("what a JSONata expression gives", () => {
  afterEach(stopFlows);

  const fromExpression = { promptFrom: { type: "jsonata", value: "payload" } };

  for (const [what, payload] of [
    ["an object that computes a member", unreadable({}, "text")],
    ["a list of four billion elements", new Proxy([], { get: (list, name) => lengthOrThrow(list, name) })],
    ["a frozen object without a prototype", Object.freeze(Object.create(null))],
  ] as const) {
    it(`is not walked through or changed by Node-RED: ${what}`, async () => {
      const { message } = await refusalOf({ node: fromExpression }, { payload });
      assert.match(message, /: Prompt from \(jsonata payload\) holds (an object|a list), but a prompt is/);
    });
  }

  it("is a value as before", async () => {
    const flow = await startFlow({ node: { promptFrom: { type: "jsonata", value: "'a ' & msg.payload.what" } } });
    onlyMessage(await flow.send({ payload: { what: "fox" }, flux: { width: 128, height: 128 } }));
  });
});
