import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { setMaxListeners } from "node:events";
import { sandboxPace, usualPace } from "../../lib/providers/fal/pace";
import { always, completed, connect, disconnectAll, inProgress, output, quickly, taken } from "./client";

/** Aborts any number of jobs. */
function abortion(): AbortController {
  const abort = new AbortController();
  setMaxListeners(0, abort.signal);
  return abort;
}

/** A job of its own. */
const another = () => taken({ receipt: { requestId: randomUUID() } });

const idIn = (path: string): string => path.split("/requests/")[1]?.slice(0, 36) ?? "";

describe("the status requests of one fal account", () => {
  afterEach(disconnectAll);

  it("are at most 20 a second, however many jobs there are, in the sandbox as well", () => {
    assert(1000 / usualPace.gap <= 20 && 1000 / sandboxPace.gap <= 20);
  });

  it("keep that distance with a thousand jobs in flight", async () => {
    const gap = 4;
    const times: number[] = [];
    const abort = abortion();
    const enough = 60;
    const { client, server } = await connect(
      {
        status: () => {
          times.push(performance.now());
          return inProgress();
        },
      },
      { pace: { ...quickly, gap } },
    );
    const began = performance.now();
    const jobs = Array.from({ length: 1000 }, () => client.wait(another(), abort.signal).catch(() => {}));
    await server.received(enough);
    const seconds = (times[enough - 1] ?? 0) - began;
    abort.abort(new Error("enough"));
    await Promise.all(jobs);
    // Slow machines take longer, never less long.
    assert(seconds >= (enough - 1) * gap, `${enough} requests in ${seconds} ms`);
  });

  it("ask for every job in turn", async () => {
    const jobs = 40;
    const rounds = 3;
    const { client, server } = await connect({ status: inProgress() }, { pace: { ...quickly, gap: 1 } });
    const abort = abortion();
    const waits = Array.from({ length: jobs }, () => client.wait(another(), abort.signal).catch(() => {}));
    await server.received(jobs * rounds);
    abort.abort(new Error("enough"));
    await Promise.all(waits);
    const counts = new Map<string, number>();
    for (const { path } of server.requests.slice(0, jobs * rounds)) {
      counts.set(idIn(path), (counts.get(idIn(path)) ?? 0) + 1);
    }
    assert.equal(counts.size, jobs);
    // The pause of a job after its answer may put it behind one that came later, and no further.
    assert([...counts.values()].every((count) => Math.abs(count - rounds) <= 1));
  });

  it("all pause when one of them is answered with Retry-After, and no job is lost", async () => {
    let refusedAt = Number.POSITIVE_INFINITY;
    const askedAgainAt: number[] = [];
    const wait = 1000;
    const { client } = await connect(
      {
        status: [
          { status: 429, headers: { "retry-after": String(wait / 1000) }, json: { detail: "slow down" } },
          completed(),
        ],
        result: { json: output() },
      },
      (send) => ({
        pace: { ...quickly, gap: 50, failures: { first: 1, longest: 2, most: 60_000 } },
        // What had left before the refusal was heard could not wait for it.
        send: async (request) => {
          if (String(request.url).includes("/status") && performance.now() > refusedAt)
            askedAgainAt.push(performance.now());
          const answer = await send(request);
          if (answer.status === 429) refusedAt = performance.now();
          return answer;
        },
      }),
    );
    const answers = await Promise.all(Array.from({ length: 5 }, () => client.wait(another(), always)));
    assert(answers.every(({ pictures }) => pictures.length === 1));
    const paused = (askedAgainAt[0] ?? 0) - refusedAt;
    assert(paused >= wait - 5, `asked again after ${paused} ms`);
  });

  it("that waits for its turn ends with its signal", async () => {
    const { client, server } = await connect({ status: inProgress() }, { pace: { ...quickly, gap: 60_000 } });
    const abort = new AbortController();
    const [first, second] = [another(), another()].map((job) => client.wait(job, abort.signal));
    await server.received(1);
    abort.abort(new Error("the deadline passed"));
    await assert.rejects(first ?? Promise.resolve(), /the deadline passed/);
    await assert.rejects(second ?? Promise.resolve(), /the deadline passed/);
  });
});

describe("a job of fal's that this process has never seen", () => {
  afterEach(disconnectAll);
  const images = [1, 2, 3].map((n) => ({ url: `https://v3.fal.media/files/koala/${n}.jpeg` }));
  const known = { request: {}, expected: undefined };

  it("is waited for, and found, by its id alone, with as many pictures as there are", async () => {
    const { client, server } = await connect({ status: completed(), result: { json: output({ images }) } });
    const answer = await client.wait(taken(known), always);
    const found = await client.find(taken(known), always);
    assert(found.state === "settled");
    for (const { pictures, errors } of [answer, found.answer]) assert.deepEqual([pictures.length, errors], [3, []]);
    const { receipt } = taken(known);
    assert(server.requests.every(({ path }) => path.includes(`/fal-ai/flux/requests/${receipt?.requestId}`)));
  });

  it("has no text of fal's in its errors, which may repeat a prompt that nobody here knows", async () => {
    const detail = "Unprocessable: a heron made of paper";
    const failure = { status: 500, headers: { "x-fal-error-type": "internal_error" }, json: { detail } };
    const { client } = await connect({ status: completed(), result: failure });
    const [error] = (await client.wait(taken(known), always)).errors;
    assert(error && !error.message.includes("heron"));
  });
});
