import assert from "node:assert/strict";
import { digestOf } from "../../lib/digest";
import type { Attachment, FluxRequest } from "../../lib/models/request";
import { createUploadMemory } from "../../lib/providers/upload-memory";
import type { Scripted, SentTask } from "../support/scripted-server";
import { always, connect, disconnectAll, failureOf, job, newId, request } from "./client";

const attachment = (content: string, ...path: (string | number)[]): Attachment => ({
  path,
  bytes: Buffer.from(content),
  contentType: "image/png",
});

const task = (parameters: FluxRequest, ...attachments: Attachment[]) => ({
  ...job(newId(), parameters),
  attachments,
});

const answered = ({ taskType, taskUUID }: SentTask, more: object): Scripted => ({
  json: { data: [{ taskType, taskUUID, ...more }] },
});

/** Gives every upload an id of its own that shows what was uploaded. */
const storing = ({ tasks: [sent] }: { tasks: SentTask[] }): Scripted => {
  const content = Buffer.from(String(sent?.image).split(",")[1] ?? "", "base64").toString();
  return sent ? answered(sent, { imageUUID: `uuid-of-${content}` }) : { json: {} };
};

/** Many digests that are asked for later than those of the pictures: whoever shares an upload knows of it by then. */
const laterDigests = () => Promise.all(Array.from({ length: 200 }, () => digestOf(Buffer.from("later"))));

describe("large input pictures", () => {
  afterEach(disconnectAll);

  it("are uploaded, and their ids stand in a copy of the request", async () => {
    const { client, tasks } = await connect(storing);
    const original = request({ inputs: { seedImage: "placeholder", referenceImages: ["keep", "placeholder"] } });
    const before = structuredClone(original);
    const prepared = await client.prepare(
      task(original, attachment("one", "inputs", "seedImage"), attachment("two", "inputs", "referenceImages", 1)),
      always,
    );
    assert.deepEqual(prepared, {
      ...before,
      inputs: { seedImage: "uuid-of-one", referenceImages: ["keep", "uuid-of-two"] },
    });
    assert.deepEqual(original, before);
    // They travel side by side: either may arrive first.
    assert.deepEqual(
      new Set(tasks("imageUpload").map(({ image }) => image)),
      new Set(["one", "two"].map((content) => `data:image/png;base64,${Buffer.from(content).toString("base64")}`)),
    );
  });

  it("are not uploaded when there are none", async () => {
    const { client, server } = await connect(storing);
    assert.deepEqual(await client.prepare(task(request()), always), request());
    assert.equal(server.requests.length, 0);
  });

  for (const [name, data] of [
    ["a list with imageUUID", [{ imageUUID: "u" }]],
    ["an object with imageUUID", { imageUUID: "u" }],
    ["a list with mediaUUID", [{ mediaUUID: "u" }]],
    ["an object with mediaUUID", { mediaUUID: "u", mediaURL: "https://im.runware.ai/u" }],
  ] as const) {
    it(`get their id from ${name}`, async () => {
      const { client } = await connect(() => ({ json: { data } }));
      const { seedImage } = await client.prepare(task(request(), attachment("x", "seedImage")), always);
      assert.equal(seedImage, undefined, "nothing is added where no placeholder stands");
      const prepared = await client.prepare(task(request({ seedImage: "p" }), attachment("x", "seedImage")), always);
      assert.equal(prepared.seedImage, "u");
    });
  }

  it("travel once, however many jobs use them at once or later", async () => {
    const { client, tasks } = await connect(storing);
    const once = () => client.prepare(task(request({ seedImage: "p" }), attachment("same", "seedImage")), always);
    await Promise.all([once(), once(), once()]);
    assert.equal((await once()).seedImage, "uuid-of-same");
    assert.equal(tasks("imageUpload").length, 1);
  });

  for (const [name, again, uploads] of [
    ["travel once for all clients of an account, one after the other", {}, 1],
    ["travel again for a client with another key", { apiKey: "the-key-of-somebody-else" }, 2],
  ] as const) {
    it(name, async () => {
      const uploadMemory = createUploadMemory();
      const { client, server, tasks } = await connect(storing, { uploadMemory });
      const wanted = task(request({ seedImage: "p" }), attachment("same", "seedImage"));
      await client.prepare(wanted, always);
      await client.close();
      const later = await connect(storing, { uploadMemory, baseUrl: `${server.url}/v1`, ...again });
      assert.equal((await later.client.prepare(wanted, always)).seedImage, "uuid-of-same");
      assert.equal(tasks("imageUpload").length, uploads);
    });
  }

  it("are uploaded again after an upload that failed", async () => {
    const { client, server } = await connect((received, count) =>
      count === 0 ? { status: 503, json: { errors: [{ code: "serviceUnavailable" }] } } : storing(received),
    );
    const attempt = () => client.prepare(task(request({ seedImage: "p" }), attachment("x", "seedImage")), always);
    const error = await failureOf(attempt());
    assert.deepEqual([error.cause.retryable, error.cause.billed], [true, "no"]);
    assert.equal((await attempt()).seedImage, "uuid-of-x");
    assert.equal(server.requests.length, 2);
  });

  describe("whose upload the service has lost", () => {
    const gone = { code: "imageNotFound", parameter: "seedImage" };
    const invalid = { code: "invalidImage", parameter: "inputs.seedImage" };
    const other = { code: "invalidSteps", parameter: "steps" };
    /** Takes uploads as usual; submits and polls fail as told. */
    const losing =
      (submitted: object | undefined, polled: object) =>
      (received: { tasks: SentTask[] }): Scripted => {
        const [{ taskType, taskUUID } = { taskType: "", taskUUID: "" }] = received.tasks;
        if (taskType === "imageUpload") return storing(received);
        const failure = taskType === "imageInference" ? submitted : polled;
        return { json: failure ? { errors: [{ ...failure, taskUUID }] } : { data: [{ taskType, taskUUID }] } };
      };
    const wanted = () => task(request({ seedImage: "p" }), attachment("x", "seedImage"));

    for (const [name, failure, uploaded] of [
      ["are uploaded again after a submit that does not find them", gone, 2],
      ["are uploaded again after a submit that names them", invalid, 2],
      ["are not uploaded again after a submit that fails for something else", other, 1],
    ] as const) {
      it(name, async () => {
        const { client, tasks } = await connect(losing(failure, {}));
        const first = wanted();
        await failureOf(client.submit(job(first.id, await client.prepare(first, always)), always));
        await client.prepare(wanted(), always);
        assert.equal(tasks("imageUpload").length, uploaded);
      });
    }

    for (const [name, failure, uploaded] of [
      ["are uploaded again after a result that does not find them", gone, 2],
      ["are not uploaded again after a result that fails for something else", other, 1],
    ] as const) {
      for (const how of ["wait", "find"] as const) {
        it(`${name} (${how})`, async () => {
          const { client, tasks } = await connect(losing(undefined, failure));
          const first = wanted();
          await client.submit(job(first.id, await client.prepare(first, always)), always);
          await client[how](first, always);
          await client.prepare(wanted(), always);
          assert.equal(tasks("imageUpload").length, uploaded);
        });
      }
    }

    it("are uploaded again once, for all jobs that relied on the lost one", async () => {
      const { client, tasks } = await connect(losing(gone, {}));
      const [first, second] = [wanted(), wanted()];
      const prepared = [await client.prepare(first, always), await client.prepare(second, always)];
      await failureOf(client.submit(job(first.id, prepared[0] ?? {}), always));
      await client.prepare(wanted(), always);
      await failureOf(client.submit(job(second.id, prepared[1] ?? {}), always));
      await client.prepare(wanted(), always);
      assert.equal(tasks("imageUpload").length, 2);
    });
  });

  it("still arrive for one job when another that shares them is aborted", async () => {
    let answer: () => void = () => {};
    const mayAnswer = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const { client, server } = await connect(async (received) => {
      await mayAnswer;
      return storing(received);
    });
    const abort = new AbortController();
    const shared = task(request({ seedImage: "p" }), attachment("x", "seedImage"));
    const aborted = client.prepare(shared, abort.signal);
    const other = client.prepare(shared, always);
    await server.received(1);
    await laterDigests();
    abort.abort(new Error("closed"));
    await assert.rejects(aborted, /closed/);
    answer();
    assert.equal((await other).seedImage, "uuid-of-x");
    assert.equal(server.requests.length, 1);
  });

  it("that nobody waits for any more are given up, and uploaded anew when they are wanted", async () => {
    const { client, server } = await connect((received, count) =>
      count === 0 ? { misbehave: "hang" } : storing(received),
    );
    const abort = new AbortController();
    const wanted = task(request({ seedImage: "p" }), attachment("x", "seedImage"));
    const aborted = client.prepare(wanted, abort.signal);
    await server.received(1);
    abort.abort(new Error("closed"));
    await assert.rejects(aborted, /closed/);
    assert.equal((await client.prepare(wanted, always)).seedImage, "uuid-of-x");
  });

  for (const [name, answer] of Object.entries<Scripted>({
    "is refused": { status: 400, json: { errors: [{ code: "invalidImage", parameter: "image" }] } },
    "gets no id": { json: { data: [{}] } },
    "gets HTML": { status: 413, text: "<html>" },
    "loses its answer": { misbehave: "reset" },
  })) {
    it(`whose upload ${name} cost nothing, and the job is not sent`, async () => {
      const { client, tasks } = await connect(() => answer);
      const error = await failureOf(
        client.prepare(task(request({ seedImage: "p" }), attachment("x", "seedImage")), always),
      );
      assert.equal(error.cause.billed, "no");
      assert.equal(tasks("imageInference").length, 0);
    });
  }

  it("cannot change an object's prototype by their path", async () => {
    const { client } = await connect(storing);
    await client.prepare(task(request(), attachment("x", "__proto__", "polluted")), always);
    assert.equal(({} as Record<string, unknown>).polluted, undefined);
  });
});
