import assert from "node:assert/strict";
import { mock } from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import { Absences } from "../../../lib/jobs/keeper/absences";
import type { Claim } from "../../../lib/jobs/keeper/claim";
import { claimsOf, dropClaim, type KeptJob, keptJob } from "../../../lib/jobs/keeper/kept-job";
import { collect } from "../../support/garbage";
import { aJob } from "../job";

const SECOND = 1000;
const HOUR = 3600 * SECOND;
const DAY = 24 * HOUR;

/** A job that messages of these nodes wait for; kept for 7 days, or 60 s after a deletion. */
function keptFor(...nodeIds: string[]): KeptJob {
  const keeping = { results: 0, absent: 7 * DAY, deleted: 60 * SECOND };
  const kept = keptJob(aJob({ home: "flows.json", keeping }));
  for (const nodeId of nodeIds) kept.claims.push({ id: nodeId, nodeId, kept } as Claim);
  return kept;
}

/** Absences, what they did, and what happens to the flows. */
function inFlows() {
  const done: string[] = [];
  const jobs = new Set<KeptJob>();
  const absences = new Absences({
    note: async () => {},
    drop: async (kept, nodeIds) => {
      done.push(`dropped for ${nodeIds.join()}`);
      for (const claim of nodeIds.flatMap((id) => claimsOf(kept, id))) dropClaim(kept, claim);
      if (kept.claims.length === 0) jobs.delete(kept);
    },
    setAside: async (kept) => {
      done.push("set aside");
      jobs.delete(kept);
    },
  });
  const happens = (isDeploy: boolean, nodeIds: readonly string[], home = "flows.json") =>
    absences.look([...jobs], { home, isDeploy, has: (id) => nodeIds.includes(id) });
  return {
    done,
    jobs,
    start: (nodeIds: readonly string[], home?: string) => happens(false, nodeIds, home),
    deploy: (nodeIds: readonly string[], home?: string) => happens(true, nodeIds, home),
  };
}

describe("a job whose node is not in the flows", () => {
  beforeEach(() => mock.timers.enable({ apis: ["setTimeout", "setInterval", "Date"] }));
  afterEach(() => mock.timers.reset());
  const pass = (time: number) => {
    // Hour by hour: a clock that is moved at once shows the time of its end to everything on the way.
    for (let left = time; left > 0; left -= HOUR) mock.timers.tick(Math.min(left, HOUR));
  };

  it("is dropped a minute after the deploy that deleted the node, once", () => {
    const { jobs, done, start, deploy } = inFlows();
    start(["n"]);
    jobs.add(keptFor("n"));
    deploy([]);
    deploy([]);
    pass(59 * SECOND);
    assert.deepEqual(done, []);
    pass(SECOND);
    assert.deepEqual(done, ["dropped for n"]);
  });

  it("is left alone when the deletion is taken back, and has a whole minute when it comes again", () => {
    const { jobs, done, start, deploy } = inFlows();
    start(["n"]);
    jobs.add(keptFor("n"));
    deploy([]);
    pass(20 * SECOND);
    deploy(["n"]);
    pass(20 * SECOND);
    deploy([]);
    pass(59 * SECOND);
    assert.deepEqual(done, []);
    pass(SECOND);
    assert.deepEqual(done, ["dropped for n"]);
  });

  it("is dropped a minute after the start when Node-RED ended within that minute", () => {
    const { jobs, done, start } = inFlows();
    const kept = keptFor("n");
    kept.absence = { before: 0, deletedAt: Date.now() - 30 * SECOND };
    jobs.add(kept);
    start([]);
    pass(59 * SECOND);
    assert.deepEqual(done, []);
    pass(SECOND);
    assert.deepEqual(done, ["dropped for n"]);
  });

  it("is set aside after 7 days when nobody deployed the node away, once", () => {
    const { jobs, done, start } = inFlows();
    jobs.add(keptFor("n"));
    start([]);
    pass(7 * DAY - HOUR);
    assert.deepEqual(done, []);
    pass(HOUR);
    assert.deepEqual(done, ["set aside"]);
    pass(DAY);
    assert.deepEqual(done, ["set aside"]);
  });

  it("is set aside by the start at which the 7 days are over", () => {
    const { jobs, done, start } = inFlows();
    const kept = keptFor("n");
    kept.absence = { before: 0, since: Date.now() - 7 * DAY };
    jobs.add(kept);
    start([]);
    assert.deepEqual(done, ["set aside"]);
  });

  it("waits for 7 days anew when the node was there for a moment", () => {
    const { jobs, done, start, deploy } = inFlows();
    jobs.add(keptFor("n"));
    start([]);
    pass(6 * DAY);
    start(["n"]);
    start([]);
    pass(6 * DAY);
    assert.deepEqual(done, []);
    deploy([]);
    pass(DAY);
    assert.deepEqual(done, ["set aside"]);
  });

  it("waits while another flow file is the active one, without limit, and whatever is deployed there", () => {
    const { jobs, done, start, deploy } = inFlows();
    start(["n"]);
    jobs.add(keptFor("n"));
    start(["other"], "other.json");
    deploy([], "other.json");
    pass(30 * DAY);
    start([]);
    pass(4 * DAY);
    start([], "other.json");
    pass(30 * DAY);
    start([]);
    pass(3 * DAY - HOUR);
    assert.deepEqual(done, []);
    pass(HOUR);
    assert.deepEqual(done, ["set aside"]);
  });

  it("is not dropped while another flow file is the active one, and has its minute when its own is again", () => {
    const { jobs, done, start, deploy } = inFlows();
    start(["n"]);
    jobs.add(keptFor("n"));
    deploy([]);
    start(["n2"], "other.json");
    pass(DAY);
    start([]);
    pass(59 * SECOND);
    assert.deepEqual(done, []);
    pass(SECOND);
    assert.deepEqual(done, ["dropped for n"]);
  });

  it("is not dropped by a deploy that did not delete the node: another branch of the project had lacked it before", () => {
    const { jobs, done, start, deploy } = inFlows();
    start(["n"]);
    jobs.add(keptFor("n"));
    start(["other"]);
    deploy(["other", "more"]);
    pass(DAY);
    assert.deepEqual(done, []);
  });

  it("goes on for the other nodes that wait for it", () => {
    const { jobs, done, start, deploy } = inFlows();
    start(["n", "m"]);
    jobs.add(keptFor("n", "m"));
    deploy(["m"]);
    pass(60 * SECOND);
    assert.deepEqual(done, ["dropped for n"]);
    jobs.clear();
    jobs.add(keptFor("n", "m"));
    start(["m"]);
    pass(30 * DAY);
    assert.deepEqual(done, ["dropped for n"]);
  });
});

describe("a Node-RED that its process has stopped", () => {
  it("is forgotten when no job waits for a node", async () => {
    const options = { note: async () => {}, drop: async () => {}, setAside: async () => {} };
    const start = (): WeakRef<typeof options> => {
      const own = { ...options };
      new Absences(own).look([], { home: "flows.json", isDeploy: false, has: () => true });
      return new WeakRef(own);
    };
    const nodeRed = start();
    // A WeakRef holds on until the turn is over.
    await nextTurn();
    collect();
    assert.equal(nodeRed.deref(), undefined);
  });
});
