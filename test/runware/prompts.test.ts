import assert from "node:assert/strict";
import { always, connect, disconnectAll, failureOf, job, newId, request } from "./client";

const secret = "the freckled face of a lighthouse keeper";

describe("an error of the service", () => {
  afterEach(disconnectAll);

  const answerTo = async (more: Record<string, unknown>, message: string): Promise<string> => {
    const { client } = await connect(() => ({ status: 400, json: { errors: [{ code: "invalidPrompt", message }] } }));
    return (await failureOf(client.submit(job(newId(), request(more)), always))).message;
  };

  for (const more of [
    { negativePrompt: secret },
    { ultralytics: { positivePrompt: secret } },
    { ultralytics: { negativePrompt: secret } },
    { regions: [{ box: [0, 0, 1, 1], regionPrompt: secret }] },
    { facePrompt: ["someone", secret] },
  ]) {
    it(`never repeats a prompt, wherever in the request it is: ${JSON.stringify(more).slice(0, 50)}`, async () => {
      assert.doesNotMatch(await answerTo(more, `Cannot work with ${secret}`), /freckled/);
    });
  }

  it("is repeated when it only names what else the request holds", async () => {
    const more = { ultralytics: { positivePrompt: secret }, scheduler: "Euler Karras Special" };
    assert.match(await answerTo(more, "Unsupported: Euler Karras Special"), /Euler Karras Special/);
  });
});
