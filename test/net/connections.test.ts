import assert from "node:assert/strict";
import type { Dispatcher } from "undici";
import { createDispatcher } from "../../lib/net/dispatcher";
import { startExchange } from "../../lib/net/start-exchange";
import { type ScriptedServer, startScriptedServer } from "../support/scripted-server";
import { direct } from "./settings";

const IN_FLIGHT = 8;
const REQUESTS = 200;

describe("connections to a service", () => {
  let server: ScriptedServer;
  let dispatcher: Dispatcher;

  beforeEach(async () => {
    server = await startScriptedServer((_request, count) =>
      count === 0 ? { headers: { connection: "close" }, text: "ok" } : { text: "ok" },
    );
    dispatcher = await createDispatcher(direct);
  });

  afterEach(async () => {
    await dispatcher.destroy();
    await server.close();
  });

  /** A request; `onEnd` runs while undici still deals with the answer's end. */
  const ask = (onEnd: () => void, onFailure: (error: unknown) => void): void => {
    const request = { origin: server.url, path: "/", method: "POST" as const, headers: {}, body: "[]" };
    startExchange(dispatcher, request, { onHead: () => {}, onPiece: () => true, onEnd, onFailure });
  };

  it("are used again after one of them ended while others were being made", async () => {
    await new Promise<void>((resolve, reject) => {
      let begun = 0;
      let ended = 0;
      const next = (): void => {
        if (begun === REQUESTS) return;
        begun += 1;
        ask(() => {
          ended += 1;
          if (ended === REQUESTS) resolve();
          // The first one's connection is about to be closed, as its server wishes.
          else if (ended === 1) for (let other = 0; other < IN_FLIGHT; other += 1) next();
          else setImmediate(next);
        }, reject);
      };
      next();
    });
    const sockets = new Set(server.requests.map(({ socket }) => socket)).size;
    // Those that were being made may belong to connections that are given up together.
    assert(sockets <= 3 * IN_FLIGHT, `${REQUESTS} requests, ${sockets} connections`);
  });
});
