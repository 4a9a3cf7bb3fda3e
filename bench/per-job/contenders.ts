import { createFalClient } from "@fal-ai/client";
import type { Node, NodeAPI, NodeInitializer, NodeMessage } from "node-red";
import { Agent, request } from "undici";
import { v4 as uuid } from "uuid";

/*
 * What our nodes are held against: the least that a node can do, what authors wire up without a pack, and fal's own client.
 */

/** What every contender asks Runware for. */
export const parameters = {
  width: 1024,
  height: 768,
  steps: 28,
  CFGScale: 3.5,
  scheduler: "Default",
  outputFormat: "JPG",
  outputQuality: 90,
  numberResults: 1,
  lora: [{ model: "civitai:652699@993999", weight: 0.8 }],
};

export const prompt = "A small harbour town at dawn, fishing boats, mist over the water, 35 mm photograph";

const KEY = "bench-key";
const MODEL = "runware:107@1";

interface Prompted extends NodeMessage {
  payload?: unknown;
}

/** Registers a node that makes a picture's address, or the picture, of a prompt. */
const register = (RED: NodeAPI, type: string, work: (prompt: unknown) => Promise<unknown>): void => {
  RED.nodes.registerType(type, function (this: Node, config) {
    RED.nodes.createNode(this, config);
    this.on("input", async (message: Prompted, send, done) => {
      try {
        message.payload = await work(message.payload);
        send(message);
        done();
      } catch (error) {
        done(error as Error);
      }
    });
  });
};

/** Written by hand: one request with undici, nothing checked, nothing kept. */
export const minimalNodes =
  (url: string): NodeInitializer =>
  (RED) => {
    const dispatcher = new Agent();
    const ask = async (positivePrompt: unknown, outputType: string) => {
      const task = {
        taskType: "imageInference",
        taskUUID: uuid(),
        model: MODEL,
        deliveryMethod: "sync",
        outputType,
        positivePrompt,
        ...parameters,
      };
      const { body } = await request(`${url}/v1`, {
        dispatcher,
        method: "POST",
        headers: { authorization: `Bearer ${KEY}`, "content-type": "application/json" },
        body: JSON.stringify([task]),
      });
      const { data } = (await body.json()) as { data: [{ imageURL?: string; imageBase64Data?: string }] };
      return data[0].imageURL ?? data[0].imageBase64Data;
    };
    register(RED, "bench-minimal", (text) => ask(text, "URL"));
    register(RED, "bench-minimal-base64", (text) => ask(text, "base64Data"));
  };

/** fal's own client in a node. */
export const falClientNode =
  (url: string): NodeInitializer =>
  (RED) => {
    const client = createFalClient({
      credentials: KEY,
      requestMiddleware: async (outgoing) => ({
        ...outgoing,
        url: outgoing.url.replace("https://fal.run", `${url}/fal`),
      }),
    });
    register(RED, "bench-fal-client", async (text) => {
      const input = { prompt: String(text), image_size: { width: 1024, height: 768 }, num_inference_steps: 28 };
      const { data } = await client.run("fal-ai/flux/srpo", { input });
      return data.images[0]?.url;
    });
  };

/** The three nodes that authors wire up without a pack, from `id` on to `next`. */
export const selfMade = (id: string, url: string, next: string) => [
  {
    id,
    z: "tab",
    type: "function",
    func: `msg.headers = { authorization: "Bearer ${KEY}", "content-type": "application/json" };
msg.payload = [{ taskType: "imageInference", taskUUID: global.get("newId")(), model: "${MODEL}", deliveryMethod: "sync", outputType: "URL", positivePrompt: msg.payload, ...${JSON.stringify(parameters)} }];
return msg;`,
    outputs: 1,
    wires: [[`${id}-request`]],
  },
  {
    id: `${id}-request`,
    z: "tab",
    type: "http request",
    method: "POST",
    ret: "obj",
    url: `${url}/v1`,
    wires: [[`${id}-answer`]],
  },
  {
    id: `${id}-answer`,
    z: "tab",
    type: "function",
    func: "msg.payload = msg.payload.data[0].imageURL; return msg;",
    outputs: 1,
    wires: [[next]],
  },
];
