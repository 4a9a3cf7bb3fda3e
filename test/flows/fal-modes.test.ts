import assert from "node:assert/strict";
import { type FlowOptions, startFlow, stopFlows } from "../support/flow";
import { onlyMessage, refusedMessage } from "../support/outcomes";
import { noisePng } from "../support/pictures";

const prompt = "a lighthouse at dusk";
const small = { image_size: { width: 256, height: 128 } };
const textToImage = "fal-ai/flux/srpo";
const imageToImage = "fal-ai/flux/srpo/image-to-image";

const str = (value: string) => ({ type: "str", value });

const fal = (node: Record<string, unknown> = {}, more: FlowOptions = {}): FlowOptions => ({
  ...more,
  node: { type: "fal-flux-srpo", ...node },
});

/** Sends one message through a fal node, which must deliver exactly one message. */
async function delivered(options: FlowOptions, message: Record<string, unknown>) {
  const outcome = await (await startFlow(options)).send(message);
  await stopFlows();
  return onlyMessage(outcome);
}

/** Sends one message that must be refused before anything reaches the service. */
async function refused(options: FlowOptions, message: Record<string, unknown>): Promise<string> {
  const flow = await startFlow(options);
  const outcome = await flow.send(message);
  await stopFlows();
  return refusedMessage(flow, outcome).error.message;
}

describe("the mode of a fal node", () => {
  afterEach(stopFlows);

  const source = { type: "msg", value: "picture" };
  let picture: Buffer;
  before(async () => {
    picture = await noisePng(64);
  });

  it("auto makes a picture from the prompt alone", async () => {
    const { job, image } = await delivered(fal(), { payload: prompt, flux: small });
    assert.equal(job.model, textToImage);
    assert.deepEqual([image.width, image.height], [256, 128]);
  });

  it("auto makes a picture from a picture as soon as there is one", async () => {
    const { job } = await delivered(fal({ imageFrom: source }), { payload: prompt, picture });
    assert.equal(job.model, imageToImage);
    assert.match(String(job.request.image_url), /^\(data URI|^\(picture/);
  });

  it("auto takes a picture in msg.flux as well", async () => {
    const image_url = `data:image/png;base64,${picture.toString("base64")}`;
    const { job } = await delivered(fal(), { payload: prompt, flux: { image_url } });
    assert.equal(job.model, imageToImage);
  });

  it("auto makes it from the prompt alone where Image from holds nothing", async () => {
    const { job } = await delivered(fal({ imageFrom: source }), { payload: prompt, flux: small });
    assert.equal(job.model, textToImage);
  });

  it("leaves the dialog's values of the other mode out", async () => {
    const params = { image_size: str("square"), strength: { type: "num", value: "0.5" } };
    const node = { params, imageFrom: source };
    const [fromText, fromPicture] = [
      await delivered(fal(node), { payload: prompt }),
      await delivered(fal(node), { payload: prompt, picture }),
    ];
    assert.deepEqual([fromText.job.request.image_size, fromText.job.request.strength], ["square", undefined]);
    assert.deepEqual([fromPicture.job.request.image_size, fromPicture.job.request.strength], [undefined, 0.5]);
  });

  it("refuses msg.flux values of the other mode", async () => {
    assert.match(await refused(fal(), { payload: prompt, flux: { strength: 0.5 } }), /strength/);
    const flux = { image_size: "square" };
    assert.match(await refused(fal({ imageFrom: source }), { payload: prompt, picture, flux }), /image_size/);
  });

  it("has its own range of steps", async () => {
    const flux = { num_inference_steps: 5 };
    assert.equal((await delivered(fal(), { payload: prompt, flux })).job.request.num_inference_steps, 5);
    const error = await refused(fal({ imageFrom: source }), { payload: prompt, picture, flux });
    assert.match(error, /num_inference_steps is 5.* 10 to 50/);
  });

  it("image-to-image needs a picture, and says where it looked", async () => {
    const error = await refused(fal({ mode: "image-to-image", imageFrom: source }), { payload: prompt });
    assert.match(error, /Image from \(msg\.picture\)/);
    assert.match(await refused(fal({ mode: "image-to-image" }), { payload: prompt }), /image_url/);
  });

  it("text-to-image takes no picture, and warns about one that the dialog points at", async () => {
    const { job } = await delivered(fal({ mode: "text-to-image", imageFrom: source }), {
      payload: prompt,
      picture,
      flux: small,
    });
    assert.equal(job.model, textToImage);
    assert.match(job.warnings.join(), /Image from/);
  });
});

describe("the parameters of a fal node", () => {
  afterEach(stopFlows);

  it("make a side that is left out 512 pixels long, and say so", async () => {
    const { image, job } = await delivered(fal(), { payload: prompt, flux: { image_size: { width: 256 } } });
    assert.deepEqual([image.width, image.height], [256, 512]);
    assert.match(job.warnings.join(), /512/);
  });

  it("take presets, from the dialog too", async () => {
    const { image } = await delivered(fal({ params: { image_size: str("portrait_16_9") } }), { payload: prompt });
    assert.deepEqual([image.width, image.height], [576, 1024]);
  });

  it("keep all digits of a seed, and put it on every picture", async () => {
    const flow = await startFlow(fal());
    const seed = "9007199254740993";
    const { messages } = await flow.send({ payload: prompt, flux: { ...small, seed, num_images: 3 } });
    assert.deepEqual(
      messages.map(({ image }) => image.seed),
      [seed, seed, seed],
    );
  });

  it("take null for no seed", async () => {
    const { image } = await delivered(fal(), { payload: prompt, flux: { ...small, seed: null } });
    assert.ok(image.seed !== undefined && image.seed !== null);
  });

  it("own sync_mode: a message's is dropped with a warning", async () => {
    const { job, payload } = await delivered(fal(), { payload: prompt, flux: { ...small, sync_mode: true } });
    assert.match(String(payload), /^http:/);
    assert.match(job.warnings.join(), /sync_mode/);
  });

  const BAD: Record<string, [flux: Record<string, unknown>, says: RegExp]> = {
    "an empty prompt": [{ prompt: "" }, /prompt/],
    "too many pictures": [{ num_images: 5 }, /num_images is 5.* 1 to 4/],
    "too little guidance": [{ guidance_scale: 0.5 }, /guidance_scale is 0.5.* 1 to 20/],
    "a size of nothing": [{ image_size: { width: 0 } }, /image_size\.width is 0/],
    "a size beyond the largest": [{ image_size: { width: 14_143 } }, /image_size\.width is 14143/],
    "no known preset": [{ image_size: "huge" }, /image_size/],
    "another file format": [{ output_format: "webp" }, /output_format/],
    "another acceleration": [{ acceleration: "warp" }, /acceleration/],
    "the id of a Runware picture": [{ image_url: "11111111-1111-4111-8111-111111111111" }, /image_url/],
    "Runware's name of a parameter": [{ steps: 20 }, /num_inference_steps/],
  };
  for (const [name, [flux, says]] of Object.entries(BAD)) {
    it(`are refused, and nothing is sent, for ${name}`, async () => {
      assert.match(await refused(fal(), { payload: prompt, flux }), says);
    });
  }

  it("are sent with a prompt of any length", async () => {
    const long = "a very long prompt, ".repeat(2000);
    assert.equal((await delivered(fal(), { payload: long, flux: small })).job.request.prompt, long);
  });
});

describe("a composition that fal's model cannot take", () => {
  afterEach(stopFlows);

  const flux = { lora: [{ model: "civitai:1@2", weight: 1 }] };

  it("is refused with the name of the node that set it", async () => {
    const fluxOrigins = { "lora[0]": { id: "n1", type: "flux-lora", name: "house style" } };
    const error = await refused(fal(), { payload: prompt, flux, fluxOrigins });
    assert.match(error, /lora/);
    assert.match(error, /"house style"/);
    assert.match(error, /flux-lora/);
    assert.match(error, /Nothing was sent/);
  });

  for (const parameter of ["lora", "controlNet", "ipAdapters", "pulid", "acePlusPlus"]) {
    it(`is refused, and says that Runware's model has it: ${parameter}`, async () => {
      const error = await refused(fal(), { payload: prompt, flux: { [parameter]: parameter === "pulid" ? {} : [] } });
      assert.match(error, new RegExp(`${parameter}.*Runware`));
    });
  }

  it("leaves with the message as it came, for another try", async () => {
    const flow = await startFlow(fal());
    const fluxOrigins = { "lora[0]": { id: "n1", type: "flux-lora" } };
    const { caught } = await flow.send({ payload: prompt, flux, fluxOrigins });
    assert.deepEqual([caught?.flux, caught?.fluxOrigins], [flux, fluxOrigins]);
  });

  it("travels no further than the node: a delivered message has no origins", async () => {
    const message = await delivered(fal(), { payload: prompt, flux: small, fluxOrigins: { "lora[0]": {} } });
    assert.deepEqual([message.flux, message.fluxOrigins], [undefined, undefined]);
    assert.doesNotMatch(JSON.stringify(message.job.request), /origin/i);
  });
});
