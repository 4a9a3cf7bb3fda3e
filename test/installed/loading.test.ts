import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { once } from "node:events";
import { realpath } from "node:fs/promises";
import { join } from "node:path";
import { type Started, startedProbe, startOnce } from "../support/started";
import { type Installed, installedPack } from "./installed-pack";

/** What only work needs: ids, connections, the S3 client, the image encoder, the compiler of schemas, the models' validators. */
const heavy = {
  uuid: /\/node_modules\/uuid\/.*\.js$/,
  undici: /\/node_modules\/undici\/.*\.js$/,
  "the S3 client": /\/node_modules\/(@aws-sdk|@smithy)\/.*\.js$/,
  "the image encoder": /\/node_modules\/(sharp|@img)\/.*\.(js|cjs|node)$|libvips[^/]*\.(so|dylib|dll)/,
  "the compiler of schemas": /\/node_modules\/ajv\/dist\/(ajv|core|2020)\.js$/,
  "the models' validators": /\/node-red-flux\/dist\/validators\.js$/,
};

describe("Node-RED's start with the pack", function () {
  this.timeout(120_000);
  let installed: Installed;
  let home: string;

  before(async function () {
    installed = await installedPack(this);
    home = await realpath(join(installed.userDir, "node_modules"));
  });

  const kinds = (loaded: readonly string[]): string[] =>
    Object.entries(heavy)
      .filter(([, pattern]) => loaded.some((path) => path.startsWith(home) && pattern.test(path)))
      .map(([kind]) => kind);

  it("loads all of its nodes, and nothing that only work needs", async () => {
    const { loaded } = await startOnce(installed.userDir);
    const manifest = require(join(installed.packDirectory, "package.json"));
    const nodes: string[] = Object.values({ ...manifest["node-red"].nodes, ...manifest["node-red"].plugins });
    assert.ok(nodes.length > 0);
    for (const node of nodes) assert.ok(loaded.includes(join(home, "@fluxwire/node-red-flux", node)), node);
    assert.deepEqual(kinds(loaded), []);
  });

  it("is seen to load them, if it does", async () => {
    const program = `
      const { createRequire } = require("node:module");
      const { pathToFileURL } = require("node:url");
      const pack = createRequire(${JSON.stringify(join(installed.packDirectory, "package.json"))});
      for (const name of ["uuid", "ajv", "./dist/validators.js"]) pack(name);
      const names = ["undici", "@aws-sdk/client-s3", "sharp"];
      Promise.all(names.map((name) => import(pathToFileURL(pack.resolve(name))))).then(() => {
        console.log("Started flows");
        process.disconnect();
      });`;
    const child = fork("-", [], { execArgv: ["--require", startedProbe, "--eval", program], stdio: "pipe" });
    const [started] = await once(child, "message");
    assert.deepEqual(kinds((started as Started).loaded), Object.keys(heavy));
  });
});
