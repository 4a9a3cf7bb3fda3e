import assert from "node:assert/strict";
import { valueAt } from "../../lib/models/paths";
import { pictureSize, pictureType } from "../../lib/models/picture";
import { overrun, sendAndOverrun } from "../support/controls";
import { type Flow, type FlowOptions, type Message, startFlow, stopFlows } from "../support/flow";
import { onlyMessage, refusedMessage } from "../support/outcomes";
import { noisePng } from "../support/pictures";
import { untilTold } from "../support/until-told";

const prompt = "a lighthouse at dusk";
const str = (value: string) => ({ type: "str", value });
const msg = (value: string) => ({ type: "msg", value });
const depth = { model: str("runware:controlnet-preprocess@depth") };

const preprocess = (node: Record<string, unknown> = {}, more: FlowOptions = {}): FlowOptions => ({
  ...more,
  node: { type: "runware-preprocess", imageFrom: msg("picture"), ...node },
});

const delivered = async (flow: Flow, message: Record<string, unknown>): Promise<Message> =>
  onlyMessage(await flow.send(message));

/** Sends one message that must be refused before anything reaches the service. */
async function refused(flow: Flow, message: Record<string, unknown>, code = "FLUX_VALIDATION"): Promise<string> {
  return refusedMessage(flow, await flow.send(message), code).error.message;
}

describe("a picture that went through the preprocess node", () => {
  afterEach(stopFlows);

  let picture: Buffer;
  before(async () => {
    picture = await noisePng(64);
  });

  it("is there as a guide image, and the rest of the message is as it was", async () => {
    const flow = await startFlow(preprocess());
    const flux = { steps: 30, lora: [{ model: "civitai:1@2" }] };
    const message = await delivered(flow, { payload: prompt, picture, flux, topic: "kept" });
    assert.match(String(message.guideImage), /^http:\/\/127\.0\.0\.1:\d+\/images\//);
    assert.deepEqual([message.payload, message.topic, message.flux], [prompt, "kept", flux]);
    assert.deepEqual(message.picture, picture);
    assert.equal(message.image.url, message.guideImage);
    assert.match(message.image.id, /^[0-9a-f-]{36}$/);
  });

  it("comes from msg.payload where the node does not say", async () => {
    const flow = await startFlow({ node: { type: "runware-preprocess" } });
    const { guideImage, payload } = await delivered(flow, { payload: picture });
    assert.match(String(guideImage), /^http/);
    assert.deepEqual(payload, picture);
  });

  it("says what was asked, what it cost and how it went", async () => {
    const flow = await startFlow(preprocess({ params: depth }));
    const { job, image } = await delivered(flow, { picture });
    assert.equal(job.model, "runware:controlnet-preprocess@depth");
    assert.equal(job.provider, "runware");
    assert.ok(job.cost !== undefined && job.cost > 0);
    assert.equal(image.cost, job.cost);
    assert.equal(flow.sandbox.ledger.charges(job.id), 1);
    assert.deepEqual([job.attempts, job.warnings, job.errors], [1, [], []]);
    assert.equal(flow.sandbox.ledger.calls("controlNetPreprocess"), 1);
  });

  for (const [output, check] of Object.entries({
    buffer: (guide: unknown) => Buffer.isBuffer(guide) && pictureType(guide) !== undefined,
    base64: (guide: unknown) => pictureType(Buffer.from(String(guide), "base64")) !== undefined,
    dataURI: (guide: unknown) => /^data:image\/\w+;base64,/.test(String(guide)),
  })) {
    it(`is delivered as ${output} when the dialog says so`, async () => {
      const flow = await startFlow(preprocess({ output }));
      const { guideImage, image } = await delivered(flow, { picture });
      assert.ok(check(guideImage));
      if (Buffer.isBuffer(guideImage)) {
        assert.deepEqual(pictureSize(guideImage), { width: image.width, height: image.height });
      }
    });
  }

  it("goes on to a ControlNet and into a picture, both paid for once", async () => {
    const chain = [
      { type: "runware-preprocess", version: 1, account: "account", imageFrom: msg("picture") },
      {
        type: "flux-controlnet",
        version: 1,
        params: { "controlNet.0.model": str("runware:25@1"), "controlNet.0.guideImage": msg("guideImage") },
      },
    ];
    const flow = await startFlow({ chain });
    const { job } = await delivered(flow, { payload: prompt, picture, flux: { width: 256, height: 128 } });
    const [entry] = job.request.controlNet as { model: string; guideImage: string }[];
    assert.equal(entry?.model, "runware:25@1");
    assert.match(String(entry?.guideImage), /\/images\//);
    assert.deepEqual(
      flow.sandbox.ledger.jobIds().map((id) => flow.sandbox.ledger.charges(id)),
      [1, 1],
    );
  });

  it("may go straight into the request, and an error there names the node", async () => {
    const into = {
      type: "runware-preprocess",
      version: 1,
      account: "account",
      imageFrom: msg("picture"),
      name: "edges",
    };
    const chain = [{ ...into, into: "flux.inputs.seedImage" }];
    const flow = await startFlow({ chain });
    const { job } = await delivered(flow, { payload: prompt, picture });
    assert.match(JSON.stringify(job.request.inputs), /seedImage.*\/images\//);
    await stopFlows();

    const kontext = await startFlow({ chain, node: { type: "runware-flux-kontext" } });
    const { caught } = await kontext.send({ payload: prompt, picture });
    assert.equal(caught?.error.source.type, "runware-flux-kontext");
    assert.match(String(caught?.error.message), /"edges" \/ runware-preprocess/);
  });
});

describe("the object that a guide image goes into", () => {
  afterEach(stopFlows);

  let picture: Buffer;
  before(async () => {
    picture = await noisePng(64);
  });

  it("is the message's own from then on: other messages and contexts may share it", async () => {
    const flow = await startFlow(preprocess({ into: "flux.controlNet[0].guideImage" }));
    const controlNet = [{ model: "runware:25@1" }];
    const style = { steps: 30, controlNet };
    const messages = await Promise.all([1, 2].map(() => delivered(flow, { picture, flux: style })));
    const guides = messages.map(({ flux }) => valueAt(flux, ["controlNet", 0, "guideImage"]));
    assert.deepEqual(
      guides,
      messages.map(({ image }) => image.url),
    );
    assert.notEqual(guides[0], guides[1]);
    assert.deepEqual(style, { steps: 30, controlNet: [{ model: "runware:25@1" }] });
  });

  it("may be frozen", async () => {
    const flow = await startFlow(preprocess({ into: "style.guide" }));
    const style = Object.freeze({ guide: {}, kept: true });
    const { style: own, image } = await delivered(flow, { picture, style });
    assert.deepEqual(own, { guide: image.url, kept: true });
    assert.deepEqual(style, { guide: {}, kept: true });
  });

  it("is the one that the property named when the message came", async () => {
    const flow = await startFlow(preprocess({ into: "guides[msg.kind].url" }));
    const message: Record<string, unknown> = { _msgid: "changed", picture, kind: "edges" };
    const next = flow.nextMessage();
    const running = flow.nextStatus(({ fill }) => fill === "blue");
    flow.receive(message);
    await running;
    delete message.kind;
    const { guides, image } = await next;
    assert.deepEqual(guides, { edges: { url: image.url } });
  });

  it("is refused before anything is paid where it is no plain data", async () => {
    const flow = await startFlow(preprocess({ into: "style.guides[0].first" }));
    for (const style of [new Map(), new Date(), picture, 7, "text", { guides: "text" }, { guides: [new Set()] }]) {
      assert.match(await refused(flow, { picture, style }), /msg\.style\.guides\[0\]\.first cannot be set/);
    }
  });

  it("is signed with the node, whatever msg.fluxOrigins was", async () => {
    const flow = await startFlow(preprocess({ name: "edges", into: "flux.inputs.seedImage" }));
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    const ours = { "inputs.seedImage": { id: "flux", type: "runware-preprocess", name: "edges" } };
    const lora = { id: "a", type: "flux-lora" };
    for (const [fluxOrigins, kept] of [
      [undefined, {}],
      [proxy, {}],
      [
        {
          get "lora[0]"() {
            throw new Error("looked at");
          },
        },
        {},
      ],
      [{ "lora[0]": lora, "lora[1]": lora, inputs: 7 }, { "lora[0]": lora }],
    ]) {
      const message = await delivered(flow, { picture, flux: { lora: [{ model: "a:b" }] }, fluxOrigins });
      assert.deepEqual(message.fluxOrigins, { ...kept, ...ours });
    }
  });
});

describe("a preprocess node that cannot do its work", () => {
  afterEach(stopFlows);

  let picture: Buffer;
  before(async () => {
    picture = await noisePng(64);
  });

  it("refuses a message without a picture, naming the setting", async () => {
    const flow = await startFlow(preprocess());
    for (const wrong of [undefined, "", "a lighthouse", "/etc/passwd", Buffer.from("no picture"), 7, {}]) {
      assert.match(await refused(flow, { picture: wrong }), /Image from \(msg\.picture\)/);
    }
  });

  it("refuses settings of another kind of preprocessor", async () => {
    const flow = await startFlow(preprocess({ params: { ...depth, "settings.lowThresholdCanny": str("10") } }));
    assert.match(await refused(flow, { picture }), /lowThresholdCanny/);
  });

  it("pays nothing for a message that has no room for the result", async () => {
    const flow = await startFlow(preprocess({ into: "payload.guide" }));
    assert.match(await refused(flow, { payload: prompt, picture }), /msg\.payload\.guide/);
    const { payload } = await delivered(flow, { payload: { kept: true }, picture });
    assert.equal(typeof Reflect.get(payload as object, "guide"), "string");
    assert.equal(Reflect.get(payload as object, "kept"), true);
    await stopFlows();

    const fresh = await startFlow(preprocess({ into: "made.on.the.way[0].guide" }));
    const { made } = await delivered(fresh, { picture });
    assert.match(JSON.stringify(made), /^\{"on":\{"the":\{"way":\[\{"guide":"http/);
  });

  for (const into of [
    "job",
    "image.guide",
    "fluxOrigins",
    "fluxOrigins.a",
    "res.a",
    "__proto__.polluted",
    "a[",
    "_msgid",
  ]) {
    it(`says that a result cannot go into msg.${into}`, async () => {
      const flow = await startFlow(preprocess({ into }));
      assert.match(await refused(flow, { picture }, "FLUX_CONFIG"), /Result into/);
      assert.equal(Reflect.get({}, "polluted"), undefined);
    });
  }

  it("is never paid twice: a lost answer is asked for", async () => {
    const flow = await startFlow(preprocess());
    flow.sandbox.arm("lost-answer", { count: 1 });
    const { job } = await delivered(flow, { picture });
    assert.deepEqual([flow.sandbox.ledger.submissions(job.id), flow.sandbox.ledger.charges(job.id)], [1, 1]);
  });

  it("takes a guide image that the service answers at once", async () => {
    const flow = await startFlow(preprocess({}, { sandbox: { guideImages: "direct" } }));
    const { job, guideImage } = await delivered(flow, { picture });
    assert.match(String(guideImage), /^http/);
    assert.deepEqual([flow.sandbox.ledger.charges(job.id), flow.sandbox.ledger.polls(job.id)], [1, 0]);
  });

  for (const fault of ["fail", "fail=data", "402"]) {
    it(`reports a job that failed at the service (${fault}), and the message is as it was`, async () => {
      const flow = await startFlow(preprocess());
      flow.sandbox.arm(fault, { count: 1 });
      const { messages, caught } = await flow.send({ payload: prompt, picture, flux: { steps: 3 } });
      assert.equal(messages.length, 0);
      assert.match(String(caught?.error.code), /FLUX_PROVIDER|FLUX_QUOTA/);
      assert.deepEqual([caught?.payload, caught?.flux, caught?.guideImage], [prompt, { steps: 3 }, undefined]);
    });
  }

  it("delivers late what came after its time limit", async () => {
    const flow = await startFlow(preprocess(overrun, { sandbox: untilTold }));
    const late = flow.nextMessage();
    const { caught } = await sendAndOverrun(flow, { payload: prompt, picture });
    assert.equal(caught?.error.code, "FLUX_TIMEOUT");
    flow.sandbox.finish();
    const message = await late;
    assert.deepEqual([message.job.late, message.payload], [true, prompt]);
    assert.match(String(message.guideImage), /^http/);
  });
});
