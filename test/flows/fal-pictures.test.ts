import assert from "node:assert/strict";
import { pictureSize, pictureType } from "../../lib/models/picture";
import { type Flow, type FlowOptions, startFlow, stopFlows } from "../support/flow";
import { onlyMessage } from "../support/outcomes";
import { noisePng } from "../support/pictures";

const prompt = "a lighthouse at dusk";
const small = { image_size: { width: 128, height: 128 } };

const fal = (node: Record<string, unknown> = {}): FlowOptions => ({ node: { type: "fal-flux-srpo", ...node } });
const fromPicture = fal({ imageFrom: { type: "msg", value: "picture" } });

const dataUri = (picture: Buffer): string => `data:image/png;base64,${picture.toString("base64")}`;

const deliveredBy = async (flow: Flow, message: Record<string, unknown>) => onlyMessage(await flow.send(message));

describe("the picture that a fal node starts from", () => {
  afterEach(stopFlows);

  let tiny: Buffer;
  let large: Buffer;
  before(async () => {
    [tiny, large] = [await noisePng(64), await noisePng(128)];
    assert.ok(tiny.length < 32 * 1024 && large.length > 32 * 1024);
  });

  const uploads = ({ sandbox }: Flow): number => sandbox.ledger.calls("upload");

  for (const [form, write] of Object.entries({
    "a Buffer": (picture: Buffer): unknown => picture,
    base64: (picture: Buffer): unknown => picture.toString("base64"),
    "a data URI": dataUri,
  })) {
    it(`travels inside the request when it is small: ${form}`, async () => {
      const flow = await startFlow(fromPicture);
      const { job } = await deliveredBy(flow, { payload: prompt, picture: write(tiny) });
      assert.match(String(job.request.image_url), /^\((data URI|picture)/);
      assert.equal(uploads(flow), 0);
    });

    it(`goes through fal's storage when it has more than 32 KB: ${form}`, async () => {
      const flow = await startFlow(fromPicture);
      const { job } = await deliveredBy(flow, { payload: prompt, picture: write(large) });
      assert.match(String(job.request.image_url), /^http:\/\/127\.0\.0\.1:/);
      assert.equal(uploads(flow), 1);
    });
  }

  it("is named by its address when it is one", async () => {
    const flow = await startFlow(fromPicture);
    const first = await deliveredBy(flow, { payload: prompt, flux: small });
    const { job } = await deliveredBy(flow, { payload: prompt, picture: first.payload });
    assert.equal(job.request.image_url, first.payload);
    assert.equal(uploads(flow), 0);
  });

  it("is uploaded once per process, however many messages bring it", async () => {
    const flow = await startFlow(fromPicture);
    const another = await noisePng(128, 7);
    await Promise.all([large, large, another].map((picture) => deliveredBy(flow, { payload: prompt, picture })));
    await deliveredBy(flow, { payload: prompt, picture: dataUri(large) });
    assert.equal(uploads(flow), 2);
  });

  it("is not uploaded again after a full deploy", async () => {
    const flow = await startFlow(fromPicture);
    const before = await deliveredBy(flow, { payload: prompt, picture: large });
    const restarted = await flow.restart();
    assert.notEqual(restarted.node, flow.node);
    const after = await deliveredBy(restarted, { payload: prompt, picture: large });
    assert.equal(after.job.request.image_url, before.job.request.image_url);
    assert.equal(uploads(flow), 1);
  });

  it("costs nothing but an error when it cannot be uploaded", async () => {
    const flow = await startFlow({ ...fromPicture, account: { retries: 0 } });
    flow.sandbox.arm("500", { call: "upload", count: 9 });
    const { caught } = await flow.send({ payload: prompt, picture: large });
    assert.equal(caught?.error.cause.billed, "no", caught?.error.message);
    assert.deepEqual(flow.sandbox.ledger.jobIds(), []);
  });

  it("may be what another node has made", async () => {
    const flow = await startFlow(
      fal({
        imageFrom: { type: "msg", value: "payload" },
        output: "buffer",
        promptFrom: { type: "msg", value: "edit" },
      }),
    );
    const made = await deliveredBy(flow, { payload: undefined, edit: prompt, flux: small });
    const { job, payload } = await deliveredBy(flow, { payload: made.payload, edit: "as a woodcut" });
    assert.equal(job.model, "fal-ai/flux/srpo/image-to-image");
    assert.ok(Buffer.isBuffer(payload) && pictureType(payload));
  });
});

describe("what comes out of a fal node", () => {
  afterEach(stopFlows);

  it("is the common picture, with fal's own id, and no cost", async () => {
    const flow = await startFlow(fal());
    const { payload, image, job } = await deliveredBy(flow, { payload: prompt, flux: small });
    const [requestId = ""] = flow.sandbox.ledger.jobIds();
    assert.match(String(payload), /^http:\/\/127\.0\.0\.1:\d+\//);
    assert.deepEqual(image, {
      url: payload,
      contentType: "image/jpeg",
      width: 128,
      height: 128,
      seed: image.seed,
      nsfw: false,
      id: `${requestId}/0`,
      index: 0,
    });
    assert.equal(job.requestId, requestId);
    assert.equal(job.provider, "fal");
    assert.equal(job.model, "fal-ai/flux/srpo");
    assert.equal("cost" in job, false);
    assert.equal(typeof job.billableUnits, "number");
    assert.equal(job.request.prompt, prompt);
    assert.deepEqual([job.warnings, job.errors], [[], []]);
  });

  for (const delivery of ["queue", "sync"]) {
    for (const [output, check] of Object.entries({
      url: (payload: unknown) => assert.match(String(payload), /^http:/),
      buffer: (payload: unknown) =>
        assert.deepEqual(Buffer.isBuffer(payload) && pictureSize(payload), { width: 128, height: 128 }),
      base64: (payload: unknown) => assert.equal(pictureType(Buffer.from(String(payload), "base64")), "image/png"),
      dataURI: (payload: unknown) => assert.match(String(payload), /^data:image\/png;base64,/),
    })) {
      it(`is delivered as ${output} when the dialog says so (${delivery})`, async () => {
        const flow = await startFlow(fal({ output, delivery }));
        const { payload, image, job } = await deliveredBy(flow, {
          payload: prompt,
          flux: { ...small, output_format: "png" },
        });
        check(payload);
        assert.equal(image.contentType, "image/png");
        assert.ok(job.requestId);
        const isRisky = delivery === "queue" && (output === "base64" || output === "dataURI");
        assert.equal(
          job.warnings.some((text) => /6 minutes/.test(text)),
          isRisky,
          job.warnings.join(),
        );
      });
    }
  }

  it("is several pictures in one turn, numbered under one id", async () => {
    const flow = await startFlow(fal());
    const { messages } = await flow.send({ payload: prompt, flux: { ...small, num_images: 3 } });
    assert.equal(messages.length, 3);
    const [requestId = ""] = flow.sandbox.ledger.jobIds();
    assert.deepEqual(
      messages.map(({ image }) => image.id),
      [0, 1, 2].map((index) => `${requestId}/${index}`),
    );
  });

  it("is a black picture, marked and warned about, when fal flags it", async () => {
    const flow = await startFlow(fal());
    const { image, job } = await deliveredBy(flow, { payload: `${prompt} [fault:nsfw]`, flux: small });
    assert.equal(image.nsfw, true);
    assert.match(job.warnings.join(), /black/);
  });

  it("is an error that says it is paid for and where it was, when its file is gone", async () => {
    const flow = await startFlow(fal({ output: "buffer" }));
    const { caught } = await flow.send({ payload: `${prompt} [fault:expired-url]`, flux: small });
    assert.equal(caught?.error.cause.billed, "yes");
    assert.match(String(caught?.error.message), /paid for/);
  });
});
