import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

const nodes = join(__dirname, "../../nodes");
const files = readdirSync(nodes)
  .filter((name) => name.endsWith(".ts"))
  .map((name) => join(nodes, name));

/** Loads the files as Node-RED does, with a Node-RED that agrees to everything, and says what that has loaded. */
const program = `
  const anything = new Proxy(function () {}, {
    get: (target, name) => (name === Symbol.toPrimitive ? () => "" : anything),
    apply: () => anything,
    construct: () => anything,
  });
  for (const file of ${JSON.stringify(files)}) require(file).default(anything);
  setImmediate(() => {
    console.log(JSON.stringify(Object.keys(require.cache)));
    process.exit();
  });
`;

describe("Node-RED's start", () => {
  it("does not load the S3 client, nor what else is heavy", async () => {
    assert.ok(files.some((file) => file.endsWith("flux-s3-upload.ts")));
    const { stdout } = await promisify(execFile)(process.execPath, ["--require", "tsx/cjs", "--eval", program], {
      maxBuffer: 10_000_000,
    });
    const loaded: string[] = JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
    for (const file of files) assert.ok(loaded.includes(file), file);
    const heavy = loaded.filter((path) => /\/node_modules\/(@aws-sdk|@smithy|undici|sharp)\/|\/sandbox\//.test(path));
    assert.deepEqual(heavy, []);
  });
});
