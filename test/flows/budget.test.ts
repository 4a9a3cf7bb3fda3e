import assert from "node:assert/strict";
import { type Flow, type Message, type Outcome, startFlow, stopFlows } from "../support/flow";
import { onlyMessage } from "../support/outcomes";

const size = { width: 128, height: 128 };

const send = (flow: Flow, flux: object = {}, payload = "a lighthouse at dusk"): Promise<Outcome> =>
  flow.send({ payload, flux: { ...size, ...flux } });

/** What the Catch node got of a message that the budget had no room for. */
function refused({ messages, caught }: Outcome): Message["error"] {
  assert.deepEqual([messages.length, caught?.error.code, caught?.error.cause.billed], [0, "FLUX_QUOTA", "no"]);
  assert(caught);
  return caught.error;
}

describe("an account's budget in pictures", () => {
  afterEach(stopFlows);

  it("is held by a thousand messages in one turn, before anything is sent", async () => {
    const flow = await startFlow({ account: { picturesPerHour: 5, concurrency: 1000 } });
    const outcomes = await Promise.all(Array.from({ length: 1000 }, () => send(flow)));
    assert.equal(outcomes.filter(({ messages }) => messages.length === 1).length, 5);
    for (const outcome of outcomes) if (outcome.caught) refused(outcome);
    assert.equal(flow.sandbox.ledger.calls("imageInference"), 5);
  });

  it("says on the canvas and at Catch when it has room again", async () => {
    const flow = await startFlow({ account: { picturesPerHour: 1 } });
    onlyMessage(await send(flow));
    const shown = flow.nextStatus(({ text }) => String(text).includes("FLUX_QUOTA_UNTIL"));
    const { cause } = refused(await send(flow));
    const { opensAt } = await shown;
    assert.equal(opensAt, cause.opensAt);
    const wait = Date.parse(String(opensAt)) - Date.now();
    assert(wait > 0 && wait <= 3_600_000);
    assert.equal(cause.retryable, true);
  });

  it("counts every picture of a batch", async () => {
    const flow = await startFlow({ account: { picturesPerDay: 6 }, node: { results: "all" } });
    onlyMessage(await send(flow, { numberResults: 4 }));
    refused(await send(flow, { numberResults: 3 }));
    onlyMessage(await send(flow, { numberResults: 2 }));
    assert.match(refused(await send(flow, { numberResults: 7 })).message, /ever allows/);
  });

  it("gets back what was not billed", async () => {
    const flow = await startFlow({ account: { picturesPerHour: 1, retries: 0 } });
    const { caught } = await send(flow, {}, "a lighthouse [fault:moderated]");
    assert.equal(caught?.error.code, "FLUX_CONTENT_POLICY");
    onlyMessage(await send(flow));
  });

  it("holds across a deploy, and is what the account says after it", async () => {
    const flow = await startFlow({ account: { picturesPerHour: 1 } });
    onlyMessage(await send(flow));
    const again = await flow.restart();
    refused(await send(again));
    await again.deploy((nodes) =>
      nodes.map((node) => (node.type === "runware-account" ? { ...node, picturesPerHour: 2 } : node)),
    );
    onlyMessage(await send(again));
    refused(await send(again));
    assert.equal(flow.sandbox.ledger.calls("imageInference"), 2);
  });
});

describe("an account's budget in dollars", () => {
  afterEach(stopFlows);
  const priced = (account: Record<string, number>) => startFlow({ account });

  it("takes the price that the author gives until the service has told one", async () => {
    const flow = await priced({ dollarsPerHour: 0.5, pricePerPicture: 0.4 });
    const first = send(flow);
    refused(await send(flow));
    const { cost = 0 } = onlyMessage(await first).job;
    assert(cost > 0 && cost < 0.1, String(cost));
    // Now it is known what such a picture costs.
    onlyMessage(await send(flow));
    assert.equal(flow.sandbox.ledger.calls("imageInference"), 2);
  });

  it("sends nothing that would cost more than it allows at all", async () => {
    const flow = await priced({ dollarsPerDay: 0.5, pricePerPicture: 0.6 });
    const { message, cause } = refused(await send(flow));
    assert.match(message, /may cost \$0\.60, more than the account's budget of \$0\.50 in 24 hours ever allows/);
    assert.deepEqual([cause.opensAt, cause.retryable], [undefined, false]);
    assert.equal(flow.sandbox.ledger.requests, 0);
  });

  it("without a price counts what is spent", async () => {
    const flow = await priced({ dollarsPerHour: 0.000001 });
    onlyMessage(await send(flow));
    refused(await send(flow));
    refused(await send(flow, { width: 256 }));
    assert.equal(flow.sandbox.ledger.calls("imageInference"), 1);
  });
});

describe("an account of fal's with a budget", () => {
  afterEach(stopFlows);

  it("takes the author's price for every picture, as fal tells none", async () => {
    const flow = await startFlow({
      node: { type: "fal-flux-srpo", results: "all" },
      account: { dollarsPerHour: 0.1, pricePerPicture: 0.04 },
    });
    onlyMessage(await flow.send({ payload: "a heron", flux: { num_images: 2 } }));
    refused(await flow.send({ payload: "a heron" }));
    assert.equal(flow.sandbox.ledger.calls("submit"), 1);
  });
});
