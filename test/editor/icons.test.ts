import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { registerWithoutBundle, types } from "./template";

const folder = resolve(__dirname, "../../icons");
const files = readdirSync(folder);

interface Shape {
  name: string;
  attributes: Map<string, string>;
}

/** Every element of a drawing, by its opening tag. */
const shapesOf = (svg: string): Shape[] =>
  [...svg.matchAll(/<([\w:?!-]+)((?:\s+[\w:-]+="[^"]*")*)\s*\/?>/g)].map(([, name = "", attributes = ""]) => ({
    name,
    attributes: new Map(
      [...attributes.matchAll(/([\w:-]+)="([^"]*)"/g)].map(([, key = "", value = ""]) => [key, value]),
    ),
  }));

describe("the icons", () => {
  it("belong to a node each, and each node has one", () => {
    assert.deepEqual(types.map((type) => registerWithoutBundle(type).definition.icon).sort(), [...files].sort());
  });

  for (const file of files) {
    it(`are one family, white lines of one width, without text or scripts: ${file}`, () => {
      const svg = readFileSync(join(folder, file), "utf8");
      assert.ok(svg.length < 2_000, "small");
      const [root, title, ...shapes] = shapesOf(svg);
      assert.deepEqual(Object.fromEntries(root?.attributes ?? []), {
        xmlns: "http://www.w3.org/2000/svg",
        width: "40",
        height: "60",
        viewBox: "0 0 40 60",
      });
      assert.equal(title?.name, "title");
      assert.ok(shapes.length > 0);
      const allowed = ["path", "rect", "circle", "ellipse"];
      const geometry = ["d", "x", "y", "width", "height", "rx", "ry", "cx", "cy", "r", "fill-rule"];
      const look = ["fill", "stroke", "stroke-width", "stroke-linecap", "stroke-linejoin"];
      for (const { name, attributes } of shapes) {
        assert.ok(allowed.includes(name), name);
        for (const key of attributes.keys()) assert.ok([...geometry, ...look].includes(key), key);
        assert.ok(["none", "#fff"].includes(attributes.get("fill") ?? ""), "fill");
        if (attributes.has("stroke")) {
          const style = look.slice(1).map((key) => attributes.get(key) ?? "round");
          assert.deepEqual(style, ["#fff", "2.6", "round", "round"]);
        } else assert.equal(attributes.get("fill"), "#fff");
      }
      const drawn = svg.replaceAll(/<title>[^<]*<\/title>/g, "").replaceAll(/<[^<>]*>/g, "");
      assert.equal(drawn.trim(), "", "nothing but shapes");
    });
  }
});
