import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { nodeOfVersion } from "../../scripts/other-node";
import { type Installed, installPack } from "../support/install-pack";

/** The oldest Node.js of package.json's engines. */
const OLDEST = "20.18.1";
/** Bytes that file systems give out at once. */
const BLOCK = 4096;

/** Bytes on disk, of whole blocks. */
const sizeOnDisk = async (folder: string): Promise<number> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const sizes = entries.map(async (entry) => {
    if (!entry.isFile()) return BLOCK;
    const { size } = await stat(join(entry.parentPath, entry.name));
    return Math.ceil(size / BLOCK) * BLOCK;
  });
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
};

/** Names of installed packages that want to run something when they are installed: a native build, or a download. */
const withScripts = async ({ userDir }: Installed): Promise<string[]> => {
  const lock = JSON.parse(await readFile(join(userDir, "node_modules/.package-lock.json"), "utf8"));
  const packages: [string, { hasInstallScript?: boolean }][] = Object.entries(lock.packages);
  assert.ok(packages.length > 0);
  return packages.filter(([, { hasInstallScript }]) => hasInstallScript === true).map(([path]) => path);
};

/** Node.js of this run, and the oldest of package.json's engines. */
for (const version of [process.versions.node, OLDEST]) {
  describe(`the pack, installed by Node.js ${version} that is strict about engines`, function () {
    this.timeout(300_000);
    let node: string;
    let installed: Installed;

    before(async () => {
      node = nodeOfVersion(version);
      installed = await installPack({ node, flags: ["--engine-strict"] });
    });
    after(() => installed?.remove());

    it("is at most 1 MB packed", async () => {
      const { size } = await stat(installed.tarball);
      assert.ok(size <= 1_000_000, `${size} bytes`);
    });

    it("is at most 60 MB on disk, with all that npm installs beside it", async () => {
      const size = await sizeOnDisk(join(installed.userDir, "node_modules"));
      assert.ok(size <= 60_000_000, `${size} bytes`);
    });

    it("builds nothing when it is installed", async () => assert.deepEqual(await withScripts(installed), []));

    it("can load its nodes and all that it depends on", async () => {
      const manifest = JSON.parse(await readFile(join(installed.packDirectory, "package.json"), "utf8"));
      assert.equal(manifest.engines.node, `>=${OLDEST}`);
      const nodes: string[] = Object.values(manifest["node-red"].nodes);
      const program = `
        const { createRequire } = require("node:module");
        const pack = createRequire(${JSON.stringify(join(installed.packDirectory, "package.json"))});
        const nodes = ${JSON.stringify(nodes)}.map((file) => pack("./" + file));
        if (!nodes.every((node) => typeof node === "function")) throw new Error("a node is no function");
        for (const name of ${JSON.stringify(Object.keys(manifest.dependencies))}) pack(name);
        console.log(process.versions.node);`;
      const { stdout } = await promisify(execFile)(node, ["--eval", program]);
      assert.equal(stdout.trim(), version);
    });
  });
}
