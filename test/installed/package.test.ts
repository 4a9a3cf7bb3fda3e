import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type NodeRedProcess, startNodeRed } from "../support/node-red-process";
import { type Installed, installedPack, readExamples } from "./installed-pack";

const pack = "@fluxwire/node-red-flux";

interface NodeSet {
  id: string;
  types: string[];
  enabled: boolean;
  err?: string;
  module: string;
}

describe("the pack, installed from its tarball into a real Node-RED", function () {
  this.timeout(120_000);
  let installed: Installed;
  let nodeRed: NodeRedProcess;
  let sets: NodeSet[];
  let manifest: { "node-red": { nodes: Record<string, string> } };

  before(async function () {
    installed = await installedPack(this);
    nodeRed = await startNodeRed({ userDir: installed.userDir, packDirectory: null, flows: [] });
    sets = ((await nodeRed.get("/nodes")) as NodeSet[]).filter(({ module }) => module === pack);
    manifest = JSON.parse(await readFile(join(installed.packDirectory, "package.json"), "utf8"));
  });
  after(() => nodeRed?.stop());

  it("registers every node type that package.json names, without an error", () => {
    assert.deepEqual(sets.flatMap(({ types }) => types).sort(), Object.keys(manifest["node-red"].nodes).sort());
    for (const { id, enabled, err } of sets) assert(enabled && err === undefined, `${id}: ${err}`);
  });

  it("gives every node type an icon of its own", async () => {
    const icons = (await nodeRed.get("/icons")) as Record<string, string[]>;
    const expected = Object.keys(manifest["node-red"].nodes).map((type) => `${type}.svg`);
    assert.deepEqual(
      expected.filter((icon) => !icons[pack]?.includes(icon)),
      [],
    );
  });

  it("serves texts for every node type", async () => {
    for (const { id } of sets) {
      const texts = (await nodeRed.get(`/nodes/${id}/messages?lng=en-US`)) as object;
      assert(Object.keys(texts).length > 0, `${id} has no texts`);
    }
  });

  it("serves every script and style sheet that the dialogs and the sidebar tab ask for", async () => {
    const folders = ["nodes", "plugins"].map((name) => join(installed.packDirectory, "dist", name));
    const listed = await Promise.all(
      folders.map(async (folder) => (await readdir(folder)).map((name) => join(folder, name))),
    );
    const files = listed.flat().filter((name) => name.endsWith(".html"));
    assert.equal(files.length, sets.length + 1);
    const html = (await Promise.all(files.map((file) => readFile(file, "utf8")))).join("\n");
    const addresses = new Set([...html.matchAll(/["'](resources\/[^"']+)["']/g)].map(([, address]) => address));
    assert(addresses.size > 0, "no dialog asks for anything");
    for (const address of addresses) {
      const answer = await fetch(`${nodeRed.url}/${address}`);
      assert.equal(answer.status, 200, address);
      assert((await answer.text()).length > 0, address);
    }
  });

  it("lists its examples in the import dialog, folder by folder, and hands each out", async () => {
    const list = async (path: string): Promise<string[]> => {
      const entries = (await nodeRed.get(`/library/examples/flows/${pack}${path}`)) as (string | { fn: string })[];
      const found = entries.map((entry) =>
        typeof entry === "string" ? list(`${path}/${encodeURIComponent(entry)}`) : [`${path}/${entry.fn}`],
      );
      return (await Promise.all(found)).flat();
    };
    const shipped = await readExamples(installed.packDirectory);
    const listed = (await list("")).map((path) => decodeURIComponent(path.slice(1)));
    assert.deepEqual(listed.sort(), [...shipped.keys()].sort());
    for (const [path, flow] of shipped) {
      const address = `/library/examples/flows/${pack}/${encodeURI(path)}`;
      assert.deepEqual(await nodeRed.get(address), flow, path);
    }
  });

  it("uses each of its node types in an example", async () => {
    const flows = [...(await readExamples(installed.packDirectory)).values()].flat();
    const used = new Set(flows.map(({ type }) => type));
    assert.deepEqual(
      Object.keys(manifest["node-red"].nodes).filter((type) => !used.has(type)),
      [],
    );
  });
});
