import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type NodeRedProcess, startNodeRed } from "../support/node-red-process";
import { loggedIn, withUsers } from "../support/users";

const num = (value: number) => ({ type: "num", value: String(value) });
const params = { width: num(256), height: num(256), steps: num(4) };
const asked = { type: "runware-flux-krea", account: "account", params, mode: "auto" };

const flows = [
  { id: "tab", type: "tab", label: "test" },
  { id: "account", type: "runware-account", environment: "sandbox" },
  { id: "flux", z: "tab", type: "runware-flux-krea", account: "account", params, version: 1, wires: [["told"]] },
  { id: "told", z: "tab", type: "debug", active: true, console: true, complete: "job.cost", targetType: "msg" },
];

const trigger = {
  id: "start",
  z: "tab",
  type: "inject",
  once: true,
  onceDelay: 0.1,
  props: [{ p: "payload", v: "a lighthouse", vt: "str" }],
  wires: [["flux"]],
};

const ask = (nodeRed: NodeRedProcess, headers: Record<string, string> = {}) =>
  fetch(`${nodeRed.url}/flux/estimate`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(asked),
  });

describe("costs that were seen", function () {
  this.timeout(60_000);

  it("are there after a restart of Node-RED", async () => {
    const userDir = await mkdtemp(join(tmpdir(), "flux-costs-"));
    try {
      const first = await startNodeRed({ userDir, flows: [...flows, trigger] });
      await first.waitForLog(/\[debug:told\]/);
      await first.stop();
      const second = await startNodeRed({ userDir, flows });
      const answer = await ask(second);
      await second.stop();
      const { source, count } = (await answer.json()) as Record<string, unknown>;
      assert.deepEqual([source, count], ["seen", 1]);
    } finally {
      await rm(userDir, { recursive: true, force: true });
    }
  });
});

describe("the estimate in a Node-RED with users", function () {
  this.timeout(60_000);
  let nodeRed: NodeRedProcess;
  before(async () => {
    nodeRed = await startNodeRed({ settings: withUsers({ author: "*", viewer: "read", other: "inject.write" }) });
  });
  after(() => nodeRed?.stop());

  /** The status of the answer to a user. */
  const statusFor = async (username: string, scope: string): Promise<number> =>
    (await ask(nodeRed, await loggedIn(nodeRed.url, username, scope))).status;

  it("is told to those who may look at flows", async () => {
    assert.equal(await statusFor("author", "*"), 200);
    assert.equal(await statusFor("viewer", "read"), 200);
  });

  it("is not told to those who may not, nor to somebody who has not logged in", async () => {
    assert.equal(await statusFor("other", "inject.write"), 401);
    assert.equal((await ask(nodeRed)).status, 401);
  });
});
