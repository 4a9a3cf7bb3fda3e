import assert from "node:assert/strict";
import { startSandbox } from "../../sandbox";
import { withTimersHeld } from "../support/clock";
import {
  messagesAt,
  nextMessageAt,
  nextPassing,
  nextPassings,
  overrun,
  sendAndRun,
  withRunningJob,
} from "../support/controls";
import { type DeployKind, type Flow, type FlowOptions, startFlow, stopFlows } from "../support/flow";
import type { FlowNode } from "../support/helper";
import { onlyMessage } from "../support/outcomes";
import { untilTold } from "../support/until-told";

const prompt = "a lighthouse at dusk";
const atRunware = () => ({ payload: prompt, flux: { width: 128, height: 128 } });
const atFal = () => ({ payload: prompt, flux: { image_size: { width: 128, height: 128 } } });
const fal = (more: FlowOptions = {}): FlowOptions => ({ ...more, node: { type: "fal-flux-srpo", ...more.node } });

/** The flow with some properties of one node changed. */
const edited =
  (id: string, changes: Record<string, unknown>) =>
  (nodes: readonly FlowNode[]): FlowNode[] =>
    nodes.map((node) => (node.id === id ? { ...node, ...changes } : node));

const nameChanged = edited("flux", { name: "changed" });

/** The id of each job that the service takes on from here on, in order. */
function acceptedAt({ sandbox }: Flow): string[] {
  const ids: string[] = [];
  sandbox.on("accepted", ({ id }) => ids.push(id));
  return ids;
}

describe("a job that runs while the flows are deployed", () => {
  afterEach(stopFlows);

  for (const [service, options, message] of [
    ["Runware", {}, atRunware],
    ["fal", fal(), atFal],
  ] as const) {
    for (const kind of ["nodes", "flows", "full"] as const satisfies DeployKind[]) {
      it(`is delivered once by the new node, with the HTTP request of its message (${kind}, ${service})`, async () => {
        const req = { method: "POST", socket: { destroy: () => {} } };
        const res = { _res: { json: () => {} } };
        const flow = await startFlow({ ...options, sandbox: untilTold });
        const { id } = await sendAndRun(flow, { ...message(), topic: "kept", req, res });
        await flow.deploy(nameChanged, kind);
        const delivered = messagesAt("out");
        const completed = nextMessageAt("completed");
        const next = nextMessageAt("out");
        flow.sandbox.finish();
        const { topic, job, req: request, res: response } = await next;
        assert.deepEqual([topic, job.requestId, job.recovered], ["kept", id, undefined]);
        assert.ok(request === req && response === res);
        await completed;
        assert.equal(delivered.length, 1);
        assert.equal(flow.sandbox.ledger.submissions(id), 1);
      });
    }

    it(`is delivered in the form that the edited node chooses (${service})`, async () => {
      const { flow, id } = await withRunningJob({ ...options, sandbox: untilTold }, message());
      await flow.deploy(edited("flux", { output: "buffer", results: "all" }));
      const delivered = flow.nextMessage();
      flow.sandbox.finish();
      const { payload, job } = await delivered;
      assert.ok(Array.isArray(payload) && Buffer.isBuffer(payload[0]));
      assert.equal(job.requestId, id);
      assert.equal(flow.sandbox.ledger.submissions(id), 1);
    });

    it(`is parked while its node or its flow is disabled, and delivered when that is enabled again (${service})`, async () => {
      for (const disabled of [edited("flux", { d: true }), edited("tab", { disabled: true })]) {
        const { flow, id } = await withRunningJob({ ...options, sandbox: untilTold }, { ...message(), topic: "kept" });
        const settled = nextPassing("after:settled");
        await flow.deploy(disabled);
        flow.sandbox.finish();
        await settled;
        await flow.deploy((nodes) => [...nodes]);
        const { job, topic } = await nextMessageAt("out");
        assert.deepEqual([job.requestId, topic], [id, "kept"]);
        assert.equal(flow.sandbox.ledger.submissions(id), 1);
        assert.equal(flow.sandbox.ledger.calls("cancel"), 0);
        await stopFlows();
      }
    });

    for (const [what, changes] of [
      ["another key", { credentials: { apiKey: "another-key" } }],
      ["another environment", { environment: "production" }],
      ["another address", {}],
    ] as const) {
      it(`is delivered from where it was sent when the account gets ${what} meanwhile, and is sent once (${service})`, async () => {
        const { flow, id } = await withRunningJob({ ...options, sandbox: untilTold }, message());
        const elsewhere = await startSandbox();
        const addresses = what === "another address" ? elsewhere.addresses[service === "fal" ? "fal" : "runware"] : {};
        await flow.deploy(edited("account", { ...changes, ...addresses }));
        const delivered = flow.nextMessage();
        flow.sandbox.finish();
        const { job, payload } = await delivered;
        assert.deepEqual([job.requestId, String(payload).startsWith(flow.sandbox.url)], [id, true]);
        assert.equal(flow.sandbox.ledger.submissions(id), 1);
        assert.equal(elsewhere.ledger.requests, 0);
        await elsewhere.close();
      });
    }
  }

  it("keeps Catch and Status nodes working: its failure is raised once, by the new node", async () => {
    const { flow, id } = await withRunningJob(
      { sandbox: untilTold },
      {
        ...atRunware(),
        payload: `${prompt} [fault:fail]`,
        topic: "kept",
      },
    );
    await flow.deploy(nameChanged);
    const caught = messagesAt("caught");
    const failed = flow.nextStatus(({ fill }) => fill === "red");
    const raised = flow.nextCaught();
    flow.sandbox.finish();
    const { error, topic, flux } = await raised;
    assert.deepEqual([error.code, error.cause.requestId, topic], ["FLUX_PROVIDER", id, "kept"]);
    assert.deepEqual(flux, atRunware().flux, "the message leaves as it came in");
    assert.equal((await failed).job, id);
    assert.equal(caught.length, 1);
  });

  it("is one of many: each message is delivered once", async () => {
    const count = 12;
    const flow = await startFlow({ account: { concurrency: 4 }, sandbox: { latency: 60 } });
    const topics: unknown[] = [];
    const outcomes = Array.from({ length: count }, (_, topic) => flow.send({ ...atRunware(), topic }));
    flow.onMessage(({ topic }) => topics.push(topic));
    await flow.sandbox.once("polled");
    await flow.deploy(nameChanged);
    await flow.sandbox.once("polled");
    await flow.deploy((nodes) => [...nodes]);
    for (const outcome of outcomes) onlyMessage(await outcome);
    assert.deepEqual(
      topics.map(Number).sort((one, other) => one - other),
      Array.from({ length: count }, (_, topic) => topic),
    );
    const ids = flow.sandbox.ledger.jobIds();
    assert.equal(ids.length, count);
    assert.ok(ids.every((id) => flow.sandbox.ledger.submissions(id) === 1 && flow.sandbox.ledger.charges(id) === 1));
  });

  it("is one of 500 that came in the turn before the deploy: each message is delivered once", async () => {
    const flow = await startFlow({ account: { concurrency: 100 } });
    // The account is open, as it is in a flow that works.
    await flow.send(atRunware());
    const topics: unknown[] = [];
    const all = new Promise<void>((resolve) => {
      flow.onMessage(({ topic }) => {
        topics.push(topic);
        if (topics.length === 500) resolve();
      });
    });
    for (let topic = 0; topic < 500; topic += 1) flow.receive({ ...atRunware(), topic });
    await flow.deploy(nameChanged);
    await all;
    assert.equal(new Set(topics).size, 500);
    assert.equal(flow.sandbox.ledger.calls("imageInference"), 501);
  });

  it("is FLUX_TIMEOUT by its deadline, which a deploy does not begin anew, and delivered late by the new node", async () => {
    const { flow, id, passDeadline } = await withTimersHeld(overrun.timeout * 1000, async (passDeadline) => {
      return { ...(await withRunningJob({ sandbox: untilTold, node: overrun }, atRunware())), passDeadline };
    });
    const caught = flow.nextCaught();
    // Nobody holds a deadline that begins here, so that it would not pass.
    await flow.deploy(nameChanged);
    passDeadline();
    assert.deepEqual([(await caught).error.code, (await caught).error.cause.requestId], ["FLUX_TIMEOUT", id]);
    const late = flow.nextMessage();
    await flow.deploy((nodes) => [...nodes]);
    flow.sandbox.finish();
    assert.deepEqual([(await late).job.late, (await late).job.id], [true, id]);
    assert.equal(flow.sandbox.ledger.submissions(id), 1);
  });

  it("is cancelled by the new node", async () => {
    const { flow, id } = await withRunningJob(fal({ sandbox: { latency: 60_000 } }), atFal());
    await flow.deploy(nameChanged);
    const cancelled = flow.sandbox.once("cancelled");
    const caught = flow.nextCaught();
    flow.receiveAt("flux", { cancel: id });
    assert.equal((await cancelled).id, id);
    assert.equal((await caught).error.code, "FLUX_CANCELLED");
  });
});

describe("a job that was refused and is to be sent again while its node is disabled", () => {
  afterEach(stopFlows);

  it("is not sent before that is enabled, and keeps no place from the others of the key", async () => {
    const other = {
      id: "other",
      z: "tab",
      type: "runware-flux-krea",
      account: "account",
      version: 1,
      wires: [["out"]],
    };
    const account = { concurrency: 1 };
    const flow = await startFlow({ apiKey: crypto.randomUUID(), account, nodes: [other], sandbox: { latency: 5 } });
    flow.sandbox.arm("429-after=1");
    const submitted = flow.sandbox.once("submitted");
    void flow.send({ ...atRunware(), topic: "refused" });
    const { id } = await submitted;
    await flow.deploy(edited("flux", { d: true }));
    const delivered = messagesAt("out");
    // Takes longer than the pause before the refused one may be sent again, jitter included.
    flow.receiveAt("other", { ...atRunware(), payload: `${prompt} [fault:slow=1]`, topic: "other" });
    while (delivered.length < 1) await nextMessageAt("out");
    assert.deepEqual([delivered[0]?.topic, flow.sandbox.ledger.submissions(id)], ["other", 1]);
    await flow.deploy((nodes) => [...nodes]);
    assert.equal((await nextMessageAt("out")).topic, "refused");
    assert.equal(flow.sandbox.ledger.submissions(id), 2);
  });

  it("is sent again to fal when that is enabled: it was refused, so that its outcome is not unknown", async () => {
    const other = { id: "other", z: "tab", type: "fal-flux-srpo", account: "account", version: 1, wires: [["out"]] };
    const flow = await startFlow(fal({ apiKey: crypto.randomUUID(), account: { concurrency: 1 }, nodes: [other] }));
    flow.sandbox.arm("429-after=1");
    const announced = nextPassing("after:submitting");
    void flow.send({ ...atFal(), topic: "refused" });
    await announced;
    await flow.deploy(edited("flux", { d: true }));
    flow.receiveAt("other", { ...atFal(), payload: `${prompt} [fault:slow=1]`, topic: "other" });
    assert.equal((await nextMessageAt("out")).topic, "other");
    await flow.deploy((nodes) => [...nodes]);
    assert.equal((await nextMessageAt("out")).topic, "refused");
  });
});

describe("messages that wait in line while the flows are deployed", () => {
  afterEach(stopFlows);

  /** One job that runs until the test says so, and three messages that wait for its place. */
  async function withLine(options: FlowOptions = {}) {
    const account = { concurrency: 1, ...options.account };
    // One of its own: ports are used again, and budgets outlive accounts.
    const apiKey = crypto.randomUUID();
    const { flow, id } = await withRunningJob(
      { apiKey, sandbox: untilTold, ...options, account },
      { ...atRunware(), topic: 0 },
    );
    flow.sandbox.configure({ latency: 5 });
    const all = nextPassings("after:waiting", 3);
    const outcomes = [1, 2, 3].map((topic) => flow.send({ ...atRunware(), topic }));
    await all;
    return { flow, id, outcomes, apiKey };
  }

  for (const kind of ["nodes", "full"] as const satisfies DeployKind[]) {
    it(`are sent in their order once the node is back, each once (${kind})`, async () => {
      const { flow } = await withLine();
      const sent = acceptedAt(flow);
      await flow.deploy(nameChanged, kind);
      const delivered = messagesAt("out");
      flow.sandbox.finish();
      while (delivered.length < 4) await nextMessageAt("out");
      assert.deepEqual(
        delivered.map(({ topic }) => topic),
        [0, 1, 2, 3],
      );
      assert.deepEqual(
        sent,
        delivered.slice(1).map(({ job }) => job.id),
      );
      assert.equal(flow.sandbox.ledger.calls("imageInference"), 4);
    });
  }

  it("are not sent while their node is disabled, and are in their order when it is enabled", async () => {
    const { flow, id } = await withLine();
    const sent = acceptedAt(flow);
    const finished = nextPassing("after:settled");
    await flow.deploy(edited("flux", { d: true }));
    flow.sandbox.finish();
    assert.equal(await finished, id);
    await new Promise(setImmediate);
    assert.deepEqual(sent, []);
    await flow.deploy((nodes) => [...nodes]);
    const delivered = messagesAt("out");
    while (delivered.length < 4) await nextMessageAt("out");
    assert.deepEqual(
      delivered.map(({ topic }) => topic),
      [0, 1, 2, 3],
    );
  });

  for (const [what, changes] of [
    ["key", { credentials: { apiKey: "another-key" } }],
    ["environment", { environment: "production" }],
    ["address", {}],
  ] as const) {
    it(`are FLUX_CONFIG when the account gets another ${what}: nothing is sent, nothing is billed`, async () => {
      // An address is none of a sandbox's marks: the one inside Node-RED has another after each start.
      const environment = what === "address" ? "production" : "sandbox";
      const { flow, id, outcomes } = await withLine({ account: { environment } });
      const elsewhere = await startSandbox();
      await flow.deploy(edited("account", { ...changes, ...(what === "address" && elsewhere.addresses.runware) }));
      for (const outcome of outcomes) {
        const { caught, messages } = await outcome;
        assert.deepEqual(
          [messages.length, caught?.error.code, caught?.error.cause.billed],
          [0, "FLUX_CONFIG", "no"],
          caught?.error.message,
        );
        assert.match(String(caught?.error.message), /was changed.*Nothing was sent/);
      }
      assert.deepEqual(flow.sandbox.ledger.jobIds(), [id]);
      assert.equal(elsewhere.ledger.requests, 0);
      await elsewhere.close();
    });
  }

  it("are FLUX_CONFIG when their account is gone or disabled", async () => {
    const { flow, id, outcomes } = await withLine();
    await flow.deploy(edited("account", { d: true }));
    for (const outcome of outcomes) {
      const { caught } = await outcome;
      assert.deepEqual([caught?.error.code, caught?.error.cause.billed], ["FLUX_CONFIG", "no"], caught?.error.message);
    }
    assert.deepEqual(flow.sandbox.ledger.jobIds(), [id]);
  });

  for (const [what, changes] of [
    ["disabled", { d: true }],
    ["given another key", { credentials: { apiKey: "another-key" } }],
  ] as const) {
    it(`leave the budget when they end unsent because their account was ${what}`, async () => {
      const { flow, outcomes, apiKey } = await withLine({ account: { picturesPerHour: 4 } });
      assert.equal((await flow.send(atRunware())).caught?.error.code, "FLUX_QUOTA");
      await flow.deploy(edited("account", changes));
      for (const outcome of outcomes) assert.equal((await outcome).caught?.error.code, "FLUX_CONFIG");
      await flow.deploy(edited("account", { credentials: { apiKey } }));
      const accepted = nextPassings("after:waiting", 3);
      for (let n = 0; n < 3; n += 1) flow.receiveAt("flux", atRunware());
      await accepted;
      const caught = flow.nextCaught();
      flow.receiveAt("flux", atRunware());
      assert.equal((await caught).error.code, "FLUX_QUOTA");
    });
  }

  it("are sent to the account when that was only renamed", async () => {
    const { flow, outcomes } = await withLine();
    await flow.deploy(edited("account", { name: "changed", timeout: 300 }));
    flow.sandbox.finish();
    for (const outcome of outcomes) onlyMessage(await outcome);
    assert.equal(flow.sandbox.ledger.calls("imageInference"), 4);
  });
});
