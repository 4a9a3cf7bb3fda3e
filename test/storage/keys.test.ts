import assert from "node:assert/strict";
import fc from "fast-check";
import { fieldsOf, filledIn, KEY_FIELDS, LONGEST_KEY, templateProblem, tidyKey } from "../../lib/storage/key-template";
import { objectKey } from "../../lib/storage/object-key";

/** Whatever a message may hold, with what is dangerous in a key more often than chance has it. */
const text = fc
  .array(
    fc.oneof(
      { weight: 3, arbitrary: fc.string({ unit: "binary", maxLength: 20 }) },
      fc.constantFrom(
        "..",
        ".",
        "/",
        "//",
        "../",
        "\\",
        "{",
        "}",
        "\u0000",
        "\u007f",
        "\ud800",
        "\udc00",
        "😀",
        "ü",
        ".png",
      ),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(""));

const long = fc
  .tuple(text, fc.integer({ min: 0, max: 1500 }))
  .map(([start, length]) => `${start}${"ü".repeat(length)}`);

const isWellFormed = (key: string): boolean => Buffer.from(key, "utf8").toString("utf8") === key;

describe("an object's key", () => {
  it("is one that every store takes, whatever it is made of", () => {
    fc.assert(
      fc.property(fc.oneof(text, long), (given) => {
        const key = objectKey(given);
        assert(Buffer.byteLength(key) <= LONGEST_KEY);
        assert(!/\p{Cc}/u.test(key), "control characters");
        assert(isWellFormed(key), "half a character");
        assert(!key.split("/").some((name) => name === ".." || name === "."), "a way up");
        if (key !== "") assert(!key.split("/").includes(""), "an empty name");
      }),
      { numRuns: 1000 },
    );
  });

  it("is the same for the same, and stays as it is", () => {
    fc.assert(
      fc.property(fc.oneof(text, long), (given) => {
        const key = objectKey(given);
        assert.equal(objectKey(given), key);
        assert.equal(objectKey(key), key);
        assert.equal(tidyKey(tidyKey(given)), tidyKey(given));
      }),
      { numRuns: 1000 },
    );
  });

  it("is another for another, and keeps its ending, where it was too long", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1100, max: 3000 }), fc.constantFrom("ü", "a", "😀", "a/"), (length, unit) => {
        const [one, other] = ["1", "2"].map((end) => objectKey(`${unit.repeat(length)}${end}.jpeg.json`));
        assert.notEqual(one, other);
        assert(one?.endsWith(".jpeg.json"));
        assert(Buffer.byteLength(one ?? "") > LONGEST_KEY - 10, "no more is cut than need be");
      }),
    );
  });
});

describe("a key template", () => {
  it("cannot be left by a value: it stays one name, and is no field itself", () => {
    fc.assert(
      fc.property(text, text, (first, second) => {
        const values: Record<string, string> = { jobId: first, seed: second };
        const key = filledIn("a/{jobId}/{seed}.png", (field) => values[field]);
        assert.equal(key.split("/").length, 3);
        assert(!/[{}\\]/.test(key));
        assert(!key.split("/").some((name) => name === ".." || name === "."));
        assert.equal(
          filledIn(key, () => assert.fail("a field in a value")),
          key,
        );
      }),
      { numRuns: 1000 },
    );
  });

  it("keeps what is not known yet, for later", () => {
    const template = "{provider}/{jobId}-{index}.{ext}";
    const open = filledIn(template, (field) => (field === "provider" ? "runware" : undefined));
    assert.equal(open, "runware/{jobId}-{index}.{ext}");
    assert.deepEqual(fieldsOf(open), ["jobId", "index", "ext"]);
  });

  it("is never a problem when it is made of known fields, and is one with any other", () => {
    const known = fc.oneof(fc.constantFrom(...KEY_FIELDS), fc.constantFrom("msg.a", "msg.a.b[0].c", "msg.$x"));
    fc.assert(
      fc.property(fc.array(known, { minLength: 1, maxLength: 5 }), (fields) => {
        const template = fields.map((field) => `{${field}}`).join("/");
        assert.equal(templateProblem(template, "upload"), undefined);
        assert.deepEqual(templateProblem(`${template}{constructor}`, "upload"), {
          problem: "unknown",
          field: "constructor",
        });
        assert.deepEqual(templateProblem(`${template}{`, "upload"), { problem: "braces" });
      }),
    );
  });

  for (const template of ["{msg.__proto__.x", "}{", "{a{b}c}", "{", "}"]) {
    it(`has unpaired braces: ${template}`, () => {
      assert.deepEqual(templateProblem(template, "upload"), { problem: "braces" });
    });
  }
});
