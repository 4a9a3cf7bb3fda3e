import assert from "node:assert/strict";
import sharp from "sharp";
import { bucketIn } from "../support/bucket";
import { type Flow, type FlowOptions, type Message, startFlow, stopFlows } from "../support/flow";
import { closeHosts, host } from "../support/hosts";
import { hashOf, pixelsOf, provenanceIn } from "../support/marked-pictures";
import { onlyMessage } from "../support/outcomes";
import { noisePng } from "../support/pictures";

const prompt = "a <lighthouse> at dusk 🌊";
const runware = { width: 128, height: 128, seed: 7 };

const delivered = async (flow: Flow, message: Record<string, unknown>): Promise<Message> =>
  onlyMessage(await flow.send(message));

/** The bytes of a picture as a message has them. */
const bytesOf = (payload: unknown): Buffer =>
  typeof payload === "string"
    ? Buffer.from(payload.slice(payload.indexOf(",") + 1), "base64")
    : Buffer.from(payload as Buffer);

const warningsOf = (flow: Flow, node: string): string[] =>
  flow.callsOf(node).flatMap(({ method, argument }) => (method === "warn" ? [String(argument)] : []));

/** What a picture has to say that a message tells of. */
const expected = ({ job, image }: Message, index = 0, about: { seed: number | string } | undefined = image) => ({
  "xmp:CreatorTool": "@fluxwire/node-red-flux",
  "xmp:CreateDate": new Date(Date.parse(job.acceptedAt) + (job.timings.waiting ?? Number.NaN)).toISOString(),
  "Iptc4xmpExt:DigitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia",
  "flux:promptHash": hashOf(prompt),
  "flux:seed": String(about?.seed),
  "flux:model": job.model,
  "flux:provider": job.provider,
  "flux:jobId": job.id,
  "flux:pictureIndex": String(index),
});

describe("a picture that leaves an inference node which writes provenance", () => {
  afterEach(stopFlows);

  for (const output of ["buffer", "base64", "dataURI"]) {
    for (const outputFormat of ["JPG", "PNG", "WEBP"]) {
      it(`says where it comes from, with the same pixels: ${outputFormat} as ${output}`, async () => {
        const message = { payload: prompt, flux: { ...runware, outputFormat } };
        const flow = await startFlow({ node: { output, provenance: true } });
        const marked = await delivered(flow, message);
        assert.deepEqual(await provenanceIn(bytesOf(marked.payload)), expected(marked));
        assert.ok(!bytesOf(marked.payload).includes("lighthouse"), "the prompt itself is not in it");
        assert.deepEqual([marked.job.warnings, warningsOf(flow, "flux")], [[], []]);
        await stopFlows();

        const plain = await delivered(await startFlow({ node: { output } }), message);
        assert.equal(await provenanceIn(bytesOf(plain.payload)), undefined, "off, when nobody switched it on");
        assert.equal(await pixelsOf(bytesOf(marked.payload)), await pixelsOf(bytesOf(plain.payload)));
        const { id: _one, url: _here, ...told } = marked.image;
        const { id: _other, url: _there, ...before } = plain.image;
        assert.deepEqual(told, before);
        const head = (payload: unknown) => /^data:[^,]*,/.exec(String(payload))?.[0];
        assert.equal(head(marked.payload), head(plain.payload));
      });
    }
  }

  it("is told apart from its siblings, also of fal, and with a seed beyond the numbers", async () => {
    const seed = "18446744073709551615";
    const flow = await startFlow({
      node: { type: "fal-flux-srpo", output: "buffer", results: "all", provenance: true },
    });
    const flux = { image_size: { width: 128, height: 128 }, num_images: 3, seed };
    const message = await delivered(flow, { payload: prompt, flux });
    const pictures = message.payload as Buffer[];
    for (const [index, picture] of pictures.entries()) {
      assert.deepEqual(await provenanceIn(picture), expected(message, index, message.image[index]));
      assert.equal((await provenanceIn(picture))?.["flux:seed"], seed);
    }
    assert.equal(pictures.length, 3);
  });

  it("has the same bytes when its job is delivered again", async () => {
    const flow = await startFlow({ node: { output: "buffer", provenance: true } });
    const first = await delivered(flow, { payload: prompt, flux: runware });
    const again = await delivered(flow, { resume: first.job.id });
    assert.deepEqual(again.payload, first.payload);
  });

  it("is not touched as an address", async () => {
    const flow = await startFlow({ node: { provenance: true } });
    const message = await delivered(flow, { payload: prompt, flux: runware });
    assert.equal(message.payload, message.image.url);
    assert.deepEqual(message.job.warnings, []);
  });

  it("is not marked when it is what a tool made", async () => {
    const flow = await startFlow({ node: { type: "runware-preprocess", output: "buffer", provenance: true } });
    const { guideImage } = await delivered(flow, { payload: await noisePng(64) });
    assert.equal(await provenanceIn(bytesOf(guideImage)), undefined);
  });
});

/** An inference node, and an upload node behind it that writes provenance. */
const stored = (upload: Record<string, unknown> = {}, node: Record<string, unknown> = {}): Promise<Flow> => {
  const after: FlowOptions["after"] = ({ url }) => [
    { type: "flux-s3-upload", bucket: "bucket", provenance: true, allowedHosts: new URL(url).host, ...upload },
  ];
  return startFlow({ bucket: {}, node, after });
};

/** An upload node by itself that writes provenance. */
const uploads = (upload: Record<string, unknown> = {}, more: FlowOptions = {}): Promise<Flow> => {
  const node = { type: "flux-s3-upload", bucket: "bucket", provenance: true, ...upload };
  return startFlow({ bucket: {}, account: null, ...more, node });
};

interface Stored {
  key: string;
  size: number;
  etag: string;
  sidecar: string;
}

describe("a picture that an upload node writes provenance into", () => {
  afterEach(async () => {
    closeHosts();
    await stopFlows();
  });

  for (const output of ["url", "buffer", "base64", "dataURI"]) {
    it(`says where it comes from, and msg.s3 has the size that it has then: from ${output}`, async () => {
      const flow = await stored({}, { output });
      const message = await delivered(flow, { payload: prompt, flux: runware });
      const { key, size } = message.s3 as Stored;
      const bytes = await bucketIn(flow.sandbox).bytes(key);
      assert.deepEqual(await provenanceIn(bytes), expected(message));
      assert.equal(size, bytes.length);
      assert.deepEqual(warningsOf(flow, "after0"), []);
      const original = output === "url" ? await fetch(String(message.payload)) : undefined;
      const picture = original ? Buffer.from(await original.arrayBuffer()) : bytesOf(message.payload);
      assert.equal(await provenanceIn(picture), undefined, "the message keeps its own");
      assert.equal(await pixelsOf(bytes), await pixelsOf(picture));
    });
  }

  it("says so in each of several, and in its sidecar without the request too", async () => {
    const flow = await stored({ sidecar: true }, { results: "all" });
    const message = await delivered(flow, { payload: prompt, flux: { ...runware, numberResults: 2 } });
    const bucket = bucketIn(flow.sandbox);
    for (const [index, { key, sidecar }] of (message.s3 as Stored[]).entries()) {
      assert.deepEqual(await provenanceIn(await bucket.bytes(key)), expected(message, index, message.image[index]));
      const { request: _, ...beside } = await bucket.json(sidecar);
      const { seed } = beside.picture as { seed: unknown };
      const { id } = beside.job as { id: unknown };
      const { promptHash, model } = beside;
      assert.deepEqual(
        [promptHash, seed, model, id],
        [hashOf(prompt), message.image[index]?.seed, message.job.model, message.job.id],
      );
      assert.ok(!JSON.stringify(beside).includes("lighthouse"));
    }
  });

  it("counts as stored when its job is delivered again, where nothing is to be overwritten", async () => {
    for (const output of ["url", "buffer"]) {
      const flow = await stored({ neverOverwrite: true }, { output });
      const first = await delivered(flow, { payload: prompt, flux: runware });
      const again = await delivered(flow, { resume: first.job.id });
      assert.deepEqual(again.s3, first.s3);
      await stopFlows();
    }
  });

  it("counts as stored when it was stored before the setting was switched on", async () => {
    const upload = { type: "flux-s3-upload", bucket: "bucket", neverOverwrite: true };
    const flow = await uploads(
      { neverOverwrite: true, provenance: false },
      { after: [{ ...upload, provenance: true }] },
    );
    const payload = await noisePng(16);
    const message = await delivered(flow, { payload, job: { id: "j", provider: "runware" }, image: { id: "p" } });
    assert.equal((message.s3 as Stored).size, payload.length);
    assert.deepEqual(await bucketIn(flow.sandbox).bytes("runware/j-0.png"), payload);
  });

  it("says so once when the inference node has written it already", async () => {
    const flow = await stored({}, { output: "buffer", provenance: true });
    const message = await delivered(flow, { payload: prompt, flux: runware });
    assert.deepEqual(await bucketIn(flow.sandbox).bytes((message.s3 as Stored).key), bytesOf(message.payload));
    assert.deepEqual(warningsOf(flow, "after0"), []);
  });

  it("flows into the bucket in parts, also when nobody says how long it is", async () => {
    const png = await noisePng(1600);
    assert.ok(png.length > 5 * 1024 * 1024);
    for (const length of [png.length, undefined]) {
      const at = await host((_, response) => {
        if (length !== undefined) response.setHeader("content-length", length);
        response.write(png.subarray(0, 5));
        response.end(png.subarray(5));
      });
      const flow = await uploads({ allowedHosts: at });
      const message = { payload: `http://${at}/a.png`, job: { id: "j", provider: "runware" }, image: { id: "p" } };
      const { key, size } = (await delivered(flow, message)).s3 as Stored;
      const bytes = await bucketIn(flow.sandbox).bytes(key);
      assert.equal(size, bytes.length);
      assert.equal((await provenanceIn(bytes))?.["flux:jobId"], "j");
      const inserted = bytes.length - png.length;
      assert.ok(Buffer.concat([bytes.subarray(0, 33), bytes.subarray(33 + inserted)]).equals(png));
      await stopFlows();
    }
  });

  it("is stored as it is, with a warning, when it has metadata of somebody else or cannot have any", async () => {
    const flow = await uploads({ key: { type: "str", value: "{index}.{ext}" } });
    const png = await noisePng(16);
    const xmp = await sharp(png).withXmp("<x:xmpmeta xmlns:x='adobe:ns:meta/'/>").png().toBuffer();
    const payload = [xmp, await sharp(png).gif().toBuffer(), png.subarray(0, -20), png];
    const image = payload.map((_, index) => ({ id: `p${index}`, index }));
    await delivered(flow, { payload, job: { id: "j" }, image });
    const bucket = bucketIn(flow.sandbox);
    for (const [index, key] of ["0.png", "1.gif", "2.png"].entries()) {
      assert.deepEqual(await bucket.bytes(key), payload[index]);
    }
    assert.equal((await provenanceIn(await bucket.bytes("3.png")))?.["flux:pictureIndex"], "3");
    assert.deepEqual(warningsOf(flow, "flux"), [
      "Provenance was not written into picture p0: it has XMP metadata already.",
      "Provenance was not written into picture p1: it is no PNG, JPEG or WEBP.",
      "Provenance was not written into picture p2: its file is damaged or not complete.",
    ]);
  });

  it("is stored as it is when the message does not say which job made it, which is told once", async () => {
    const flow = await uploads({ key: { type: "str", value: "{uuid}.{ext}" } });
    const payload = await noisePng(16);
    for (const message of [{ payload }, { payload, job: { id: "j" } }, { payload, image: { id: "p" } }]) {
      const { key } = (await delivered(flow, message)).s3 as Stored;
      assert.deepEqual(await bucketIn(flow.sandbox).bytes(key), payload);
    }
    const [told = "", ...others] = warningsOf(flow, "flux");
    assert.match(told, /^Provenance was not written: msg\.job and msg\.image do not say which job made the picture\./);
    assert.deepEqual(others, []);
  });
});
