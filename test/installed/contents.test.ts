import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join, relative, sep } from "node:path";
import { type Installed, installedPack, repository } from "./installed-pack";

/** Every file that the tarball may have. */
const expected = [
  /^(package\.json|README\.md|CHANGELOG\.md|LICENSE)$/,
  /^dist\/(pack|validators|sandbox\/cli)\.js$/,
  /^dist\/(nodes|plugins)\/[a-z\d-]+\.(js|html)$/,
  /^dist\/(nodes|plugins)\/locales\/[a-z]{2}(-[A-Z]{2})?\/[a-z\d-]+\.(json|html)$/,
  /^dist\/nodes\/icons\/[a-z\d-]+\.svg$/,
  /^resources\/editor\.js$/,
  /^examples\/([^./][^/]*\/)?[^./][^/]*\.json$/,
];

describe("the packed tarball", () => {
  let installed: Installed;
  let files: string[];

  before(async function () {
    installed = await installedPack(this);
    const entries = await readdir(installed.packDirectory, { recursive: true, withFileTypes: true });
    files = entries
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => relative(installed.packDirectory, join(parentPath, name)).replaceAll(sep, "/"));
  });

  it("has only what it should: no sources, tests, maps, pictures or settings of an author", () => {
    assert.ok(files.length > 100);
    assert.deepEqual(
      files.filter((file) => !expected.some((pattern) => pattern.test(file))),
      [],
    );
    for (const pattern of expected)
      assert.ok(
        files.some((file) => pattern.test(file)),
        String(pattern),
      );
  });

  it("says nothing about the machine that it was built on", async () => {
    const told = [repository, `${homedir()}/`];
    for (const file of files) {
      const text = await readFile(join(installed.packDirectory, file), "utf8");
      for (const path of told) assert.ok(!text.includes(path), `${file} has ${path}`);
    }
  });

  it("needs at most six packages, of which npm 10 and 11 install the same", async () => {
    const manifest = JSON.parse(await readFile(join(installed.packDirectory, "package.json"), "utf8"));
    assert.ok(Object.keys(manifest.dependencies).length <= 6);
    // npm 10 installs what optional dependencies have for other systems, too.
    assert.deepEqual(manifest.optionalDependencies ?? {}, {});
    assert.deepEqual(manifest.peerDependenciesMeta, { sharp: { optional: true } });
  });
});
