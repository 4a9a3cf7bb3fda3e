import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const built = resolve(__dirname, "../../dist/nodes/locales");
const helps = readdirSync(join(built, "en-US")).filter((file) => file.endsWith(".html"));

const all = (html: string, pattern: RegExp): string[] => [...html.matchAll(pattern)].map(([, found = ""]) => found);

/** What is the same in every language: whose help it is, how it is built, and what is named in it by its technical name. */
const skeletonOf = (html: string) => ({
  nodes: all(html, /data-help-name="([^"]+)"/g),
  headings: all(html, /<(h\d)[\s>]/g),
  // A single capitalised word, such as "Retries", is the label of a field and is translated.
  names: all(html, /<dt[^>]*>(?![A-Z][a-z]+ ?<)([\w.[\]]+) ?</g),
  codes: all(html, /<code>([^<]+)<\/code>/g).sort(),
  addresses: all(html, /href="([^"]+)"/g),
});

describe("the help in", () => {
  for (const language of ["de", "fr", "ja", "zh-CN"]) {
    for (const help of helps) {
      it(`${language} tells of ${help} what the English one tells`, () => {
        const file = join(built, language, help);
        assert.ok(existsSync(file), "there is none");
        const translated = readFileSync(file, "utf8");
        const english = readFileSync(join(built, "en-US", help), "utf8");
        assert.deepEqual(skeletonOf(translated), skeletonOf(english));
        const paragraphs = new Set(all(english, /<p>([^<]{40,})</g));
        const left = all(translated, /<p>([^<]{40,})</g).filter((paragraph) => paragraphs.has(paragraph));
        assert.deepEqual(left, []);
      });
    }
  }
});
