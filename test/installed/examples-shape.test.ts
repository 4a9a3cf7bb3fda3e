import assert from "node:assert/strict";
import { type FlowNode, readExamples, repository } from "./installed-pack";

/** The canvas that Node-RED's editor shows in a window of 1280 x 800 pixels, its bars on both sides. */
const CANVAS = { width: 777, height: 689 };

interface Placed extends FlowNode {
  z: string;
  name: string;
  x: number;
  y: number;
  wires: string[][];
}

const isPlaced = (node: FlowNode): node is Placed => typeof node.x === "number" && node.type !== "group";
const isConfig = ({ type, z }: FlowNode): boolean => z === undefined && type !== "tab" && type !== "subflow";

/** As wide as the editor draws a node, or some pixels more: letters differ from machine to machine. */
function boxOf({ type, name, x, y, wires }: Placed): { left: number; right: number; top: number; bottom: number } {
  const isLink = type.startsWith("link ");
  const letters = 20 * Math.ceil((name.length * 7.1 + 57) / 20);
  const width = isLink ? 30 : Math.max(100, letters);
  const height = isLink ? 30 : Math.max(30, 15 * wires.length);
  return { left: x - width / 2, right: x + width / 2, top: y - height / 2, bottom: y + height / 2 };
}

describe("every shipped example", () => {
  let examples: [string, FlowNode[]][];
  before(async () => {
    // first-pictures is the flow of `npm start`, wider than the others.
    examples = [...(await readExamples(repository))].filter(([path]) => path !== "first-pictures");
  });

  /** Asserts that nothing in any example is wrong, naming the example where something is. */
  const none = (find: (flow: FlowNode[]) => unknown[]): void => {
    const found = examples.flatMap(([path, flow]) => find(flow).map((what) => `${path}: ${what}`));
    assert.deepEqual(found, []);
  };

  it("explains itself in comments: what it shows, and what real pictures take", () => {
    none((flow) => {
      const comments = flow.filter(({ type }) => type === "comment");
      const titles = comments.map(({ name }) => String(name));
      return [
        ...(titles.some((title) => title.startsWith("For real pictures")) ? [] : ["no comment on production and cost"]),
        ...(comments.length >= 2 ? [] : ["says nothing of what it shows"]),
        ...comments.filter(({ info }) => String(info).length < 100).map(({ name }) => `nothing to read in "${name}"`),
        ...flow.filter(({ type, info }) => type === "tab" && !info).map(({ label }) => `nothing about "${label}"`),
      ];
    });
  });

  it("names every node on the canvas, and uses no function node", () => {
    none((flow) => flow.filter((node) => isPlaced(node) && !node.name).map(({ type }) => `${type} without a name`));
    none((flow) => flow.filter(({ type }) => type === "function").map(({ name }) => `function "${name}"`));
  });

  it("catches what its paid nodes may fail with", () => {
    none((flow) => {
      const catches = flow.filter(({ type }) => type === "catch");
      const paid = flow.filter(({ type }) => /^(runware|fal)-(flux|preprocess)/.test(type));
      const isCaught = ({ id, z }: FlowNode) =>
        catches.some((node) => node.z === z && (node.scope === null || (node.scope as string[]).includes(id)));
      return paid.filter((node) => !isCaught(node)).map(({ name }) => `nobody catches what "${name}" throws`);
    });
  });

  it("uses accounts and buckets of the sandbox, without keys", () => {
    none((flow) => flow.filter((node) => isConfig(node) && node.environment !== "sandbox").map(({ type }) => type));
    none((flow) => flow.filter((node) => "credentials" in node).map(({ type }) => `credentials of ${type}`));
  });

  it("can be imported beside every other, because no id comes twice", () => {
    const ids = examples.flatMap(([, flow]) => flow.map(({ id }) => id));
    assert.deepEqual(
      ids.filter((id, index) => ids.indexOf(id) !== index),
      [],
    );
  });

  it("is laid out on the grid, with no two nodes over each other", () => {
    none((flow) =>
      flow.filter((node) => isPlaced(node) && node.y % 20 !== 0).map(({ name }) => `"${name}" off the grid`),
    );
    none((flow) => {
      const nodes = flow.filter(isPlaced).map((node) => ({ ...node, box: boxOf(node) }));
      return nodes.flatMap((one, index) =>
        nodes
          .slice(index + 1)
          .filter(
            ({ z, box }) =>
              z === one.z &&
              box.left < one.box.right &&
              one.box.left < box.right &&
              box.top < one.box.bottom &&
              one.box.top < box.bottom,
          )
          .map((other) => `"${one.name}" and "${other.name}"`),
      );
    });
  });

  it("fits a window of 1280 x 800 without scrolling", () => {
    none((flow) =>
      flow
        .filter(isPlaced)
        .filter(
          (node) => boxOf(node).left < 0 || boxOf(node).right > CANVAS.width || boxOf(node).bottom > CANVAS.height,
        )
        .map(({ name }) => `"${name}" is out of sight`),
    );
  });

  it("has all of a group's nodes inside its frame", () => {
    none((flow) =>
      flow
        .filter(({ type }) => type === "group")
        .flatMap((group) => {
          const [x, y, w, h] = [group.x, group.y, group.w, group.h].map(Number) as [number, number, number, number];
          const inside = (node: Placed) =>
            node.x > x && node.x < x + w && node.y > y && node.y < y + h && node.g === group.id;
          return flow
            .filter(isPlaced)
            .filter((node) => (group.nodes as string[]).includes(node.id) !== inside(node))
            .map(({ name }) => `"${name}" and the frame "${group.name}"`);
        }),
    );
  });
});
