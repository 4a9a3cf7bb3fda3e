import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { models } from "../../lib/models/catalogue";

const repository = resolve(__dirname, "../..");
const built = join(repository, "dist/nodes/locales/en-US");

const catalogueOf = (type: string): unknown => JSON.parse(readFileSync(join(built, `${type}.json`), "utf8"));
const textAt = (catalogue: unknown, key: string): unknown => {
  let found = catalogue;
  for (const name of key.split("."))
    found = typeof found === "object" && found !== null ? Reflect.get(found, name) : undefined;
  return found;
};
const nodeTypes = readdirSync(join(repository, "nodes"))
  .filter((file) => file.endsWith(".html"))
  .map((file) => file.slice(0, -".html".length));

describe("the built catalogues", () => {
  it("name and explain every parameter of every model", () => {
    for (const { type, facts } of models) {
      const catalogue = catalogueOf(type);
      for (const { path } of facts.leaves) {
        const key = `parameters.${path.replaceAll("[]", "")}`;
        const label = textAt(catalogue, `${key}.label`);
        const help = textAt(catalogue, `${key}.help`);
        assert.ok(typeof label === "string" && label !== "", `${type}: ${path} has no label`);
        assert.ok(typeof help === "string" && help.endsWith("."), `${type}: ${path} has no help`);
      }
    }
  });

  it("hold no parameter that the model does not have", () => {
    const kontext = catalogueOf("runware-flux-kontext");
    assert.equal(textAt(kontext, "parameters.controlNet"), undefined);
    assert.equal(textAt(kontext, "parameters.inputs.seedImage"), undefined);
    assert.equal(typeof textAt(kontext, "parameters.inputs.referenceImages.label"), "string");
    assert.equal(textAt(catalogueOf("runware-account"), "parameters"), undefined);
  });

  it("have a name short enough for the canvas for every error", () => {
    const source = readFileSync(join(repository, "lib/errors.ts"), "utf8");
    const codes = [...new Set(source.match(/FLUX_[A-Z_]+/g))];
    assert.ok(codes.length >= 13);
    for (const { type } of models) {
      for (const code of codes) {
        const name = textAt(catalogueOf(type), `status.error.${code}`);
        assert.ok(typeof name === "string" && name.length < 20, `${type}: ${code}`);
      }
    }
  });

  it("have every text that the templates ask for", () => {
    for (const type of nodeTypes) {
      const template = readFileSync(join(repository, "dist/nodes", `${type}.html`), "utf8");
      for (const [, key = ""] of template.matchAll(/data-i18n="(?:\[\w+\])?([^"]+)"/g)) {
        assert.equal(typeof textAt(catalogueOf(type), key), "string", `${type}: ${key}`);
      }
    }
  });
});

describe("the built help", () => {
  for (const type of nodeTypes) {
    it(`of ${type} belongs to the node and starts with one short paragraph`, () => {
      const help = readFileSync(join(built, `${type}.html`), "utf8");
      assert.match(help, new RegExp(`data-help-name="${type}"`));
      const intro = /<p>([\s\S]*?)<\/p>/.exec(help)?.[1] ?? "";
      assert.ok(intro.length > 0 && intro.length <= 130, `${intro.length} characters`);
    });
  }

  it("lists every parameter that can be set, with its range", () => {
    for (const { type, facts } of models) {
      const help = readFileSync(join(built, `${type}.html`), "utf8");
      for (const leaf of facts.leaves) {
        const row = `<dt>${leaf.path} <`;
        assert.equal(help.includes(row), !leaf.owned && leaf.path !== "positivePrompt", `${type}: ${leaf.path}`);
      }
      assert.match(help, /<dt>steps <span class="property-type">1 to 50<\/span>/);
    }
  });
});
