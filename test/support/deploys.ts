import assert from "node:assert/strict";
import { linesAbout } from "./crash/crash";
import type { AddedEntrance, Entrance, FlowNode, House, Life } from "./crash/house";

/** An HTTP request that is answered at once -> a node -> a line with the entrance's name as its end. */
export const wayTo = (name: AddedEntrance, node: FlowNode, ...more: FlowNode[]): FlowNode[] => [
  { id: `${name}-in`, type: "http in", z: "tab", url: `/${name}`, method: "post", wires: [[`${name}-unpack`]] },
  { id: `${name}-unpack`, type: "crash-unpack", z: "tab", wires: [["answer", node.id]] },
  // Without a place on the canvas Node-RED would take a subflow's instance for a config node.
  { z: "tab", x: 1, y: 1, wires: [[`${name}-line`]], ...node },
  { id: `${name}-line`, type: "crash-line", z: "tab", end: name, wires: [] },
  ...more,
];

/** A subflow with one node in it. */
export const subflowOf = (id: string, node: FlowNode): FlowNode[] => [
  {
    id,
    type: "subflow",
    name: id,
    in: [{ x: 0, y: 0, wires: [{ id: node.id }] }],
    out: [{ x: 9, y: 9, wires: [{ id: node.id, port: 0 }] }],
  },
  { x: 1, y: 1, wires: [[]], ...node, z: id },
];

/** Flows with other properties for some of their nodes. */
export const changed = (flow: readonly FlowNode[], change: (node: FlowNode) => object | undefined): FlowNode[] =>
  flow.map((node) => ({ ...node, ...change(node) }));

/** Flows without some of their nodes. */
export const without = (flow: readonly FlowNode[], ...ids: string[]): FlowNode[] =>
  flow.filter(({ id }) => !ids.includes(id));

const idsAt = ({ steps }: Life, step: string): string[] =>
  steps.flatMap((passed) => (passed.step === step && passed.job !== undefined ? [passed.job] : []));

/**
 * Sends a message and waits until its job has come to a step.
 * @returns the job's id.
 */
export async function begun(
  life: Life,
  entrance: Entrance | AddedEntrance,
  topic: string,
  {
    at = "after:submitted",
    ...message
  }: { at?: "after:submitted" | "after:waiting"; [property: string]: unknown } = {},
): Promise<string> {
  const before = idsAt(life, at).length;
  assert.equal(await life.send(entrance, topic, message), true);
  await life.until(() => idsAt(life, at).length > before, `${topic} was at ${at}`);
  return idsAt(life, at)[before] ?? "";
}

/** Waits until messages have come out, each of them once, and nothing is kept of their jobs any more. */
export async function allOut(house: House, life: Life, topics: readonly string[]): Promise<void> {
  await life.until(() => topics.every((topic) => linesAbout(house, topic).length > 0), `${topics} came out`);
  for (const topic of topics) {
    const [line, ...more] = linesAbout(house, topic);
    assert.deepEqual(more, [], topic);
    await life.step("after:closed", line?.job);
  }
}

/** Says that they are finished: those that run, and all that come after them. */
export async function finishAll({ sandbox }: House): Promise<void> {
  // In this order: whatever is sent between the two must end as well.
  await sandbox.configure({ latency: 0 });
  await sandbox.finish();
}

/** How often each job was sent to its service and paid for there. */
export async function paidOnce({ sandbox }: House, jobs: number): Promise<void> {
  const counts = Object.values((await sandbox.report()).jobs).map(({ submissions, charges }) => [submissions, charges]);
  assert.deepEqual(counts, Array(jobs).fill([1, 1]));
}
