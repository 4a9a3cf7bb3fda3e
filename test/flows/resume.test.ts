import assert from "node:assert/strict";
import { pictureType } from "../../lib/models/picture";
import { withClock } from "../support/clock";
import { nextPassing, submitElsewhere, submitElsewhereAtFal, withRunningJob } from "../support/controls";
import { type Flow, type FlowOptions, type Message, type Outcome, startFlow, stopFlows } from "../support/flow";
import { onlyMessage } from "../support/outcomes";
import { noisePng } from "../support/pictures";

const prompt = "a lighthouse at dusk";
const atRunware = () => ({ payload: prompt, flux: { width: 128, height: 128 } });
const atFal = () => ({ payload: prompt, flux: { image_size: { width: 128, height: 128 } } });
const fal = (more: FlowOptions = {}): FlowOptions => ({ ...more, node: { type: "fal-flux-srpo", ...more.node } });
const UNKNOWN = "3f2504e0-4f89-41d3-9a0c-0305e82c3301";
const apiKey = "key-of-two-instances";

const paidCalls = ({ sandbox: { ledger } }: Flow): number =>
  ["imageInference", "controlNetPreprocess", "submit", "run"].reduce((sum, kind) => sum + ledger.calls(kind), 0);

/** A flow of another user directory, with the same account: what it knows of earlier jobs it has from the service. */
async function anotherInstance(flow: Flow, options: FlowOptions): Promise<Flow> {
  await flow.stop();
  const service = String(options.node?.type).startsWith("fal") ? "fal" : "runware";
  const account = { ...flow.sandbox.addresses[service], ...options.account };
  return startFlow({ ...options, apiKey, account });
}

function assertRefused(flow: Flow, { messages, caught }: Outcome, code: string, text: RegExp): void {
  assert.deepEqual([messages.length, caught?.error.code], [0, code], caught?.error.message);
  assert.match(String(caught?.error.message), text);
  assert.equal(paidCalls(flow), 0, "nothing was sent");
}

describe("a job that this Node-RED knows and that is resumed", () => {
  afterEach(stopFlows);

  it("is waited for by both messages when it still runs, and is sent once", async () => {
    const { flow, id, outcome } = await withRunningJob(
      { sandbox: { latency: 200 } },
      { ...atRunware(), topic: "first" },
    );
    const req = { method: "POST" };
    const second = onlyMessage(await flow.send({ resume: id, topic: "second", req }));
    const first = onlyMessage(await outcome);
    assert.deepEqual([first.topic, second.topic], ["first", "second"]);
    assert.deepEqual([first.payload, first.job.id, first.image], [second.payload, second.job.id, second.image]);
    assert.equal(second.req, req, "each message keeps its own HTTP request");
    assert.equal(first.req, undefined);
    assert.equal(flow.sandbox.ledger.submissions(id), 1);
  });

  it("is waited for when it has not even been sent yet", async () => {
    const { flow } = await withRunningJob({ sandbox: { latency: 150 }, account: { concurrency: 1 } }, atRunware());
    const accepted = nextPassing("after:waiting");
    const outcome = flow.send(atRunware());
    const id = await accepted;
    const second = flow.send({ resume: id });
    assert.deepEqual([onlyMessage(await outcome).job.id, onlyMessage(await second).job.id], [id, id]);
    assert.equal(flow.sandbox.ledger.submissions(id), 1);
  });

  for (const [what, name] of [
    ["its id", ({ job }: Message) => job.id],
    ["a whole msg.job", ({ job }: Message) => job],
    ["the id of the service", ({ job }: Message) => job.requestId],
  ] as const) {
    for (const [service, options, message] of [
      ["Runware", {}, atRunware],
      ["fal", fal(), atFal],
    ] as const) {
      it(`comes from its record once it was delivered, without being paid for again (${what}, ${service})`, async () => {
        const flow = await startFlow(options);
        const first = onlyMessage(await flow.send(message()));
        const { spent } = flow.sandbox.ledger;
        const again = onlyMessage(await flow.send({ resume: name(first), payload: "anything", topic: "kept" }));
        assert.deepEqual([again.payload, again.job.id, again.image], [first.payload, first.job.id, first.image]);
        assert.deepEqual([again.topic, again.resume], ["kept", undefined]);
        assert.deepEqual([paidCalls(flow), flow.sandbox.ledger.spent], [1, spent]);
      });
    }
  }

  it("brings all pictures of a batch, and says the same about them", async () => {
    const flow = await startFlow();
    const { messages } = await flow.send({ ...atRunware(), flux: { width: 128, height: 128, numberResults: 3 } });
    const again = await flow.send({ resume: messages[0]?.job.id });
    assert.deepEqual(
      again.messages.map(({ payload, image, parts }) => [payload, image, parts?.count]),
      messages.map(({ payload, image, parts }) => [payload, image, parts?.count]),
    );
    assert.equal(again.messages.length, 3);
  });

  it("is asked for at the service once more where the picture came inside the answer: no record keeps pictures", async () => {
    const flow = await startFlow({ node: { output: "base64" } });
    const closed = nextPassing("after:closed");
    const first = onlyMessage(await flow.send(atRunware()));
    await closed;
    const polls = flow.sandbox.ledger.polls(first.job.id);
    const again = onlyMessage(await flow.send({ resume: first.job.id }));
    assert.equal(again.payload, first.payload);
    assert.equal(flow.sandbox.ledger.polls(first.job.id), polls + 1);
    assert.equal(paidCalls(flow), 1);
  });

  for (const output of ["url", "buffer"]) {
    it(`is asked for once more when its pictures' addresses have expired; else the error has its id and that it is billed (${output})`, async () => {
      const flow = await startFlow({ node: { output }, sandbox: { imageTtl: 3600 } });
      const { job } = onlyMessage(await flow.send(atRunware()));
      const polls = flow.sandbox.ledger.polls(job.id);
      const { messages, caught } = await withClock((ahead) => {
        ahead(3_600_001);
        return flow.send({ resume: job.id, topic: "kept" });
      });
      assert.deepEqual([messages.length, caught?.error.cause.billed], [0, "yes"], caught?.error.message);
      assert.equal(caught?.error.cause.requestId, job.id);
      assert.match(String(caught?.error.message), new RegExp(`job ${job.id} was made and is paid for`));
      assert.deepEqual([caught?.resume, caught?.topic], [job.id, "kept"], "the message leaves as it came in");
      assert.equal(flow.sandbox.ledger.polls(job.id), polls + 1);
      assert.equal(paidCalls(flow), 1);
    });
  }

  it("ends with the error that it ended with, when that was the service's", async () => {
    const flow = await startFlow();
    const first = await flow.send({ ...atRunware(), payload: `${prompt} [fault:fail]` });
    const id = String(first.caught?.error.cause.requestId);
    const { caught } = await flow.send({ resume: id });
    assert.deepEqual(
      [caught?.error.code, caught?.error.cause.requestId],
      [first.caught?.error.code, id],
      caught?.error.message,
    );
    assert.equal(paidCalls(flow), 1);
  });

  it("is of use in another node of the same model, and FLUX_VALIDATION in one of another model", async () => {
    const flow = await startFlow({
      nodes: [
        { id: "krea", z: "tab", type: "runware-flux-krea", account: "account", version: 1, wires: [["out"]] },
        { id: "twin", z: "tab", type: "runware-flux-srpo", account: "account", version: 1, wires: [["out"]] },
      ],
    });
    const first = onlyMessage(await flow.send(atRunware()));
    const delivered = flow.nextMessage();
    flow.receiveAt("twin", { resume: first.job.id });
    assert.equal((await delivered).payload, first.payload);
    const refused = flow.nextCaught();
    flow.receiveAt("krea", { resume: first.job.id });
    const { error } = await refused;
    assert.deepEqual([error.code, error.source.id], ["FLUX_VALIDATION", "krea"]);
    assert.match(error.message, /not the model of this node/);
    assert.equal(paidCalls(flow), 1);
  });
});

describe("a job of another instance, or of another day, that is resumed", () => {
  afterEach(stopFlows);

  it("is had from Runware by its id alone", async () => {
    const flow = await startFlow({ apiKey });
    const id = await submitElsewhere(flow.sandbox, apiKey);
    const { payload, job, image, resume } = onlyMessage(await flow.send({ resume: id }));
    assert.match(String(payload), /^http:\/\/127\.0\.0\.1:\d+\/images\//);
    assert.deepEqual([job.id, job.requestId, job.provider, job.model], [id, id, "runware", "runware:111@1"]);
    assert.equal(job.cost, image.cost);
    assert.equal(resume, undefined);
    assert.deepEqual([flow.sandbox.ledger.submissions(id), flow.sandbox.ledger.charges(id)], [1, 1]);
  });

  it("is had from Runware's archive when polls do not know it any more", async () => {
    const flow = await startFlow({ apiKey, sandbox: { pollsForgetAfter: 0 } });
    const id = await submitElsewhere(flow.sandbox, apiKey);
    assert.equal(onlyMessage(await flow.send({ resume: id })).job.id, id);
    assert.ok(flow.sandbox.ledger.calls("getTaskDetails") > 0);
    assert.equal(flow.sandbox.ledger.submissions(id), 1);
  });

  it("brings all its pictures, also those that nobody here asked for", async () => {
    for (const sandbox of [{}, { pollsForgetAfter: 0 }]) {
      const flow = await startFlow({ apiKey, sandbox });
      const id = await submitElsewhere(flow.sandbox, apiKey, { numberResults: 3 });
      const { messages } = await flow.send({ resume: id });
      assert.deepEqual(
        messages.map(({ parts, job }) => [parts?.index, parts?.count, job.id]),
        [0, 1, 2].map((index) => [index, 3, id]),
      );
      await stopFlows();
    }
  });

  for (const numberResults of [0, -1, 0.5, Number.NaN, 1e9]) {
    it(`brings its pictures whatever number a message says that it had: ${numberResults}`, async () => {
      const flow = await startFlow({ apiKey });
      const id = await submitElsewhere(flow.sandbox, apiKey, { numberResults: 2 });
      const { messages } = await flow.send({ resume: { id, request: { numberResults } } });
      assert.deepEqual(
        messages.map(({ image, job }) => [image.index, job.errors]),
        [
          [0, []],
          [1, []],
        ],
      );
    });
  }

  it("is waited for when it still runs there", async () => {
    const flow = await startFlow({ apiKey, sandbox: { latency: 200 } });
    const accepted = flow.sandbox.once("accepted");
    const submitted = submitElsewhere(flow.sandbox, apiKey, { numberResults: 2 });
    const { id } = await accepted;
    const { messages } = await flow.send({ resume: id });
    assert.equal(messages.length, 2);
    await submitted;
  });

  it("is had from fal by fal's request id", async () => {
    const flow = await startFlow(fal({ apiKey }));
    const id = await submitElsewhereAtFal(flow.sandbox, apiKey, { num_images: 2 });
    const { messages } = await flow.send({ resume: id });
    assert.deepEqual(
      messages.map(({ job }) => [job.requestId, job.provider]),
      [
        [id, "fal"],
        [id, "fal"],
      ],
    );
    assert.equal(flow.sandbox.ledger.calls("submit"), 1);
  });

  for (const [service, options, message] of [
    ["Runware", { node: { type: "runware-flux-srpo" } }, atRunware],
    ["fal", fal(), atFal],
  ] as const) {
    it(`is had by its whole msg.job, which may have come as JSON (${service})`, async () => {
      const first = await startFlow({ ...options, apiKey });
      const { payload, job } = onlyMessage(await first.send(message()));
      const flow = await anotherInstance(first, options);
      const again = onlyMessage(await flow.send({ resume: JSON.parse(JSON.stringify(job)) }));
      assert.equal(again.payload, payload);
      assert.deepEqual(
        [again.job.id, again.job.requestId, again.job.model, again.job.request],
        [job.id, job.requestId, job.model, job.request],
      );
      assert.equal(paidCalls(first), 1);
    });
  }

  it("is delivered in the form that this node's dialog chooses", async () => {
    const flow = await startFlow({ apiKey, node: { output: "buffer", results: "all" } });
    const id = await submitElsewhere(flow.sandbox, apiKey, { numberResults: 2 });
    const { payload } = onlyMessage(await flow.send({ resume: id }));
    assert.ok(Array.isArray(payload) && payload.length === 2);
    assert.ok(payload.every((picture) => Buffer.isBuffer(picture) && pictureType(picture) !== undefined));
  });

  it("is FLUX_OUTCOME_UNKNOWN at once when the service does not know it, or it is another account's", async () => {
    for (const unknownTask of ["empty", "error"] as const) {
      const flow = await startFlow({ apiKey, sandbox: { unknownTask } });
      assertRefused(flow, await flow.send({ resume: UNKNOWN }), "FLUX_OUTCOME_UNKNOWN", new RegExp(UNKNOWN));
      assert.equal(flow.sandbox.ledger.polls(UNKNOWN), 1, "it is asked for once");
      const foreign = await submitElsewhere(flow.sandbox, "somebody-else");
      const { caught } = await flow.send({ resume: foreign });
      assert.deepEqual(
        [caught?.error.code, caught?.error.cause.billed, caught?.error.cause.requestId],
        ["FLUX_OUTCOME_UNKNOWN", "unknown", foreign],
      );
      assert.equal(flow.sandbox.ledger.submissions(foreign), 1);
      await stopFlows();
    }
    const flow = await startFlow(fal({ apiKey }));
    assertRefused(flow, await flow.send({ resume: UNKNOWN }), "FLUX_OUTCOME_UNKNOWN", new RegExp(UNKNOWN));
  });

  it("and was looked for in vain may be looked for again with a node of another model", async () => {
    const krea = { id: "krea", z: "tab", type: "runware-flux-krea", account: "account", version: 1, wires: [["out"]] };
    const flow = await startFlow({ apiKey, nodes: [krea] });
    const inVain = flow.nextCaught();
    flow.receiveAt("krea", { resume: UNKNOWN });
    assert.equal((await inVain).error.code, "FLUX_OUTCOME_UNKNOWN");
    assertRefused(flow, await flow.send({ resume: UNKNOWN }), "FLUX_OUTCOME_UNKNOWN", new RegExp(UNKNOWN));
    assert.equal(flow.sandbox.ledger.polls(UNKNOWN), 2, "it is asked for each time");
  });

  it("ends with the service's own error when it failed there", async () => {
    const flow = await startFlow({ apiKey });
    const id = await submitElsewhere(flow.sandbox, apiKey, { positivePrompt: "a heron [fault:fail]" });
    const { caught } = await flow.send({ resume: id, topic: "kept" });
    assert.deepEqual(
      [caught?.error.code, caught?.error.cause.requestId, caught?.topic, caught?.resume],
      ["FLUX_PROVIDER", id, "kept", id],
      caught?.error.message,
    );
  });

  it("is no new picture for the budget: it was paid for before", async () => {
    const own = crypto.randomUUID();
    const flow = await startFlow({ apiKey: own, account: { picturesPerHour: 1 } });
    const id = await submitElsewhere(flow.sandbox, own);
    onlyMessage(await flow.send({ resume: id }));
    onlyMessage(await flow.send(atRunware()));
    assert.equal((await flow.send(atRunware())).caught?.error.code, "FLUX_QUOTA");
  });

  it("takes nobody's place in line", async () => {
    const { flow } = await withRunningJob(
      { apiKey, sandbox: { latency: 60_000 }, account: { concurrency: 1, line: 0 } },
      atRunware(),
    );
    flow.sandbox.configure({ latency: 1 });
    const id = await submitElsewhere(flow.sandbox, apiKey);
    assert.equal(onlyMessage(await flow.send({ resume: id })).job.id, id);
  });
});

describe("msg.resume of a tool's job", () => {
  afterEach(stopFlows);

  const tool: FlowOptions = { node: { type: "runware-preprocess", imageFrom: { type: "msg", value: "picture" } } };

  it("brings the guide image to where the tool puts it, in this instance and in another", async () => {
    const picture = await noisePng(64);
    const first = await startFlow({ ...tool, apiKey });
    const made = onlyMessage(await first.send({ payload: prompt, picture }));
    const again = onlyMessage(await first.send({ payload: prompt, resume: made.job.id, flux: { steps: 30 } }));
    assert.deepEqual([again.guideImage, again.payload, again.flux], [made.guideImage, prompt, { steps: 30 }]);
    assert.equal(again.resume, undefined);
    const flow = await anotherInstance(first, tool);
    const elsewhere = onlyMessage(await flow.send({ payload: prompt, resume: made.job }));
    assert.deepEqual([elsewhere.guideImage, elsewhere.job.id], [made.guideImage, made.job.id]);
    assert.equal(paidCalls(first), 1);
  });

  it("is FLUX_VALIDATION in a node that makes pictures", async () => {
    const first = await startFlow({ ...tool, apiKey });
    const { job } = onlyMessage(await first.send({ picture: await noisePng(64) }));
    const flow = await anotherInstance(first, { node: { type: "runware-flux-srpo" } });
    assertRefused(flow, await flow.send({ resume: job }), "FLUX_VALIDATION", /not the model of this node/);
  });
});

describe("msg.resume that cannot be used", () => {
  afterEach(stopFlows);

  for (const [what, resume, text] of [
    ["a job of another service", { id: UNKNOWN, provider: "fal", model: "fal-ai/flux/srpo" }, /a job of fal/],
    [
      "a job of another model",
      { id: UNKNOWN, provider: "runware", model: "runware:106@1" },
      /not the model of this node/,
    ],
    ["an id that is no UUID", "764cabcf-b745-4b3e-ae38", /UUID/],
    ["a job whose request id is no UUID", { id: UNKNOWN, requestId: "../balance" }, /UUID/],
    ["a job without an id", { provider: "runware" }, /no id/],
    ["a number", 12, /id of a job/],
    ["a list", [UNKNOWN], /no id/],
    ["true", true, /id of a job/],
    ["an id with spaces", "no such job", /id of a job/],
  ] as const) {
    it(`is FLUX_VALIDATION and nothing is sent: ${what}`, async () => {
      const flow = await startFlow();
      const message = { resume, payload: prompt, flux: { steps: 30 } };
      const outcome = await flow.send(message);
      assertRefused(flow, outcome, "FLUX_VALIDATION", text);
      assert.equal(outcome.caught?.error.cause.parameter, "msg.resume");
      assert.equal(flow.sandbox.ledger.requests, 0);
      assert.deepEqual(
        [outcome.caught?.resume, outcome.caught?.flux],
        [resume, { steps: 30 }],
        "it leaves as it came in",
      );
    });
  }

  it("is FLUX_VALIDATION when the message could not carry the result", async () => {
    const flow = await startFlow();
    const message = Object.defineProperty({ resume: UNKNOWN }, "image", { value: 1, enumerable: true });
    const failed = flow.nextStatus(({ fill }) => fill === "red");
    flow.receive(message);
    await failed;
    assert.equal(flow.sandbox.ledger.requests, 0);
  });
});
