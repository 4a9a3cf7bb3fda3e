import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { nodeModels } from "../../lib/models/catalogue";
import { compositions } from "../../lib/models/composition/catalogue";
import { registerWithoutBundle, types } from "./template";

const repository = resolve(__dirname, "../..");
const helpOf = (type: string): string =>
  readFileSync(resolve(repository, `dist/nodes/locales/en-US/${type}.html`), "utf8");

const textOf = (html: string): string =>
  html
    .replaceAll(/<[^>]*>/g, "")
    .replaceAll(/\s+/g, " ")
    .trim();

/** The parts of a help by the heading above them; what comes before the first is the introduction. */
const sectionsOf = (type: string): Map<string, string> => {
  const [introduction = "", ...sections] = helpOf(type)
    .replaceAll(/<script[^>]*>|<\/script>/g, "")
    .split("<h3>");
  return new Map([
    ["Introduction", introduction],
    ...sections.map((section): [string, string] => {
      const [heading = "", body = ""] = section.split("</h3>");
      return [heading, body];
    }),
  ]);
};

interface Property {
  name: string;
  type: string;
  isOptional: boolean;
}

const propertiesOf = (section: string): Property[] =>
  [...section.matchAll(/<dt( class="optional")?>([\s\S]*?)<\/dt>/g)].map(([, optional, content = ""]) => ({
    name: textOf(content.replace(/<span[\s\S]*/, "")),
    type: textOf(/<span class="property-type">([\s\S]*?)<\/span>/.exec(content)?.[1] ?? ""),
    isOptional: optional !== undefined,
  }));
const namesIn = (type: string, section: string): string[] =>
  propertiesOf(sectionsOf(type).get(section) ?? "").map(({ name }) => name);

const isConfiguration = (type: string): boolean => registerWithoutBundle(type).definition.category === "config";
const onCanvas = types.filter((type) => !isConfiguration(type));
const inference = nodeModels.map(({ type }) => type);
const withParameters = [...inference, ...compositions.map(({ type }) => type)];

const errorCodes = new Set(readFileSync(resolve(repository, "lib/errors.ts"), "utf8").match(/FLUX_[A-Z_]+/g));

/** Sites that a help may lead to: those of Node-RED, of the services and of S3. */
const sites = ["nodered.org", "runware.ai", "fal.ai", "docs.aws.amazon.com"];

describe("a node's help", () => {
  for (const type of types) {
    describe(type, () => {
      it("begins with an introduction of three lines at most", () => {
        const introduction = sectionsOf(type).get("Introduction") ?? "";
        assert.match(helpOf(type), new RegExp(`^<script type="text/html" data-help-name="${type}">`));
        assert.equal(introduction.match(/<p>/g)?.length, 1);
        const text = textOf(introduction);
        // A line in the sidebar has room for some 45 characters.
        assert.ok(text.length > 20 && text.length <= 135, `${text.length} characters`);
        assert.match(text, /\.$/);
      });

      it("goes on in the order of Node-RED's own helps", () => {
        const { inputs = 0, outputs = 0 } = registerWithoutBundle(type).definition;
        const expected = [
          "Introduction",
          ...(inputs > 0 ? ["Inputs"] : []),
          ...(outputs > 0 ? ["Outputs"] : []),
          "Details",
          ...(withParameters.includes(type) ? ["Parameters"] : []),
          "References",
        ];
        assert.deepEqual([...sectionsOf(type).keys()], expected);
      });

      it("gives each property of the message a type, and says which are optional", () => {
        for (const section of ["Inputs", "Outputs"]) {
          for (const { name, type: kind } of propertiesOf(sectionsOf(type).get(section) ?? "")) {
            assert.match(name, /^[a-z][A-Za-z0-9.]*$/, "one property at a time");
            assert.match(
              kind,
              /^(string|number|boolean|object|array|buffer)( \| (string|number|boolean|object|array|buffer))*$/,
              name,
            );
          }
        }
      });

      it("explains whatever it names", () => {
        const lists = [...helpOf(type).matchAll(/<dl class="message-properties[^>]*>([\s\S]*?)<\/dl>/g)];
        for (const [, list = ""] of lists) {
          const rows = list.split("<dt").slice(1);
          for (const row of rows) assert.ok(textOf(row.split("<dd>")[1] ?? "").length > 5, textOf(`<dt${row}`));
        }
      });

      it("is whole html without scripts, styles and handlers", () => {
        const open: string[] = [];
        for (const [, closing, tag = "", rest = ""] of helpOf(type).matchAll(/<(\/?)(\w+)([^>]*)>/g)) {
          assert.doesNotMatch(rest, /\sstyle=|\son\w+=/);
          if (closing === "") open.push(tag);
          else assert.equal(open.pop(), tag);
        }
        assert.deepEqual(open, []);
        assert.equal(helpOf(type).match(/<script/g)?.length, 1);
        assert.doesNotMatch(helpOf(type), /<!--|\{\{/, "everything was put in by the build");
      });

      it("refers to pages of Node-RED, the services and AWS, which open in a window of their own", () => {
        const links = [...helpOf(type).matchAll(/<a ([^>]*)>/g)];
        assert.ok(links.length > 0);
        for (const [, attributes = ""] of links) {
          const address = /href="([^"]+)"/.exec(attributes)?.[1] ?? "";
          assert.ok(sites.includes(new URL(address).host) && address.startsWith("https:"), address);
          assert.match(attributes, /target="_blank" rel="noreferrer"/);
        }
      });

      it("names only codes of errors that there are", () => {
        for (const code of helpOf(type).match(/FLUX_[A-Z_]+/g) ?? []) assert.ok(errorCodes.has(code), code);
        if (!isConfiguration(type)) assert.match(helpOf(type), /<dt>error\.code </);
      });
    });
  }

  it("names every property that inference nodes take and set", () => {
    for (const type of inference) {
      const isTool = !namesIn(type, "Inputs").includes("flux");
      const own = isTool ? ["payload"] : ["payload", "flux", "fluxOrigins"];
      assert.deepEqual(namesIn(type, "Inputs"), [...own, "idempotencyKey", "cancel", "resume"], type);
      assert.deepEqual(
        namesIn(type, "Outputs"),
        isTool ? ["guideImage", "image", "job"] : ["payload", "image", "job", "parts"],
        type,
      );
    }
    assert.equal(inference.filter((type) => !namesIn(type, "Inputs").includes("flux")).length, 1, "one tool");
  });

  it("calls what an inference node can do without optional, and nothing else", () => {
    for (const type of inference) {
      for (const { name, isOptional } of propertiesOf(sectionsOf(type).get("Inputs") ?? "")) {
        assert.equal(isOptional, name !== "payload", `${type}: ${name}`);
      }
    }
  });

  it("names every code of the errors with which a job may end", () => {
    for (const type of inference) {
      const named = new Set(namesIn(type, "Details").flatMap((name) => name.split(", ")));
      for (const code of errorCodes) assert.ok(named.has(code), `${type}: ${code}`);
    }
  });

  it("names what composition and storage nodes take and set", () => {
    for (const { type } of compositions) {
      assert.deepEqual(namesIn(type, "Inputs"), ["flux", "fluxOrigins"], type);
      assert.deepEqual(namesIn(type, "Outputs"), ["flux", "fluxOrigins"], type);
    }
    assert.deepEqual(namesIn("flux-s3-upload", "Inputs"), ["payload", "image", "job", "s3Expected", "cancel"]);
    assert.deepEqual(namesIn("flux-s3-upload", "Outputs"), ["s3"]);
    assert.deepEqual(namesIn("flux-s3-presign", "Inputs"), ["s3", "flux"]);
    assert.deepEqual(namesIn("flux-s3-presign", "Outputs"), ["payload", "flux", "fluxOrigins", "s3Expected"]);
  });

  it("has a list of all parameters, where the node has parameters, and no list twice", () => {
    for (const type of withParameters) assert.ok(namesIn(type, "Parameters").length > 0, type);
    for (const type of onCanvas) {
      const names = namesIn(type, "Details");
      assert.equal(new Set(names).size, names.length, type);
    }
  });
});
