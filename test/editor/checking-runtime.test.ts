import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { inferenceProblems } from "../../editor/checking/inference-problems";
import type { Problem } from "../../editor/checking/problem";
import type { Typed } from "../../editor/node-red";
import { FluxError } from "../../lib/errors";
import { falSrpo } from "../../lib/models/fal-srpo";
import { kontext } from "../../lib/models/kontext";
import { krea } from "../../lib/models/krea";
import type { Mode, NodeModel } from "../../lib/models/model";
import { prepareRequest } from "../../lib/models/preparing/prepare";
import { preprocess } from "../../lib/models/preprocess";
import { srpo } from "../../lib/models/srpo";
import type { Structure } from "../models/oracle";
import {
  type Fields,
  falImageToImageMutations,
  falMutations,
  falTextToImageMutations,
  goodRequests,
  kontextMutations,
  type Mutation,
  mutations,
  textToImageMutations,
} from "../models/requests";
import { dialogOf, pathOf, readWhenRun } from "./dialog-of";

const structureOf = (name: string): Structure =>
  JSON.parse(readFileSync(join(__dirname, "../models/fixtures", `${name}.structure.json`), "utf8"));

/** Parameters that the node refuses when it runs with these dialog values and a message that brings a prompt only. */
const refused = (model: NodeModel, values: ReadonlyMap<string, Typed>, mode?: Mode): string[] => {
  try {
    prepareRequest(model, {
      dialog: readWhenRun(values),
      prompt: { value: "a lighthouse", source: "Prompt from (msg.payload)" },
      flux: undefined,
      output: "url",
      allowUnknown: false,
      ...(mode && { mode }),
    });
    return [];
  } catch (error) {
    if (!(error instanceof FluxError)) throw error;
    return error.cause.violations.map(({ parameter }) => pathOf(parameter));
  }
};

const shown = (model: NodeModel, values: ReadonlyMap<string, Typed>, mode?: Mode): Problem[] => {
  const settings: Record<string, unknown> = { promptFrom: { type: "msg", value: "payload" }, mode };
  return inferenceProblems(model, values, (property) => settings[property]);
};

/** Both look at the same dialog; fails where they disagree. */
const assertAgreed = (model: NodeModel, request: Fields, mode?: Mode): { isRefused: boolean } => {
  const { positivePrompt: _positive, prompt: _prompt, ...rest } = request;
  const values = dialogOf(rest);
  const whenRun = new Set(refused(model, values, mode));
  const inEditor = shown(model, values, mode);
  const context = JSON.stringify({ rest, whenRun: [...whenRun], inEditor }, (_key, value) =>
    typeof value === "bigint" ? String(value) : value,
  );
  for (const path of whenRun) {
    assert.ok(
      inEditor.some((problem) => problem.path === path),
      `${path} is refused and not shown: ${context}`,
    );
  }
  for (const { path, level } of inEditor) {
    if (level === "error") assert.ok(whenRun.has(path), `${path} is shown and not refused: ${context}`);
  }
  return { isRefused: whenRun.size > 0 };
};

const SEED = 7;

const broken = (good: readonly Fields[], [name, mutation]: [string, Mutation]): Fields[] =>
  good.map((request, index) => {
    const copy = structuredClone(request);
    let draws = 0;
    mutation(copy, (values) => {
      const [value] = fc.sample(values, { seed: SEED + index * 31 + draws++, numRuns: 1 });
      return value;
    });
    assert.ok(name);
    return copy;
  });

const runwareStructure = structureOf("runware-flux-srpo");
const onlyOf = (good: readonly Fields[], model: NodeModel): Fields[] =>
  good.map((request) =>
    Object.fromEntries(
      Object.entries(request).filter(
        ([name]) => !("facts" in model) || model.facts.leaves.some(({ path }) => path.split(/[.[]/)[0] === name),
      ),
    ),
  );

describe("a dialog and the node that runs", () => {
  const withText = { ...mutations, ...textToImageMutations };
  for (const { model, of } of [
    { model: srpo, of: withText },
    { model: krea, of: withText },
    { model: kontext, of: { ...mutations, ...kontextMutations } },
  ]) {
    const good = onlyOf(fc.sample(goodRequests(runwareStructure), { seed: SEED, numRuns: 60 }), model).map(
      (request) => {
        if (model === kontext) delete request.inputs;
        return model === krea && !("width" in request) ? { width: 512, height: 512, ...request } : request;
      },
    );

    it(`agree on what is right for ${model.title}`, () => {
      for (const request of good) assertAgreed(model, request);
    });

    it(`agree on what is wrong for ${model.title}`, () => {
      let count = 0;
      for (const mutation of Object.entries(of)) {
        for (const request of broken(good.slice(0, 6), mutation)) {
          if (assertAgreed(model, request).isRefused) count++;
        }
      }
      assert.ok(count > 100, String(count));
    });
  }

  for (const { mode, of } of [
    { mode: "text-to-image", of: { ...falMutations, ...falTextToImageMutations } },
    { mode: "image-to-image", of: { ...falMutations, ...falImageToImageMutations } },
  ] as const) {
    it(`agree for fal's endpoint of the mode ${mode}`, () => {
      const base: Fields = mode === "image-to-image" ? { image_url: "https://example.com/a.png" } : {};
      const good = [base, { ...base, num_inference_steps: 28, seed: 4 }, { ...base, num_images: 2 }];
      let count = 0;
      for (const request of good) assert.equal(assertAgreed(falSrpo, request, mode).isRefused, false);
      for (const mutation of Object.entries(of)) {
        for (const request of broken(good, mutation)) if (assertAgreed(falSrpo, request, mode).isRefused) count++;
      }
      assert.ok(count > 15, String(count));
    });
  }

  it("agree for the preprocessor", () => {
    const inputs = { image: "https://example.com/a.png" };
    for (const request of [
      { inputs },
      { inputs, settings: { lowThresholdCanny: 10, highThresholdCanny: 200 } },
      { inputs, settings: { lowThresholdCanny: 200, highThresholdCanny: 100 } },
      { inputs, settings: { lowThresholdCanny: 300 } },
      { inputs, settings: { includeHandsAndFaceOpenPose: true } },
      { inputs, model: "runware:controlnet-preprocess@openpose", settings: { includeHandsAndFaceOpenPose: true } },
      { inputs, model: "runware:controlnet-preprocess@nothing" },
      { inputs: { image: "cat.png" }, width: 512 },
    ]) {
      assertAgreed(preprocess, request);
    }
  });
});
