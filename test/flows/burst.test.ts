import assert from "node:assert/strict";
import { startFlow, stopFlows } from "../support/flow";

const MESSAGES = 10_000;
const CONCURRENCY = 200;
const LINE = 1000;

/** Resolves when something was heard so often. */
const times = (count: number, listen: (heard: () => void) => void): Promise<void> =>
  new Promise((resolve) => {
    let left = count;
    listen(() => {
      left -= 1;
      if (left === 0) resolve();
    });
  });

describe("10,000 messages in one turn", function () {
  this.timeout(120_000);
  afterEach(stopFlows);

  it("settle as far as concurrency and line reach, and the rest are FLUX_BUSY at Catch", async () => {
    const flow = await startFlow({ account: { concurrency: CONCURRENCY, line: LINE }, sandbox: { latency: 600_000 } });
    const accepted = CONCURRENCY + LINE;
    const refused = times(MESSAGES - accepted, flow.onCaught);
    const running = times(CONCURRENCY, (heard) => flow.sandbox.on("accepted", heard));
    const sent = Array.from({ length: MESSAGES }, () =>
      flow.send({ payload: "a lighthouse at dusk", flux: { width: 128, height: 128 } }),
    );
    // They are read in several turns: a job that ends in between makes room for one more.
    await Promise.all([refused, running]);
    flow.sandbox.configure({ latency: 5 });
    flow.sandbox.finish();
    const outcomes = await Promise.all(sent);
    const ends = { delivered: 0, busy: 0, other: 0 };
    for (const { messages, caught } of outcomes) {
      if (!caught && messages.length === 1) ends.delivered += 1;
      else if (caught?.error.code === "FLUX_BUSY" && messages.length === 0) ends.busy += 1;
      else ends.other += 1;
    }
    assert.deepEqual(ends, { delivered: accepted, busy: MESSAGES - accepted, other: 0 });
    assert.equal(flow.sandbox.ledger.calls("imageInference"), accepted, "nothing was sent for the rest");
  });
});
