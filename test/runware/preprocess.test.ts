import assert from "node:assert/strict";
import type { Task } from "../../lib/providers/provider";
import type { Scripted, SentTask } from "../support/scripted-server";
import { accepted, always, connect, disconnectAll, failureOf, job, newId, picture, request, working } from "./client";

const json = (value: unknown): Scripted => ({ json: value });

/** A preprocessing job as the preprocess node submits it. */
const preprocessing = (id: string, more: object = {}): Task => ({
  ...job(id, {
    model: "runware:controlnet-preprocess@canny",
    inputs: { image: "https://example.com/cat.png" },
    settings: { lowThresholdCanny: 80 },
    ...more,
  }),
  taskType: "controlNetPreprocess",
});

/** A finished guide image as the newer service lists it. */
const guide = (taskUUID: string, name: string, more: object = {}) => ({
  taskType: "controlNetPreprocess",
  taskUUID,
  guideImageUUID: name,
  guideImageURL: `https://im.runware.ai/${name}.jpg`,
  inputImageUUID: "the-input",
  ...more,
});

const outcome = (name: string, more: object = {}) => ({
  state: "settled",
  answer: {
    pictures: [{ id: name, index: 0, url: `https://im.runware.ai/${name}.jpg`, nsfw: false, ...more }],
    errors: [],
  },
});

describe("a Runware job that makes a guide image", () => {
  afterEach(disconnectAll);

  it("goes with its own task type, in one POST with jobs that make pictures", async () => {
    const { client, server } = await connect(({ tasks }) => json(accepted(tasks)));
    const [one, two] = [newId(), newId()];
    const submissions = await Promise.all([
      client.submit(preprocessing(one), always),
      client.submit(job(two, request()), always),
    ]);
    assert.deepEqual(submissions, [{ state: "accepted" }, { state: "accepted" }]);
    assert.equal(server.requests.length, 1);
    assert.deepEqual(server.requests[0]?.tasks, [
      {
        includeCost: true,
        deliveryMethod: "async",
        model: "runware:controlnet-preprocess@canny",
        inputs: { image: "https://example.com/cat.png" },
        settings: { lowThresholdCanny: 80 },
        taskType: "controlNetPreprocess",
        taskUUID: one,
      },
      { includeCost: true, deliveryMethod: "async", ...request(), taskType: "imageInference", taskUUID: two },
    ]);
  });

  it("cannot be told by its request to be something else", async () => {
    const { client, tasks } = await connect(({ tasks: sent }) => json(accepted(sent)));
    await client.submit(preprocessing(newId(), { taskType: "imageInference", taskUUID: newId() }), always);
    assert.equal(tasks("controlNetPreprocess").length, 1);
  });

  describe("is settled by a direct answer", () => {
    const shapes: Record<string, [(task: SentTask) => unknown, object]> = {
      "in a list": [
        ({ taskUUID }) => ({ data: [guide(taskUUID, "g", { cost: 0.0006 })] }),
        outcome("g", { cost: 0.0006 }),
      ],
      "as an object": [({ taskUUID }) => ({ data: guide(taskUUID, "g") }), outcome("g")],
      "with a status": [({ taskUUID }) => ({ data: [guide(taskUUID, "g", { status: "success" })] }), outcome("g")],
      "beside empty errors": [({ taskUUID }) => ({ data: [guide(taskUUID, "g")], errors: [] }), outcome("g")],
      "under the names of other pictures": [
        ({ taskUUID }) => ({ data: [picture(taskUUID, "g")] }),
        outcome("g", { seed: 7 }),
      ],
      "without an id of the picture": [
        ({ taskUUID }) => ({ data: { taskUUID, guideImageURL: "https://im.runware.ai/g.jpg" } }),
        {},
      ],
    };
    for (const [name, [shape, expected]] of Object.entries(shapes)) {
      it(`${name}, although it asked to be acknowledged first`, async () => {
        const { client, server } = await connect(({ tasks: [task] }) => json(task ? shape(task) : {}));
        const id = newId();
        const found = await client.submit(preprocessing(id), always);
        const without = outcome(`${id}-0`, { url: "https://im.runware.ai/g.jpg" });
        assert.deepEqual(found, "state" in expected ? expected : without);
        assert.equal(server.requests.length, 1);
      });
    }

    it("beside the acknowledgement of another job", async () => {
      const { client } = await connect(({ tasks }) => {
        const [first, ...others] = tasks;
        return json({ data: [guide(first?.taskUUID ?? "", "g"), ...accepted(others).data] });
      });
      const submissions = await Promise.all([
        client.submit(preprocessing(newId()), always),
        client.submit(job(newId(), request()), always),
      ]);
      assert.deepEqual(submissions, [outcome("g"), { state: "accepted" }]);
    });
  });

  it("is not taken for done when only its input is named", async () => {
    for (const more of [{}, { status: "processing" }, { status: "success" }]) {
      const { client } = await connect(({ tasks: [task] }) =>
        json({ data: [{ taskType: task?.taskType, taskUUID: task?.taskUUID, inputImageUUID: "the-input", ...more }] }),
      );
      assert.deepEqual(await client.submit(preprocessing(newId()), always), { state: "accepted" });
    }
  });

  it("is waited for like any other, and comes in every form", async () => {
    for (const [members, form] of [
      [{ guideImageURL: "https://im.runware.ai/g.png" }, { url: "https://im.runware.ai/g.png" }],
      [{ guideImageBase64Data: "QUJD" }, { base64: "QUJD" }],
      [{ guideImageDataURI: "data:image/png;base64,QUJD" }, { dataURI: "data:image/png;base64,QUJD" }],
    ]) {
      const id = newId();
      const done = {
        taskType: "controlNetPreprocess",
        taskUUID: id,
        guideImageUUID: "g",
        inputImageUUID: "i",
        ...members,
      };
      const { client, server } = await connect((_received, count) =>
        json({
          data: count < 2 ? [working(id, { taskType: "controlNetPreprocess" })] : [{ ...done, status: "success" }],
        }),
      );
      const { pictures, errors } = await client.wait(preprocessing(id), always);
      assert.deepEqual([pictures, errors], [[{ id: "g", index: 0, nsfw: false, ...form }], []]);
      assert.equal(server.requests.length, 3);
    }
  });

  it("does not count one guide image twice when it is told again, now with its cost", async () => {
    const id = newId();
    const { client } = await connect(() => json({ data: [guide(id, "g"), guide(id, "g", { cost: 0.0006 })] }));
    const { pictures } = await client.wait(preprocessing(id), always);
    assert.deepEqual(
      pictures.map(({ id: name, cost }) => [name, cost]),
      [["g", 0.0006]],
    );
  });

  it("fails in either shape, and says so once", async () => {
    const id = newId();
    const error = { code: "inferenceError", message: "no" };
    const { client } = await connect(() =>
      json({
        data: [{ taskType: "controlNetPreprocess", taskUUID: id, status: "error", error }],
        errors: [{ ...error, taskUUID: id }],
      }),
    );
    const { pictures, errors } = await client.wait(preprocessing(id), always);
    assert.deepEqual([pictures.length, errors.map(({ code }) => code)], [0, ["FLUX_PROVIDER"]]);
  });

  it("ends when its guide image is finished but withheld", async () => {
    const id = newId();
    const item = { taskType: "controlNetPreprocess", taskUUID: id, status: "success", guideImageUUID: "g" };
    const { client, server } = await connect(() => json({ data: [item] }));
    const { pictures, errors } = await client.wait(preprocessing(id), always);
    assert.deepEqual([pictures.length, errors.length, server.requests.length], [0, 1, 1]);
  });

  it("is found in the archive when polls do not know it any more", async () => {
    for (const response of [
      (id: string) => ({ data: [guide(id, "g")] }),
      (id: string) => ({ data: guide(id, "g") }),
      (id: string) => guide(id, "g"),
    ]) {
      const id = newId();
      const { client, tasks } = await connect(({ tasks: [task] }) =>
        json({ data: task?.taskType === "getTaskDetails" ? [{ response: response(id) }] : [] }),
      );
      assert.deepEqual(await client.find(preprocessing(id), always), outcome("g"));
      assert.equal(tasks("getResponse").length, 1);
    }
  });

  it("is sent again under the same id and type after a lost answer, and a conflict means that it was taken", async () => {
    const id = newId();
    const { client, tasks } = await connect(({ tasks: sent }, count) => {
      if (count === 0) return { misbehave: "reset" };
      return json({ errors: [{ code: "conflictTaskUUID", message: "known", taskUUID: sent[0]?.taskUUID }] });
    });
    const lost = await failureOf(client.submit(preprocessing(id), always));
    assert.deepEqual([lost.cause.retryable, lost.cause.billed, lost.cause.requestId], [true, "unknown", id]);
    assert.deepEqual(await client.submit(preprocessing(id), always), { state: "accepted" });
    const [first, second] = tasks("controlNetPreprocess");
    assert.deepEqual(second, first);
  });

  it("that failed in a direct answer may have been paid for: it may have run before it failed", async () => {
    const { client } = await connect(({ tasks }) =>
      json({ errors: tasks.map(({ taskUUID }) => ({ code: "inferenceError", message: "no", taskUUID })) }),
    );
    const failures = await Promise.all([
      failureOf(client.submit(preprocessing(newId()), always)),
      failureOf(client.submit(job(newId(), request()), always)),
    ]);
    assert.deepEqual(
      failures.map(({ cause }) => cause.billed),
      ["unknown", "no"],
    );
  });

  it("that is refused names the parameter, and was not paid for", async () => {
    const { client } = await connect(({ tasks: [task] }) => ({
      status: 400,
      json: {
        errors: [{ code: "invalidInputImage", message: "no", parameter: "inputs.image", taskUUID: task?.taskUUID }],
      },
    }));
    const { code, cause } = await failureOf(client.submit(preprocessing(newId()), always));
    assert.deepEqual([code, cause.parameter, cause.billed], ["FLUX_VALIDATION", "inputs.image", "no"]);
  });
});
