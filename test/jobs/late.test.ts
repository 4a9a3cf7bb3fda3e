import assert from "node:assert/strict";
import { FluxError } from "../../lib/errors";
import { lateAnswer } from "../../lib/jobs/late";
import type { Found } from "../../lib/providers/provider";
import { aJob } from "./job";

const never = new AbortController().signal;
const settled: Found = { state: "settled", answer: { pictures: [{ id: "a", index: 0, nsfw: false }], errors: [] } };

/** Asks for a job that is answered so, in turn; the last answer stays. */
async function ask(answers: (Found | FluxError)[], until: number, every = 1) {
  let asked = 0;
  const find = async (): Promise<Found> => {
    const answer = answers[Math.min(asked, answers.length - 1)];
    asked += 1;
    if (answer instanceof FluxError) throw answer;
    return answer ?? { state: "unknown" };
  };
  const answer = await lateAnswer(aJob(), { find }, { every, until }, never);
  return { pictures: answer?.pictures.length, asked };
}

const later = () => Date.now() + 60_000;

describe("a job that was given up", () => {
  it("is asked for until its result is there", async () => {
    const { pictures, asked } = await ask([{ state: "accepted" }, { state: "unknown" }, settled], later());
    assert.deepEqual([pictures, asked], [1, 3]);
  });

  it("is asked for once, and at once, although its time passed while Node-RED was down", async () => {
    const { pictures, asked } = await ask([settled], Date.now() - 3_600_000, 3_600_000);
    assert.deepEqual([pictures, asked], [1, 1]);
    assert.equal((await ask([{ state: "accepted" }], Date.now() - 1)).asked, 1);
  });

  it("is not asked for any more when its time is over", async () => {
    const { pictures } = await ask([{ state: "accepted" }], Date.now() + 20);
    assert.equal(pictures, undefined);
  });

  it("is asked for again when the question fails and that may pass, and only then", async () => {
    const passing = new FluxError("FLUX_NETWORK", "Offline.", { retryable: true });
    const lasting = new FluxError("FLUX_AUTH", "No.", {});
    assert.equal((await ask([passing, settled], later())).pictures, 1);
    assert.deepEqual(await ask([lasting, settled], later()), { pictures: undefined, asked: 1 });
  });
});
