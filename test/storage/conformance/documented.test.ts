import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { groups } from "./cases";
import { conformanceTable } from "./table";

describe("The documentation of storage", () => {
  it("says of every promise with which stores it is tried", () => {
    const text = readFileSync(join(__dirname, "../../../docs/storage.md"), "utf8");
    const written = text.slice(text.indexOf("| promise | sandbox"));
    assert.equal(written, conformanceTable(), "the table at the end of docs/storage.md");
  });

  it("names each promise once", () => {
    const titles = groups.flatMap(({ cases }) => cases.map(({ title }) => title));
    assert.equal(new Set(titles).size, titles.length);
  });
});
