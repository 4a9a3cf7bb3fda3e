import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { forgetPictures, picturesUnder } from "../../lib/node-red/preview/gallery";
import { withTimersHeld } from "../support/clock";
import { type Flow, startFlow, stopFlows } from "../support/flow";
import { events } from "../support/helper";
import { closeHosts, host } from "../support/hosts";
import { noisePng } from "../support/pictures";

type Asked = [request: IncomingMessage, response: ServerResponse];

/** A preview node, and a host whose requests the test answers. */
async function open(node: Record<string, unknown> = {}) {
  const asked = new EventEmitter();
  const place = await host((request, response) => asked.emit("request", request, response));
  const flow = await startFlow({ account: null, node: { type: "flux-preview", allowedHosts: place, ...node } });
  return { flow, host: asked, address: (name: string) => `http://${place}/${name}.png` };
}

const addresses = (): (string | undefined)[] => picturesUnder("flux").map(({ details }) => details.url);

/** Resolves when so many pictures have come, or could not be had. */
async function said(flow: Flow, pictures: number): Promise<void> {
  for (let count = 0; count < pictures; count += 1) await flow.nextStatus(() => true);
}

describe("what a preview node shows", () => {
  afterEach(async () => {
    await stopFlows();
    forgetPictures("flux");
    closeHosts();
  });

  it("is the newest when pictures come faster than they can be fetched", async () => {
    const { flow, host: asking, address } = await open({ count: 2 });
    const waiting: Asked[] = [];
    const bytes = await noisePng(16);
    const two = new Promise<void>((resolve) =>
      asking.on("request", (...asked: Asked) => {
        waiting.push(asked);
        if (waiting.length === 2) resolve();
      }),
    );
    for (const name of ["1", "2"]) await flow.send({ payload: address(name) });
    await two;
    for (const name of ["3", "4", "5", "6"]) await flow.send({ payload: address(name) });
    const all = said(flow, 4);
    asking.removeAllListeners("request");
    asking.on("request", (request: IncomingMessage, response: ServerResponse) => {
      waiting.push([request, response]);
      response.end(bytes);
    });
    for (const [, response] of waiting.slice()) response.end(bytes);
    await all;
    assert.deepEqual(waiting.map(([{ url }]) => url).sort(), ["/1.png", "/2.png", "/5.png", "/6.png"]);
    assert.deepEqual(addresses(), [address("5"), address("6")]);
  });

  it("is not waited for when the node is closed: downloads end", async () => {
    const { flow, host: asking, address } = await open();
    const asked = once(asking, "request") as Promise<Asked>;
    await flow.send({ payload: address("1") });
    const [, response] = await asked;
    const ended = once(response, "close");
    await flow.stop();
    await ended;
    assert.deepEqual(addresses(), []);
  });

  it("stays across a deploy, and is forgotten when its node is deleted", async () => {
    const { flow } = await open();
    const shown = said(flow, 1);
    await flow.send({ payload: await noisePng(16) });
    await shown;
    const again = await flow.restart();
    assert.equal(picturesUnder("flux").length, 1);
    const more = said(again, 1);
    await again.send({ payload: await noisePng(16, 2) });
    await more;
    assert.equal(picturesUnder("flux").length, 2);
    await again.deploy((nodes) => nodes.filter(({ id }) => id !== "flux"));
    assert.equal(picturesUnder("flux").length, 0);
  });

  it("is told to open editors as a bell only, however many pictures come", async () => {
    const { flow } = await open({ count: 12 });
    const rings: object[] = [];
    const listen = (ring: { topic: string }) => ring.topic.startsWith("fluxwire/preview/") && rings.push(ring);
    const payload = await Promise.all(Array.from({ length: 12 }, (_, seed) => noisePng(16, seed)));
    await withTimersHeld(500, async (endPause) => {
      events.on("comms", listen);
      const shown = said(flow, 12);
      await flow.send({ payload, image: { url: "http://x.test/a.png" }, job: { request: { prompt: "secret" } } });
      await shown;
      endPause();
      events.off("comms", listen);
    });
    assert.deepEqual(rings[0], { topic: "fluxwire/preview/flux", data: {}, retain: false });
    assert.ok(rings.length > 1 && rings.length < 12, `${rings.length} rings`);
  });
});
