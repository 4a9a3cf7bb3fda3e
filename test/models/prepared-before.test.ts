import assert from "node:assert/strict";
import fc from "fast-check";
import { FluxError } from "../../lib/errors";
import { shapeOf } from "../../lib/jobs/budget/shape";
import { nodeModels } from "../../lib/models/catalogue";
import type { NodeModel } from "../../lib/models/model";
import { fixedDialog } from "../../lib/models/preparing/fixed-dialog";
import { prepareRequest } from "../../lib/models/preparing/prepare";
import { preparedAsBefore } from "../../lib/models/preparing/prepared-before";
import type { RequestInput } from "../../lib/models/request";
import { srpo } from "../../lib/models/srpo";
import { PROMPT, picture, png } from "./support";

const UUID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

/** What became of a message, in a form that can be compared: the order of a request's members counts. */
const outcome = (nodeModel: NodeModel, input: RequestInput): unknown => {
  try {
    const { model, expected, request, attachments, warnings } = prepareRequest(nodeModel, input);
    // What stands for a large picture is never the same twice.
    const written = JSON.stringify(request);
    const told = attachments.length > 0 ? written.replace(UUID, "a picture") : written;
    const attached = attachments.map(({ path, bytes, contentType }) => ({ path, contentType, size: bytes.length }));
    return { model: model.id, expected, told, attached, warnings };
  } catch (error) {
    if (!(error instanceof FluxError)) throw error;
    return { message: error.message, cause: error.cause };
  }
};

/** Too large to travel inside a request to fal. */
const large = png(64, 64, 40 * 1024).toString("base64");

/** Values as they are saved, most of them good. */
const values: Readonly<Record<"runware" | "fal" | "both", Readonly<Record<string, readonly unknown[]>>>> = {
  runware: {
    positivePrompt: ["a lighthouse", "", "x"],
    width: ["1024", " 512 ", 640, "1000", "wide"],
    height: ["768", "1024"],
    steps: ["28", "28.0000000001", "", "1e9"],
    scheduler: ["Euler", "euler", "none"],
    numberResults: ["3", "2", "0"],
    strength: ["0.5", ".5", "5"],
    lora: [
      [{ model: "civitai:652699@993999", weight: "0.8" }],
      [{ model: "a:b" }, { model: "a:b" }],
      [{ weight: 1 }],
      { type: "Buffer", data: [137, 80] },
    ],
    puLID: [{ inputImages: [picture.url] }, { images: picture.url, CFGstartStep: 4 }],
    pulid: [{ images: [picture.url] }, { idWeight: "1" }],
    inputs: [{ seedImage: picture.url }, { seedImage: large }, { maskImage: "no picture" }],
    uploadEndpoint: ["https://example.com/put", "flux-s3://node/bucket/key?life=3600"],
    deliveryMethod: ["sync", "async", "queue"],
    outputType: ["URL", "dataURI"],
  },
  fal: {
    prompt: ["a lighthouse", " "],
    image_size: [{ width: "1024" }, "square"],
    num_images: ["2", "9"],
    image_url: [picture.url, large, ""],
    strength: ["0.5", "5"],
    sync_mode: ["true", "perhaps"],
  },
  both: { seed: ["1", "9223372036854775807", 2 ** 60, "x"], anything: ["goes"] },
};

const dialogFor = (nodeModel: NodeModel): fc.Arbitrary<Record<string, unknown>> => {
  const own = { ...values["modes" in nodeModel ? "fal" : "runware"], ...values.both };
  return fc
    .subarray(Object.entries(own), { maxLength: 4 })
    .chain((some) => fc.record(Object.fromEntries(some.map(([name, choices]) => [name, fc.constantFrom(...choices)]))));
};

const prompts = fc.constantFrom<unknown>(
  PROMPT,
  "a fox",
  "a",
  "",
  " ",
  undefined,
  null,
  28,
  "\u{1f98a}",
  "\u{1f98a}".repeat(3000),
  "x".repeat(3001),
  picture.url,
  large,
  png(8, 8),
  [png(8, 8)],
);

const usual = <Value>(value: Value, unusual: fc.Arbitrary<Value>): fc.Arbitrary<Value> =>
  fc.oneof({ weight: 5, arbitrary: fc.constant(value) }, { weight: 1, arbitrary: unusual });

const messages: fc.Arbitrary<Omit<RequestInput, "dialog">> = fc.record({
  prompt: usual(
    { value: PROMPT, source: "Prompt from (msg.payload)" },
    fc.option(
      prompts.map((value) => ({ value, source: "Prompt from (msg.payload)" })),
      { nil: undefined },
    ),
  ),
  image: usual<RequestInput["image"]>(
    undefined,
    fc.constantFrom(picture.url, undefined).map((value) => ({ value, source: "msg.image" })),
  ),
  flux: usual<unknown>(
    undefined,
    fc.constantFrom<unknown>(
      null,
      {},
      { steps: 4 },
      { lora: [{ model: "c:d" }], pulid: { CFGstartStepPercentage: 10 } },
      { positivePrompt: "a whale", seed: 7 },
      { image_url: picture.url },
      "no object",
    ),
  ),
  origins: usual<unknown>(undefined, fc.constant({ lora: { id: "1", type: "flux-lora", name: "style" } })),
  mode: usual<RequestInput["mode"]>("auto", fc.constantFrom("text-to-image", "image-to-image")),
  delivery: usual<RequestInput["delivery"]>("queue", fc.constant("sync")),
  output: usual<RequestInput["output"]>("url", fc.constant("base64")),
  allowUnknown: usual(false, fc.constant(true)),
});

const cases = fc.constantFrom(...nodeModels).chain((nodeModel) =>
  fc.record({
    nodeModel: fc.constant(nodeModel),
    dialog: dialogFor(nodeModel),
    inputs: fc.array(messages, { minLength: 2, maxLength: 6 }),
  }),
);

/** Of each of some messages. */
const RUNS = 500;

describe("a dialog that is the same for every message", () => {
  it("makes the same of each message, errors and warnings included, as if the message were the first", () => {
    let alike = 0;
    fc.assert(
      fc.property(cases, ({ nodeModel, dialog, inputs }) => {
        const fixed = fixedDialog(structuredClone(dialog));
        for (const input of inputs) {
          const expected = outcome(nodeModel, { ...input, dialog: structuredClone(dialog) });
          assert.deepEqual(outcome(nodeModel, { ...input, dialog: fixed }), expected);
          const before = preparedAsBefore(nodeModel, { ...input, dialog: fixed });
          if (!before) continue;
          alike += 1;
          const { model, request } = before;
          assert.equal(shapeOf(model.id, request, before.alike), shapeOf(model.id, request));
        }
      }),
      { numRuns: RUNS },
    );
    assert.ok(alike > RUNS / 10, `${alike} of them were like one before`);
  });

  it("gives each message a request of its own", () => {
    const dialog = fixedDialog({ width: "1024", height: "768", lora: [{ model: "a:b", weight: "0.5" }] });
    const ask = (value: string) =>
      prepareRequest(srpo, {
        dialog,
        prompt: { value, source: "" },
        flux: undefined,
        output: "url",
        allowUnknown: false,
      });
    const expected = ask("a fox").request;
    for (const prompt of ["a fox", "a whale", "a fox"]) {
      const prepared = ask(prompt);
      assert.deepEqual(prepared.request, { ...expected, positivePrompt: prompt });
      // Whatever is done to one of them, the next does not have it.
      Object.assign(Object(Reflect.get(prepared.request, "lora")), { 0: { model: "c:d" } });
      Object.assign(prepared.request, { steps: 99 });
      prepared.warnings.push("a warning");
      assert.deepEqual(ask(prompt).warnings, []);
    }
  });
});
