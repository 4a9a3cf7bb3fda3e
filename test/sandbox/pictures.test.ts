import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import sharp from "sharp";
import { parseJson, stringifyJson } from "../../sandbox/digits";
import { draw } from "../../sandbox/images/drawing";
import { admin, closeSandboxes, download, inference, openSandbox, post } from "./support";

describe("a picture of the sandbox", () => {
  afterEach(closeSandboxes);

  for (const [outputFormat, format, contentType] of [
    ["JPG", "jpeg", "image/jpeg"],
    ["PNG", "png", "image/png"],
    ["WEBP", "webp", "image/webp"],
  ] as const) {
    it(`is a real ${outputFormat} file of the requested size, in every form of output`, async () => {
      const sandbox = await openSandbox();
      const of = (outputType: string) => inference({ outputFormat, outputType, width: 256, height: 144, seed: 1 });
      const { data } = await post(sandbox, [of("URL"), of("base64Data"), of("dataURI")]);
      const file = await download(data[0]?.imageURL);
      assert.equal(file.contentType, contentType);
      const { width, height, hasAlpha, ...found } = await sharp(file.bytes).metadata();
      assert.deepEqual(
        { width, height, hasAlpha, format: found.format },
        { width: 256, height: 144, hasAlpha: false, format },
      );
      await sharp(file.bytes).raw().toBuffer();
      const base64 = file.bytes.toString("base64");
      assert.equal(data[1]?.imageBase64Data, base64);
      assert.equal(data[2]?.imageDataURI, `data:${contentType};base64,${base64}`);
      assert.equal("imageURL" in (data[1] ?? {}) || "imageURL" in (data[2] ?? {}), false);
    });
  }

  for (const outputFormat of ["PNG", "WEBP"]) {
    it(`has transparent surroundings with layerDiffuse as ${outputFormat}`, async () => {
      const { data } = await post(await openSandbox(), [inference({ outputFormat, layerDiffuse: true })]);
      const { bytes } = await download(data[0]?.imageURL);
      const { data: pixels, info } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
      assert.equal(info.channels, 4);
      assert.equal(pixels[3], 0, "the upper left corner");
      assert.equal(pixels[(Math.floor(info.height / 3) * info.width + info.width / 2) * 4 + 3], 255, "the middle");
    });
  }

  it("has 1024 x 1024 pixels where the request names no size", async () => {
    const task = inference({ model: "runware:106@1", width: undefined, height: undefined });
    const { data } = await post(await openSandbox(), [task]);
    const { width, height } = await sharp((await download(data[0]?.imageURL)).bytes).metadata();
    assert.deepEqual([width, height], [1024, 1024]);
  });

  it("may be as small as one pixel for the model that publishes no bounds", async () => {
    const task = inference({ model: "runware:106@1", width: 1, height: 1 });
    const { data } = await post(await openSandbox(), [task]);
    const { width, height } = await sharp((await download(data[0]?.imageURL)).bytes).metadata();
    assert.deepEqual([width, height], [1, 1]);
  });

  it("is the same, byte for byte, for the same model, prompt, seed and size, also in another sandbox", async () => {
    const picture = async (members: Record<string, unknown>) => {
      const { data } = await post(await openSandbox(), [inference({ outputFormat: "PNG", seed: 11, ...members })]);
      return (await download(data[0]?.imageURL)).bytes;
    };
    const original = await picture({});
    assert.deepEqual(await picture({}), original);
    for (const other of [
      { seed: 12 },
      { positivePrompt: "a blue lighthouse" },
      { model: "runware:111@1" },
      { width: 144 },
    ]) {
      assert.notDeepEqual(await picture(other), original);
    }
  });

  it("says what it is: the plate at its lower edge depends on the prompt, the sky above does not hide it", () => {
    const subject = { model: "runware:107@1", prompt: "one", seed: 1n, width: 512, height: 512, transparent: false };
    const { pixels } = draw(subject);
    const white = [];
    for (let at = 0; at < pixels.length; at += 4) {
      if (pixels.readUInt32BE(at) === 0xffffffff) white.push(Math.floor(at / 4 / 512));
    }
    assert.ok(white.length > 50, "letters are there");
    assert.ok(Math.min(...white) > 400, "and stand in the plate");
  });

  it("cuts a long prompt so that the scene stays visible", () => {
    const prompt = "word ".repeat(600);
    const subject = { model: "runware:111@1", prompt, seed: 1n, width: 256, height: 256, transparent: false };
    const plain = draw({ ...subject, prompt: "ab" });
    const crowded = draw(subject);
    assert.equal(crowded.pixels.length, plain.pixels.length);
  });

  it("is a PNG file whatever was asked for when sharp is missing, and the sandbox says so once", async () => {
    const lines: string[] = [];
    const sandbox = await openSandbox({ settings: { pngOnly: true }, log: (line) => lines.push(line) });
    const { data } = await post(sandbox, [
      inference({ outputFormat: "WEBP" }),
      inference({ outputType: "dataURI" }),
      inference({ outputFormat: "PNG", layerDiffuse: true }),
    ]);
    assert.match(String(data[0]?.imageURL), /\.png$/);
    const file = await download(data[0]?.imageURL);
    assert.equal(file.contentType, "image/png");
    assert.equal((await sharp(file.bytes).metadata()).format, "png");
    assert.match(String(data[1]?.imageDataURI), /^data:image\/png;base64,/);
    assert.equal((await sharp((await download(data[2]?.imageURL)).bytes).metadata()).hasAlpha, true);
    assert.equal(lines.length, 1);
    assert.match(lines[0] ?? "", /PNG/);
    assert.equal((await admin(sandbox, "GET", "state")).body.pictures, "png only");
  });

  it("is found under its UUID only", async () => {
    const sandbox = await openSandbox();
    assert.equal((await download(`${sandbox.url}/images/${randomUUID()}.jpg`)).status, 404);
  });
});

describe("a seed", () => {
  afterEach(closeSandboxes);

  it("keeps its 19 digits on the way in and out", async () => {
    const sandbox = await openSandbox();
    const { taskUUID, ...rest } = inference();
    const body = (seed: string) =>
      `[${JSON.stringify({ ...rest, taskUUID: randomUUID() }).slice(0, -1)},"seed":${seed}}]`;
    for (const seed of ["0", "4294967295", "9007199254740993", "9223372036854775807"]) {
      const { status, text } = await post(sandbox, body(seed));
      assert.equal(status, 200, text);
      assert.match(text, new RegExp(`"seed":${seed}[,}]`));
    }
    const { status, errors } = await post(sandbox, body("9223372036854775808"));
    assert.equal(status, 400);
    assert.equal(errors[0]?.code, "invalidSeed");
  });

  it("keeps its digits in the archive", async () => {
    const sandbox = await openSandbox();
    const task = inference();
    await post(sandbox, JSON.stringify([{ ...task, seed: 1 }]).replace('"seed":1', '"seed":9007199254740993'));
    const { text } = await post(sandbox, [{ taskType: "getTaskDetails", taskUUID: task.taskUUID }]);
    assert.equal(text.match(/"seed":9007199254740993[,}]/g)?.length, 2, "in the request and in the answer");
  });

  it("counts up through a batch", async () => {
    const { data } = await post(await openSandbox(), [inference({ seed: 4294967295, numberResults: 2 })]);
    assert.deepEqual(
      data.map(({ seed }) => seed),
      [4294967295, 4294967296],
    );
  });

  it("is a random one of 32 bits where the request has none", async () => {
    const { data } = await post(await openSandbox(), [inference(), inference()]);
    const seeds = data.map(({ seed }) => Number(seed));
    assert.ok(seeds.every((seed) => Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32));
  });
});

describe("JSON with long integers", () => {
  it("keeps digits outside of strings, and leaves strings alone", () => {
    const text =
      '{"a":9223372036854775807,"b":"x 9223372036854775807 \\" 9223372036854775807","c":[-9007199254740993]}';
    assert.equal(stringifyJson(parseJson(text)), text);
    assert.deepEqual(parseJson('{"a":1e20,"b":0.1234567890123456789,"c":12345678901234567e2}'), {
      a: 1e20,
      b: Number("0.1234567890123456789"),
      c: Number("12345678901234567e2"),
    });
    assert.throws(() => parseJson('{"a":9223372036854775807'), SyntaxError);
    assert.throws(() => parseJson('"9223372036854775807'), SyntaxError);
  });
});
