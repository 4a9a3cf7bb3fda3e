import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import sharp from "sharp";
import type { Sandbox } from "../../sandbox";
import { draw } from "../../sandbox/images/drawing";
import { drawnText } from "../support/drawn-text";
import { closeSandboxes, download, type Item, inference, openSandbox, plainPicture, post } from "./support";

/** The PNG file that a request makes. */
async function pictureOf(sandbox: Sandbox, members: Item): Promise<Buffer> {
  const task = inference({ model: "runware:111@1", width: 512, height: 512, seed: 3, outputFormat: "PNG", ...members });
  const { data, text } = await post(sandbox, [task]);
  assert.equal(data.length, 1, text);
  return (await download(data[0]?.imageURL)).bytes;
}

const asBase64 = async (colour: string): Promise<string> => (await plainPicture(colour)).toString("base64");
const elsewhere = "https://example.com/guide.png";

/** How many pixels of the upper half are of just that colour. */
async function countPixels(file: Buffer, colour: readonly number[]): Promise<number> {
  const { data, info } = await sharp(file).raw().toBuffer({ resolveWithObject: true });
  let count = 0;
  for (let at = 0; at < (info.width * info.height * info.channels) / 2; at += info.channels) {
    if (colour.every((value, channel) => data[at + channel] === value)) count++;
  }
  return count;
}

const red = [255, 0, 0] as const;
const lime = [0, 255, 0] as const;

describe("a picture of the sandbox that was composed", () => {
  afterEach(closeSandboxes);

  for (const [members, line] of [
    [{ lora: [{ model: "civitai:1@2", weight: 0.8 }] }, "LoRA civitai:1@2 x0.8"],
    [{ lora: [{ model: "civitai:1@2" }] }, "LoRA civitai:1@2 x1"],
    [{ lora: [{ model: "civitai:1@2", weight: -0.25, transformer: "high" }] }, "LoRA civitai:1@2 x-0.25 high"],
    [{ lora: [{ model: "civitai:1@2", weight: 0 }] }, "LoRA civitai:1@2 x0"],
    [
      { controlNet: [{ model: "runware:25@1", guideImage: elsewhere, weight: 0.7, endStepPercentage: 60 }] },
      "ControlNet canny x0.7 0-60%",
    ],
    [
      { controlNet: [{ model: "runware:29@1", guideImage: elsewhere, startStepPercentage: 20 }] },
      "ControlNet pose x1 20-100%",
    ],
    [
      { controlNet: [{ model: "runware:98@1", guideImage: elsewhere, startStep: 2, endStep: 10 }] },
      "ControlNet runware:98@1 x1 steps 2-10",
    ],
    [
      { controlNet: [{ model: "runware:27@1", guideImage: elsewhere, startStep: 3, endStepPercentage: 60 }] },
      "ControlNet depth x1 from step 3 to 60%",
    ],
    [
      { controlNet: [{ model: "runware:27@1", guideImage: elsewhere, endStep: 12, controlMode: "prompt" }] },
      "ControlNet depth x1 to step 12 mode prompt",
    ],
    [
      { ipAdapters: [{ model: "runware:56@1", guideImages: [elsewhere], weight: 0.6, weightType: "style_transfer" }] },
      "IP-Adapter runware:56@1 x0.6 style_transfer",
    ],
    [
      { ipAdapters: [{ model: "runware:56@2", guideImages: [1, 2, 3, 4, 5].map((n) => `${elsewhere}?${n}`) }] },
      "IP-Adapter runware:56@2 x1 5 images",
    ],
    [{ pulid: { images: [elsewhere], idWeight: 1.2, trueCFGScale: 1.5 } }, "PuLID x1.2 CFG 1.5"],
    [{ acePlusPlus: { images: [elsewhere] } }, "ACE++ portrait"],
    [
      { acePlusPlus: { type: "local_editing", images: [elsewhere], masks: [elsewhere], repaintingScale: 0.5 } },
      "ACE++ local_editing repaint 0.5",
    ],
  ] as const) {
    it(`says so: ${line}`, async () => {
      const sandbox = await openSandbox();
      assert.ok(drawnText(await pictureOf(sandbox, members), line));
      assert.equal(drawnText(await pictureOf(sandbox, {}), line), false);
    });
  }

  it("lists everything that came, in order, and still says what it is", async () => {
    const everything = {
      lora: [{ model: "civitai:1@2", weight: 0.8 }, { model: "civitai:3@4" }],
      controlNet: [{ model: "runware:25@1", guideImage: await asBase64("red") }],
      ipAdapters: [{ model: "runware:56@1", guideImages: [await asBase64("lime")] }],
      pulid: { images: [elsewhere] },
      acePlusPlus: { images: [elsewhere] },
    };
    const sandbox = await openSandbox();
    for (const [width, height] of [
      [512, 512],
      [1024, 768],
      [384, 768],
    ]) {
      const file = await pictureOf(sandbox, { ...everything, width, height });
      for (const line of [
        "LoRA civitai:1@2 x0.8",
        "LoRA civitai:3@4 x1",
        "ControlNet canny x1",
        "IP-Adapter runware:56@1 x1",
        "PuLID x1",
        "ACE++ portrait",
        "a red lighthouse",
      ]) {
        assert.ok(drawnText(file, line), `${line} at ${width} x ${height}`);
      }
    }
  });

  it("shows the pictures that it was composed with: of ControlNets, IP-Adapters, PuLID, ACE++ and its masks", async () => {
    const sandbox = await openSandbox();
    const [one, other] = [await asBase64("red"), await asBase64("lime")];
    for (const members of [
      { controlNet: [one, other].map((guideImage) => ({ model: "runware:25@1", guideImage })) },
      { ipAdapters: [{ model: "runware:56@1", guideImages: [one, other] }] },
      { pulid: { images: [one] }, ipAdapters: [{ model: "runware:56@1", guideImages: [other] }] },
      { acePlusPlus: { type: "local_editing", images: [one], masks: [other] } },
    ]) {
      const file = await pictureOf(sandbox, members);
      for (const colour of [red, lime]) assert.ok((await countPixels(file, colour)) > 500, Object.keys(members).join());
    }
  });

  it("shows them without sharp as well, as far as they are PNG files, and boxes for others", async () => {
    const sandbox = await openSandbox({ settings: { pngOnly: true } });
    const jpeg = (await plainPicture("lime", { format: "jpeg" })).toString("base64");
    const guideImages = [await asBase64("red"), jpeg];
    const file = await pictureOf(sandbox, { ipAdapters: [{ model: "runware:56@1", guideImages }] });
    assert.ok((await countPixels(file, red)) > 500);
    assert.equal(await countPixels(file, lime), 0);
    assert.ok((await countPixels(file, [90, 90, 90])) > 500);
  });

  it("shows a box for a picture that has expired", async () => {
    const sandbox = await openSandbox();
    sandbox.arm("expired-url");
    const { data } = await post(sandbox, [inference()]);
    const file = await pictureOf(sandbox, { pulid: { images: [data[0]?.imageURL] } });
    assert.ok((await countPixels(file, [90, 90, 90])) > 500);
  });

  it("shows some of many, and how many more", async () => {
    const sandbox = await openSandbox();
    const lora = Array.from({ length: 9 }, (_, index) => ({ model: `civitai:${index}@1` }));
    const file = await pictureOf(sandbox, { lora, pulid: { images: [elsewhere] } });
    for (const line of ["LoRA civitai:0@1 x1", "LoRA civitai:5@1 x1", "LoRA +3 more", "PuLID x1"]) {
      assert.ok(drawnText(file, line), line);
    }
    assert.equal(drawnText(file, "civitai:6@1"), false);
  });

  it("leaves small pictures whole: what does not fit is cut off or counted", async () => {
    const sandbox = await openSandbox();
    const small = { width: 128, height: 128 };
    const one = await pictureOf(sandbox, { ...small, lora: [{ model: "civitai:1@2", weight: 0.8 }] });
    assert.ok(drawnText(one, "LoRA civitai:1@2 x0.8"));
    assert.ok(drawnText(one, "SANDBOX"));
    const ipAdapters = Array.from({ length: 4 }, () => ({
      model: "runware:56@1",
      guideImages: [elsewhere, elsewhere, elsewhere],
    }));
    const lora = Array.from({ length: 9 }, (_, index) => ({ model: `civitai:${"9".repeat(60)}@${index}` }));
    const many = await pictureOf(sandbox, { ...small, lora, ipAdapters });
    const { width, height } = await sharp(many).metadata();
    assert.deepEqual([width, height], [128, 128]);
    assert.ok(drawnText(many, "SANDBOX"));
    assert.ok(drawnText(many, " more"));
    const wide = await pictureOf(sandbox, { width: 2048, height: 128, lora, ipAdapters });
    assert.ok(drawnText(wide, " more"));
  });

  it("stays opaque where something is written, with transparent surroundings", async () => {
    const lora = [{ model: "civitai:1@2" }];
    const file = await pictureOf(await openSandbox(), { lora, layerDiffuse: true });
    assert.ok(drawnText(file, "LoRA civitai:1@2 x1"));
    assert.equal((await sharp(file).metadata()).hasAlpha, true);
  });

  it("is another one for another composition, and the same for the same", async () => {
    const picture = async (members: Item) => pictureOf(await openSandbox(), { width: 128, height: 128, ...members });
    const pulid = { images: [await asBase64("red")] };
    const original = await picture({ pulid });
    assert.deepEqual(await picture({ pulid }), original);
    for (const other of [
      {},
      { pulid: { images: [await asBase64("lime")] } },
      { pulid: { ...pulid, idWeight: 1.01 } },
      { pulid, lora: [{ model: "civitai:1@2" }] },
    ]) {
      assert.notDeepEqual(await picture(other), original);
    }
  });
});

describe("a picture of the sandbox without composition", () => {
  for (const [model, pixels] of [
    ["runware:111@1", "8f7245d6cbc103c3"],
    ["runware:107@1", "12446d4a792dd6bf"],
    ["runware:106@1", "7de7ec79558aa046"],
  ] as const) {
    it(`looks the same from release to release: ${model}`, () => {
      const size = { width: 320, height: 256, transparent: false };
      const canvas = draw({ model, prompt: "a red lighthouse on a rock", seed: 7n, ...size });
      assert.equal(createHash("sha256").update(canvas.pixels).digest("hex").slice(0, 16), pixels);
    });
  }
});

describe("looking for a text in a picture", () => {
  afterEach(closeSandboxes);

  it("finds what is written in any size, and nothing that differs by a letter", async () => {
    const sandbox = await openSandbox();
    for (const side of [128, 512, 1024]) {
      const file = await pictureOf(sandbox, { width: side, height: side, positivePrompt: "heron" });
      assert.ok(drawnText(file, "heron"), `at ${side}`);
      for (const other of ["herons", "heran", "Heron", "her0n"]) assert.equal(drawnText(file, other), false, other);
    }
  });

  it("does not mistake a plain area for a text, and takes nothing but PNG files", async () => {
    assert.equal(drawnText(await plainPicture("red"), "-"), false);
    assert.throws(() => drawnText(Buffer.from("no picture"), "heron"), TypeError);
    assert.equal(drawnText(await plainPicture("red", { width: 3, height: 3 }), "heron"), false);
  });
});
