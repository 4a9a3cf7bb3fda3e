import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { FluxError } from "../../lib/errors";
import { kontext } from "../../lib/models/kontext";
import { krea } from "../../lib/models/krea";
import type { Model } from "../../lib/models/model";
import { prepareRequest } from "../../lib/models/preparing/prepare";
import type { OutputForm } from "../../lib/models/request";
import { srpo } from "../../lib/models/srpo";
import { mayBeSent, type Structure } from "./oracle";
import {
  type Fields,
  goodRequests,
  kontextMutations,
  type Mutation,
  mutations,
  textToImageMutations,
} from "./requests";

const fixture = readFileSync(join(__dirname, "fixtures/runware-flux-srpo.structure.json"), "utf8");

/** A copy of the reference's structure, changed as another model's document differs. */
const structureOf = (
  model: Model,
  change: (properties: Record<string, Structure>) => Fields = () => ({}),
): Structure => {
  const structure = JSON.parse(fixture);
  structure.properties.model.const = model.id;
  return Object.assign(structure, change(structure.properties));
};

const kreaStructure = structureOf(krea, (properties) => {
  Object.assign(Object(properties.ultralytics).properties, {
    inpaintSize: { type: "integer", minimum: 128, maximum: 2048, default: 1024 },
  });
  return { required: ["positivePrompt", "taskType", "taskUUID", "model", "width", "height"] };
});

const kontextStructure = structureOf(kontext, (properties) => {
  const image = Object(properties.inputs).properties.seedImage;
  for (const name of [
    ...["strength", "maskMargin", "promptWeighting", "outpaint", "controlNet", "acePlusPlus"],
    ...["pulid", "hiresFix", "layerDiffuse"],
  ]) {
    delete properties[name];
  }
  properties.width = { type: "integer", minimum: 1 };
  properties.height = { type: "integer", minimum: 1 };
  properties.inputs = {
    type: "object",
    additionalProperties: false,
    properties: { referenceImages: { type: "array", minItems: 1, items: image } },
  };
  return {};
});

const outputs: Readonly<Record<OutputForm, string>> = {
  url: "URL",
  buffer: "URL",
  base64: "base64Data",
  dataURI: "dataURI",
};

/** The form in which the node asks for the result: it is the node's, not the message's. */
const outputTypeOf = (output: OutputForm, request: Fields): string =>
  output === "buffer" && request.deliveryMethod === "sync" && request.ttl === undefined
    ? "base64Data"
    : outputs[output];

interface Verdicts {
  requests: number;
  valid: number;
  mutated: Record<string, number>;
}

/** Asks both about one request; answers what they agree on. */
const agreed = (model: Model, structure: Structure, request: Fields, output: OutputForm): boolean => {
  const judged = mayBeSent(structure, {
    ...request,
    taskType: "imageInference",
    taskUUID: "59a2edc2-45e6-429f-be5f-7ded59b92046",
    model: model.id,
    outputType: outputTypeOf(output, request),
  });
  let refused: FluxError | undefined;
  try {
    prepareRequest(model, { dialog: {}, flux: request, output, allowUnknown: false });
  } catch (error) {
    assert.ok(error instanceof FluxError, `not a FluxError: ${error}`);
    refused = error;
  }
  assert.equal(refused === undefined, judged, refused ? `refused: ${refused.message}` : "accepted");
  return judged;
};

const compare = (model: Model, structure: Structure, runs: number, ways: Record<string, Mutation>): Verdicts => {
  const verdicts: Verdicts = { requests: 0, valid: 0, mutated: {} };
  const names = Object.keys(ways);
  const broken = fc.oneof(
    { weight: 8, arbitrary: fc.constant<string[]>([]) },
    { weight: 4, arbitrary: fc.uniqueArray(fc.constantFrom(...names), { minLength: 1, maxLength: 3 }) },
  );
  const output = fc.constantFrom<OutputForm>("url", "url", "url", "url", "buffer", "base64", "dataURI");
  fc.assert(
    fc.property(goodRequests(structure), broken, output, fc.gen(), (request, broke, form, draw) => {
      for (const name of broke) ways[name]?.(request, (values) => draw(() => values));
      const valid = agreed(model, structure, request, form);
      verdicts.requests += 1;
      if (valid) verdicts.valid += 1;
      if (broke.length === 1 && !valid) verdicts.mutated[String(broke)] = (verdicts.mutated[String(broke)] ?? 0) + 1;
    }),
    { numRuns: runs, endOnFailure: true },
  );
  return verdicts;
};

const textToImage = { ...mutations, ...textToImageMutations };

/** What is compared, and every way to break a rule of the model. */
const compared: readonly { model: Model; structure: Structure; runs: number; broken: Record<string, Mutation> }[] = [
  { model: srpo, structure: structureOf(srpo), runs: 3000, broken: textToImage },
  { model: krea, structure: kreaStructure, runs: 1500, broken: textToImage },
  { model: kontext, structure: kontextStructure, runs: 1500, broken: { ...mutations, ...kontextMutations } },
];

describe("a random request", function () {
  this.timeout(60_000);

  for (const { model, structure, runs, broken } of compared) {
    it(`to ${model.title} is accepted or refused as the reference and its texts say`, () => {
      const { requests, valid, mutated } = compare(model, structure, runs, broken);
      const [hit, all] = [mutated, broken].map((found) => Object.keys(found).length);
      console.log(`      ${requests} requests, ${valid} valid, ${hit} of ${all} mutations alone`);
      assert.ok(requests >= runs);
      assert.ok(valid >= 0.4 * requests, `only ${valid} of ${requests} requests were valid`);
    });

    for (const [name, mutate] of Object.entries(broken)) {
      it(`to ${model.title} is refused with ${name}`, () => {
        fc.assert(
          fc.property(goodRequests(structure), fc.gen(), (request, draw) => {
            mutate(request, (values) => draw(() => values));
            assert.equal(agreed(model, structure, request, "url"), false);
          }),
          { numRuns: 10, endOnFailure: true },
        );
      });
    }
  }
});
