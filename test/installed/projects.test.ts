import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { ahead } from "../support/crash/ahead";
import { inHouse, probed } from "../support/crash/crash";
import { allOut, begun, finishAll, paidOnce, without } from "../support/deploys";
import type { NodeRedProcess } from "../support/node-red-process";
import { untilTold } from "../support/until-told";

const both = ["runware", "fal"] as const;

const hasGit = (): boolean => {
  try {
    execFileSync("git", ["--version"]);
    return true;
  } catch {
    return false;
  }
};

const git = {
  env: {
    GIT_AUTHOR_NAME: "A",
    GIT_AUTHOR_EMAIL: "a@example.com",
    GIT_COMMITTER_NAME: "A",
    GIT_COMMITTER_EMAIL: "a@example.com",
  },
  settings: { editorTheme: { tours: false, projects: { enabled: true }, palette: { catalogues: [] } } },
};

/** As the editor does it. */
async function ask({ url }: NodeRedProcess, method: string, path: string, body: object): Promise<void> {
  const answer = await fetch(`${url}/${path}`, {
    method,
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  assert.ok(answer.ok, `${path} was answered with ${answer.status}: ${await answer.text()}`);
}

/** Resolves once the project's flows run. */
async function inProject(nodeRed: NodeRedProcess, method: string, path: string, body: object): Promise<void> {
  const from = nodeRed.log().length;
  await ask(nodeRed, method, path, body);
  await nodeRed.waitForLog(/Started flows/, from);
}

const createProject = (nodeRed: NodeRedProcess, name: string): Promise<void> =>
  inProject(nodeRed, "POST", "projects", {
    name,
    summary: name,
    files: { flow: "flow.json" },
    credentialSecret: false,
    git: { remotes: {} },
  });

const openProject = (nodeRed: NodeRedProcess, name: string): Promise<void> =>
  inProject(nodeRed, "PUT", `projects/${name}`, { active: true });

describe("a job that runs when another project is opened", function () {
  this.timeout(120_000);
  const it = ahead();

  it("is left alone, whatever is deployed there, and delivered when its own is opened again", async () => {
    if (!hasGit()) return console.log("        not tested here: projects, because there is no git");
    await inHouse(
      { settings: git.settings, account: { cancelAfter: 0, concurrency: 1 }, sandbox: untilTold },
      async (house) => {
        const life = await house.start(undefined, git.env, []);
        const { nodeRed } = life;
        await createProject(nodeRed, "first");
        await nodeRed.deploy(house.flow);
        await createProject(nodeRed, "second");
        await openProject(nodeRed, "first");
        for (const entrance of both) await begun(life, entrance, `${entrance} runs`);
        for (const entrance of both) await begun(life, entrance, `${entrance} waits`, { at: "after:waiting" });
        await openProject(nodeRed, "second");
        await finishAll(house);
        await nodeRed.deploy(without(house.flow, "runware", "fal", "runware-in", "fal-in"));
        const more = { id: "more", type: "tab", label: "More" };
        await nodeRed.deploy([...without(house.flow, "runware", "fal"), more]);
        await probed(house, life, "fal-sync");
        await nodeRed.stop();

        const next = await house.start(undefined, git.env, []);
        await probed(house, next, "fal-sync");
        assert.equal(house.lines().length, 2, "only the probes came out");
        assert.doesNotMatch(house.log(), /because its node was deleted|was set aside/);
        await openProject(next.nodeRed, "first");
        await allOut(
          house,
          next,
          both.flatMap((entrance) => [`${entrance} runs`, `${entrance} waits`]),
        );
        await paidOnce(house, 6);
      },
    );
  });
});

describe("jobs that run when the flows are stopped in the editor's menu", function () {
  this.timeout(120_000);
  const it = ahead();
  const settings = { runtimeState: { enabled: true, ui: true } };
  const set = (nodeRed: NodeRedProcess, state: "start" | "stop") => ask(nodeRed, "POST", "flows/state", { state });

  it("wait, are not asked for, and are delivered when the flows are started again", () =>
    inHouse({ settings, account: { concurrency: 1, cancelAfter: 0 }, sandbox: untilTold }, async (house) => {
      const life = await house.start();
      for (const entrance of both) await begun(life, entrance, `${entrance} runs`);
      for (const entrance of both) await begun(life, entrance, `${entrance} waits`, { at: "after:waiting" });
      await set(life.nodeRed, "stop");
      await finishAll(house);
      await house.sandbox.event(({ event }) => event === "finished");
      assert.equal(house.lines().length, 0);
      await paidOnce(house, 2);
      await set(life.nodeRed, "start");
      await allOut(
        house,
        life,
        both.flatMap((entrance) => [`${entrance} runs`, `${entrance} waits`]),
      );
      await paidOnce(house, 4);
    }));
});
