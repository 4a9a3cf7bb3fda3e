import assert from "node:assert/strict";
import { ahead } from "../support/crash/ahead";
import { inHouse } from "../support/crash/crash";
import type { FlowNode } from "../support/crash/house";
import { allOut, begun, changed, paidOnce, subflowOf, wayTo } from "../support/deploys";
import type { DeployType } from "../support/node-red-process";
import { untilTold } from "../support/until-told";

const krea = { type: "runware-flux-krea", account: "account-runware", version: 1 };
const falSrpo = { type: "fal-flux-srpo", account: "account-fal", version: 1 };

/** Each node in every place that there is for one. */
const everywhere = (usual: FlowNode[]): FlowNode[] => [
  ...usual,
  { id: "second-tab", type: "tab", label: "Another" },
  { id: "group", type: "group", z: "tab", nodes: ["runware-grouped-node"] },
  ...wayTo("runware-grouped", { ...krea, id: "runware-grouped-node", g: "group" }),
  ...subflowOf("krea-box", { ...krea, id: "krea-inside" }),
  ...subflowOf("srpo-box", { ...falSrpo, id: "srpo-inside" }),
  ...subflowOf("outer-box", { id: "box-inside", type: "subflow:srpo-box" }),
  ...wayTo("runware-first", { id: "runware-first-box", type: "subflow:krea-box" }),
  ...wayTo("runware-second", { id: "runware-second-box", type: "subflow:krea-box" }),
  ...wayTo("fal-first", { id: "fal-first-box", type: "subflow:srpo-box" }),
  ...wayTo("fal-second", { id: "fal-second-box", type: "subflow:srpo-box" }),
  ...wayTo("fal-nested", { id: "fal-outer-box", type: "subflow:outer-box" }),
];

const places = [
  ...["runware-grouped", "runware-first", "runware-second", "fal-first", "fal-second", "fal-nested"],
  ...["runware", "fal"],
] as const;

/** Both providers: in a tab and in a subflow. */
const twoPlaces = ["runware", "fal", "runware-first", "fal-first"] as const;

const isInference = ({ type }: FlowNode): boolean => type === krea.type || type === falSrpo.type;

/** Each HTTP request is answered with the picture that it asked for. */
const ANSWERED_LATE: Record<string, object> = {
  "runware-unpack": { wires: [["runware"]] },
  "fal-unpack": { wires: [["fal"]] },
  runware: { wires: [["answer"]] },
  fal: { wires: [["answer"]] },
  answer: { statusCode: "" },
};

describe("a job that runs when its node is deployed again", function () {
  this.timeout(120_000);
  const it = ahead();

  const deploys: [DeployType, (flow: readonly FlowNode[]) => FlowNode[]][] = [
    ["full", (flow) => [...flow]],
    ["flows", (flow) => changed(flow, (node) => (isInference(node) ? { name: "changed" } : undefined))],
    ["nodes", (flow) => changed(flow, (node) => (isInference(node) ? { name: "changed" } : undefined))],
    ["reload", (flow) => [...flow]],
  ];
  for (const [type, edit] of deploys) {
    it(`is delivered once where it came from, with its HTTP response, and was paid for once (${type})`, () =>
      inHouse({ flow: everywhere, sandbox: untilTold }, async (house) => {
        const life = await house.start();
        for (const place of places) await begun(life, place, place);
        await life.nodeRed.deploy(edit(house.flow), type);
        await house.sandbox.finish();
        await allOut(house, life, places);
        for (const { end, topic, hasResponse, recovered } of house.lines()) {
          const expected = topic === "runware" || topic === "fal" ? "delivered" : topic;
          assert.deepEqual([end, hasResponse, recovered], [expected, true, undefined]);
        }
        assert.equal(house.lines().length, places.length);
        await paidOnce(house, places.length);
      }));
  }

  it("is delivered once where it came from, too, when Node-RED is killed instead", () =>
    inHouse({ flow: everywhere, sandbox: untilTold }, async (house) => {
      const before = await house.start();
      for (const place of places) await begun(before, place, place);
      await before.nodeRed.kill();
      const life = await house.start();
      await house.sandbox.finish();
      await allOut(house, life, places);
      for (const { end, topic, recovered } of house.lines()) {
        assert.deepEqual([end, recovered], [topic === "runware" || topic === "fal" ? "delivered" : topic, true]);
      }
      await paidOnce(house, places.length);
    }));

  it("answers the HTTP request that waits for its picture", () =>
    inHouse(
      {
        sandbox: untilTold,
        flow: (usual) => changed(usual, ({ id }) => ANSWERED_LATE[id]),
      },
      async (house) => {
        const life = await house.start();
        const asked = (["runware", "fal"] as const).map(async (place) => {
          const answer = await fetch(`${life.nodeRed.url}/${place}`, {
            method: "POST",
            headers: { "content-type": "application/json" },
            body: JSON.stringify({
              payload: "a harbour",
              ...(place === "runware" && { flux: { width: 128, height: 128 } }),
            }),
          });
          return [answer.status, (await fetch(await answer.text())).headers.get("content-type")];
        });
        await life.until(() => life.steps.filter(({ step }) => step === "after:submitted").length === 2, "both run");
        await life.nodeRed.deploy(house.flow);
        await house.sandbox.finish();
        for (const answer of await Promise.all(asked)) assert.deepEqual(answer, [200, "image/jpeg"]);
        await paidOnce(house, 2);
      },
    ));

  it("leaves on the new wires of a node that was renamed, rewired and moved to another tab", () =>
    inHouse({ flow: everywhere, sandbox: untilTold }, async (house) => {
      const life = await house.start();
      for (const place of ["runware", "fal"] as const) await begun(life, place, place);
      const line = { id: "new-line", type: "crash-line", z: "second-tab", end: "on the new wires", wires: [] };
      const edited = changed(house.flow, ({ id }) =>
        id === "runware" || id === "fal" ? { name: "renamed", z: "second-tab", wires: [["new-line"]] } : undefined,
      );
      await life.nodeRed.deploy([...edited, line], "nodes");
      await house.sandbox.finish();
      await allOut(house, life, ["runware", "fal"]);
      assert.deepEqual(
        house.lines().map(({ end }) => end),
        ["on the new wires", "on the new wires"],
      );
      await paidOnce(house, 2);
    }));
});

/** Nodes of the same accounts that stay when the first tab is disabled. */
const probes: FlowNode[] = (["runware-probe", "fal-probe"] as const).flatMap((name) => {
  const answer = { id: `${name}-answer`, type: "http response" };
  const node = { ...(name === "fal-probe" ? falSrpo : krea), id: `${name}-node` };
  return changed(wayTo(name, node, answer), ({ id }) => ({
    z: "second-tab",
    ...(id === `${name}-unpack` && { wires: [[answer.id, node.id]] }),
  }));
});

describe("a node that is disabled while one of its jobs runs and one waits in line", function () {
  this.timeout(120_000);
  const it = ahead();

  const ways: [string, DeployType, (flow: readonly FlowNode[], places: readonly string[]) => FlowNode[]][] = [
    [
      "by itself",
      "nodes",
      (flow) => changed(flow, ({ id }) => (/^(runware|fal)(-first-box)?$/.test(id) ? { d: true } : undefined)),
    ],
    ["with its tab", "full", (flow) => changed(flow, ({ id }) => (id === "tab" ? { disabled: true } : undefined))],
  ];
  for (const [how, type, disable] of ways) {
    it(`${how}, delivers both once it is enabled again; the waiting one was not sent before`, () =>
      inHouse(
        {
          sandbox: untilTold,
          account: { concurrency: 2 },
          flow: (usual) => [...everywhere(usual), ...probes],
        },
        async (house) => {
          const life = await house.start();
          const topics: string[] = [];
          for (const place of twoPlaces) await begun(life, place, `${place} runs`);
          for (const place of twoPlaces) await begun(life, place, `${place} waits`, { at: "after:waiting" });
          for (const place of twoPlaces) topics.push(`${place} runs`, `${place} waits`);
          await life.nodeRed.deploy(disable(house.flow, twoPlaces), type);
          await house.sandbox.finish();
          // From here on jobs take no time.
          await house.sandbox.configure({ latency: 0 });
          const ended = () => life.steps.filter(({ step }) => step === "after:settled").length;
          await life.until(() => ended() === 4, "those that ran have ended");
          for (const probe of ["runware-probe", "fal-probe"] as const) {
            await begun(life, probe, probe);
            await allOut(house, life, [probe]);
          }
          assert.equal(house.lines().length, 2, "only the probes came out");
          await paidOnce(house, 6);
          await life.nodeRed.deploy(house.flow, type);
          await allOut(house, life, topics);
          await paidOnce(house, 10);
        },
      ));
  }
});
