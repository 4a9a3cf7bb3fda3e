import assert from "node:assert/strict";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pictureType } from "../../lib/models/picture";
import { drawnText } from "../support/drawn-text";
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

  /** What the sandbox received, it writes into the picture. */
  const assertShows = async (prefix: string, ...texts: string[]): Promise<void> => {
    const name = (await readdir(pictures)).find((file) => file.startsWith(`${prefix}-`));
    assert(name, `there is no picture of ${prefix}`);
    const png = await readFile(join(pictures, name));
    for (const text of texts) assert(drawnText(png, text), `${name} does not show "${text}"`);
  };

  it("first-pictures: one stored per model, one from service to service, one composed, by itself", async () => {
    await deploy("first-pictures");
    await debugged("Stored", 6);
    const addresses = [
      ...nodeRed
        .log()
        .slice(begun)
        .matchAll(/\[debug:Stored\] (http:\S+)/g),
    ].map(([, url]) => url);
    assert.equal(addresses.length, 6);
    for (const address of addresses) {
      const answer = await fetch(String(address));
      const picture = Buffer.from(await answer.arrayBuffer());
      assert.equal(answer.headers.get("content-type"), pictureType(picture));
      if (pictureType(picture) !== "image/png") continue;
      for (const text of ["LoRA civitai:652699@993999 x0.8", "ControlNet canny x0.7 0-60%"]) {
        assert(drawnText(picture, text), `the composed picture does not show "${text}"`);
      }
    }
  });

  it("lora-stack: three LoRAs of two nodes, one of them as strong as the message says", async () => {
    const flow = await deploy("lora-stack");
    await press(flow, "Much realism");
    await debugged("Path", 1);
    assert.deepEqual(await writtenPictures(), ["lora"]);
    const models = ["civitai:652699@993999 x0.8", "civitai:796382@1026423 x0.4", "civitai:631986@706528 x1.2"];
    await assertShows("lora", ...models.map((model) => `LoRA ${model}`));
  });

  it("controlnet-from-a-sketch: the sketch becomes a guide image, and that a picture", async () => {
    await press(await deploy("controlnet-from-a-sketch"), "Sketch and prompt");
    await debugged("Path", 1);
    await assertShows("sketch", "ControlNet canny x0.7 0-60%");
  });

  it("ip-adapter-style-transfer: one picture's style for another", async () => {
    await press(await deploy("ip-adapter-style-transfer"), "Prompts");
    await debugged("Path", 1);
    await assertShows("style", "IP-Adapter runware:56@1 x0.8 style_transfer");
  });

  it("pulid-portrait: a face goes from one picture into the next by its id", async () => {
    await press(await deploy("pulid-portrait"), "Prompts");
    await debugged("Path", 1);
    await assertShows("portrait", "PuLID x1.2");
  });

  it("house-style-subflow: one look at two strengths, for two models", async () => {
    await press(await deploy("house-style-subflow"), "Prompt");
    await debugged("Path", 2);
    await assertShows("strong", "LoRA civitai:652699@993999 x1", "LoRA civitai:796382@1026423 x0.5");
    await assertShows("gentle", "LoRA civitai:652699@993999 x0.4", "LoRA civitai:796382@1026423 x0.2");
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

  it("one-order-one-picture: an order that comes twice is one job, and its picture can be had again", async () => {
    await deploy("one-order-one-picture");
    const order = (body: object): Promise<Response> =>
      fetch(`${nodeRed.url}/order`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      });
    const answers = await Promise.all([1, 2].map(() => order({ order: 17, prompt: "a lighthouse in a storm" })));
    const [first, second] = await Promise.all(answers.map((answer) => answer.arrayBuffer()));
    assert.deepEqual(first, second);
    const jobs = answers.map((answer) => answer.headers.get("x-job"));
    assert.equal(jobs[0], jobs[1]);

    const again = await fetch(`${nodeRed.url}/order/${jobs[0]}`);
    assert.deepEqual(await again.arrayBuffer(), first);

    const other = await order({ order: 17, prompt: "a harbour" });
    assert.equal(other.status, 400);
    assert.match(((await other.json()) as { message: string }).message, /idempotency key/);
  });

  it("cancel-and-resume: a job is given up, another one's result is had again", async () => {
    const flow = await deploy("cancel-and-resume");
    await press(flow, "Slow picture");
    await press(flow, "Cancel all");
    await debugged("Ended with", 1);
    assert.match(nodeRed.log().slice(begun), /FLUX_CANCELLED/);
    await press(flow, "Quick picture");
    await debugged("Picture", 1);
    await press(flow, "Get the last one again");
    await debugged("Picture", 2);
    const [one, two] = [
      ...nodeRed
        .log()
        .slice(begun)
        .matchAll(/https?:\/\/\S+\.(?:jpg|png)/g),
    ].map(([url]) => url);
    assert.equal(one, two);
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

  it("webhook-to-bucket: the answer to a POST is a link that works", async () => {
    await deploy("webhook-to-bucket");
    const post = (body: object): Promise<Response> =>
      fetch(`${nodeRed.url}/stored-picture`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      });
    const { url, job } = (await (await post({ prompt: "a lighthouse in a storm" })).json()) as Record<string, string>;
    assert.match(String(url), new RegExp(`/pictures/runware/${job}-0\\.jpg$`));
    const picture = await fetch(String(url));
    assert.equal(pictureType(Buffer.from(await picture.arrayBuffer())), picture.headers.get("content-type"));
    assert.equal((await post({ nothing: true })).status, 400);
  });

  it("nightly-pictures: one picture for each prompt, and beside it how it was made", async () => {
    const flow = await deploy("nightly-pictures");
    await press(flow, "Every night at two");
    await debugged("Stored", 3);
    const log = nodeRed.log().slice(begun);
    const locations = [...log.matchAll(/location: '(http[^']+\.jpg)'/g)].map(([, url]) => String(url));
    assert.equal(new Set(locations).size, 3, log);
    for (const location of locations) {
      const sidecar = (await (await fetch(location.replace(/jpg$/, "json"))).json()) as {
        request: { positivePrompt: string; seed: number };
      };
      assert.match(sidecar.request.positivePrompt, /lighthouse|fox|railway/);
      assert.equal(typeof sidecar.request.seed, "number");
    }
  });

  it("direct-upload: the service writes into the bucket, and the flow goes on when the picture is there", async () => {
    const flow = await deploy("direct-upload");
    await press(flow, "Prompt");
    await debugged("Stored", 1);
    const [, location] = /location: '(http[^']+\/direct\/[^']+\.jpg)'/.exec(nodeRed.log().slice(begun)) ?? [];
    const picture = await fetch(String(location));
    assert.equal(pictureType(Buffer.from(await picture.arrayBuffer())), "image/jpeg");
  });
});
