import assert from "node:assert/strict";
import { resolve } from "node:path";
import { hintOf } from "../../editor/wording";
import { falSrpo } from "../../lib/models/fal-srpo";
import { krea } from "../../lib/models/krea";
import type { Leaf, NodeModel } from "../../lib/models/model";
import { nodeFacts } from "../../lib/models/node-facts";
import { readShared, translator } from "../../scripts/build-catalogues";
import { parameterTable } from "../../scripts/parameter-table";

const t = translator(readShared(resolve(__dirname, "../../locales/en-US/shared")));

const leafOf = (model: NodeModel, path: string): Leaf => {
  const leaf = nodeFacts(model).leaves.find((candidate) => candidate.path === path);
  assert.ok(leaf, path);
  return leaf;
};

describe("the help's list of parameters", () => {
  for (const { model, marks } of [
    {
      model: falSrpo,
      marks: {
        image_size: "text to image only; default landscape_4_3",
        output_format: "default jpeg",
        enable_safety_checker: "default true",
        acceleration: "default none",
        num_inference_steps: "1 to 50, default 28; with a picture 10 to 50, default 40",
        seed: "-9007199254740991 to 18446744073709551615",
      },
    },
    { model: krea, marks: { deliveryMethod: "default async", includeCost: "default true", steps: "1 to 50" } },
  ]) {
    it(`gives the default of every parameter that has one, choices and switches too: ${model.type}`, () => {
      const table = parameterTable(nodeFacts(model), t);
      for (const [path, says] of Object.entries(marks)) {
        assert.ok(table.includes(`<dt>${path} <span class="property-type">${says}</span></dt>`), path);
      }
      for (const { path, default: preset, owned } of nodeFacts(model).leaves) {
        if (preset === undefined || owned) continue;
        const row = table.split("<dt>").find((candidate) => candidate.startsWith(`${path} `)) ?? "";
        assert.ok(row.includes(`default ${preset}</span>`), path);
      }
    });
  }
});

describe("the hint beside a field", () => {
  it("leaves the default to the list that shows it", () => {
    assert.equal(hintOf(leafOf(falSrpo, "acceleration"), t), "");
    assert.equal(hintOf(leafOf(falSrpo, "enable_safety_checker"), t), "");
    assert.equal(hintOf(leafOf(falSrpo, "image_size"), t), "text to image only");
    assert.equal(hintOf(leafOf(falSrpo, "guidance_scale"), t), "1 to 20, default 4.5");
  });
});
