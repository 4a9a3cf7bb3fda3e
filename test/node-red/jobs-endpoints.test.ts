import assert from "node:assert/strict";
import type { ListedJob } from "../../lib/jobs/keeper/listed-job";
import { account, inference, todaysSettings } from "../editor/nodes";
import { type NodeRedProcess, startNodeRed } from "../support/node-red-process";
import { type SandboxProcess, startSandboxProcess } from "../support/sandbox-process";
import { loggedIn, withUsers } from "../support/users";

const prompt = "planted prompt of a fox";
const key = "planted-key-of-an-account";

const flowsFor = (sandbox: SandboxProcess) => [
  { id: "tab", type: "tab", label: "Flow" },
  {
    ...account,
    ...todaysSettings,
    ...sandbox.addresses.runware,
    name: "studio",
    environment: "production",
    concurrency: "1",
    credentials: { apiKey: key },
  },
  inject("go", "", "node"),
  inject("never", " [fault:never]", "node"),
  inject("flagged", " [fault:nsfw]", "node"),
  inject("expired", " [fault:expired-url]", "node"),
  inject("inside", "", "base64"),
  inference("node", "runware-flux-srpo", {}),
  inference("base64", "runware-flux-srpo", {}, { output: "base64" }),
];

const inject = (id: string, marker: string, to: string) => ({
  id,
  type: "inject",
  z: "tab",
  props: [{ p: "payload" }],
  payload: `${prompt}${marker}`,
  payloadType: "str",
  x: 100,
  y: 100,
  wires: [[to]],
});

interface Listed {
  now: number;
  jobs: ListedJob[];
  spent: { accounts: string[]; dollars: number; unknown: number }[];
}

const list = async (nodeRed: NodeRedProcess): Promise<Listed> => (await nodeRed.get("/flux/jobs")) as Listed;

const press = (nodeRed: NodeRedProcess, id: string) => fetch(`${nodeRed.url}/inject/${id}`, { method: "POST" });

/** Asks for the jobs until one is as it should be. */
async function until(nodeRed: NodeRedProcess, isIt: (job: ListedJob) => boolean): Promise<ListedJob> {
  for (;;) {
    const found = (await list(nodeRed)).jobs.find(isIt);
    if (found) return found;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const cancel = async (nodeRed: NodeRedProcess, id: string) => {
  const answer = await fetch(`${nodeRed.url}/flux/jobs/${id}/cancel`, { method: "POST" });
  return [answer.status, await answer.json()];
};

describe("the list of jobs that Node-RED serves", function () {
  this.timeout(60_000);
  let sandbox: SandboxProcess;
  let nodeRed: NodeRedProcess;

  before(async () => {
    sandbox = await startSandboxProcess();
    nodeRed = await startNodeRed({ flows: flowsFor(sandbox) });
  });
  after(async () => {
    await nodeRed?.stop();
    await sandbox?.stop();
  });

  /** Makes a job, and waits until it has ended. */
  const ended = async (button: string): Promise<ListedJob> => {
    const before = new Set((await list(nodeRed)).jobs.map(({ id }) => id));
    await press(nodeRed, button);
    return until(nodeRed, ({ id, state }) => !before.has(id) && state === "done");
  };
  const thumbnail = (id: string) => fetch(`${nodeRed.url}/flux/jobs/${id}/thumbnail`);

  it("is empty before the first message", async () => {
    assert.deepEqual((await list(nodeRed)).jobs, []);
  });

  it("has a finished job with its cost, and what its account has spent", async () => {
    const job = await ended("go");
    assert.equal(job.nodeId, "node");
    assert.equal(job.pictures, 1);
    const { spent } = await list(nodeRed);
    assert.deepEqual(spent[0]?.accounts, ["account"]);
    assert.equal(spent[0]?.dollars, job.cost);
  });

  it("has thumbnails, of pictures at an address and of those that came inside the answer", async () => {
    for (const button of ["go", "inside"]) {
      const answer = await thumbnail((await ended(button)).id);
      assert.equal(answer.status, 200, button);
      assert.equal(answer.headers.get("content-type"), "image/webp");
      const bytes = (await answer.arrayBuffer()).byteLength;
      assert.ok(bytes > 100 && bytes < 40_000, `${bytes} bytes`);
    }
  });

  it("has no thumbnail of a flagged picture, of one that has expired, and of a job that nobody knows", async () => {
    const flagged = await ended("flagged");
    assert.deepEqual([flagged.isFlagged, flagged.hasThumbnail], [true, false]);
    const expired = await ended("expired");
    assert.equal(expired.hasThumbnail, true);
    for (const id of [flagged.id, expired.id, "unknown"]) assert.equal((await thumbnail(id)).status, 404);
    // Nobody needs to ask a second time.
    assert.equal((await until(nodeRed, ({ id }) => id === expired.id)).hasThumbnail, false);
  });

  it("keeps its thumbnails, whatever made-up jobs somebody asks for", async () => {
    const { id } = await ended("go");
    const fetched = () => sandbox.events.filter(({ event }) => event === "fetched").length;
    assert.equal((await thumbnail(id)).status, 200);
    const before = fetched();
    for (let count = 0; count < 60; count += 1) assert.equal((await thumbnail(`made-up-${count}`)).status, 404);
    assert.equal((await thumbnail(id)).status, 200);
    assert.equal(fetched(), before, "the picture was not fetched once more");
  });

  it("cancels a job that waits for nothing, one that runs with a word about its bill, and each once", async () => {
    await press(nodeRed, "never");
    await press(nodeRed, "never");
    const running = await until(nodeRed, ({ state }) => state === "running");
    const waiting = await until(nodeRed, ({ state }) => state === "waiting");
    assert.deepEqual(await cancel(nodeRed, waiting.id), [200, { cancelled: true, billed: "no" }]);
    assert.deepEqual(await cancel(nodeRed, running.id), [200, { cancelled: true, billed: "yes" }]);
    for (const { id } of [waiting, running]) await until(nodeRed, (job) => job.id === id && job.state === "cancelled");
    assert.deepEqual(await cancel(nodeRed, running.id), [409, { cancelled: false, reason: "ended" }]);
    assert.deepEqual(await cancel(nodeRed, "unknown"), [404, { cancelled: false, reason: "unknown" }]);
  });

  it("holds no prompt, no key and no address", async () => {
    for (const button of ["go", "inside"]) await ended(button);
    const text = JSON.stringify(await list(nodeRed));
    assert.ok(text.length > 500);
    assert.doesNotMatch(text, /planted|https?:/);
    assert.equal(text.includes(sandbox.url), false);
  });
});

describe("the list of jobs after a restart of Node-RED", function () {
  this.timeout(60_000);

  it("has the jobs that had ended, and those that go on", async () => {
    const sandbox = await startSandboxProcess();
    const first = await startNodeRed({ flows: flowsFor(sandbox) });
    const { userDir } = first;
    let second: NodeRedProcess | undefined;
    try {
      await press(first, "go");
      const done = await until(first, ({ state }) => state === "done");
      await press(first, "never");
      const running = await until(first, ({ state }) => state === "running");
      await first.kill();
      second = await startNodeRed({ userDir });
      const again = await until(second, ({ id }) => id === done.id);
      assert.deepEqual([again.state, again.cost, again.endedAt], ["done", done.cost, done.endedAt]);
      assert.equal((await fetch(`${second.url}/flux/jobs/${done.id}/thumbnail`)).status, 200);
      const goesOn = await until(second, ({ id, state }) => id === running.id && state === "running");
      assert.equal(goesOn.isRecovered, true);
    } finally {
      await second?.stop();
      await first.stop();
      await sandbox.stop();
    }
  });
});

describe("the list of jobs of a Node-RED that asks who somebody is", function () {
  this.timeout(60_000);
  let nodeRed: NodeRedProcess;

  before(async () => {
    nodeRed = await startNodeRed({ flows: [], settings: withUsers({ viewer: "read", owner: "*" }) });
  });
  after(() => nodeRed?.stop());

  const statusFor = async (username: "viewer" | "owner", method: string, path: string): Promise<number> => {
    const headers = await loggedIn(nodeRed.url, username, username === "owner" ? "*" : "read");
    return (await fetch(`${nodeRed.url}${path}`, { method, headers })).status;
  };

  it("is for those who may look at flows", async () => {
    for (const path of ["/flux/jobs", "/flux/jobs/a/thumbnail"]) {
      assert.equal((await fetch(`${nodeRed.url}${path}`)).status, 401, path);
    }
    assert.equal(await statusFor("viewer", "GET", "/flux/jobs"), 200);
    assert.equal(await statusFor("viewer", "GET", "/flux/jobs/a/thumbnail"), 404);
  });

  it("lets nobody cancel who may only look", async () => {
    assert.equal((await fetch(`${nodeRed.url}/flux/jobs/a/cancel`, { method: "POST" })).status, 401);
    assert.equal(await statusFor("viewer", "POST", "/flux/jobs/a/cancel"), 401);
    assert.equal(await statusFor("owner", "POST", "/flux/jobs/a/cancel"), 404);
  });
});
