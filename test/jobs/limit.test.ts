import assert from "node:assert/strict";
import { FluxError } from "../../lib/errors";
import { Limit, type Release } from "../../lib/jobs/limit";

const never = new AbortController().signal;

describe("an account's limit", () => {
  it("starts waiting jobs in their order of arrival, as places come free", async () => {
    const limit = new Limit(1, 10);
    const started: string[] = [];
    const first = await limit.enter(never);
    const enter = async (name: string): Promise<Release> => {
      const release = await limit.enter(never);
      started.push(name);
      return release;
    };
    const second = enter("second");
    const third = enter("third");
    assert.deepEqual(started, []);
    first();
    (await second)();
    await third;
    assert.deepEqual(started, ["second", "third"]);
  });

  it("refuses at once what does not fit into the line", async () => {
    const limit = new Limit(2, 3);
    const accepted = Array.from({ length: 5 }, () => limit.enter(never));
    assert.throws(
      () => limit.enter(never),
      (error) => error instanceof FluxError && error.code === "FLUX_BUSY" && error.cause.billed === "no",
    );
    assert.deepEqual([limit.running, limit.waiting], [2, 3]);
    for (const entered of accepted) (await entered)();
    assert.equal(limit.running, 0);
  });

  it("gives the place of a job that was aborted in line to the one behind it", async () => {
    const limit = new Limit(1, 10);
    const running = await limit.enter(never);
    const impatient = new AbortController();
    const gone = limit.enter(impatient.signal);
    const next = limit.enter(never);
    impatient.abort(new Error("closed"));
    await assert.rejects(async () => gone, /closed/);
    running();
    await next;
    assert.deepEqual([limit.running, limit.waiting], [1, 0]);
  });

  it("counts a place that is given back twice once", async () => {
    const limit = new Limit(1, 1);
    const release: Release = await limit.enter(never);
    release();
    release();
    await limit.enter(never);
    assert.equal(limit.running, 1);
  });

  it("lets waiting jobs start when it is raised", async () => {
    const limit = new Limit(1, 5);
    await limit.enter(never);
    const waiting = limit.enter(never);
    limit.resize(2, 5);
    await waiting;
  });
});
