import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { nodeModels } from "../../lib/models/catalogue";
import { compositions } from "../../lib/models/composition/catalogue";
import { contrast, covered, difference, eyes, lightness } from "../support/colours";
import { registerWithoutBundle, types } from "./template";

const repository = resolve(__dirname, "../..");

const families: Readonly<Record<string, readonly string[]>> = {
  account: ["runware-account", "fal-account", "flux-s3-bucket"],
  inference: nodeModels.map(({ type }) => type),
  composition: compositions.map(({ type }) => type),
  storage: ["flux-s3-upload", "flux-s3-presign"],
  viewing: ["flux-preview"],
};

/** The one place where a family's colour is written down. */
const colourOf = (family: string): string => {
  const look = readFileSync(resolve(repository, `editor/html/${family}-look.html`), "utf8");
  return /color: '(#[0-9a-f]{6})'/.exec(look)?.[1] ?? "";
};
const colours = Object.keys(families).map((family): [family: string, colour: string] => [family, colourOf(family)]);
const onCanvas = colours.filter(([family]) => family !== "account");
const pairs = colours.flatMap(([one, colour], index) =>
  colours.slice(index + 1).map(([other, otherColour]) => ({ names: `${one} and ${other}`, colour, otherColour })),
);

describe("the palette", () => {
  it("has one category, and one colour for all nodes of a family", () => {
    for (const [family, members] of Object.entries(families)) {
      for (const type of members) {
        const { color, category } = registerWithoutBundle(type).definition;
        assert.equal(color, colourOf(family), type);
        assert.equal(category, family === "account" ? "config" : "FLUX", type);
      }
    }
    assert.deepEqual(Object.values(families).flat().sort(), [...types].sort(), "every node belongs to a family");
  });

  it("takes colours from the families' own places, not from a node's html", () => {
    for (const type of types) {
      assert.doesNotMatch(readFileSync(resolve(repository, `nodes/${type}.html`), "utf8"), /color:|category:/, type);
    }
  });

  it("lets Node-RED's label be read on every colour, in both themes", () => {
    // --red-ui-node-label-color, light and dark.
    for (const label of ["#333333", "#191919"]) {
      for (const [family, colour] of onCanvas) assert.ok(contrast(colour, label) >= 4.5, `${family} ${label}`);
    }
  });

  it("lets white icons be seen, no worse than on Node-RED's own nodes", () => {
    // The layer below icons: black in the light theme, white in the dark one. #fdd0a2 is the function node.
    for (const [grey, opacity, least] of [
      [0, 0.05, contrast(covered("#fdd0a2", 0, 0.05), "#ffffff")],
      [255, 0.07, contrast(covered("#fdd0a2", 255, 0.07), "#ffffff")],
    ] as const) {
      for (const [family, colour] of colours) {
        assert.ok(contrast(covered(colour, grey, opacity), "#ffffff") > least, family);
      }
    }
  });

  for (const [eye, cones] of Object.entries(eyes)) {
    it(`has families that an eye ${eye} can tell apart`, () => {
      for (const { names, colour, otherColour } of pairs) {
        assert.ok(difference(colour, otherColour, cones) >= 5, names);
      }
    });
  }

  it("has families that differ in lightness, for who sees no colours at all", () => {
    for (const { names, colour, otherColour } of pairs) {
      assert.ok(Math.abs(lightness(colour) - lightness(otherColour)) >= 4, names);
    }
  });

  it("says a chosen name in italics, as Node-RED's own nodes do", () => {
    for (const type of types) {
      const { labelStyle } = registerWithoutBundle(type).definition;
      assert.equal(labelStyle.call({ name: "mine" }), "node_label_italic", type);
      assert.equal(labelStyle.call({}), "", type);
    }
  });
});
