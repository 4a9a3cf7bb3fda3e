import { randomBytes } from "node:crypto";
import type * as Digest from "../lib/digest";
import type * as Encoding from "../lib/jobs/journal/encode";
import type * as OutsideFiles from "../lib/jobs/journal/outside-files";
import type * as FalModels from "../lib/models/fal-srpo";
import type { NodeModel } from "../lib/models/model";
import type * as Preparing from "../lib/models/preparing/prepare";
import type { FluxRequest, PreparedRequest } from "../lib/models/request";
import type * as Models from "../lib/models/srpo";
import type * as Pictures from "../lib/node-red/delivered-picture";
import type * as FalAnswer from "../lib/providers/fal/answer";
import type * as FalPictures from "../lib/providers/fal/pictures";
import type * as RunwareAnswer from "../lib/providers/runware/answer";
import type * as Results from "../lib/providers/runware/results";
import type * as Upload from "../lib/providers/runware/upload";
import { built } from "./built";
import { type Figure, inTurns, rounded } from "./figure";
import { longestTurn } from "./longest-turn";

const { srpo } = built<typeof Models>("lib/models/srpo");
const { falSrpo } = built<typeof FalModels>("lib/models/fal-srpo");
const { prepareRequest } = built<typeof Preparing>("lib/models/preparing/prepare");
const { deliver } = built<typeof Pictures>("lib/node-red/delivered-picture");
const { digestOf } = built<typeof Digest>("lib/digest");
const { uploadBody } = built<typeof Upload>("lib/providers/runware/upload");
const runware = {
  ...built<typeof RunwareAnswer>("lib/providers/runware/answer"),
  ...built<typeof Results>("lib/providers/runware/results"),
};
const fal = {
  ...built<typeof FalAnswer>("lib/providers/fal/answer"),
  ...built<typeof FalPictures>("lib/providers/fal/pictures"),
};
const { encode } = built<typeof Encoding>("lib/jobs/journal/encode");
const { contentOf, contentValue } = built<typeof OutsideFiles>("lib/jobs/journal/outside-files");

/** Characters. */
const SIZE = 20_000_000;

const PNG = Buffer.from("iVBORw0KGgoAAAANSUhEUgAABAAAAAQACAYAAAB/HSuD", "base64");
const bytes = Buffer.concat([PNG, randomBytes((SIZE / 4) * 3 - PNG.length)]);
/** A text of its own, as one that came with a message: not one that is put together when it is first read. */
const flat = (text: string): string => Buffer.from(text, "latin1").toString("latin1");
const base64 = flat(bytes.toString("base64"));
const dataURI = flat(`data:image/png;base64,${base64}`);

const id = "59a2edc2-45e6-429f-be5f-7ded59b92046";
/** As the network brings it. */
const piecesOf = (answer: object): Buffer[] => {
  const body = Buffer.from(JSON.stringify(answer));
  return Array.from({ length: Math.ceil(body.length / 65_536) }, (_, index) =>
    body.subarray(index * 65_536, (index + 1) * 65_536),
  );
};
const answers = {
  runware: piecesOf({
    data: [
      { taskType: "imageInference", taskUUID: id, imageUUID: id, imageBase64Data: base64, seed: 2 ** 52, cost: 0.01 },
    ],
  }),
  fal: piecesOf({ images: [{ url: dataURI, content_type: "image/png" }], seed: 2 ** 52, has_nsfw_concepts: [false] }),
};
const answered = (pieces: readonly Buffer[]) => ({
  status: 200,
  headers: {},
  text: Buffer.concat(pieces).toString("utf8"),
});

const prepare = (model: NodeModel, flux: FluxRequest): PreparedRequest =>
  prepareRequest(model, {
    dialog: {},
    prompt: { value: "A small harbour town at dawn", source: "msg.payload" },
    flux,
    output: "buffer",
    allowUnknown: false,
  });

const owner = { provider: "runware", requestId: id, expected: { contentType: "image/png" } };
const picture = { id, index: 0, nsfw: false };
const download = async (): Promise<Buffer> => bytes;

const jobs = { id, expected: 1 };
const kept = async (value: unknown) => {
  for (const part of encode(value)) if (typeof part !== "string") return contentOf(part);
  throw new Error("the value was to be kept in a file of its own");
};

/** What a stage does with the picture; a promise where it gives way to others in between. */
const stages: Record<string, () => unknown> = {
  "validate: a data URI for Runware": () => prepare(srpo, { inputs: { seedImage: dataURI }, strength: 0.6 }),
  "validate: base64 for fal": () => prepare(falSrpo, { image_url: base64 }),
  "decode: an input picture": () => prepareAgain().attachments[0]?.bytes,
  "serialise: an input picture for Runware": () => uploadBody({ contentType: "image/png", bytes }),
  "serialise: the hash by which it is known": () => digestOf(bytes),
  "parse: an answer of Runware's": () => {
    const results = new runware.Results(id, 1);
    results.take(runware.replyTo(id, runware.readAnswer(answered(answers.runware))));
    return results.answer((failure) => {
      throw new Error(JSON.stringify(failure));
    });
  },
  "parse: an answer of fal's": () => fal.readPictures(fal.readAnswer(answered(answers.fal)).body ?? {}, jobs, {}),
  "decode: base64 to a Buffer": () => deliver({ ...picture, base64 }, "buffer", owner, download),
  "decode: a data URI to a Buffer": () => deliver({ ...picture, dataURI }, "buffer", owner, download),
  "encode: a Buffer to base64": () => deliver({ ...picture, url: "https://x" }, "base64", owner, download),
  "journal: a message with a data URI": () => kept({ payload: dataURI }),
  "journal: a message with a Buffer": () => kept({ payload: bytes }),
  "journal: the data URI read back": () => contentValue(asFile, { $kept: "file", form: "utf8", sha256: "" }),
};
const asFile = Buffer.from(dataURI);
/** Checked before, so that only the decoding is left. */
let prepared: PreparedRequest[] = [];
const prepareAgain = (): PreparedRequest => prepared.pop() ?? prepare(falSrpo, { image_url: base64 });

const SCAN = /^[A-Za-z0-9+/]+={0,2}$/;

/** How long the event loop stands still while a request or an answer with a large picture passes, stage by stage. */
export async function eventLoop(): Promise<Figure[]> {
  prepared = Array.from({ length: 6 }, () => prepare(falSrpo, { image_url: base64 }));
  const answer = answered(answers.runware).text;
  const blocks = await inTurns({
    ...Object.fromEntries(Object.entries(stages).map(([name, stage]) => [name, () => longestTurn(stage)])),
    scan: () => longestTurn(() => SCAN.test(base64)),
    parse: () => longestTurn(() => JSON.parse(answer)),
    stringify: () => longestTurn(() => JSON.stringify({ image: dataURI })),
  } as Record<string, () => Promise<number>>);
  const { scan = Number.NaN, parse = Number.NaN, stringify = Number.NaN } = blocks;
  const engine = `JSON.parse alone ${rounded(parse)} ms, JSON.stringify alone ${rounded(stringify)} ms`;
  return Object.keys(stages).flatMap((name): Figure[] => {
    const reached = blocks[name] ?? Number.NaN;
    const measure = `event loop blocked, 20 million characters; ${name}`;
    return [
      {
        measure,
        reached: rounded(reached),
        unit: "ms",
        atMost: 50,
        from: /^(parse|serialise)/.test(name) ? engine : "",
      },
      {
        measure: `the same against a scan by a regular expression; ${name}`,
        reached: rounded(reached / scan),
        unit: "x",
        atMost: 2,
        from: `the scan ${rounded(scan)} ms`,
      },
    ];
  });
}
