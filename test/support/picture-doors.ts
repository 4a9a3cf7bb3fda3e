import assert from "node:assert/strict";
import type { RequestListener } from "node:http";
import { forgetPictures, picturesUnder } from "../../lib/node-red/preview/gallery";
import { bucketIn } from "./bucket";
import { type Flow, startFlow, stopFlows } from "./flow";
import { closeHosts, host } from "./hosts";

/** What became of an address that was brought to a node. */
export interface DoorOutcome {
  /** Of the error; undefined: the picture was taken, or the node has no errors. */
  code?: string;
  /** Why it was not taken, in words. */
  reason: string;
  /** The type under which it was taken. */
  contentType?: string;
}

/** A node that fetches pictures from addresses. */
export interface PictureDoor {
  /** Brings an address to it. */
  bring(url: string): Promise<DoorOutcome>;
  close(): Promise<void>;
}

/**
 * Opens a door on a host of pictures: the one that its author allows.
 * @param answer what the host does.
 * @returns the door, and the host's `host:port`.
 */
type OpenDoor = (answer: RequestListener) => Promise<{ door: PictureDoor; at: string }>;

const close = async (): Promise<void> => {
  closeHosts();
  forgetPictures("flux");
  await stopFlows();
};

/** The picture is one that a service made: its answer names the address. */
const inference: OpenDoor = async (answer) => {
  let picture = "";
  const at = await host(async (request, response) => {
    if (request.method !== "POST") return answer(request, response);
    let body = "";
    for await (const piece of request.setEncoding("utf8")) body += piece;
    const [{ taskUUID }] = JSON.parse(body) as [{ taskUUID: string }];
    const made = { taskType: "imageInference", taskUUID, imageUUID: taskUUID, imageURL: picture, seed: 1 };
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ data: [made] }));
  });
  const flow = await startFlow({
    account: { environment: "production", baseUrl: `http://${at}/v1` },
    node: { output: "buffer" },
  });
  const bring = async (url: string): Promise<DoorOutcome> => {
    picture = url;
    const { messages, caught } = await flow.send({ payload: "a lighthouse", flux: { deliveryMethod: "sync" } });
    const { error } = caught ?? {};
    if (error) assert.deepEqual([messages.length, error.cause.billed], [0, "yes"], error.message);
    const contentType = messages[0]?.image.contentType;
    return { reason: error?.message ?? "", ...(error && { code: error.code }), ...(contentType && { contentType }) };
  };
  return { door: { bring, close }, at };
};

/** A message brings the address. */
const upload: OpenDoor = async (answer) => {
  const at = await host(answer);
  const flow: Flow = await startFlow({
    account: null,
    bucket: { retries: 1 },
    node: {
      type: "flux-s3-upload",
      bucket: "bucket",
      key: { type: "str", value: "{uuid}.{ext}" },
      allowedHosts: at,
      maxMegabytes: 8,
      timeout: 600,
    },
  });
  const bucket = bucketIn(flow.sandbox);
  await bucket.put("anchor", "the bucket is there");
  const bring = async (payload: string): Promise<DoorOutcome> => {
    const before = await bucket.keys();
    const { messages, caught } = await flow.send({ payload });
    const { error } = caught ?? {};
    const stored = messages[0]?.s3 as { key: string; contentType: string } | undefined;
    if (stored) return { reason: "", contentType: stored.contentType };
    assert.deepEqual([await bucket.keys(), await bucket.openUploads()], [before, []], "nothing is left");
    return { reason: error?.message ?? "", ...(error && { code: error.code }) };
  };
  return { door: { bring, close }, at };
};

/** A message brings the address, and goes on; the picture is shown, or a note instead of it. */
const preview: OpenDoor = async (answer) => {
  const at = await host(answer);
  const flow = await startFlow({ account: null, node: { type: "flux-preview", allowedHosts: at } });
  const bring = async (payload: string): Promise<DoorOutcome> => {
    const said = flow.nextStatus(() => true);
    await flow.send({ payload });
    const { text } = await said;
    const { picture, large } = picturesUnder("flux").at(-1) ?? {};
    forgetPictures("flux");
    if (large) return { reason: "", contentType: large.contentType };
    return { reason: picture?.reason ?? picture?.problem ?? String(text) };
  };
  return { door: { bring, close }, at };
};

/** A kind of door. */
interface DoorKind {
  open: OpenDoor;
  /** Whether it asks once more when a picture broke off. */
  asksAgain: boolean;
  /**
   * Ms that one picture may take, where a test can hold that time, and what is said then: nothing, where it is asked for
   * once more.
   */
  limit?: { time: number; words?: RegExp };
}

/** By what they are. */
export const pictureDoors: Readonly<Record<string, DoorKind>> = {
  "an inference node that delivers a Buffer": { open: inference, asksAgain: true, limit: { time: 120_000 } },
  "an upload node": { open: upload, asksAgain: true, limit: { time: 600_000, words: /within 600 s/ } },
  "a preview node": { open: preview, asksAgain: false },
};
