import assert from "node:assert/strict";
import type { Attachment, FluxRequest } from "../../lib/models/request";
import type { FalOptions } from "../../lib/providers/fal/client";
import { createUploadMemory } from "../../lib/providers/upload-memory";
import { type Scripted, startScriptedServer } from "../support/scripted-server";
import {
  acceptance,
  addressesAt,
  always,
  apiKey,
  completed,
  connect,
  disconnectAll,
  failureOf,
  requestId,
  type Script,
  task,
} from "./client";

const picture = Buffer.from([0xff, 0xd8, 0xff, 0x00, 0x0d, 0x0a]);

const attachment = (bytes: Buffer = picture, ...path: (string | number)[]): Attachment => ({
  path: path.length > 0 ? path : ["image_url"],
  bytes,
  contentType: "image/jpeg",
});

const withPicture = (bytes: Buffer = picture, request: FluxRequest = {}) =>
  task({ image_url: "https://attachment.invalid/x", ...request }, { attachments: [attachment(bytes)] });

/** A storage in the same process; every upload gets an address of its own. */
const storing: Script = {
  initiate: ({ headers }, count) => ({
    json: {
      upload_url: `http://${headers.host}/storage/${count}?signature=s3cret`,
      file_url: `https://v3.fal.media/files/${count}.jpeg`,
    },
  }),
  storage: { text: "" },
};

describe("large input pictures for fal", () => {
  afterEach(disconnectAll);

  it("go to fal's storage, and their address stands in a copy of the request", async () => {
    const { client, server, sent } = await connect(storing);
    const job = withPicture(picture, { seed: "9007199254740993" });
    const before = structuredClone(job.request);
    assert.deepEqual(await client.prepare(job, always), { ...before, image_url: "https://v3.fal.media/files/0.jpeg" });
    assert.deepEqual(job.request, before);
    const [initiate] = sent("initiate");
    assert.deepEqual(JSON.parse(initiate?.text ?? ""), { content_type: "image/jpeg", file_name: "picture.jpeg" });
    assert.equal(initiate?.headers.authorization, `Key ${apiKey}`);
    const [put] = sent("storage");
    assert.equal(put?.path, "/storage/0?signature=s3cret");
    assert.equal(put?.headers["content-type"], "image/jpeg");
    assert.equal(put?.headers["content-length"], String(picture.length));
    assert.equal(put?.text, picture.toString("utf8"));
    assert.equal(server.requests.length, 2);
  });

  it("travel without the key", async () => {
    const { client, sent } = await connect(storing);
    await client.prepare(withPicture(), always);
    const [put] = sent("storage");
    assert.equal(put?.headers.authorization, undefined);
    assert(!JSON.stringify(put).includes("c0ffee00"));
  });

  it("travel once, however many jobs use them at once or later", async () => {
    const { client, sent } = await connect(storing);
    const once = () => client.prepare(withPicture(), always);
    await Promise.all([once(), once()]);
    assert.equal((await once()).image_url, "https://v3.fal.media/files/0.jpeg");
    await client.prepare(withPicture(Buffer.from("another")), always);
    assert.deepEqual([sent("initiate").length, sent("storage").length], [2, 2]);
  });

  describe("that another client of this process has uploaded", () => {
    /** Connects twice to the same fal, one after the other. */
    async function reconnect(again: Partial<FalOptions>, script: Script = storing) {
      const uploadMemory = createUploadMemory();
      const { client, server, sent } = await connect(script, { uploadMemory });
      const next = async () => {
        await client.close();
        const addresses = addressesAt(server.url);
        return (await connect({}, { uploadMemory, addresses, ...again })).client;
      };
      return { client, next, sent };
    }

    it("travel no second time", async () => {
      const { client, next, sent } = await reconnect({});
      const { image_url } = await client.prepare(withPicture(), always);
      assert.equal((await (await next()).prepare(withPicture(), always)).image_url, image_url);
      assert.equal(sent("storage").length, 1);
    });

    it("travel again under another key", async () => {
      const { client, next, sent } = await reconnect({ apiKey: `${apiKey}-of-somebody-else` });
      await client.prepare(withPicture(), always);
      await (await next()).prepare(withPicture(), always);
      assert.equal(sent("storage").length, 2);
    });

    it("travel again to another fal", async () => {
      const other = await connect(storing);
      const { client, next, sent } = await reconnect({ addresses: addressesAt(other.server.url) });
      await client.prepare(withPicture(), always);
      await (await next()).prepare(withPicture(), always);
      assert.deepEqual([sent("storage").length, other.sent("storage").length], [1, 1]);
    });

    it("travel again once fal no longer has them", async () => {
      const gone: Scripted = {
        status: 422,
        json: { detail: [{ loc: ["body", "image_url"], type: "image_load_error" }] },
      };
      const script: Script = { ...storing, submit: acceptance(), status: completed(), result: gone };
      const { client, next, sent } = await reconnect({}, script);
      await client.prepare(withPicture(), always);
      const later = await next();
      const job = withPicture();
      const request = await later.prepare(job, always);
      assert.equal(sent("storage").length, 1);
      await later.wait({ ...job, request, receipt: { requestId } }, always);
      await later.prepare(withPicture(), always);
      assert.equal(sent("storage").length, 2);
    });
  });

  it("are not uploaded when there are none", async () => {
    const { client, server } = await connect({});
    const job = task();
    assert.deepEqual(await client.prepare(job, always), job.request);
    assert.equal(server.requests.length, 0);
  });

  describe("stay here when", () => {
    const good = "https://v3.fal.media/files/a.jpeg";
    for (const [name, place] of Object.entries<object>({
      "fal names no place": {},
      "fal names half a place": { upload_url: good },
      "the place is of another type": { upload_url: [good], file_url: { href: good } },
      "the place is in the clear": { upload_url: "http://v3.fal.media/a", file_url: good },
      "the file is in the clear": { upload_url: good, file_url: "http://v3.fal.media/a" },
      "the place is no web address": { upload_url: "ftp://v3.fal.media/a", file_url: good },
      "the place has a password": { upload_url: "https://a:b@v3.fal.media/a", file_url: good },
      "the place holds the key": { upload_url: `${good}?key=${apiKey}`, file_url: good },
      "the file's address holds the key": { upload_url: good, file_url: `${good}?key=${encodeURIComponent(apiKey)}` },
    })) {
      it(name, async () => {
        const { client, sent } = await connect({ initiate: { json: place } });
        const error = await failureOf(client.prepare(withPicture(), always));
        assert.deepEqual([error.code, error.cause.billed], ["FLUX_PROVIDER", "no"]);
        assert.equal(sent("storage").length, 0);
      });
    }

    it("the real fal names a place on this machine in the clear", async () => {
      const urls: string[] = [];
      const place = { upload_url: "http://127.0.0.1:1/a", file_url: good };
      const { client } = await connect(
        {},
        {
          addresses: { queueUrl: "https://queue.fal.run", runUrl: "https://fal.run", restUrl: "https://rest.fal.ai" },
          send: async ({ url }) => {
            urls.push(String(url));
            return { status: 200, headers: {}, text: JSON.stringify(place) };
          },
        },
      );
      await failureOf(client.prepare(withPicture(), always));
      assert.deepEqual(urls, ["https://rest.fal.ai/storage/upload/initiate?storage_type=fal-cdn-v3"]);
    });
  });

  describe("cost nothing, and the job is not sent, when", () => {
    const cases: [string, Script, string, boolean][] = [
      ["the key is refused", { initiate: { status: 401, json: { detail: "no" } } }, "FLUX_AUTH", false],
      ["fal is down", { initiate: { status: 503, text: "<html>" } }, "FLUX_PROVIDER", true],
      ["fal has a problem", { initiate: { status: 500, json: {} } }, "FLUX_PROVIDER", true],
      ["fal answers a page", { initiate: { text: "<html>" } }, "FLUX_PROVIDER", true],
      ["the connection breaks", { initiate: { misbehave: "reset" } }, "FLUX_NETWORK", true],
      ["the storage refuses", { ...storing, storage: { status: 403, text: "<Error>" } }, "FLUX_PROVIDER", true],
      ["the storage is down", { ...storing, storage: { status: 503, text: "" } }, "FLUX_PROVIDER", true],
      [
        "the storage finds them too large",
        { ...storing, storage: { status: 413, text: "" } },
        "FLUX_VALIDATION",
        false,
      ],
      ["the storage redirects", { ...storing, storage: { status: 307, text: "" } }, "FLUX_PROVIDER", true],
      ["the storage hangs up", { ...storing, storage: { misbehave: "reset" } }, "FLUX_NETWORK", true],
    ];
    for (const [name, script, code, retryable] of cases) {
      it(name, async () => {
        const { client, sent } = await connect(script);
        const error = await failureOf(client.prepare(withPicture(), always));
        assert.deepEqual([error.code, error.cause.billed, error.cause.retryable], [code, "no", retryable]);
        assert.doesNotMatch(error.message, /s3cret/);
        assert.equal(sent("submit").length, 0);
      });
    }
  });

  it("are uploaded again after an upload that failed", async () => {
    const failing: Scripted = { status: 503, text: "" };
    const { client, sent } = await connect({ ...storing, storage: [failing, { text: "" }] });
    await failureOf(client.prepare(withPicture(), always));
    assert.equal((await client.prepare(withPicture(), always)).image_url, "https://v3.fal.media/files/1.jpeg");
    assert.equal(sent("initiate").length, 2);
  });

  for (const [type, uploads] of [
    ["file_download_error", 2],
    ["image_load_error", 2],
    ["less_than_equal", 1],
  ] as const) {
    it(`are ${uploads === 2 ? "" : "not "}uploaded again after a job that failed with ${type}`, async () => {
      const loc = ["body", uploads === 2 ? "image_url" : "strength"];
      const { client, sent } = await connect({
        ...storing,
        submit: acceptance(),
        status: completed(),
        result: { status: 422, json: { detail: [{ loc, type }] } },
      });
      const job = withPicture();
      const request = await client.prepare(job, always);
      await client.submit({ ...job, request }, always);
      await client.wait({ ...job, request, receipt: { requestId } }, always);
      await client.prepare(withPicture(), always);
      assert.equal(sent("storage").length, uploads);
    });
  }

  it("are given up with the job's signal", async () => {
    const { client, server } = await connect({ ...storing, storage: { misbehave: "hang" } });
    const abort = new AbortController();
    const work = client.prepare(withPicture(), abort.signal);
    await server.received(2);
    abort.abort(new Error("the node was closed"));
    await assert.rejects(work, /the node was closed/);
  });

  it("go where fal's storage says, to any host, but without the key there", async () => {
    const storage = await startScriptedServer(() => ({ text: "" }));
    try {
      const place = { upload_url: `${storage.url}/put`, file_url: "https://v3.fal.media/files/a.jpeg" };
      const { client } = await connect({ initiate: { json: place } });
      await client.prepare(withPicture(), always);
      const [put, ...more] = storage.requests;
      assert.deepEqual([put?.method, put?.headers.authorization, more.length], ["PUT", undefined, 0]);
    } finally {
      await storage.close();
    }
  });
});
