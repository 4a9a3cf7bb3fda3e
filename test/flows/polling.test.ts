import assert from "node:assert/strict";
import { startFlow, stopFlows } from "../support/flow";

const JOBS = 1000;

/** Runware's part of what reached the service: POSTs with paid tasks, and with questions about them. */
const MOST_REQUESTS = 120;

describe("1,000 Runware jobs in one turn, of 5 s each", function () {
  this.timeout(120_000);
  afterEach(stopFlows);

  it("take at most 120 HTTP requests in all, at the pace of the real service", async () => {
    // An account that is in production keeps the real pace, wherever its service is.
    const flow = await startFlow({
      account: { environment: "production", concurrency: JOBS },
      sandbox: { latency: 5000 },
    });
    const outcomes = await Promise.all(
      Array.from({ length: JOBS }, () =>
        flow.send({ payload: "a lighthouse at dusk", flux: { width: 128, height: 128 } }),
      ),
    );
    assert(outcomes.every(({ messages, caught }) => !caught && messages.length === 1));
    assert.equal(flow.sandbox.ledger.calls("imageInference"), JOBS);
    const { requests } = flow.sandbox.ledger;
    assert(requests <= MOST_REQUESTS, `${requests} HTTP requests`);
  });
});

describe("fal jobs in flight", () => {
  afterEach(stopFlows);

  it("are asked for at most 20 times a second together, and all of them are delivered", async () => {
    const jobs = 40;
    const flow = await startFlow({ node: { type: "fal-flux-srpo" }, account: { concurrency: jobs } });
    const times: number[] = [];
    // Whoever polls has been accepted before. The first poll itself may come late, and the others behind it not.
    const accepted = flow.sandbox.once("accepted").then(() => performance.now());
    flow.sandbox.on("polled", () => times.push(performance.now()));
    const outcomes = await Promise.all(Array.from({ length: jobs }, () => flow.send({ payload: "a heron" })));
    assert(outcomes.every(({ messages }) => messages.length === 1));
    assert(times.length >= jobs);
    const seconds = ((times.at(-1) ?? 0) - (await accepted)) / 1000;
    assert(times.length - 1 <= 20 * seconds, `${times.length} status requests in ${seconds} s`);
  });
});
