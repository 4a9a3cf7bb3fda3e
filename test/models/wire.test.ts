import assert from "node:assert/strict";
import type { RunwareFluxSrpoRequest } from "../../lib/models/generated/runware-flux-srpo.type";
import { wireViolations } from "../../lib/models/preparing/wire";
import { srpo } from "../../lib/models/srpo";
import { picture, prepare } from "./support";

const whole: RunwareFluxSrpoRequest = {
  taskType: "imageInference",
  taskUUID: picture.uuid,
  model: "runware:111@1",
  positivePrompt: "a fox",
};
const task = (more: Record<string, unknown> = {}) => ({ ...whole, ...more });
const refused = (more: Record<string, unknown>): string[] =>
  wireViolations(srpo, task(more)).map(({ parameter }) => parameter);

describe("a task on the wire", () => {
  it("is what a prepared request becomes", () => {
    const { request } = prepare(srpo, { width: 512, height: 512, seed: 7, puLID: { inputImages: [picture.url] } });
    assert.deepEqual(wireViolations(srpo, { ...request, ...task() }), []);
  });

  it("is held to schema and rules as it is: nothing is put right", () => {
    assert.deepEqual(refused({ puLID: {} }), ["puLID"]);
    assert.deepEqual(refused({ scheduler: "euler" }), ["scheduler"]);
    assert.deepEqual(refused({ taskUUID: "x" }), ["taskUUID"]);
    assert.deepEqual(refused({ model: "runware:106@1" }), ["model"]);
    assert.deepEqual(refused({ ttl: 60, outputType: "dataURI" }), ["ttl"]);
    assert.deepEqual(refused({ layerDiffuse: true }), ["outputFormat"]);
    assert.deepEqual(refused({ steps: 0, layerDiffuse: true }), ["steps", "outputFormat"]);
  });

  it("has its seed as digits, of any size, not as text", () => {
    assert.deepEqual(refused({ seed: 0 }), []);
    assert.deepEqual(refused({ seed: 9223372036854775807n }), []);
    assert.deepEqual(refused({ seed: 9223372036854775808n }), ["seed"]);
    assert.deepEqual(refused({ seed: "5" }), ["seed"]);
  });
});
