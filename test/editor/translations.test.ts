import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { leavesOf } from "./texts";

const locales = resolve(__dirname, "../../locales");
const english = join(locales, "en-US");
const translations = ["de", "fr", "ja", "zh-CN"];

const catalogues = [
  ...readdirSync(join(english, "shared")).map((file) => join("shared", file)),
  ...readdirSync(english).filter((file) => file.endsWith(".json")),
];

const textsOf = (language: string, catalogue: string): Map<string, string> => {
  const file = join(locales, language, catalogue);
  return leavesOf(existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {});
};

/** What a text wants filled in: `__name__`, `{field}`, `${VARIABLE}`. */
const placesIn = (text: string): string[] => [...text.matchAll(/__\w+?__|\$?\{\w*\}/g)].map(([place]) => place).sort();

describe("the languages of the pack", () => {
  it("are English, German, French, Japanese and simplified Chinese", () => {
    assert.deepEqual(readdirSync(locales).sort(), ["en-US", ...translations].sort());
  });

  for (const language of translations) {
    describe(`in ${language}`, () => {
      for (const catalogue of catalogues) {
        const texts = textsOf(language, catalogue);
        const originals = textsOf("en-US", catalogue);

        it(`${catalogue} says all that the English one says, and nothing else`, () => {
          assert.deepEqual([...texts.keys()].sort(), [...originals.keys()].sort());
        });

        it(`${catalogue} leaves room for the same values`, () => {
          for (const [key, text] of texts) {
            assert.deepEqual(placesIn(text), placesIn(originals.get(key) ?? ""), `${key}: ${text}`);
          }
        });

        it(`${catalogue} leaves no text empty, and no sentence in English`, () => {
          for (const [key, text] of texts) {
            assert.notEqual(text.trim(), "", key);
            assert.notEqual(text, key, key);
            // Names and technical words are the same in every language.
            const isSentence = /[a-z]{2,} [a-z]+ [a-z]+/.test(originals.get(key) ?? "");
            if (isSentence) assert.notEqual(text, originals.get(key), key);
          }
        });
      }

      it("there is no catalogue that English does not have", () => {
        const folder = join(locales, language);
        const there = [
          ...readdirSync(join(folder, "shared")).map((file) => join("shared", file)),
          ...readdirSync(folder).filter((file) => file.endsWith(".json")),
        ];
        assert.deepEqual(
          there.filter((file) => !catalogues.includes(file)),
          [],
        );
      });
    });
  }
});
