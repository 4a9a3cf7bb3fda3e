import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pictureType } from "../../lib/models/picture";
import { addressIn, runExamples } from "./run-examples";

describe("the examples that make pictures, imported as they are", function () {
  this.timeout(120_000);
  const run = runExamples();

  it("first-pictures: one stored per model, one from service to service, one composed, by itself", async () => {
    await run.deploy("first-pictures");
    const addresses = (await run.debugged("Stored", 6)).map(addressIn);
    const pictures = await Promise.all(addresses.map(run.fetched));
    const composed = addresses[pictures.findIndex(({ type }) => type === "image/png")];
    await run.shows(composed, "LoRA civitai:652699@993999 x0.8", "ControlNet canny x0.7 0-60%");
  });

  it("Quick start without a key: one press, one picture", async () => {
    await run.deploy("Quick start without a key");
    await run.press("Make a picture");
    const [address] = (await run.debugged("Picture")).map(addressIn);
    await run.fetched(address);
  });

  it("Prompt to picture files: two picture files for one prompt", async () => {
    await run.deploy("Prompt to picture files");
    await run.press("Prompt");
    await run.debugged("Path", 2);
    assert.deepEqual(
      (await run.files()).map((name) => name.replace(/-.*/, "")),
      ["fox", "fox"],
    );
  });

  it("Fan-out to three models: one message and one page for all three", async () => {
    await run.deploy("Fan-out to three models");
    await run.press("One prompt");
    const [comparison = ""] = await run.debugged("Comparison");
    for (const model of ["SRPO", "Krea", "SRPO at fal"]) assert.match(comparison, new RegExp(`model: '${model}'`));
    assert.equal(comparison.match(/seconds: [\d.]+/g)?.length, 3, comparison);
    assert.equal(comparison.match(/cost: 0\.\d+/g)?.length, 2, "fal tells no price");
    const page = await run.call("/flux-comparison");
    assert.match(page.headers.get("content-type") ?? "", /text\/html/);
    const html = await page.text();
    const sources = [...html.matchAll(/<img src="([^"]+)"/g)].map(([, source]) => source?.replace(/&#x2F;/g, "/"));
    assert.equal(sources.length, 3, html);
    await Promise.all(sources.map(run.fetched));
    assert.match(html, /<td>not told<\/td>/);
  });

  it("Fan-out to three models: the one that refuses says why, and the others come", async () => {
    await run.deploy("Fan-out to three models");
    await run.press("One refuses");
    const [comparison = ""] = await run.debugged("Comparison");
    assert.equal(comparison.match(/picture: 'http/g)?.length, 2, comparison);
    assert.match(comparison, /model: 'SRPO at fal',\s+error: .*negativePrompt/);
  });

  it("Image to image at fal: one sketch, as strong as the message says", async () => {
    await run.deploy("Image to image at fal");
    await run.press("Stay close: 0.5");
    await run.press("Let go: 0.95");
    const addresses = (await run.debugged("Picture", 2)).map(addressIn);
    const pictures = await Promise.all(addresses.map(run.fetched));
    assert.notDeepEqual(pictures[0]?.bytes, pictures[1]?.bytes);
  });

  it("Kontext edit chain: four pictures, each an edit of the one before", async () => {
    await run.deploy("Kontext edit chain");
    await run.press("A tram");
    const addresses = (await run.debugged("Pictures", 4)).map(addressIn);
    assert.equal(new Set(addresses).size, 4);
    await Promise.all(addresses.map(run.fetched));
    assert.deepEqual(
      [...(await run.jobs(addresses[0])).values()].filter(({ charges }) => charges > 1),
      [],
    );
  });

  it("Kontext edit chain: a picture of one's own becomes a painting", async () => {
    await run.deploy("Kontext edit chain");
    await run.press("A tram");
    const [tram] = (await run.debugged("Pictures", 4)).map(addressIn);
    await writeFile(join(run.folder, "mine.jpeg"), (await run.fetched(tram)).bytes);
    await run.press("My picture");
    await run.debugged("Path");
    const painted = (await run.files()).find((name) => name.startsWith("painted-"));
    assert(pictureType(await readFile(join(run.folder, String(painted)))));
  });

  it("LoRA and ControlNet: the sketch becomes a guide image, and that a picture in a LoRA's look", async () => {
    await run.deploy("LoRA and ControlNet");
    await run.press("Sketch and prompt");
    const [address] = (await run.debugged("Picture")).map(addressIn);
    await run.shows(address, "LoRA civitai:652699@993999 x0.8", "ControlNet canny x0.7 0-60%");
  });

  it("LoRA stack: three LoRAs of two nodes, one of them as strong as the message says", async () => {
    await run.deploy("LoRA stack");
    await run.press("Weight 1.2");
    const [address] = (await run.debugged("Picture")).map(addressIn);
    const models = ["civitai:652699@993999 x0.8", "civitai:796382@1026423 x0.4", "civitai:631986@706528 x1.2"];
    await run.shows(address, ...models.map((model) => `LoRA ${model}`));
  });

  it("IP-Adapter style transfer: one picture's style for another", async () => {
    await run.deploy("IP-Adapter style transfer");
    await run.press("Style and subject");
    const [address] = (await run.debugged("Picture")).map(addressIn);
    await run.shows(address, "IP-Adapter runware:56@1 x0.8 style_transfer");
  });

  it("PuLID portrait: a face goes from one picture into the next by its id", async () => {
    await run.deploy("PuLID portrait");
    await run.press("Portrait and scene");
    const [address] = (await run.debugged("Picture")).map(addressIn);
    await run.shows(address, "PuLID x1.2");
  });

  it("House style in a subflow: one look at two strengths, for two models", async () => {
    await run.deploy("House style in a subflow");
    await run.press("Prompt");
    const [strong] = (await run.debugged("Strong")).map(addressIn);
    const [gentle] = (await run.debugged("Gentle")).map(addressIn);
    await run.shows(strong, "LoRA civitai:652699@993999 x1", "LoRA civitai:796382@1026423 x0.5");
    await run.shows(gentle, "LoRA civitai:652699@993999 x0.4", "LoRA civitai:796382@1026423 x0.2");
  });
});
