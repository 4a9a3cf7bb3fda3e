import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expandHtml } from "../../scripts/expand-html";

describe("a shared part of a node's html", () => {
  let parts: string;

  before(() => {
    parts = mkdtempSync(join(tmpdir(), "flux-parts-"));
    writeFileSync(join(parts, "row.html"), '<p id="{{type}}-{{property}}">\n  {{default}}\n</p>\n');
    writeFileSync(join(parts, "rows.html"), "<!-- include row property=line default='1' -->\n\n<hr>\n");
  });
  after(() => rmSync(parts, { recursive: true }));

  it("takes the place of the line that asks for it, with the values that this line gives", () => {
    assert.equal(
      expandHtml("<div>\n  <!-- include row property=line default=4 -->\n</div>", parts, "fal-account"),
      '<div>\n  <p id="fal-account-line">\n    4\n  </p>\n</div>',
    );
  });

  it("may consist of parts", () => {
    assert.equal(
      expandHtml("  <!-- include rows -->", parts, "fal"),
      "  <p id=\"fal-line\">\n    '1'\n  </p>\n\n  <hr>",
    );
  });

  it("is not built with a value missing", () => {
    assert.throws(() => expandHtml("<!-- include row property=line -->", parts, "fal"), /\{\{default\}\}/);
  });
});
