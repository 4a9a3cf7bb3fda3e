import assert from "node:assert/strict";
import { bucketIn } from "../support/bucket";
import { type Flow, type Message, startFlow, stopFlows } from "../support/flow";
import { onlyMessage } from "../support/outcomes";

const signs = (node: Record<string, unknown>): Promise<Flow> =>
  startFlow({ bucket: {}, account: null, node: { type: "flux-s3-presign", bucket: "bucket", into: "link", ...node } });

const statusOf = async (address: unknown, method: string): Promise<number> => {
  const { status } = await fetch(String(address), { method, ...(method === "PUT" && { body: "bytes" }) });
  return status;
};

/** Nobody without a signature sees anything here. */
const closed = (flow: Flow): void => flow.sandbox.configure({ s3PublicRead: false });

const refused = async (flow: Flow, message: Record<string, unknown>, code: string, text: RegExp): Promise<Message> => {
  const { messages, caught } = await flow.send(message);
  assert.deepEqual([messages.length, caught?.error.code], [0, code], caught?.error.message);
  assert.match(String(caught?.error.message), text);
  assert.ok(caught && !("link" in caught));
  return caught;
};

describe("a signed address of an object that is there", () => {
  afterEach(stopFlows);

  for (const [method, works, fails] of [
    ["get", "GET", "PUT"],
    ["head", "HEAD", "GET"],
  ] as const) {
    it(`works for ${works} and nothing else, until its time is over`, async () => {
      const flow = await signs({ method, life: 60 });
      closed(flow);
      await bucketIn(flow.sandbox).put("a/b.jpg", "bytes");
      const message = onlyMessage(await flow.send({ payload: "kept", s3: { bucket: "pictures", key: "a/b.jpg" } }));
      const link = String(message.link);
      assert.deepEqual([message.payload, message.s3], ["kept", { bucket: "pictures", key: "a/b.jpg" }]);
      const answers = [
        await statusOf(link, works),
        await statusOf(link, fails),
        await statusOf(link.replace("b.jpg", "c.jpg"), works),
        await statusOf(link.replace(/\?.*/, ""), works),
      ];
      assert.deepEqual(answers, [200, 403, 403, 403]);
      flow.sandbox.configure({ s3ClockSkew: 61 });
      assert.equal(await statusOf(link, works), 403);
      const others = flow.calls.filter(({ method: call }) => call !== "send");
      assert.doesNotMatch(JSON.stringify(others), /X-Amz-/, "neither status nor log has it");
    });
  }

  it("is made for each object of a list, and for keys as they are", async () => {
    const flow = await signs({ method: "get" });
    closed(flow);
    const keys = ["one.jpg", "ü +%20{x}.jpg"];
    for (const key of keys) await bucketIn(flow.sandbox).put(key, key);
    const message = onlyMessage(await flow.send({ s3: [{ key: keys[0] }, keys[1]] }));
    const texts = (message.link as string[]).map(async (link) => (await fetch(link)).text());
    assert.deepEqual(await Promise.all(texts), keys);
  });

  it("is made of any key without a question, where that is chosen", async () => {
    const flow = await signs({ method: "get", checkExists: false });
    const { link } = onlyMessage(await flow.send({ s3: "not-there-yet.jpg" }));
    assert.equal(flow.sandbox.ledger.calls("HeadObject"), 0);
    assert.equal(await statusOf(link, "GET"), 404);
  });

  it("is not made of what is not there", async () => {
    const flow = await signs({ method: "get" });
    const { error } = await refused(flow, { s3: { key: "gone.jpg" } }, "FLUX_STORAGE", /no object gone\.jpg/);
    assert.deepEqual([error.cause.status, error.cause.billed], [404, "no"]);
  });

  for (const [what, s3, text] of [
    ["nothing", undefined, /msg\.s3 is undefined, but must be the key of an object.*Nothing was signed/],
    ["an object without a key", { bucket: "pictures" }, /must be the key of an object/],
    ["an object of another bucket", { bucket: "others", key: "a" }, /another bucket than this node's, pictures/],
    ["an empty list", [], /names no object/],
    ["a list with something else in it", ["a", 7], /msg\.s3\[1\] is 7/],
    ["a key that is too long", "k".repeat(1025), /must be the key of an object/],
  ] as const) {
    it(`is not made of ${what}`, async () => {
      const flow = await signs({ method: "get", checkExists: false });
      await refused(flow, { s3 }, "FLUX_VALIDATION", text);
    });
  }

  it("is not made where there is no room for it, and the message stays as it was", async () => {
    const flow = await signs({ method: "get", into: "payload.link", checkExists: false });
    const caught = await refused(flow, { payload: "text", s3: "a" }, "FLUX_VALIDATION", /payload/);
    assert.equal(caught.payload, "text");
  });
});

describe("a signed address for somebody who is to write", () => {
  afterEach(stopFlows);

  it("takes one object and no other, and the message says which is expected", async () => {
    const flow = await signs({ method: "put", putInto: "property", key: { type: "str", value: "in/{msg.name}.jpg" } });
    const message = onlyMessage(await flow.send({ payload: "kept", name: "../x" }));
    assert.deepEqual([message.payload, message.s3Expected], ["kept", { bucket: "pictures", key: "in/..-x.jpg" }]);
    const link = String(message.link);
    const answers = [await statusOf(link, "PUT"), await statusOf(link.replace("-x.jpg", "-y.jpg"), "PUT")];
    assert.deepEqual([...answers, await bucketIn(flow.sandbox).keys()], [200, 403, ["in/..-x.jpg"]]);
  });

  it("cannot have fields of a job in its key, which does not exist yet", async () => {
    const flow = await signs({ method: "put", putInto: "property", key: { type: "str", value: "{jobId}.jpg" } });
    await refused(flow, {}, "FLUX_CONFIG", /\{jobId\} is not known when an address is signed ahead/);
  });
});
