import assert from "node:assert/strict";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pictureType } from "../../lib/models/picture";
import { type NodeRedProcess, startNodeRed } from "../support/node-red-process";
import { type FlowNode, type Installed, installedPack, readExamples } from "./installed-pack";

describe("the shipped examples, imported as they are", function () {
  this.timeout(120_000);
  let installed: Installed;
  let examples: Map<string, FlowNode[]>;
  let nodeRed: NodeRedProcess;
  let pictures: string;
  /** Where in the log the present test began. */
  let begun: number;

  before(async () => {
    installed = await installedPack();
    examples = await readExamples(installed.packDirectory);
    pictures = join(installed.userDir, "pictures");
    nodeRed = await startNodeRed({ userDir: installed.userDir, packDirectory: null, flows: [] });
  });
  after(() => nodeRed?.stop());
  beforeEach(async () => {
    begun = nodeRed.log().length;
    await rm(pictures, { recursive: true, force: true });
    await mkdir(pictures);
  });

  /** Deploys an example whose debug nodes write to the log, where the test can wait for them. */
  const deploy = async (name: string): Promise<FlowNode[]> => {
    const flow = examples.get(name);
    assert(flow, `there is no example ${name}`);
    await nodeRed.deploy(flow.map((node) => (node.type === "debug" ? { ...node, console: true } : node)));
    return flow;
  };

  const press = async (flow: FlowNode[], name: string): Promise<void> => {
    const button = flow.find((node) => node.type === "inject" && node.name === name);
    assert(button, `there is no inject node "${name}"`);
    const answer = await fetch(`${nodeRed.url}/inject/${button.id}`, { method: "POST" });
    assert.equal(answer.status, 200);
  };

  /** Resolves when debug nodes of this name have written `count` times since the test began. */
  const debugged = async (name: string, count: number): Promise<void> => {
    let from = begun;
    for (let seen = 0; seen < count; seen += 1) {
      const match = await nodeRed.waitForLog(new RegExp(`\\[debug:(?:${name}|(Error))\\]`), from);
      assert.equal(match[1], undefined, nodeRed.log().slice(from));
      from += (match.index ?? 0) + match[0].length;
    }
  };

  const writtenPictures = async (): Promise<string[]> => {
    const names = (await readdir(pictures)).sort();
    for (const name of names) {
      const type = pictureType(await readFile(join(pictures, name)));
      assert.equal(name.split(".").pop(), type?.split("/")[1], `${name} is ${type}`);
    }
    return names.map((name) => name.replace(/-.*/, ""));
  };

  it("first-pictures: one picture file per model and one that goes from service to service, by itself", async () => {
    await deploy("first-pictures");
    await debugged("Path", 5);
    assert.deepEqual(await writtenPictures(), ["edited", "fal", "kontext", "krea", "srpo"]);
  });

  it("text-to-picture-file: two picture files for one prompt", async () => {
    await press(await deploy("text-to-picture-file"), "Prompt");
    await debugged("Path", 2);
    assert.deepEqual(await writtenPictures(), ["fox", "fox"]);
  });

  it("edit-a-picture-with-kontext: two edits in a row, and a file of one's own", async () => {
    const flow = await deploy("edit-a-picture-with-kontext");
    await press(flow, "Prompt");
    await debugged("Path", 1);
    const [tram] = await readdir(pictures);
    assert.deepEqual(await writtenPictures(), ["tram"]);
    await writeFile(join(pictures, "mine.jpeg"), await readFile(join(pictures, String(tram))));
    await press(flow, "My picture");
    await debugged("Path", 2);
    assert((await writtenPictures()).includes("painted"));
  });

  it("webhook-to-picture: the answer to a POST is the picture, or says what is wrong", async () => {
    await deploy("webhook-to-picture");
    const post = (body: object): Promise<Response> =>
      fetch(`${nodeRed.url}/picture`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      });
    const answer = await post({ prompt: "a lighthouse in a storm" });
    assert.equal(answer.status, 200);
    const bytes = Buffer.from(await answer.arrayBuffer());
    assert.equal(answer.headers.get("content-type"), pictureType(bytes));

    const refused = await post({ nothing: true });
    assert.equal(refused.status, 400);
    const { error, message } = (await refused.json()) as { error: string; message: string };
    assert.equal(error, "FLUX_VALIDATION");
    assert.match(message, /prompt/i);
  });

  it("errors-and-retries: what may work later is tried again, the rest is given up", async () => {
    const flow = await deploy("errors-and-retries");
    await press(flow, "A good prompt");
    await debugged("Picture", 1);
    await press(flow, "1,000 pixels wide");
    await debugged("Gave up", 1);
    await press(flow, "Too busy at first");
    await debugged("Picture", 2);
  });
});
