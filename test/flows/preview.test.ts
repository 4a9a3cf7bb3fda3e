import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import sharp from "sharp";
import { forgetPictures, type KeptPicture, picturesUnder } from "../../lib/node-red/preview/gallery";
import { type Flow, type Outcome, startFlow, stopFlows } from "../support/flow";
import { events } from "../support/helper";
import { closeHosts, host } from "../support/hosts";
import { noisePng } from "../support/pictures";

async function cleanUp(): Promise<void> {
  await stopFlows();
  for (const node of ["flux", "looking"]) forgetPictures(node);
  closeHosts();
}

/** A preview node by itself: messages bring their own pictures. */
const previews = (node: Record<string, unknown> = {}): Promise<Flow> =>
  startFlow({ account: null, node: { type: "flux-preview", ...node } });

/** What is shown under the node, the newest last. */
const shown = (): readonly KeptPicture[] => picturesUnder("flux");

/** Resolves when open editors are told that a node has other pictures. */
const rung = (node: string): Promise<unknown> =>
  new Promise((resolve) => {
    const listen = ({ topic, data }: { topic: string; data: unknown }): void => {
      if (topic !== `fluxwire/preview/${node}`) return;
      events.off("comms", listen);
      resolve(data);
    };
    events.on("comms", listen);
  });

/** Sends a message, and waits until the node says what it could make of each of so many pictures. */
async function show(flow: Flow, message: Record<string, unknown>, pictures = 1): Promise<Outcome> {
  const said = (async () => {
    for (let count = 0; count < pictures; count += 1) await flow.nextStatus(() => true);
  })();
  const outcome = await flow.send(message);
  await said;
  return outcome;
}

describe("a message that passes a preview node", () => {
  afterEach(cleanUp);

  it("goes on unchanged, and its picture is shown small and large", async () => {
    const flow = await previews();
    const payload = await noisePng(300);
    const message = { payload, topic: "kept", image: { seed: 7, nsfw: false, url: "http://x.test/1.png?key=1" } };
    const { messages, caught } = await show(flow, message);
    assert.equal(caught, undefined);
    const [{ _msgid, ...rest } = { _msgid: "" }] = messages;
    assert.deepEqual(rest, message);
    const [{ picture, small, large, details } = assert.fail("nothing is shown")] = shown();
    assert.deepEqual([picture.width, picture.height, picture.seed, picture.nsfw], [300, 300, "7", false]);
    const { width, format } = await sharp(small?.bytes).metadata();
    assert.deepEqual([width, format], [192, "webp"]);
    assert.deepEqual(large?.bytes, payload);
    assert.deepEqual(details, { seed: "7", url: "http://x.test/1.png?key=1" });
  });

  it("leaves before its picture has been fetched, and waits for no answer", async () => {
    const arrived = new EventEmitter();
    const address = await host(() => arrived.emit("request"));
    const flow = await previews({ allowedHosts: address });
    const requested = once(arrived, "request");
    const payload = `http://${address}/never.png`;
    const { messages } = await flow.send({ payload });
    assert.equal(messages[0]?.payload, payload);
    await requested;
  });

  it("that brings no picture is no error", async () => {
    const flow = await previews();
    for (const payload of ["a lighthouse", 7, null, undefined, {}, [], [[]], Buffer.from("text"), { url: "" }]) {
      const said = flow.nextStatus(() => true);
      const { messages, caught } = await flow.send({ payload });
      assert.deepEqual([messages.length, caught], [1, undefined]);
      const { fill, shape } = await said;
      assert.deepEqual([fill, shape], ["grey", "ring"]);
    }
    assert.deepEqual(shown(), []);
  });

  it("may be hostile in every property", async () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    const cyclic: Record<string, unknown> = { url: "x" };
    cyclic.images = [cyclic];
    cyclic.request = cyclic;
    const deep = JSON.parse(`${"[".repeat(5000)}${"]".repeat(5000)}`);
    const throwing = Object.defineProperty({}, "url", { enumerable: true, get: () => assert.fail("a getter") });
    const flow = await previews();
    for (const payload of [proxy, cyclic, deep, throwing, [proxy, throwing], Array(1e6)]) {
      const said = flow.nextStatus(() => true);
      // Node-RED's own clone for the Complete node cannot read all of these.
      flow.receive({ payload, image: payload, job: { request: payload } });
      assert.equal((await said).fill, "grey");
    }
    assert.deepEqual(shown(), []);
    const said = flow.nextStatus(() => true);
    flow.receive({ payload: await noisePng(16), image: proxy, job: cyclic });
    await said;
    assert.equal(shown().length, 1);
  });
});

describe("a picture under a preview node", () => {
  afterEach(cleanUp);

  const forms: Record<string, (bytes: Buffer, address: string) => unknown> = {
    "a Buffer": (bytes) => bytes,
    "a Uint8Array": (bytes) => new Uint8Array(bytes),
    "base64 with line breaks": (bytes) => `${bytes.toString("base64").replace(/.{76}/g, "$&\n")}\n`,
    "a data URI": (bytes) => `data:image/png;base64,${bytes.toString("base64")}`,
    "an address": (_bytes, address) => address,
    "an object with an address, like msg.image": (_bytes, address) => ({ url: address, seed: 1 }),
    "the place of a stored object, like msg.s3": (_bytes, address) => ({ bucket: "b", key: "k", location: address }),
    "an answer of Runware's": (bytes) => ({ imageBase64Data: bytes.toString("base64"), seed: 1 }),
    "an answer of fal's": (_bytes, address) => ({ images: [{ url: address, width: 16, height: 16 }], seed: 1 }),
    "a list": (bytes) => [bytes],
  };
  for (const [name, form] of Object.entries(forms)) {
    it(`may come as ${name}`, async () => {
      const bytes = await noisePng(16);
      const address = await host((_request, response) => response.end(bytes));
      const flow = await previews({ source: "found.here", allowedHosts: address });
      await show(flow, { found: { here: form(bytes, `http://${address}/a.png`) } });
      assert.deepEqual(
        shown().map(({ large }) => large?.bytes),
        [bytes],
      );
    });
  }

  it("comes from a model in each form of its output, with what can be copied of it", async () => {
    for (const output of ["url", "buffer", "base64", "dataURI"]) {
      const flow = await startFlow({
        node: { output },
        after: ({ url }) => [{ type: "flux-preview", id: "looking", allowedHosts: new URL(url).host }],
      });
      const told = rung("looking");
      const { messages } = await flow.send({ payload: "a lighthouse", flux: { width: 128, height: 128, seed: 7 } });
      assert.deepEqual(await told, {}, "nothing but that there is a picture");
      const [{ picture, details } = assert.fail("nothing is shown")] = picturesUnder("looking");
      assert.deepEqual([picture.width, picture.height, picture.seed], [128, 128, "7"], output);
      assert.deepEqual(JSON.parse(details.request ?? ""), messages[0]?.job.request);
      assert.equal(details.url, messages[0]?.image.url);
      await cleanUp();
    }
  });

  it("is one of the last ones only, the newest of a list included", async () => {
    const flow = await previews({ count: "3" });
    const pictures = await Promise.all([1, 2, 3, 4, 5, 6].map((seed) => noisePng(16, seed)));
    await show(flow, { payload: pictures.slice(0, 2) }, 2);
    await show(flow, { payload: pictures.slice(2) }, 3);
    assert.deepEqual(
      shown().map(({ large }) => large?.bytes),
      pictures.slice(3),
    );
  });

  it("knows its own seed in a list", async () => {
    const flow = await previews();
    const payload = [await noisePng(16, 1), await noisePng(16, 2)];
    await show(flow, { payload, image: [{ seed: 11 }, { seed: "18446744073709551615", nsfw: true }] }, 2);
    assert.deepEqual(
      shown().map(({ picture }) => [picture.seed, picture.nsfw]),
      [
        ["11", false],
        ["18446744073709551615", true],
      ],
    );
  });

  it("that went into a model does not take the seed of the one that came out", async () => {
    const flow = await previews({ source: "sketch" });
    await show(flow, { sketch: await noisePng(16), image: { seed: 7 }, job: { request: { steps: 28 } } });
    assert.deepEqual(shown()[0]?.details, {});
  });

  it("is not fetched from a private network unless its host is named, and says so without the address's query", async () => {
    const flow = await previews();
    const said = flow.nextStatus(() => true);
    await flow.send({ payload: "http://127.0.0.1:1/picture.png?signature=secret" });
    const { fill, shape } = await said;
    assert.deepEqual([fill, shape], ["yellow", "ring"]);
    const { problem, reason = "" } = shown()[0]?.picture ?? {};
    assert.equal(problem, "notLoaded");
    assert.match(reason, /Allowed hosts/);
    assert.doesNotMatch(reason, /secret/);
  });

  it("that cannot be read leaves a note instead", async () => {
    const flow = await previews();
    await show(flow, { payload: (await noisePng(64)).subarray(0, 200) });
    const [{ picture, small, large } = assert.fail("no note")] = shown();
    assert.deepEqual([picture.problem, small, large], ["unreadable", undefined, undefined]);
  });

  it("is large in its own right up to 2 MB, and made smaller beyond that", async () => {
    const flow = await previews();
    const payload = await sharp(await noisePng(1000))
      .resize(2000, 1000, { fit: "fill" })
      .png()
      .toBuffer();
    await show(flow, { payload });
    const [{ picture, large } = assert.fail("nothing is shown")] = shown();
    assert.ok(payload.length > 2 * 1024 * 1024, `${payload.length} bytes`);
    assert.deepEqual([picture.width, large?.contentType], [2000, "image/webp"]);
    assert.equal((await sharp(large?.bytes).metadata()).width, 1600);
  });
});

describe("the settings of a preview node", () => {
  afterEach(cleanUp);

  for (const node of [{ count: "13" }, { count: "many" }, { size: "1000" }, { source: "a[" }, { show: "perhaps" }]) {
    it(`that cannot be used are an error that names them: ${JSON.stringify(node)}`, async () => {
      const flow = await previews(node);
      const { messages, caught } = await flow.send({ payload: await noisePng(16) });
      assert.deepEqual([messages, caught?.error.code], [[], "FLUX_CONFIG"]);
      assert.match(String(caught?.error.message), /count|size|Picture|show/);
    });
  }

  it("can switch it off: then it does nothing but pass messages on", async () => {
    const flow = await previews({ show: false });
    const { messages } = await flow.send({ payload: await noisePng(16) });
    assert.equal(messages.length, 1);
    assert.deepEqual([shown(), flow.calls.filter(({ method }) => method === "status")], [[], []]);
  });
});
