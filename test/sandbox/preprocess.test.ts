import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import sharp from "sharp";
import { preprocess } from "../../lib/models/preprocess";
import type { Sandbox } from "../../sandbox";
import { drawnText } from "../support/drawn-text";
import { untilTold } from "../support/until-told";
import {
  closeSandboxes,
  download,
  finishJobs,
  type Item,
  inference,
  onePixel,
  openSandbox,
  pixelAt,
  plainPicture,
  poll,
  post,
  preprocessing,
} from "./support";

const models = preprocess.facts.leaves.find(({ path }) => path === "model")?.choices ?? [];

/** Black at the left, `bright` at the right, 128 x 96. */
const halves = async (bright = "white", format: "png" | "jpeg" = "png"): Promise<Buffer> => {
  const right = await plainPicture(bright, { width: 64, height: 96 });
  return sharp(await plainPicture("black", { width: 128, height: 96 }))
    .composite([{ input: right, left: 64, top: 0 }])
    .toFormat(format)
    .toBuffer();
};

/** The bytes of the guide image that a task makes; PNG unless it says otherwise. */
async function guideFor(sandbox: Sandbox, image: unknown, members: Item = {}): Promise<Buffer> {
  const { data, text } = await post(sandbox, [preprocessing({ inputs: { image }, outputFormat: "PNG", ...members })]);
  assert.equal(data.length, 1, text);
  return (await download(data[0]?.guideImageURL)).bytes;
}

const upload = async (sandbox: Sandbox, file: Buffer): Promise<Item> => {
  const task = { taskType: "imageUpload", taskUUID: randomUUID(), image: file.toString("base64") };
  return (await post(sandbox, [task])).data[0] ?? {};
};

describe("a guide image of the sandbox", () => {
  afterEach(closeSandboxes);

  it("is answered under names of its own, with its cost when asked, and without a seed", async () => {
    const sandbox = await openSandbox();
    const { imageUUID } = await upload(sandbox, await halves());
    const task = preprocessing({ inputs: { image: imageUUID }, includeCost: true });
    const { status, data } = await post(sandbox, [task]);
    assert.equal(status, 200);
    const { guideImageUUID, guideImageURL, ...rest } = data[0] ?? {};
    const { taskType, taskUUID } = task;
    assert.deepEqual(rest, { taskType, taskUUID, inputImageUUID: imageUUID, cost: 0.0006 });
    assert.equal(guideImageURL, `${sandbox.url}/images/${guideImageUUID}.jpg`);
    assert.equal((await download(guideImageURL)).contentType, "image/jpeg");
    assert.deepEqual([sandbox.ledger.submissions(taskUUID), sandbox.ledger.charges(taskUUID)], [1, 1]);
    assert.equal(sandbox.ledger.spent, 0.0006);
  });

  it("comes in every form of output", async () => {
    const sandbox = await openSandbox();
    const image = (await halves()).toString("base64");
    const of = (outputType: string) => preprocessing({ inputs: { image }, outputFormat: "PNG", outputType });
    const { data } = await post(sandbox, [of("URL"), of("base64Data"), of("dataURI")]);
    const base64 = (await download(data[0]?.guideImageURL)).bytes.toString("base64");
    assert.equal(data[1]?.guideImageBase64Data, base64);
    assert.equal(data[2]?.guideImageDataURI, `data:image/png;base64,${base64}`);
  });

  it("is acknowledged, polled for and found in the archive like any picture", async () => {
    const sandbox = await openSandbox({ settings: untilTold });
    const image = `data:image/png;base64,${onePixel}`;
    const task = preprocessing({ inputs: { image }, deliveryMethod: "async", includeCost: true });
    const { taskType, taskUUID } = task;
    assert.deepEqual((await post(sandbox, [task])).data, [{ taskType, taskUUID }]);
    assert.deepEqual(
      (await poll(sandbox, taskUUID)).data.map(({ status }) => status),
      ["processing"],
    );
    await finishJobs(sandbox, taskUUID);
    const [item] = (await poll(sandbox, taskUUID)).data;
    assert.deepEqual([item?.status, item?.taskType, item?.cost], ["success", taskType, 0.0006]);
    const { data } = await post(sandbox, [{ taskType: "getTaskDetails", taskUUID }]);
    const { status: _, ...told } = item ?? {};
    assert.deepEqual(data, [{ taskType: "getTaskDetails", taskUUID, request: [task], response: { data: [told] } }]);
    assert.equal((await post(sandbox, [task])).errors[0]?.code, "conflictTaskUUID");
    assert.equal(sandbox.ledger.charges(taskUUID), 1);
  });

  it("may come with the answer although an acknowledgement was asked for, and is known to polls then", async () => {
    const sandbox = await openSandbox({ settings: { guideImages: "direct" } });
    const task = preprocessing({ inputs: { image: onePixel }, deliveryMethod: "async" });
    const [item] = (await post(sandbox, [task])).data;
    assert.equal((await download(item?.guideImageURL)).status, 200);
    assert.deepEqual((await poll(sandbox, task.taskUUID)).data, [{ ...item, status: "success" }]);
    const picture = inference({ deliveryMethod: "async" });
    assert.equal("imageURL" in ((await post(sandbox, [picture])).data[0] ?? {}), false, "others are acknowledged");
  });

  for (const model of models) {
    const kind = String(model).replace(/.*@/, "");
    it(`is as large as its input and says what it is: ${kind}`, async () => {
      const sandbox = await openSandbox();
      const { data } = await post(sandbox, [inference({ width: 256, height: 128, seed: 1 })]);
      const guide = await guideFor(sandbox, data[0]?.imageUUID, { model });
      const { width, height } = await sharp(guide).metadata();
      assert.deepEqual([width, height], [256, 128]);
      assert.ok(drawnText(guide, `guide ${kind}`));
      assert.deepEqual(await guideFor(sandbox, data[0]?.imageUUID, { model }), guide, "the same every time");
      assert.equal((await sharp(await guideFor(sandbox, onePixel, { model })).metadata()).width, 1);
    });
  }

  it("is as large as its input also where that is a photograph, and at most 4096 pixels wide", async () => {
    const sandbox = await openSandbox();
    for (const [wide, expected] of [
      [3000, { width: 3000, height: 20 }],
      [8192, { width: 4096, height: 10 }],
    ] as const) {
      const photograph = await plainPicture("red", { width: wide, height: 20, format: "jpeg" });
      const { width, height } = await sharp(await guideFor(sandbox, photograph.toString("base64"))).metadata();
      assert.deepEqual({ width, height }, expected);
    }
  });

  it("is another one for each preprocessor", async () => {
    const sandbox = await openSandbox();
    const { data } = await post(sandbox, [inference({ seed: 1 })]);
    const guides = await Promise.all(models.map((model) => guideFor(sandbox, data[0]?.imageUUID, { model })));
    assert.equal(new Set(guides.map((guide) => guide.toString("base64"))).size, models.length);
  });

  it("has edges where its input has them, and nowhere else", async () => {
    const guide = await guideFor(await openSandbox(), (await halves()).toString("base64"));
    const { data, info } = await sharp(guide).greyscale().raw().toBuffer({ resolveWithObject: true });
    const columns = new Set<number>();
    for (let at = 0; at < info.width * 64; at++) if ((data[at * info.channels] ?? 0) > 0) columns.add(at % info.width);
    assert.equal(columns.size, 1);
    for (const column of columns) assert.ok(Math.abs(column - 64) <= 2, `at ${column}`);
  });

  it("finds faint edges with low thresholds only", async () => {
    const sandbox = await openSandbox();
    const faint = (await halves("#101010")).toString("base64");
    const edges = async (settings: Item | undefined) => {
      const { data } = await sharp(await guideFor(sandbox, faint, { settings }))
        .greyscale()
        .extract({ left: 0, top: 0, width: 128, height: 64 })
        .raw()
        .toBuffer({ resolveWithObject: true });
      return data.filter((value) => value > 0).length;
    };
    assert.equal(await edges(undefined), 0);
    assert.ok((await edges({ lowThresholdCanny: 5, highThresholdCanny: 10 })) > 50);
  });

  it("shows hands and a face when asked", async () => {
    const sandbox = await openSandbox();
    const image = (await halves()).toString("base64");
    const model = "runware:controlnet-preprocess@openpose";
    const plain = await guideFor(sandbox, image, { model });
    const detailed = await guideFor(sandbox, image, { model, settings: { includeHandsAndFaceOpenPose: true } });
    assert.notDeepEqual(detailed, plain);
  });

  it("is the same whichever way its input came: by UUID, by address, inside the request", async () => {
    const sandbox = await openSandbox();
    const file = await halves();
    const { imageUUID, imageURL } = await upload(sandbox, file);
    const base64 = file.toString("base64");
    const guides = [];
    for (const image of [imageUUID, imageURL, base64, `data:image/png;base64,${base64}`]) {
      guides.push(await guideFor(sandbox, image));
    }
    for (const guide of guides) assert.deepEqual(guide, guides[0]);
  });

  it("may be made of a finished picture and of another guide image", async () => {
    const sandbox = await openSandbox({ settings: { unknownImage: "refuse" } });
    const { data } = await post(sandbox, [inference({ width: 192 })]);
    const first = await post(sandbox, [preprocessing({ inputs: { image: data[0]?.imageUUID } })]);
    for (const image of [first.data[0]?.guideImageUUID, first.data[0]?.inputImageUUID]) {
      const guide = await guideFor(sandbox, image, { model: "runware:controlnet-preprocess@depth" });
      assert.equal((await sharp(guide).metadata()).width, 192);
    }
  });

  it("names its input by a UUID that can be used again, also where it came inside the request", async () => {
    const sandbox = await openSandbox({ settings: { unknownImage: "refuse" } });
    const file = await halves();
    const { data } = await post(sandbox, [preprocessing({ inputs: { image: file.toString("base64") } })]);
    assert.deepEqual(
      await guideFor(sandbox, data[0]?.inputImageUUID),
      await guideFor(sandbox, file.toString("base64")),
    );
  });

  it("is made without sharp from a PNG file, and as a stand-in of the same size from others", async () => {
    const [sandbox, bare] = [await openSandbox(), await openSandbox({ settings: { pngOnly: true } })];
    const image = (await halves()).toString("base64");
    assert.deepEqual(await guideFor(bare, image), await guideFor(sandbox, image));
    const { width, height } = await sharp(
      await guideFor(bare, (await halves("white", "jpeg")).toString("base64")),
    ).metadata();
    assert.deepEqual([width, height], [128, 96]);
  });

  it("is a stand-in of 1024 x 1024 pixels for an address elsewhere, another one for another address", async () => {
    const sandbox = await openSandbox();
    const [cat, dog] = [
      await guideFor(sandbox, "https://example.com/cat.png"),
      await guideFor(sandbox, "https://example.com/dog.png"),
    ];
    assert.equal((await sharp(cat).metadata()).width, 1024);
    assert.notDeepEqual(cat, dog);
  });

  it("guides a picture by its UUID, which then shows it", async () => {
    const sandbox = await openSandbox({ settings: { unknownImage: "refuse" } });
    const image = (await plainPicture("red")).toString("base64");
    const model = "runware:controlnet-preprocess@tile";
    const guide = await post(sandbox, [preprocessing({ model, inputs: { image } })]);
    const task = (guideImage: unknown) =>
      inference({ width: 512, height: 512, outputFormat: "PNG", controlNet: [{ model: "runware:26@1", guideImage }] });
    const { data } = await post(sandbox, [task(guide.data[0]?.guideImageUUID)]);
    const { bytes } = await download(data[0]?.imageURL);
    assert.ok(drawnText(bytes, "ControlNet tile x1"));
    const [red = 0, green = 255] = await pixelAt(bytes, 480, 20);
    assert.ok(red > 200 && green < 50, "the guide image stands small at the right");
    const { errors } = await post(sandbox, [task(randomUUID())]);
    assert.deepEqual([errors[0]?.code, errors[0]?.parameter], ["imageNotFound", "controlNet[0].guideImage"]);
  });
});

describe("the older form of a preprocessing task", () => {
  afterEach(closeSandboxes);
  const older = (members: Item) => preprocessing({ model: undefined, outputFormat: "PNG", ...members });

  it("makes the same guide image", async () => {
    const sandbox = await openSandbox();
    const inputImage = (await halves("#303030")).toString("base64");
    const settings = { lowThresholdCanny: 20, highThresholdCanny: 40 };
    const { data } = await post(sandbox, [older({ inputImage, preProcessorType: "canny", ...settings })]);
    const { bytes } = await download(data[0]?.guideImageURL);
    assert.deepEqual(bytes, await guideFor(sandbox, inputImage, { settings }));
    const anime = await post(sandbox, [older({ inputImage, preProcessorType: "lineart_anime" })]);
    assert.ok(drawnText((await download(anime.data[0]?.guideImageURL)).bytes, "lineart-anime"));
  });

  for (const [members, code, parameter] of [
    [{ preProcessorType: "canny" }, "missingInputImage", "inputImage"],
    [{ inputImage: onePixel }, "missingPreProcessorType", "preProcessorType"],
    [{ inputImage: onePixel, preProcessorType: "oil" }, "unsupportedPreProcessorType", "preProcessorType"],
    [{ inputImage: "cat.png", preProcessorType: "canny" }, "invalidInputImage", "inputImage"],
    [
      { inputImage: onePixel, preProcessorType: "canny", lowThresholdCanny: 300 },
      "invalidLowThresholdCanny",
      "lowThresholdCanny",
    ],
    [{ inputImage: onePixel, model: "runware:controlnet-preprocess@canny" }, "missingImage", "inputs.image"],
  ] as const) {
    it(`is refused in its own words: ${code}`, async () => {
      const { status, errors } = await post(await openSandbox(), [older(members)]);
      assert.equal(status, 400);
      assert.deepEqual([errors[0]?.code, errors[0]?.parameter], [code, parameter]);
    });
  }
});

describe("a preprocessing task that cannot be done", () => {
  afterEach(closeSandboxes);

  for (const [wrong, code, parameter] of [
    [{ model: undefined }, "missingModel", "model"],
    [{ model: "runware:controlnet-preprocess@oil" }, "unsupportedModel", "model"],
    [{ model: "runware:111@1" }, "unsupportedModel", "model"],
    [{ inputs: undefined }, "missingImage", "inputs.image"],
    [{ inputs: {} }, "missingImage", "inputs.image"],
    [{ inputs: { image: "cat.png" } }, "invalidImage", "inputs.image"],
    [{ settings: { lowThresholdCanny: -1 } }, "invalidLowThresholdCanny", "settings.lowThresholdCanny"],
    [{ positivePrompt: "a cat" }, "unknownParameter", "positivePrompt"],
    [{ numberResults: 2 }, "unknownParameter", "numberResults"],
  ] as const) {
    it(`is refused before it is paid for: ${code} (${parameter})`, async () => {
      const sandbox = await openSandbox();
      const task = preprocessing({ inputs: { image: onePixel }, ...wrong });
      const { status, errors } = await post(sandbox, [task]);
      assert.equal(status, 400);
      assert.deepEqual([errors[0]?.code, errors[0]?.parameter, errors[0]?.taskUUID], [code, parameter, task.taskUUID]);
      assert.equal(sandbox.ledger.charges(task.taskUUID), 0);
    });
  }

  it("is not to be had as a picture for a prompt", async () => {
    const { errors } = await post(await openSandbox(), [inference({ model: "runware:controlnet-preprocess" })]);
    assert.equal(errors[0]?.code, "invalidModel");
  });

  it("names a picture that the sandbox has never seen, where that is asked for", async () => {
    const sandbox = await openSandbox({ settings: { unknownImage: "refuse" } });
    const newer = await post(sandbox, [preprocessing({ inputs: { image: randomUUID() } })]);
    assert.deepEqual([newer.errors[0]?.code, newer.errors[0]?.parameter], ["imageNotFound", "inputs.image"]);
    const older = { model: undefined, preProcessorType: "canny", inputImage: randomUUID() };
    assert.equal((await post(sandbox, [preprocessing(older)])).errors[0]?.parameter, "inputImage");
  });

  it("is refused when the balance does not cover it", async () => {
    const sandbox = await openSandbox({ settings: { balance: 0.0005 } });
    const { status, errors } = await post(sandbox, [preprocessing({ inputs: { image: onePixel } })]);
    assert.deepEqual([status, errors[0]?.code], [402, "insufficientCredits"]);
  });

  const task = () => preprocessing({ inputs: { image: onePixel }, deliveryMethod: "async" });

  for (const [fault, code] of [
    ["402", "insufficientCredits"],
    ["moderated", "contentPolicyViolation"],
    ["503", "serviceUnavailable"],
  ] as const) {
    it(`meets an armed fault: ${fault}`, async () => {
      const sandbox = await openSandbox();
      sandbox.arm(fault);
      const refused = task();
      const { errors } = await post(sandbox, [refused]);
      assert.equal(errors[0]?.code, code);
      assert.equal(sandbox.ledger.charges(refused.taskUUID), 0);
      assert.equal((await post(sandbox, [refused])).data.length, 1, "sent again, it goes");
    });
  }

  for (const fault of ["fail", "partial"]) {
    for (const shape of ["errors", "data"] as const) {
      it(`fails while it is worked on (${fault}), and says so in ${shape}`, async () => {
        const sandbox = await openSandbox({ settings: { failureShape: shape } });
        sandbox.arm(fault, { call: "controlNetPreprocess" });
        const failing = task();
        await post(sandbox, [failing]);
        const { data, errors } = await poll(sandbox, failing.taskUUID);
        assert.deepEqual([data.length, errors.length], shape === "data" ? [1, 0] : [0, 1]);
        assert.equal(sandbox.ledger.spent, 0);
      });
    }
  }

  it("is taken on and charged although its answer is lost", async () => {
    const sandbox = await openSandbox();
    sandbox.arm("lost-answer", { call: "controlNetPreprocess" });
    const lost = task();
    await assert.rejects(post(sandbox, [lost]));
    assert.equal(sandbox.ledger.charges(lost.taskUUID), 1);
    assert.equal((await poll(sandbox, lost.taskUUID)).data[0]?.status, "success");
  });

  it("may take for ever, and its address may have expired", async () => {
    const sandbox = await openSandbox();
    sandbox.arm("never");
    const stuck = task();
    await post(sandbox, [stuck]);
    assert.equal((await poll(sandbox, stuck.taskUUID)).data[0]?.status, "processing");
    sandbox.arm("expired-url");
    const { data } = await post(sandbox, [preprocessing({ inputs: { image: onePixel } })]);
    assert.equal((await download(data[0]?.guideImageURL)).status, 404);
  });
});
