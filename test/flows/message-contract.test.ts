import assert from "node:assert/strict";
import { pictureSize, pictureType } from "../../lib/models/picture";
import { type FlowOptions, type Message, startFlow, stopFlows } from "../support/flow";
import { onlyMessage } from "../support/outcomes";

const prompt = "a lighthouse at dusk";

const sendOne = async (message: Record<string, unknown>, options?: FlowOptions): Promise<Message> =>
  onlyMessage(await (await startFlow(options)).send(message));

const small = { width: 256, height: 128 };
const node = (properties: Record<string, unknown>): FlowOptions => ({ node: properties });

describe("a prompt that went through an inference node", () => {
  afterEach(stopFlows);

  it("comes out as the address of a picture, with what is known about it", async () => {
    const message = await sendOne({ payload: prompt, topic: "kept", flux: { ...small, seed: 0 } });
    assert.match(String(message.payload), /^http:\/\/127\.0\.0\.1:\d+\/images\//);
    assert.equal(message.topic, "kept");
    assert.equal(message.flux, undefined);
    assert.deepEqual(
      { ...message.image, cost: typeof message.image.cost },
      {
        url: message.payload,
        contentType: "image/jpeg",
        ...small,
        seed: 0,
        nsfw: false,
        cost: "number",
        id: message.image.id,
        index: 0,
      },
    );
    assert.equal(message.parts, undefined);
  });

  it("says what was asked, what it cost and how it went", async () => {
    const { job } = await sendOne({ payload: prompt, flux: { ...small, steps: 12 } });
    assert.match(job.id, /^[0-9a-f-]{36}$/);
    assert.equal(job.provider, "runware");
    assert.equal(job.model, "runware:111@1");
    assert.equal(job.request.positivePrompt, prompt);
    assert.equal(job.request.steps, 12);
    assert.ok(job.cost !== undefined && job.cost > 0);
    assert.equal(job.attempts, 1);
    assert.deepEqual([job.warnings, job.errors], [[], []]);
    for (const time of ["waiting", "service", "total"]) assert.ok((job.timings[time] ?? -1) >= 0, time);
  });

  for (const [output, check] of Object.entries({
    buffer: (payload: unknown) => assert.ok(Buffer.isBuffer(payload) && pictureType(payload) === "image/png"),
    base64: (payload: unknown) => assert.equal(pictureType(Buffer.from(String(payload), "base64")), "image/png"),
    dataURI: (payload: unknown) => assert.match(String(payload), /^data:image\/png;base64,/),
    url: (payload: unknown) => assert.match(String(payload), /^http/),
  })) {
    for (const deliveryMethod of ["async", "sync"]) {
      it(`is delivered as ${output} when the dialog says so (${deliveryMethod})`, async () => {
        const flux = { ...small, outputFormat: "PNG", deliveryMethod };
        const message = await sendOne({ payload: prompt, flux }, node({ output }));
        check(message.payload);
        assert.equal(message.image.contentType, "image/png");
        assert.deepEqual([message.image.width, message.image.height], [256, 128]);
      });
    }
  }

  it("takes its size from the bytes", async () => {
    const message = await sendOne({ payload: prompt, flux: small }, node({ output: "buffer" }));
    assert.ok(Buffer.isBuffer(message.payload));
    assert.deepEqual(pictureSize(message.payload), small);
  });

  it("keeps msg.flux when the dialog says so", async () => {
    const message = await sendOne({ payload: prompt, flux: small }, node({ keepFlux: true }));
    assert.deepEqual(message.flux, small);
  });

  it("keeps the digits of a large seed, on the way out and back", async () => {
    for (const seed of ["9223372036854775807", 9223372036854775807n]) {
      const message = await sendOne({ payload: prompt, flux: { ...small, seed } });
      assert.equal(message.image.seed, "9223372036854775807");
      await stopFlows();
    }
    const message = await sendOne({ payload: prompt, flux: { ...small, seed: 4294967295 } });
    assert.equal(message.image.seed, 4294967295);
  });

  it("takes no price for a price of nothing when costs are switched off", async () => {
    const message = await sendOne({ payload: prompt, flux: { ...small, includeCost: false } });
    assert.ok(!("cost" in message.image) && !("cost" in message.job));
  });

  it("warns in msg.job and still delivers", async () => {
    const { job } = await sendOne({ payload: prompt, flux: { ...small, negativePrompt: "fog", CFGScale: 1 } });
    assert.equal(job.warnings.length, 1);
    assert.match(job.warnings[0] ?? "", /negativePrompt/);
  });
});

describe("dialog values and msg.flux", () => {
  afterEach(stopFlows);

  it("meet in one request, and msg.flux wins", async () => {
    const params = {
      steps: { type: "num", value: "10" },
      width: { type: "num", value: "256" },
      height: { type: "msg", value: "size.height" },
      CFGScale: { type: "jsonata", value: "3 + 0.5" },
      "acceleratorOptions.teaCache": { type: "bool", value: "true" },
      "lora.0.model": { type: "str", value: "runware:120@2" },
    };
    const flux = { steps: 20, acceleratorOptions: { teaCacheDistance: 0.4 } };
    const { job } = await sendOne({ payload: prompt, size: { height: 192 }, flux }, node({ params }));
    const { steps, width, height, CFGScale, acceleratorOptions, lora } = job.request;
    assert.deepEqual(
      { steps, width, height, CFGScale, acceleratorOptions, lora },
      {
        steps: 20,
        width: 256,
        height: 192,
        CFGScale: 3.5,
        acceleratorOptions: { teaCache: true, teaCacheDistance: 0.4 },
        lora: [{ model: "runware:120@2" }],
      },
    );
  });

  it("take the prompt from the property that the dialog names, or from msg.flux", async () => {
    const fromTopic = await sendOne(
      { payload: Buffer.alloc(3), topic: prompt, flux: small },
      node({ promptFrom: { type: "msg", value: "topic" } }),
    );
    assert.equal(fromTopic.job.request.positivePrompt, prompt);
    await stopFlows();
    const fromFlux = await sendOne({ payload: 1, flux: { ...small, positivePrompt: "a harbour" } });
    assert.equal(fromFlux.job.request.positivePrompt, "a harbour");
  });

  it("use a value of the environment that was typed into the dialog", async () => {
    process.env.FLUX_TEST_STEPS = "17";
    const params = { steps: { type: "num", value: "${FLUX_TEST_STEPS}" } };
    const { job } = await sendOne({ payload: prompt, flux: small }, node({ params }));
    assert.equal(job.request.steps, 17);
  });
});

describe("several pictures", () => {
  afterEach(stopFlows);

  it("leave as one message each, numbered for a join, and only the first can answer an HTTP request", async () => {
    const flow = await startFlow();
    const req = { method: "POST" };
    const { messages } = await flow.send({
      payload: prompt,
      req,
      res: { _res: {} },
      parts: { id: "outer", index: 0, count: 1 },
      flux: { ...small, numberResults: 3, seed: 7 },
    });
    assert.equal(messages.length, 3);
    assert.deepEqual(
      messages.map(({ parts }) => parts),
      [0, 1, 2].map((index) => ({
        id: messages[0]?.job.id,
        type: "array",
        index,
        count: 3,
        parts: { id: "outer", index: 0, count: 1 },
      })),
    );
    assert.deepEqual(
      messages.map((message) => ["req" in message, "res" in message]),
      [
        [true, true],
        [false, false],
        [false, false],
      ],
    );
    assert.deepEqual(
      messages.map(({ image }) => [image.index, image.seed]),
      [
        [0, 7],
        [1, 8],
        [2, 9],
      ],
    );
    assert.equal(new Set(messages.map(({ payload }) => payload)).size, 3);
    assert.equal(new Set(messages.map(({ job }) => job.id)).size, 1);
  });

  it("leave as one message with lists when the dialog says all", async () => {
    const flux = { ...small, numberResults: 2 };
    const message = await sendOne({ payload: prompt, flux }, node({ results: "all" }));
    assert.ok(Array.isArray(message.payload) && Array.isArray(message.image));
    assert.equal(message.payload.length, 2);
    assert.equal(message.image.length, 2);
    assert.equal(message.parts, undefined);
  });

  it("are delivered although one of them failed, and the failure is reported", async () => {
    const flow = await startFlow();
    const { messages, caught } = await flow.send({
      payload: `${prompt} [fault:partial]`,
      flux: { ...small, numberResults: 3 },
    });
    assert.equal(caught, undefined);
    assert.equal(messages.length, 2);
    assert.deepEqual(
      messages.map(({ parts }) => parts?.count),
      [2, 2],
    );
    assert.equal(messages[0]?.job.errors.length, 1);
  });
});

describe("a picture as input", () => {
  afterEach(stopFlows);

  async function madePicture(size: { width: number; height: number }): Promise<Buffer> {
    const flux = { ...size, outputFormat: "PNG" };
    const { payload } = await sendOne({ payload: prompt, flux }, node({ output: "buffer" }));
    await stopFlows();
    assert.ok(Buffer.isBuffer(payload));
    return payload;
  }

  it("may be a Buffer that a node before made", async () => {
    const picture = await madePicture(small);
    const imageFrom = { type: "msg", value: "picture" };
    const message = await sendOne({ payload: prompt, picture, flux: { ...small, strength: 0.6 } }, node({ imageFrom }));
    const inputs = message.job.request.inputs as { seedImage: string };
    assert.match(inputs.seedImage, /^\(picture, \d+ characters\)$/);
    assert.equal(message.picture, picture, "the message keeps its own");
  });

  it("is uploaded once when it is large, and sent as its id from then on", async () => {
    const picture = Buffer.concat([await madePicture(small), Buffer.alloc(300 * 1024)]);
    const flow = await startFlow(node({ type: "runware-flux-kontext", imageFrom: { type: "msg", value: "picture" } }));
    const outcomes = await Promise.all([1, 2, 3].map(() => flow.send({ payload: prompt, picture })));
    for (const { messages, caught } of outcomes) {
      assert.equal(caught?.error.message, undefined);
      const inputs = messages[0]?.job.request.inputs as { referenceImages: string[] };
      assert.match(inputs.referenceImages[0] ?? "", /^[0-9a-f-]{36}$/);
    }
    assert.equal(flow.sandbox.ledger.calls("imageUpload"), 1);
  });
});
