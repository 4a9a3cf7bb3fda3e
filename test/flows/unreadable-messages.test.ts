import assert from "node:assert/strict";
import { withTimersHeld } from "../support/clock";
import { overrun } from "../support/controls";
import { type Message, startFlow, stopFlows } from "../support/flow";
import { refusalOf, thrown, unreadable } from "../support/hostile/unreadable";
import { untilTold } from "../support/until-told";

const prompt = "a lighthouse at dusk";
const size = { width: 128, height: 128 };

const bucket = { bucket: "bucket", key: { type: "str", value: "fox.jpg" } };
const picture = { imageFrom: { type: "msg", value: "picture" } };

/** The nodes that read `msg.flux` and the controls, and how each is set up. */
const READS: readonly { type: string; reads: readonly string[]; more?: Record<string, unknown> }[] = [
  { type: "runware-flux-srpo", reads: ["flux", "cancel", "resume"] },
  { type: "fal-flux-srpo", reads: ["flux", "cancel", "resume"] },
  { type: "runware-preprocess", reads: ["cancel", "resume"], more: picture },
  { type: "flux-s3-upload", reads: ["cancel"], more: bucket },
];

describe("a message of which a member cannot be read", () => {
  afterEach(stopFlows);

  for (const { type, reads, more } of READS) {
    for (const name of reads) {
      it(`is refused in words that name it, and nothing is sent: msg.${name} at ${type}`, async () => {
        const node = { type, ...more };
        const options = { node, ...(type.startsWith("flux-") && { bucket: {}, account: null }) };
        const message = unreadable({ _msgid: "closed", payload: prompt }, name);
        const { message: text } = await refusalOf(options, message);
        assert.equal(text, `FluxError: msg.${name} cannot be read: reading it throws. Nothing was sent.`);
      });
    }
  }

  for (const type of ["flux-lora", "flux-controlnet", "flux-ip-adapter", "flux-identity", "flux-s3-presign"]) {
    for (const name of ["flux", "fluxOrigins"]) {
      it(`is refused where it could not be written either: msg.${name} at ${type}`, async () => {
        const node = { type, mode: "clear", ...(type === "flux-s3-presign" && bucket) };
        const message = unreadable({ _msgid: "closed", payload: prompt }, name);
        for (const given of [message, Object.create(message)]) {
          const { message: text } = await refusalOf({ node, bucket: {}, account: null }, given);
          assert.match(text, new RegExp(`: msg\\.${name} cannot be written, so the message could not carry`));
          await stopFlows();
        }
      });
    }
  }

  it("is taken without what only says who set what", async () => {
    const flow = await startFlow({ node: { keepFlux: true } });
    const left = flow.nextMessage();
    const origins = { enumerable: true, configurable: true, writable: true, value: Proxy.revocable({}, {}) };
    origins.value.revoke();
    const fluxOrigins = { ...origins, value: origins.value.proxy };
    flow.receive(Object.defineProperty({ payload: prompt, flux: size }, "fluxOrigins", fluxOrigins));
    assert.ok((await left).payload);
  });

  it("is resumed by none of what a computed msg.resume says", async () => {
    const { message } = await refusalOf({}, { resume: unreadable({}, "id") });
    assert.match(message, /: msg\.resume cannot be used: the job in it has no id/);
  });
});

describe("a message that could not carry its picture", () => {
  afterEach(stopFlows);

  const closed = (): Record<string, unknown> => ({ _msgid: "closed", payload: prompt, flux: size });

  for (const [what, message] of [
    ["a prototype that computes msg.job", Object.create(unreadable(closed(), "job"))],
    ["a prototype that is frozen", Object.create(Object.freeze(closed()))],
    ["a proxy that takes nothing", new Proxy(closed(), { set: () => false })],
    ["a proxy that lets nothing go", new Proxy(closed(), { deleteProperty: () => false })],
    ["a proxy that throws when it is written", new Proxy(closed(), { set: thrown })],
  ] as const) {
    it(`is refused before anything is sent: ${what}`, async () => {
      const { message: text } = await refusalOf({}, message);
      assert.match(text, /: msg\.\w+ cannot be written, so the message could not carry the result\. Nothing/);
    });
  }

  it("carries it all the same where a proxy does as it is told", async () => {
    const flow = await startFlow();
    const left = flow.nextMessage();
    flow.receive(new Proxy(closed(), {}));
    const { payload, job, flux } = await left;
    assert.deepEqual([typeof payload, job.provider, flux], ["string", "runware", undefined]);
  });
});

describe("a message with a member that cannot be read, and nobody asks for", () => {
  afterEach(stopFlows);

  it("delivers every picture of a batch that is paid for, each beside its topic", async () => {
    const flow = await startFlow();
    const left: Message[] = [];
    const three = new Promise<void>((resolve) => {
      flow.onMessage((message) => {
        left.push(message);
        if (left.length === 3) resolve();
      });
    });
    const message = { _msgid: "one", topic: "t", payload: prompt, flux: { ...size, numberResults: 3 } };
    flow.receive(unreadable(message, "other"));
    await three;
    assert.equal(new Set(left.map(({ payload }) => payload)).size, 3);
    assert.deepEqual(
      left.map(({ _msgid, topic, parts }) => [_msgid, topic, parts?.index]),
      [0, 1, 2].map((index) => ["one", "t", index]),
    );
  });
});

describe("a message with a member that cannot be read, of a job that overruns its time", () => {
  afterEach(stopFlows);

  it("is delivered late, beside its topic", async () => {
    const flow = await startFlow({ node: overrun, sandbox: untilTold });
    const { error } = await withTimersHeld(overrun.timeout * 1000, async (passDeadline) => {
      const accepted = flow.sandbox.once("accepted");
      const caught = flow.nextCaught();
      flow.receive(unreadable({ _msgid: "one", topic: "kept", payload: prompt, flux: size }, "other"));
      const { id } = await accepted;
      await flow.sandbox.once("polled", (polled) => polled.id === id);
      passDeadline();
      return await caught;
    });
    assert.equal(error.code, "FLUX_TIMEOUT");
    const left = flow.nextMessage();
    flow.sandbox.finish();
    const { topic, job, payload } = await left;
    assert.deepEqual([topic, job.late, typeof payload], ["kept", true, "string"]);
  });
});
