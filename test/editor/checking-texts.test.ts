import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const repository = resolve(__dirname, "../..");
const textsOf = (topic: string): Record<string, unknown> =>
  JSON.parse(readFileSync(join(repository, "locales/en-US/shared", `${topic}.json`), "utf8"));

/** What a pattern finds in the sources of a folder. */
const foundIn = (folder: string, pattern: RegExp): string[] =>
  readdirSync(join(repository, folder))
    .filter((file) => file.endsWith(".ts"))
    .flatMap((file) => [...readFileSync(join(repository, folder, file), "utf8").matchAll(pattern)])
    .map(([, key = ""]) => key);

describe("the catalogue", () => {
  it("has words for everything that a rule finds, and for nothing else", () => {
    const keys = new Set(foundIn("lib/models/rules", /\bkey: "(\w+)"/g));
    assert.deepEqual([...keys].sort(), Object.keys(textsOf("rules")).sort());
  });

  it("has words for everything that the check of a dialog finds", () => {
    const texts = textsOf("checks");
    const whole = foundIn("editor/checking", /"checks\.(\w+)"/g);
    const short = foundIn("editor/checking", /\bkey: "(\w+)"/g);
    assert.ok(whole.length > 8 && short.length > 15);
    for (const key of [...whole, ...short]) assert.equal(typeof texts[key], "string", key);
  });

  it("has words for every reason why a text is no request", () => {
    const literal = readFileSync(join(repository, "editor/json/literal.ts"), "utf8");
    const example = readFileSync(join(repository, "editor/json/read-example.ts"), "utf8");
    const thrown = [...literal.matchAll(/new Unreadable\("(\w+)"/g), ...example.matchAll(/reason: "(\w+)"/g)];
    const keys = new Set(thrown.map(([, key = ""]) => key));
    assert.deepEqual([...keys].sort(), Object.keys(Object(textsOf("json").unreadable)).sort());
  });
});
