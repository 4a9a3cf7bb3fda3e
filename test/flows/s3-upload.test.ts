import assert from "node:assert/strict";
import type { ServerResponse } from "node:http";
import type { BucketNode } from "../../lib/node-red/storage/find-bucket";
import { bucketIn } from "../support/bucket";
import { withTimersHeld } from "../support/clock";
import { type Flow, type FlowOptions, type Message, type Outcome, startFlow, stopFlows } from "../support/flow";
import { helper } from "../support/helper";
import { closeHosts, host } from "../support/hosts";
import { onlyMessage } from "../support/outcomes";
import { noisePng } from "../support/pictures";

/** An upload node by itself: messages bring their own pictures. */
const uploads = (node: Record<string, unknown> = {}, more: FlowOptions = {}): Promise<Flow> =>
  startFlow({ bucket: {}, account: null, ...more, node: { type: "flux-s3-upload", bucket: "bucket", ...node } });

/** Runware's SRPO, and the upload node behind it. */
const pictures = (node: Record<string, unknown> = {}, more: FlowOptions = {}): Promise<Flow> =>
  startFlow({
    bucket: {},
    ...more,
    after: ({ url }) => [{ type: "flux-s3-upload", bucket: "bucket", allowedHosts: new URL(url).host, ...node }],
  });

const asked = (flux: Record<string, unknown> = {}) => ({
  payload: "a lighthouse at dusk",
  flux: { width: 128, height: 128, seed: 7, ...flux },
});

interface Stored {
  bucket: string;
  key: string;
  location: string;
  etag: string;
  size: number;
  contentType: string;
  sidecar?: string;
}

const storedIn = (message: Message): Stored => message.s3 as Stored;

/** Nothing left the node, and nothing is in the bucket. */
async function assertNothing(flow: Flow, { messages, caught }: Outcome, code: string, text: RegExp): Promise<Message> {
  assert.deepEqual([messages.length, caught?.error.code], [0, code], caught?.error.message);
  assert.match(String(caught?.error.message), text);
  const bucket = bucketIn(flow.sandbox);
  await bucket.put("anchor", "the bucket is there");
  assert.deepEqual([await bucket.keys(), await bucket.openUploads()], [["anchor"], []]);
  assert.ok(caught);
  return caught;
}

describe("a picture that a service made and that is stored", () => {
  afterEach(stopFlows);

  for (const output of ["url", "buffer", "base64", "dataURI"]) {
    it(`lies under its job's key, and msg.s3 says where: delivered as ${output}`, async () => {
      const flow = await pictures({}, { node: { output } });
      const message = onlyMessage(await flow.send({ ...asked(), topic: "kept" }));
      const key = `runware/${message.job.id}-0.jpg`;
      const bytes = await bucketIn(flow.sandbox).bytes(key);
      const { etag, ...s3 } = storedIn(message);
      assert.deepEqual(s3, {
        bucket: "pictures",
        key,
        location: `${flow.sandbox.s3.endpoint}/pictures/${key}`,
        size: bytes.length,
        contentType: "image/jpeg",
      });
      assert.match(etag, /^[0-9a-f]{32}$/);
      assert.equal(message.topic, "kept");
      assert.equal(typeof message.payload, output === "buffer" ? "object" : "string", "the payload stays as it was");
      const opened = await fetch(s3.location);
      assert.deepEqual([opened.status, opened.headers.get("content-type")], [200, "image/jpeg"]);
    });
  }

  it("is told apart from its siblings, in one message or in several", async () => {
    for (const results of ["all", "each"]) {
      const flow = await pictures({}, { node: { results } });
      const messages: Message[] = [];
      const all = new Promise<void>((resolve) => {
        flow.onMessage((message) => {
          messages.push(message);
          if (results === "all" || messages.length === 3) resolve();
        });
      });
      await flow.send(asked({ numberResults: 3 }));
      await all;
      const id = messages[0]?.job.id;
      const keys = [0, 1, 2].map((index) => `runware/${id}-${index}.jpg`);
      assert.deepEqual(await bucketIn(flow.sandbox).keys(), keys);
      const stored = messages.flatMap((message) => message.s3 as Stored);
      assert.deepEqual(stored.map(({ key }) => key).sort(), keys);
      await stopFlows();
    }
  });

  it("lands on the same key when it is delivered again, with dates of its acceptance", async () => {
    const flow = await pictures({ key: { type: "str", value: "{date}/{hour}-{minute}/{model}/{seed}/{jobId}.{ext}" } });
    const first = onlyMessage(await flow.send(asked({ outputFormat: "PNG" })));
    const accepted = String(first.job.acceptedAt);
    assert.equal(
      storedIn(first).key,
      `${accepted.slice(0, 10)}/${accepted.slice(11, 13)}-${accepted.slice(14, 16)}/runware:111@1/7/${first.job.id}.png`,
    );
    const metadata = async () => {
      const { "upload-id": _, ...told } = (await bucketIn(flow.sandbox).head(storedIn(first).key)).Metadata ?? {};
      return told;
    };
    const told = await metadata();
    const again = onlyMessage(await flow.send({ resume: first.job.id }));
    assert.equal(storedIn(again).key, storedIn(first).key);
    assert.equal((await bucketIn(flow.sandbox).keys()).length, 1);
    assert.deepEqual(await metadata(), told, "the prompt's digest, too, although the prompt is not kept any more");
  });

  it("has the date on which its job was accepted, however late it is stored", async () => {
    const flow = await uploads({ key: { type: "str", value: "{date} {year}-{month}-{day} {hour}.{minute}.{ext}" } });
    const job = { id: "job-1", acceptedAt: "2024-12-31T23:59:58.123Z" };
    const message = onlyMessage(await flow.send({ payload: await noisePng(4), job }));
    assert.equal(storedIn(message).key, "2024-12-31 2024-12-31 23.59.png");
  });

  it("tells where it is from beside it, and the prompt only when that is wanted", async () => {
    const flow = await pictures();
    const message = onlyMessage(await flow.send(asked()));
    const { Metadata = {} } = await bucketIn(flow.sandbox).head(storedIn(message).key);
    const { "prompt-sha256": digest, "upload-id": _, ...told } = Metadata;
    assert.deepEqual(told, {
      provider: "runware",
      model: "runware:111@1",
      seed: "7",
      "job-id": message.job.id,
      "picture-id": message.image.id,
    });
    assert.match(String(digest), /^[0-9a-f]{64}$/);
    await stopFlows();

    const telling = await pictures({ promptInMetadata: true });
    const told2 = onlyMessage(await telling.send({ ...asked(), payload: "Möwen über dem Hafen 🌊" }));
    const head = await bucketIn(telling.sandbox).head(storedIn(told2).key);
    assert.equal(decodeURIComponent(String(head.Metadata?.prompt)), "Möwen über dem Hafen 🌊");
  });

  it("is kept as the dialog says", async () => {
    const flow = await pictures({
      cacheControl: "public, max-age=60",
      storageClass: "STANDARD_IA",
      acl: "public-read",
      encryption: "kms",
      kmsKey: "key-1",
      tags: "project=shop, job={jobId}\nby={msg.user}",
    });
    const message = onlyMessage(await flow.send({ ...asked(), user: "Zoë <script>" }));
    const bucket = bucketIn(flow.sandbox);
    const head = await bucket.head(storedIn(message).key);
    assert.deepEqual(
      [head.CacheControl, head.StorageClass, head.ServerSideEncryption, head.SSEKMSKeyId],
      ["public, max-age=60", "STANDARD_IA", "aws:kms", "key-1"],
    );
    assert.deepEqual(await bucket.tags(storedIn(message).key), {
      project: "shop",
      job: message.job.id,
      by: "Zoë -script-",
    });
  });

  it("has a sidecar with which it can be made again", async () => {
    const flow = await pictures({ sidecar: true }, { node: { results: "all" } });
    const message = onlyMessage(await flow.send(asked({ numberResults: 2, steps: 9 })));
    const [, second] = message.s3 as Stored[];
    assert.ok(second);
    assert.equal(second.sidecar, `runware/${message.job.id}-1.json`);
    const bucket = bucketIn(flow.sandbox);
    const sidecar = await bucket.json(second.sidecar);
    assert.deepEqual((sidecar.picture as Stored).key, second.key);
    assert.equal((sidecar.job as { id: string }).id, message.job.id);
    const again = onlyMessage(await flow.send({ payload: "", flux: sidecar.request }));
    const [remade, ...others] = again.s3 as Stored[];
    assert.ok(remade);
    assert.deepEqual(others, [], "one picture, not the whole batch");
    const [one, other] = [await bucket.bytes(second.key), await bucket.bytes(remade.key)];
    assert.ok(one.equals(other), "the very same picture");
  });

  describe("and its sidecar", () => {
    const sidecars = (key: string, more: Record<string, unknown> = {}) =>
      uploads({ sidecar: true, key: { type: "str", value: key }, ...more });

    it("have keys that fit, however long the template makes them", async () => {
      const flow = await sidecars("{msg.name}.{ext}");
      const { key, sidecar = "" } = storedIn(
        onlyMessage(await flow.send({ payload: await noisePng(4), name: "n".repeat(2000) })),
      );
      assert.deepEqual(await bucketIn(flow.sandbox).keys(), [sidecar, key].sort());
      assert.match(sidecar, /^n+-[0-9a-f]{16}.*\.json$/);
    });

    it("are written whatever a function node has made of the job", async () => {
      const flow = await sidecars("a.{ext}");
      const request: Record<string, unknown> = { seed: 12345678901234567890n };
      request.self = request;
      onlyMessage(await flow.send({ payload: await noisePng(4), job: { id: "j", cost: 3n, request } }));
      const { job, request: kept } = await bucketIn(flow.sandbox).json("a.json");
      assert.deepEqual([(job as { cost: string }).cost, kept], ["3", { seed: "12345678901234567890" }]);
    });

    it("are told apart from others by what stands behind a dot and is no type", async () => {
      const flow = await sidecars("{jobId}.{index}");
      const payload = [await noisePng(4), await noisePng(4)];
      onlyMessage(await flow.send({ payload, job: { id: "j" } }));
      assert.deepEqual(await bucketIn(flow.sandbox).keys(), ["j.0", "j.0.json", "j.1", "j.1.json"]);
    });

    it("overwrite nothing where nothing is to be overwritten, and count as stored when they are", async () => {
      const flow = await sidecars("{msg.name}.{ext}", { neverOverwrite: true });
      const bucket = bucketIn(flow.sandbox);
      const message = { payload: await noisePng(4), job: { id: "j" }, image: { id: "p" } };
      onlyMessage(await flow.send({ ...message, name: "mine" }));
      onlyMessage(await flow.send({ ...message, name: "mine" }));
      await bucket.put("report.json", "precious");
      const { caught } = await flow.send({ ...message, name: "report" });
      assert.equal(caught?.error.code, "FLUX_STORAGE");
      assert.match(caught.error.message, /stored as report\.png, but not its sidecar: .*of that name already/);
      assert.equal(String(await bucket.bytes("report.json")), "precious");
    });

    it("are no other's: a second node of the flow does not overwrite the sidecar of the first", async () => {
      const node = { type: "flux-s3-upload", bucket: "bucket", sidecar: true };
      const flow = await uploads({ sidecar: true }, { after: [{ ...node, source: { type: "msg", value: "guide" } }] });
      const jpeg = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.alloc(100)]);
      const message = { payload: jpeg, guide: await noisePng(4), job: { id: "j", provider: "runware" } };
      const { caught } = await flow.send(message);
      assert.equal(caught?.error.code, "FLUX_VALIDATION");
      assert.match(caught.error.message, /has a sidecar of the same name/);
      assert.deepEqual(await bucketIn(flow.sandbox).keys(), ["runware/j-0.jpg", "runware/j-0.json"]);
    });

    it("have the node's time each: a store that falls silent is given up", async () => {
      const flow = await sidecars("a.{ext}", { timeout: 600 });
      flow.sandbox.on("stored", () => flow.sandbox.arm("slow=15", { call: "PutObject", count: 10 }));
      const { caught } = await withTimersHeld(600_000, async (passTimeLimit) => {
        const stored = flow.sandbox.once("stored");
        const outcome = flow.send({ payload: await noisePng(4) });
        await stored;
        await flow.sandbox.once("request", ({ calls }) => calls.includes("PutObject"));
        assert.equal(passTimeLimit(), 1);
        return await outcome;
      });
      assert.equal(caught?.error.code, "FLUX_TIMEOUT");
      assert.match(caught.error.message, /stored as a\.png, but not its sidecar: it could not be stored within 600 s/);
    });
  });

  it("has tags that are cut between characters", async () => {
    const flow = await uploads({ key: { type: "str", value: "a.{ext}" }, tags: "who={msg.name}" });
    onlyMessage(await flow.send({ payload: await noisePng(4), name: `a${"𠮷".repeat(200)}` }));
    assert.deepEqual(await bucketIn(flow.sandbox).tags("a.png"), { who: `a${"𠮷".repeat(127)}` });
  });

  it("is linked by a signed address that works, where that is chosen", async () => {
    const flow = await pictures({ link: "signed", linkLife: 60 }, { sandbox: { s3PublicRead: false } });
    const message = onlyMessage(await flow.send(asked()));
    const { location, key } = storedIn(message);
    assert.equal((await fetch(location)).status, 200);
    assert.equal((await fetch(location.replace(/\?.*/, ""))).status, 403, "nobody else gets it");
    assert.match(location, new RegExp(`/${key}\\?.*X-Amz-Expires=60`));
    assert.doesNotMatch(
      JSON.stringify(flow.callsOf("after0").map(({ method, argument }) => (method === "status" ? argument : ""))),
      /X-Amz/,
    );
  });

  it("is linked where the public finds it", async () => {
    const flow = await pictures(
      { key: { type: "str", value: "Bücher & mehr/{jobId}.{ext}" } },
      { bucket: { publicBaseUrl: "https://cdn.example.com/img/" } },
    );
    const message = onlyMessage(await flow.send(asked()));
    assert.equal(
      storedIn(message).location,
      `https://cdn.example.com/img/B%C3%BCcher%20%26%20mehr/${message.job.id}.jpg`,
    );
  });
});

describe("pictures that are stored from any property", () => {
  afterEach(async () => {
    closeHosts();
    await stopFlows();
  });

  it("are taken as a list of every form, each named by its position", async () => {
    const png = await noisePng(16);
    const at = await host((_, response) => response.end(png));
    const flow = await uploads({
      source: { type: "msg", value: "found.files" },
      key: { type: "str", value: "in/{msg.order.id}-{index}.{ext}" },
      allowedHosts: at,
    });
    const base64 = png.toString("base64");
    const files = [png, new Uint8Array(png), base64, `data:image/jpeg;base64,${base64}`, `http://${at}/x`];
    const message = onlyMessage(await flow.send({ found: { files }, order: { id: 12 } }));
    assert.deepEqual(
      (message.s3 as Stored[]).map(({ key, size, contentType }) => [key, size, contentType]),
      files.map((_, index) => [`in/12-${index}.png`, png.length, "image/png"]),
    );
  });

  const hostile: [string, unknown, string][] = [
    ["goes up", "../../etc/passwd", "in/..-..-etc-passwd.png"],
    ["is only dots", "..", "in/_.png"],
    ["holds control characters and line ends", "a\u0000b\r\nc\u2028", "in/a-b--c\u2028.png"],
    ["is a field itself", "{jobId}", "in/-jobId-.png"],
    ["has spaces, umlauts, emoji and a plus", "Ä b+🌊%2e", "in/Ä b+🌊%2e.png"],
  ];
  for (const [what, value, key] of hostile) {
    it(`stay where the template says when a value ${what}`, async () => {
      const flow = await uploads({ key: { type: "str", value: "in/{msg.name}.{ext}" } });
      const message = onlyMessage(await flow.send({ payload: await noisePng(4), name: value }));
      // The template's own dot makes a name of a value that is only dots.
      assert.equal(storedIn(message).key, value === ".." ? storedIn(message).key : key);
      assert.deepEqual(await bucketIn(flow.sandbox).keys(), [storedIn(message).key]);
      assert.doesNotMatch(storedIn(message).key, /(^|\/)\.\.?(\/|$)/);
    });
  }

  it("get a key of at most 1,024 bytes, another one for each", async () => {
    const flow = await uploads({ key: { type: "str", value: "{msg.name}.{ext}" } });
    const png = await noisePng(4);
    const long = "ö".repeat(2000);
    const [one, other, again] = [`${long}1`, `${long}2`, `${long}1`].map((name) => flow.send({ payload: png, name }));
    const keys = (await Promise.all([one, other, again])).map(
      (outcome) => storedIn(onlyMessage(outcome as Outcome)).key,
    );
    assert.ok(keys.every((key) => Buffer.byteLength(key) <= 1024 && key.endsWith(".png")));
    assert.deepEqual([keys[0] === keys[1], keys[0] === keys[2]], [false, true]);
  });

  it("get a whole key from the message, where the author says so", async () => {
    const flow = await uploads({ key: { type: "msg", value: "where" } });
    const message = onlyMessage(await flow.send({ payload: await noisePng(4), where: "/a//b/../c.png" }));
    assert.equal(storedIn(message).key, "a/b/_/c.png");
  });
});

describe("what cannot be stored", () => {
  afterEach(async () => {
    closeHosts();
    await stopFlows();
  });

  const id = "3f2504e0-4f89-41d3-9a0c-0305e82c3301";
  const none: [string, unknown, RegExp][] = [
    ["text", "a lighthouse", /payload is text of 12 characters, but must be a picture/],
    ["nothing", undefined, /payload is undefined, but must be a picture/],
    ["a number", 7, /payload is 7, but/],
    ["an object", { url: "x" }, /payload is an object, but/],
    ["a Buffer that is no picture", Buffer.from("hello"), /Buffer of 5 bytes/],
    ["a Buffer that went through JSON", { type: "Buffer", data: [1] }, /Buffer\.from/],
    ["the id of a service's picture", id, /Store its URL instead/],
    ["the name of a file", "/etc/passwd", /must be a picture/],
    ["a file address", "file:///etc/passwd", /must be a picture/],
    ["an empty list", [], /empty list/],
    ["a list with something else in it", [Buffer.alloc(0)], /payload\[0\]/],
  ];
  for (const [what, payload, text] of none) {
    it(`is refused in words: ${what}`, async () => {
      const flow = await uploads({ key: { type: "str", value: "{uuid}.{ext}" } });
      const caught = await assertNothing(flow, await flow.send({ payload, topic: "kept" }), "FLUX_VALIDATION", text);
      assert.deepEqual([caught.payload, caught.topic, "s3" in caught], [payload, "kept", false], "as it came");
    });
  }

  it("is refused before anything is stored when a key lacks a value, with the fields named", async () => {
    const flow = await uploads();
    const png = await noisePng(4);
    await assertNothing(
      flow,
      await flow.send({ payload: png }),
      "FLUX_VALIDATION",
      /\{provider\}, \{jobId\} have no value/,
    );
  });

  it("is refused when several pictures would get one key", async () => {
    const flow = await uploads({ key: { type: "str", value: "same.{ext}" } });
    const png = await noisePng(4);
    await assertNothing(flow, await flow.send({ payload: [png, png] }), "FLUX_VALIDATION", /Put \{index\} into it/);
  });

  const unusable: [Record<string, unknown>, RegExp][] = [
    [{ key: { type: "str", value: "{nope}.jpg" } }, /\{nope\} is no field/],
    [{ key: { type: "str", value: "a{b" } }, /a brace without its other one/],
    [{ tags: "nothing" }, /"nothing" is no name=value/],
    [{ tags: "a=1,a=2" }, /a name is there twice/],
    [{ concurrency: 0 }, /concurrency is 0, but must be at least 1/],
    [{ bucket: "" }, /No bucket is selected/],
    [{ bucket: "gone" }, /missing or disabled/],
    [{ cacheControl: "ä" }, /no header can have/],
  ];
  for (const [node, text] of unusable) {
    it(`is refused when the dialog says ${JSON.stringify(node)}`, async () => {
      const flow = await uploads(node);
      const outcome = await flow.send({ payload: await noisePng(4) });
      await assertNothing(flow, outcome, "FLUX_CONFIG", text);
    });
  }

  it("leaves nothing behind when its source breaks off, and is tried again", async () => {
    const png = await noisePng(1600);
    let asked = 0;
    const at = await host((_, response) => {
      asked += 1;
      response.writeHead(200, { "content-length": png.length });
      response.write(png.subarray(0, png.length - 5), () => response.destroy());
    });
    const flow = await uploads(
      { key: { type: "str", value: "x.{ext}" }, allowedHosts: at },
      { bucket: { retries: 1 } },
    );
    await assertNothing(flow, await flow.send({ payload: `http://${at}/long` }), "FLUX_NETWORK", /127\.0\.0\.1/);
    assert.equal(asked, 2);
  });

  it("is not fetched from a private network, unless the author names the host", async () => {
    const at = await host((_, response) => response.end("secret"));
    const flow = await uploads({ key: { type: "str", value: "x.{ext}" } });
    const outcome = await flow.send({ payload: `http://${at}/admin` });
    await assertNothing(flow, outcome, "FLUX_NETWORK", /Name its host in this node, under Allowed hosts/);
  });

  it("is not stored when what comes is no picture, or too large", async () => {
    const at = await host((request, response) =>
      response.end(request.url === "/large" ? Buffer.concat([PNG_HEAD, Buffer.alloc(2_000_000)]) : "<html>"),
    );
    const flow = await uploads({ key: { type: "str", value: "x.{ext}" }, allowedHosts: at, maxMegabytes: 1 });
    await assertNothing(flow, await flow.send({ payload: `http://${at}/page` }), "FLUX_PROVIDER", /is no picture/);
    await assertNothing(flow, await flow.send({ payload: `http://${at}/large` }), "FLUX_NETWORK", /larger than 1 MB/);
  });

  it("does not overwrite what another node has stored of the same message, and stores the same picture again", async () => {
    const [one, other] = [await noisePng(4), await noisePng(16)];
    for (const neverOverwrite of [false, true]) {
      const flow = await uploads(
        {},
        {
          after: [
            { type: "flux-s3-upload", bucket: "bucket", source: { type: "msg", value: "guide" }, neverOverwrite },
          ],
        },
      );
      const message = { payload: one, job: { id: "j", provider: "runware" }, image: { id: "p" } };
      const { caught } = await flow.send({ ...message, guide: other });
      assert.equal(caught?.error.code, "FLUX_VALIDATION");
      assert.match(String(caught?.error.message), /another picture of this message.*Give this node a key of its own/);
      assert.deepEqual(await bucketIn(flow.sandbox).bytes("runware/j-0.png"), one);
      onlyMessage(await flow.send({ ...message, guide: one }));
      await stopFlows();
    }
  });

  it("says how many of a message's pictures are stored, and where the rest belongs", async () => {
    const png = await noisePng(4);
    const at = await host((_, response) => response.writeHead(404).end());
    const flow = await uploads({ key: { type: "str", value: "{index}.{ext}" }, allowedHosts: at });
    const { caught } = await flow.send({ payload: [png, `http://${at}/gone`, png] });
    assert.match(String(caught?.error.message), /Stored before that: 2 of 3 pictures\. Sent again/);
    assert.deepEqual(await bucketIn(flow.sandbox).keys(), ["0.png", "2.png"]);
  });
});

const PNG_HEAD = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

describe("a picture that comes slowly", () => {
  afterEach(async () => {
    closeHosts();
    await stopFlows();
  });

  /** A picture of unknown length that never ends, and the moment when somebody began to fetch it. */
  async function endless(): Promise<{ at: string; begun: Promise<unknown>; gone: Promise<unknown> }> {
    let begin = (_: unknown) => {};
    let leave = (_: unknown) => {};
    const begun = new Promise((resolve) => {
      begin = resolve;
    });
    const gone = new Promise((resolve) => {
      leave = resolve;
    });
    const at = await host((_, response) => {
      response.on("close", leave);
      // Two parts of an upload, and no end.
      response.write(Buffer.concat([PNG_HEAD, Buffer.alloc(11 * 1024 * 1024)]), begin);
    });
    return { at, begun, gone };
  }

  const key = { type: "str", value: "x.{ext}" };

  it("is given up after the time that the dialog says, and nothing of it is left", async () => {
    const { at, begun, gone } = await endless();
    const flow = await uploads({ key, allowedHosts: at, timeout: 600 });
    await withTimersHeld(600_000, async (passTimeLimit) => {
      const outcome = flow.send({ payload: `http://${at}/` });
      await begun;
      passTimeLimit();
      await assertNothing(flow, await outcome, "FLUX_TIMEOUT", /within 600 s/);
    });
    await gone;
  });

  for (const cancel of [true, "job-1"]) {
    it(`is given up at msg.cancel ${cancel}, and nothing of it is left`, async () => {
      const { at, begun, gone } = await endless();
      const flow = await uploads({ key, allowedHosts: at });
      const outcome = flow.send({ payload: `http://${at}/`, job: { id: "job-1" } });
      await begun;
      await flow.send({ cancel });
      await assertNothing(flow, await outcome, "FLUX_CANCELLED", /cancelled/);
      await gone;
    });
  }

  it("goes on when another job is cancelled", async () => {
    const png = await noisePng(4);
    let end = (): void => {};
    const begun = new Promise<void>((resolve) => {
      end = resolve;
    });
    const responses: ServerResponse[] = [];
    const at = await host((_, response) => {
      responses.push(response);
      response.write(png.subarray(0, 100), () => end());
    });
    const flow = await uploads({ key, allowedHosts: at });
    const outcome = flow.send({ payload: `http://${at}/`, job: { id: "job-1" } });
    await begun;
    const { caught } = await flow.send({ cancel: "job-2" });
    assert.match(String(caught?.error.message), /no job job-2/);
    for (const response of responses) response.end(png.subarray(100));
    assert.equal(storedIn(onlyMessage(await outcome)).size, png.length);
  });

  it("is given up when the node is closed; the log names its job, and nothing of it is left", async () => {
    const { at, begun, gone } = await endless();
    const flow = await uploads({ key, allowedHosts: at });
    flow.receive({ payload: `http://${at}/`, job: { id: "job-1" } });
    await begun;
    const warned = flow.nextWarning((text) => /messages lost: 1.*msg\.resume.*job-1/.test(text));
    await flow.restart();
    await Promise.all([warned, gone]);
    const bucket = bucketIn(flow.sandbox);
    await bucket.put("anchor", "the bucket is there");
    assert.deepEqual([await bucket.keys(), await bucket.openUploads()], [["anchor"], []]);
  });

  it("is not taken on behind a thousand others", async () => {
    const { at } = await endless();
    const flow = await uploads({ key, allowedHosts: at, concurrency: 1 });
    for (let sent = 0; sent < 1000; sent += 1) flow.receive({ payload: `http://${at}/` });
    const { caught } = await flow.send({ payload: `http://${at}/` });
    assert.deepEqual([caught?.error.code, caught?.error.cause.retryable], ["FLUX_BUSY", true]);
  });

  it("is given up when only its own node is deployed anew", async () => {
    const { at, begun, gone } = await endless();
    const flow = await uploads({ key, allowedHosts: at });
    flow.receive({ payload: `http://${at}/` });
    await begun;
    await flow.deploy((nodes) => nodes.map((node) => (node.id === "flux" ? { ...node, name: "renamed" } : node)));
    await gone;
  });

  it("shows how much of it is stored, also when nobody knows how much it is", async () => {
    const { at } = await endless();
    const flow = await uploads({ key, allowedHosts: at });
    flow.receive({ payload: `http://${at}/` });
    await flow.nextStatus(({ text }) => /uploadingOne/.test(String(text)));
    await flow.send({ cancel: true });
  });

  it("is shown as it is stored, and so is its end", async () => {
    const png = await noisePng(64);
    const flow = await uploads({ key });
    const shown = flow.nextStatus(({ text }) => /stored/.test(String(text)));
    await flow.send({ payload: png });
    assert.deepEqual((await shown).fill, "green");
    const failed = flow.nextStatus(({ fill }) => fill === "red");
    await flow.send({ payload: "no picture" });
    await failed;
  });

  it("waits for its turn among the others", async () => {
    let open = 0;
    let most = 0;
    let meet = (): void => {};
    const twoMeet = new Promise<void>((resolve) => {
      meet = resolve;
    });
    const png = await noisePng(4);
    const at = await host(async (_, response) => {
      open += 1;
      most = Math.max(most, open);
      if (open === 2) meet();
      await twoMeet;
      // Long enough for all others to come as well, if they were let.
      setTimeout(() => {
        open -= 1;
        response.end(png);
      }, 30);
    });
    const flow = await uploads({ key: { type: "str", value: "{index}.{ext}" }, allowedHosts: at, concurrency: 2 });
    const message = onlyMessage(await flow.send({ payload: Array.from({ length: 9 }, (_, n) => `http://${at}/${n}`) }));
    assert.equal((message.s3 as Stored[]).length, 9);
    assert.equal(most, 2);
  });

  it("may be one of many, of which Node.js has nothing to warn", async () => {
    const warnings: string[] = [];
    const heard = ({ message }: Error) => warnings.push(message);
    process.on("warning", heard);
    const png = await noisePng(4);
    const flow = await uploads({ key: { type: "str", value: "{index}.{ext}" }, concurrency: 20 });
    const message = onlyMessage(await flow.send({ payload: Array.from({ length: 40 }, () => png) }));
    process.off("warning", heard);
    assert.equal((message.s3 as Stored[]).length, 40);
    assert.deepEqual(warnings, []);
  });
});

describe("a picture that must not overwrite another", () => {
  afterEach(stopFlows);

  const never = { neverOverwrite: true, key: { type: "str", value: "one.{ext}" } };

  it("is refused where there is one already, and that stays as it is", async () => {
    const flow = await uploads(never);
    const bucket = bucketIn(flow.sandbox);
    await bucket.put("one.png", "mine");
    const { caught } = await flow.send({ payload: await noisePng(4) });
    assert.equal(caught?.error.code, "FLUX_STORAGE");
    assert.equal((await bucket.bytes("one.png")).toString(), "mine");
  });

  it("counts as stored when the one that is there is of the same job, but not another one of it", async () => {
    const flow = await pictures({ ...never, key: { type: "str", value: "{jobId}.{ext}" } });
    const first = onlyMessage(await flow.send(asked()));
    const again = onlyMessage(await flow.send({ resume: first.job.id }));
    assert.equal(storedIn(again).etag, storedIn(first).etag);
    const caught = flow.nextCaught();
    flow.receive(asked({ numberResults: 2 }));
    assert.equal((await caught).error.code, "FLUX_STORAGE");
  });

  it("counts as stored only where job and picture are those of the object that is there", async () => {
    const flow = await uploads(never);
    const bucket = bucketIn(flow.sandbox);
    const payload = await noisePng(4);
    const ours = { "job-id": "job-1", "picture-id": "picture-1" };
    for (const [metadata, isStored] of [
      [ours, true],
      [{ ...ours, "job-id": "job-2" }, false],
      [{ ...ours, "picture-id": "picture-2" }, false],
      [{}, false],
    ] as const) {
      await bucket.put("one.png", payload, metadata);
      const outcome = await flow.send({ payload, job: { id: "job-1" }, image: { id: "picture-1" } });
      assert.equal(outcome.caught?.error.code, isStored ? undefined : "FLUX_STORAGE", JSON.stringify(metadata));
    }
    const { caught } = await flow.send({ payload });
    assert.equal(caught?.error.code, "FLUX_STORAGE", "without a job it is nobody's");
  });

  for (const s3IfNoneMatch of ["refused", "ignored"] as const) {
    it(`is refused where the store cannot promise it: the header is ${s3IfNoneMatch}`, async () => {
      const flow = await uploads(never, { sandbox: { s3IfNoneMatch } as FlowOptions["sandbox"] });
      const { caught } = await flow.send({ payload: await noisePng(4) });
      assert.equal(caught?.error.code, "FLUX_STORAGE");
      assert.match(String(caught?.error.message), /If-None-Match/);
    });
  }
});

describe("a store that refuses", () => {
  afterEach(stopFlows);

  const key = { type: "str", value: "x.{ext}" };
  const cases: [string, FlowOptions, string, RegExp][] = [
    [
      "the secret",
      { credentials: { bucket: { accessKeyId: "sandbox", secretAccessKey: "wrong-secret-1" } } },
      "FLUX_AUTH",
      /secret/i,
    ],
    [
      "the key",
      { credentials: { bucket: { accessKeyId: "nobody-1", secretAccessKey: "wrong-secret-1" } } },
      "FLUX_AUTH",
      /access key/i,
    ],
    ["the bucket", { bucket: { bucket: "missing" }, sandbox: { s3AutoCreate: false } }, "FLUX_STORAGE", /missing/],
  ];
  for (const [what, options, code, text] of cases) {
    it(`is quoted in words, without a key: ${what}`, async () => {
      const flow = await uploads({ key }, options);
      const { messages, caught } = await flow.send({ payload: await noisePng(4) });
      assert.deepEqual([messages.length, caught?.error.code], [0, code]);
      assert.match(String(caught?.error.message), text);
      assert.doesNotMatch(JSON.stringify([caught?.error, flow.calls]), /wrong-secret-1|nobody-1|X-Amz-Signature/);
      assert.deepEqual([caught?.error.cause.provider, caught?.error.cause.billed], ["s3", "no"]);
    });
  }

  for (const [what, bucket, text] of [
    ["no name", { bucket: "" }, /names no bucket/],
    ["plain http to the internet", { endpoint: "http://s3.example.com" }, /must begin with https/],
    ["an endpoint with a password", { endpoint: "https://me:pw@s3.example.com" }, /endpoint/],
    ["the bucket in its endpoint", { endpoint: "https://s3.example.com/pictures" }, /leave that out/],
    ["a region that is none", { region: "eu central" }, /region/],
  ] as const) {
    it(`is not asked at all when the bucket node has ${what}`, async () => {
      const flow = await uploads({ key }, { bucket });
      const { caught } = await flow.send({ payload: await noisePng(4) });
      assert.equal(caught?.error.code, "FLUX_CONFIG", caught?.error.message);
      assert.match(String(caught?.error.message), text);
    });
  }

  for (const [what, bucket, sessionToken] of [
    ["a session token", {}, "temporary"],
    ["what AWS's chain finds", { authentication: "chain" }, ""],
  ] as const) {
    it(`is not sent ${what} over plain http through the local network`, async () => {
      const credentials = { bucket: { accessKeyId: "someone", secretAccessKey: "secret", sessionToken } };
      const flow = await uploads({ key }, { bucket: { ...bucket, endpoint: "http://192.168.0.9:9000" }, credentials });
      const { caught } = await flow.send({ payload: await noisePng(4) });
      assert.equal(caught?.error.code, "FLUX_CONFIG", caught?.error.message);
      assert.match(String(caught?.error.message), /travels only to an endpoint with https/);
    });
  }

  it("is asked as often as the bucket node's retries say, and not by the upload node again", async () => {
    const flow = await uploads({ key }, { bucket: { retries: 1 } });
    flow.sandbox.arm("503", { call: "PutObject", count: 20 });
    const { caught } = await flow.send({ payload: await noisePng(4) });
    assert.deepEqual([caught?.error.code, caught?.error.cause.retryable], ["FLUX_STORAGE", true]);
    assert.equal(flow.sandbox.ledger.calls("PutObject"), 2);
  });

  it("is let go of when its bucket node is deployed anew", async () => {
    const flow = await uploads({ key });
    onlyMessage(await flow.send({ payload: await noisePng(4) }));
    const { bucket } = helper.getNode("bucket") as unknown as BucketNode;
    const { store } = await bucket.open();
    await flow.restart();
    await assert.rejects(bucket.open(), /closed by a deploy/);
    await assert.rejects(store.find("x", new AbortController().signal), { code: "FLUX_CANCELLED" });
  });

  it("does not disturb another bucket with other keys", async () => {
    const flow = await startFlow({
      account: null,
      bucket: {},
      credentials: { other: { accessKeyId: "sandbox", secretAccessKey: "wrong" } },
      node: { type: "flux-s3-upload", bucket: "bucket", key },
      after: [{ type: "flux-s3-upload", bucket: "other", key }],
      nodes: ({ s3: { endpoint } }) => [
        { id: "other", type: "flux-s3-bucket", bucket: "pictures", endpoint, pathStyle: true },
      ],
    });
    const { caught } = await flow.send({ payload: await noisePng(4) });
    assert.equal(caught?.error.code, "FLUX_AUTH");
    assert.equal(caught?.error.source.id, "after0");
    assert.deepEqual(await bucketIn(flow.sandbox).keys(), ["x.png"], "the first one stored it");
  });
});
