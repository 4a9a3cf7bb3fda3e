import assert from "node:assert/strict";
import { isInFlows } from "../../lib/node-red/flows";

interface SavedNode {
  id: string;
  type: string;
  z?: string;
}

const flows: SavedNode[] = [
  { id: "tab", type: "tab" },
  { id: "plain", type: "runware-flux-krea", z: "tab" },
  { id: "outer", type: "subflow" },
  { id: "inner", type: "subflow" },
  { id: "in-outer", type: "runware-flux-krea", z: "outer" },
  { id: "nested", type: "subflow:inner", z: "outer" },
  { id: "in-inner", type: "runware-flux-krea", z: "inner" },
  { id: "first", type: "subflow:outer", z: "tab" },
  { id: "a0b1c2d3e4f5a6b7", type: "a subflow of a module", z: "tab" },
  { id: "6ac1ff4f.3e1d", type: "a subflow of a module", z: "inner" },
];

const has = isInFlows({ nodes: { eachNode: (tell: (node: SavedNode) => void) => flows.forEach(tell) } } as never);

describe("a node", () => {
  it("is in the flows by its own id, or inside each instance of its subflow", () => {
    for (const id of ["plain", "first-in-outer", "first-nested-in-inner"]) assert.equal(has(id), true, id);
  });

  it("is not there when it, its instance or a subflow around it is gone", () => {
    const gone = [
      "other",
      "second-in-outer",
      "first-other",
      "first-other-in-inner",
      "first-nested-other",
      "plain-other",
    ];
    for (const id of gone) assert.equal(has(id), false, id);
  });

  it("is not there any more when it was moved out of its subflow, or into one", () => {
    for (const id of ["first-plain", "first-in-inner", "first-nested-in-outer", "in-outer", "nested-in-inner"]) {
      assert.equal(has(id), false, id);
    }
  });

  it("is taken to be there inside an instance of a subflow that came as a module", () => {
    for (const id of ["a0b1c2d3e4f5a6b7-any", "first-nested-6ac1ff4f.3e1d-any"]) assert.equal(has(id), true, id);
  });
});
