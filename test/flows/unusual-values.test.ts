import assert from "node:assert/strict";
import { startFlow, stopFlows } from "../support/flow";
import { refusalOf, thrown } from "../support/hostile/unreadable";
import { onlyMessage } from "../support/outcomes";
import { noisePng } from "../support/pictures";

const bucket = { bucket: "bucket", key: { type: "str", value: "fox.jpg" } };

describe("what a message brings in an unusual way", () => {
  afterEach(stopFlows);

  const lists: readonly [string, Record<string, unknown>, string][] = [
    ["flux-s3-upload", bucket, "payload"],
    ["flux-s3-presign", { ...bucket, method: "get", checkExists: false, into: "link" }, "s3"],
  ];
  for (const [type, node, name] of lists) {
    it(`is refused where an element of a list is computed, which nobody calls: ${type}`, async () => {
      const list = Object.defineProperty([0], 0, { enumerable: true, get: () => assert.fail("called") });
      const { message } = await refusalOf({ node: { type, ...node }, bucket: {}, account: null }, { [name]: list });
      assert.match(message, new RegExp(`: msg\\.${name}\\[0\\] is undefined, but must be`));
    });

    it(`is taken by its places where a list has an iterator of its own: ${type}`, async () => {
      const flow = await startFlow({ node: { type, ...node }, bucket: {}, account: null });
      const items = name === "s3" ? ["fox.jpg"] : [await noisePng(8)];
      const own = { [Symbol.iterator]: () => assert.fail("called") };
      const { s3, link } = onlyMessage(await flow.send({ [name]: Object.assign(items, own) }));
      assert.equal([name === "s3" ? link : s3].flat().length, 1);
    });
  }

  it("is refused where the memory of its bytes was given away: flux-s3-upload", async () => {
    const payload = new Uint8Array(64);
    structuredClone(payload, { transfer: [payload.buffer] });
    const node = { type: "flux-s3-upload", ...bucket };
    const { message } = await refusalOf({ node, bucket: {}, account: null }, { payload });
    assert.match(message, /: msg\.payload is a Buffer of 0 bytes that hold no picture/);
  });

  for (const [what, members] of [
    ["length", { length: 1e9 }],
    ["place and methods", { byteLength: 7, byteOffset: 7, buffer: "text", toString: thrown, subarray: thrown }],
  ] as const) {
    it(`is sent as the bytes that it has where a Buffer claims another ${what}`, async () => {
      const flow = await startFlow({ node: { imageFrom: { type: "msg", value: "picture" } } });
      const file = await noisePng(128);
      const picture = Object.defineProperties(Buffer.from(file), Object.getOwnPropertyDescriptors<object>(members));
      // Node-RED cannot clone it for Complete nodes.
      const ended = Promise.race([flow.nextMessage(), flow.nextCaught()]);
      flow.receive({ payload: "a fox", flux: { width: 128, height: 128 }, picture });
      const { error, image } = await ended;
      assert.equal(error, undefined);
      assert.ok(image.url);
    });
  }
});
