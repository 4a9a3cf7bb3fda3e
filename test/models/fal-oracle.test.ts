import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { FluxError } from "../../lib/errors";
import { falSrpo } from "../../lib/models/fal-srpo";
import type { Mode } from "../../lib/models/model";
import { prepareRequest } from "../../lib/models/preparing/prepare";
import { wireViolations } from "../../lib/models/preparing/wire";
import { mayBeSent, type Structure } from "./oracle";
import {
  type Fields,
  falImageToImageMutations,
  falMutations,
  falTextToImageMutations,
  goodRequests,
  type Mutation,
} from "./requests";

const structures: Readonly<Record<Mode, Structure>> = JSON.parse(
  readFileSync(join(__dirname, "fixtures/fal-flux-srpo.structure.json"), "utf8"),
);

/** Asks both about one request; answers what they agree on. */
const agreed = (mode: Mode, request: Fields): boolean => {
  const judged = mayBeSent(structures[mode], request);
  let refused: FluxError | undefined;
  try {
    const prepared = prepareRequest(falSrpo, { dialog: {}, flux: request, mode, output: "url", allowUnknown: false });
    assert.deepEqual(wireViolations(prepared.model, asOnTheWire(prepared.request)), []);
  } catch (error) {
    assert.ok(error instanceof FluxError, `not a FluxError: ${error}`);
    refused = error;
  }
  assert.equal(refused === undefined, judged, refused ? `refused: ${refused.message}` : "accepted");
  return judged;
};

/** Long seeds go without quotes. */
const asOnTheWire = ({ seed, ...others }: Fields): Fields => ({
  ...others,
  ...(seed !== undefined && { seed: typeof seed === "string" ? BigInt(seed) : seed }),
});

const compared: readonly { mode: Mode; broken: Readonly<Record<string, Mutation>> }[] = [
  { mode: "text-to-image", broken: { ...falMutations, ...falTextToImageMutations } },
  { mode: "image-to-image", broken: { ...falMutations, ...falImageToImageMutations } },
];

describe("a random request to fal", function () {
  this.timeout(60_000);

  for (const { mode, broken } of compared) {
    it(`is accepted as the reference says, in every selection of parameters (${mode})`, () => {
      const judged = (request: Fields): void => assert.equal(agreed(mode, request), true);
      fc.assert(fc.property(goodRequests(structures[mode]), judged), { numRuns: 500, endOnFailure: true });
    });

    for (const [name, mutate] of Object.entries(broken)) {
      it(`is refused with ${name} (${mode})`, () => {
        fc.assert(
          fc.property(goodRequests(structures[mode]), fc.gen(), (request, draw) => {
            mutate(request, (values) => draw(() => values));
            assert.equal(agreed(mode, request), false);
          }),
          { numRuns: 20, endOnFailure: true },
        );
      });
    }
  }
});
