import assert from "node:assert/strict";
import { type Flow, startFlow, stopFlows } from "../support/flow";
import { untilTold } from "../support/until-told";

const prompt = "a lighthouse at dusk";
const size = { width: 128, height: 128 };

describe("a node that is closed", () => {
  afterEach(stopFlows);

  it("sends nothing, shows nothing and asks nothing any more", async () => {
    const flow = await startFlow({ sandbox: untilTold });
    const { calls, sandbox } = flow;
    const submitted = sandbox.once("accepted");
    flow.receive({ payload: prompt, flux: size });
    await submitted;
    await flow.stop();
    const before = calls.length;
    const polls = sandbox.ledger.calls("getResponse");
    const finished = sandbox.once("finished");
    sandbox.finish();
    await finished;
    await new Promise(setImmediate);
    assert.deepEqual(calls.slice(before), []);
    assert.equal(sandbox.ledger.calls("getResponse"), polls);
  });

  it("takes a message that arrives afterwards without a send, a request or a crash", async () => {
    const flow = await startFlow();
    const { node, sandbox } = flow;
    await flow.stop();
    node.emit("input", { payload: prompt }, assert.fail, assert.fail);
    await new Promise(setImmediate);
    assert.equal(sandbox.ledger.calls("imageInference"), 0);
  });

  it("says which jobs the service may still finish and bill, where no journal keeps them", async () => {
    const flow = await startFlow({ account: { journal: false }, sandbox: { latency: 60_000 } });
    const accepted = flow.sandbox.once("accepted");
    flow.receive({ payload: prompt, flux: size });
    const { id } = await accepted;
    await flow.stop();
    const warnings = flow.calls.filter(({ method }) => method === "warn");
    assert.equal(warnings.length, 1);
    assert.match(String(warnings[0]?.argument), new RegExp(id));
  });

  it("warns of nothing where the journal keeps its jobs, nor when it is only deployed again", async () => {
    for (const { journal, end } of [
      { journal: true, end: (flow: Flow) => flow.stop() },
      { journal: false, end: (flow: Flow) => flow.restart() },
    ]) {
      const flow = await startFlow({ account: { journal, concurrency: 1 }, sandbox: { latency: 60_000 } });
      const accepted = flow.sandbox.once("accepted");
      for (let n = 0; n < 2; n += 1) flow.receive({ payload: prompt, flux: size });
      await accepted;
      await end(flow);
      assert.deepEqual(
        flow.calls.filter(({ method }) => method === "warn"),
        [],
      );
      await stopFlows();
    }
  });
});

describe("a node that is closed while messages wait in line", () => {
  afterEach(stopFlows);

  it("says how many of them it drops where no journal keeps them, and sends nothing for them", async () => {
    const flow = await startFlow({ account: { concurrency: 1, journal: false }, sandbox: { latency: 60_000 } });
    const accepted = flow.sandbox.once("accepted");
    for (let n = 0; n < 4; n += 1) flow.receive({ payload: prompt, flux: size });
    await accepted;
    await flow.stop();
    const warnings = flow.calls.filter(({ method }) => method === "warn").map(({ argument }) => String(argument));
    assert.equal(warnings.length, 2);
    assert.match(warnings[0] ?? "", /jobs \(1\) that the service may finish/);
    assert.match(warnings[1] ?? "", /Dropped messages \(3\)/);
    assert.equal(flow.sandbox.ledger.calls("imageInference"), 1);
  });
});

describe("a message that cannot be read", () => {
  afterEach(stopFlows);

  it("reaches Catch nodes by its id alone, because it cannot be cloned for them, and the node works on", async () => {
    const flow = await startFlow();
    const throwing = {
      get: () => {
        throw new Error("not for you");
      },
      enumerable: true,
    };
    for (const property of ["payload", "flux", "topic"]) {
      const caught = flow.nextCaught();
      flow.receive(Object.defineProperty({ _msgid: property, payload: 42 }, property, throwing));
      const { error, ...rest } = await caught;
      assert.match(error.code, /^FLUX_/);
      assert.deepEqual([error.cause.billed, rest], ["no", { _msgid: property }]);
    }
    const { messages } = await flow.send({ payload: prompt, flux: size });
    assert.equal(messages.length, 1);
    assert.equal(flow.sandbox.ledger.calls("imageInference"), 1);
  });
});

describe("a message that cannot be written", () => {
  afterEach(stopFlows);

  it("is refused before anything is paid: it could not carry the picture", async () => {
    const flow = await startFlow();
    const failed = flow.nextStatus(({ fill }) => fill === "red");
    flow.receive(Object.freeze({ _msgid: "frozen", payload: prompt, flux: size }));
    await failed;
    const errors = flow.calls.filter(({ method }) => method === "error");
    assert.match(String(errors[0]?.argument), /cannot be written/);
    assert.equal(flow.sandbox.ledger.calls("imageInference"), 0);
  });
});

describe("a message that lets nothing go once its picture is paid for", () => {
  afterEach(stopFlows);

  for (const type of ["runware-flux-srpo", "fal-flux-srpo"]) {
    it(`is an error with the id of the job, under which the picture can be had (${type})`, async () => {
      const flow = await startFlow({ node: { type, delivery: "sync" } });
      const caught = flow.nextCaught();
      const message = { _msgid: "closed", payload: prompt, flux: type.startsWith("fal") ? {} : size };
      let isSent = false;
      flow.sandbox.on("accepted", () => {
        isSent = true;
      });
      const deleteProperty = (owner: object, name: PropertyKey) => !isSent && Reflect.deleteProperty(owner, name);
      flow.receive(new Proxy<Record<string, unknown>>(message, { deleteProperty }));
      const { cause } = (await caught).error;
      const [id] = flow.sandbox.ledger.jobIds();
      assert.deepEqual([cause.billed, cause.requestId], ["yes", id]);
    });
  }
});

describe("a message that cannot be cloned", () => {
  afterEach(stopFlows);

  it("still delivers every picture that is paid for", async () => {
    const flow = await startFlow();
    const throwing = {
      get: () => {
        throw new Error("not for you");
      },
      enumerable: true,
    };
    const nested = Object.defineProperty({}, "bad", throwing);
    const pictures: unknown[] = [];
    const three = new Promise<void>((resolve) => {
      flow.onMessage((message) => {
        pictures.push(message.payload);
        if (pictures.length === 3) resolve();
      });
    });
    flow.receive({ payload: prompt, flux: { ...size, numberResults: 3 }, nested });
    await three;
    assert.equal(new Set(pictures).size, 3);
  });
});

describe("more messages than an account runs at once", () => {
  afterEach(stopFlows);

  it("wait in line, are served in order, and never run more than the account allows", async () => {
    const flow = await startFlow({ account: { concurrency: 2, line: 10 }, sandbox: { latency: 20 } });
    let running = 0;
    let most = 0;
    const order: string[] = [];
    flow.sandbox.on("accepted", () => {
      running += 1;
      most = Math.max(most, running);
    });
    flow.sandbox.on("finished", () => {
      running -= 1;
    });
    await Promise.all(
      Array.from({ length: 8 }, async (_, n) => {
        const { messages } = await flow.send({ payload: prompt, topic: String(n), flux: size });
        order.push(String(messages[0]?.topic));
      }),
    );
    assert.ok(most <= 2, `${most} at once`);
    assert.equal(order.length, 8);
  });

  it("are accepted up to concurrency and line; the rest are FLUX_BUSY, and nothing is sent for them", async () => {
    const flow = await startFlow({ account: { concurrency: 2, line: 3 } });
    const outcomes = await Promise.all(Array.from({ length: 9 }, () => flow.send({ payload: prompt, flux: size })));
    const busy = outcomes.filter(({ caught }) => caught?.error.code === "FLUX_BUSY");
    assert.deepEqual([busy.length, outcomes.filter(({ messages }) => messages.length === 1).length], [4, 5]);
    assert.equal(flow.sandbox.ledger.calls("imageInference"), 5);
  });
});

describe("what a node shows", () => {
  afterEach(stopFlows);

  it("is the running job, then how it ended, with fields for Status nodes", async () => {
    const flow = await startFlow({ sandbox: { latency: 100 } });
    const running = flow.nextStatus(({ fill }) => fill === "blue");
    const finished = flow.nextStatus(({ fill }) => fill === "green");
    const { messages } = await flow.send({ payload: prompt, flux: size });
    const job = messages[0]?.job;
    assert.deepEqual([(await running).inFlight, (await running).job], [1, job?.id]);
    assert.deepEqual([(await finished).cost, (await finished).job, (await finished).inFlight], [job?.cost, job?.id, 0]);
  });

  it("is an error until the next message, and nothing once the node is closed", async () => {
    const flow = await startFlow();
    const failed = flow.nextStatus(({ fill }) => fill === "red");
    await flow.send({ payload: 42 });
    await failed;
    await flow.stop();
    assert.deepEqual(flow.calls.at(-1), { method: "status", argument: {} });
  });
});
