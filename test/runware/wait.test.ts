import assert from "node:assert/strict";
import { gapAfter, pollDelay, usualPace } from "../../lib/providers/runware/pace";
import type { Scripted, SentTask } from "../support/scripted-server";
import {
  accepted,
  always,
  apiKey,
  connect,
  disconnectAll,
  failureOf,
  job,
  newId,
  picture,
  prompt,
  quickly,
  request,
  withoutSecrets,
  working,
} from "./client";

/** Answers poll number n with the n-th of these, and then always with the last. */
const inTurn =
  (...answers: Scripted[]) =>
  (_received: unknown, count: number): Scripted =>
    answers[Math.min(count, answers.length - 1)] ?? { json: {} };

const json = (value: unknown): Scripted => ({ json: value });
const names = (pictures: readonly { id: string }[]) => pictures.map(({ id }) => id);

describe("waiting for a Runware job", () => {
  afterEach(disconnectAll);

  it("asks with getResponse for the same id until the picture is there", async () => {
    const id = newId();
    const { client, tasks } = await connect(
      inTurn(json({ data: [working(id)] }), json({ data: [working(id)] }), json({ data: [picture(id, "a")] })),
    );
    const answer = await client.wait(job(id, 1), always);
    assert.deepEqual(answer, {
      pictures: [{ id: "a", index: 0, url: "https://im.runware.ai/a.jpg", seed: 7, nsfw: false }],
      errors: [],
    });
    assert.deepEqual(tasks("getResponse"), Array(3).fill({ taskType: "getResponse", taskUUID: id }));
  });

  for (const cost of ["1e400", "-1e400", "-0.5", "1e9", '"0.5"', "true", "null", "[0.5]"]) {
    it(`brings no cost where the service says ${cost}`, async () => {
      const id = newId();
      const item = JSON.stringify(picture(id, "a")).slice(0, -1);
      const { client } = await connect(() => ({ text: `{"data":[${item},"cost":${cost}}]}` }));
      const { pictures } = await client.wait(job(id, 1), always);
      assert.deepEqual(
        pictures.map((one) => [one.id, "cost" in one]),
        [["a", false]],
      );
    });
  }

  it("brings cost, NSFW flag and seed of each picture, in every form a picture takes", async () => {
    const id = newId();
    const { client } = await connect(() => ({
      text: `{"data":[
        {"taskType":"imageInference","taskUUID":"${id}","status":"success","imageUUID":"a","imageBase64Data":"QUJD","seed":9223372036854775807,"NSFWContent":true,"cost":0},
        {"taskType":"imageInference","taskUUID":"${id}","status":"success","imageUUID":"b","imageDataURI":"data:image/png;base64,QUJD","seed" : 9007199254740991 ,"NSFWContent":false,"cost":0.25},
        {"taskType":"imageInference","taskUUID":"${id}","status":"success","imageUUID":"c","imageURL":"https://im.runware.ai/c?text=%22seed%22:1234567890123456789"}]}`,
    }));
    const { pictures } = await client.wait(job(id, 3), always);
    assert.deepEqual(pictures, [
      { id: "a", index: 0, base64: "QUJD", seed: "9223372036854775807", nsfw: true, cost: 0 },
      { id: "b", index: 1, dataURI: "data:image/png;base64,QUJD", seed: 9007199254740991, nsfw: false, cost: 0.25 },
      { id: "c", index: 2, url: "https://im.runware.ai/c?text=%22seed%22:1234567890123456789", nsfw: false },
    ]);
  });

  it("does not take the first success for the whole batch, nor one picture for two", async () => {
    const id = newId();
    const { client } = await connect(
      inTurn(
        json({ data: [picture(id, "a")] }),
        json({ data: [picture(id, "a"), picture(id, "a"), picture(id, "b")] }),
        json({ data: [picture(id, "b"), picture(id, "a"), working(id)] }),
        json({ data: [picture(id, "c"), picture(id, "b"), picture(id, "a")] }),
      ),
    );
    assert.deepEqual(names((await client.wait(job(id, 3), always)).pictures), ["a", "b", "c"]);
  });

  it("reports progress over the whole batch", async () => {
    const id = newId();
    const { client } = await connect(
      inTurn(
        json({ data: [working(id, { progress: 50 }), working(id, { progress: 10 })] }),
        json({ data: [picture(id, "a"), working(id, { progress: 40 })] }),
        json({ data: [picture(id, "a"), picture(id, "b")] }),
      ),
    );
    const percents: (number | undefined)[] = [];
    await client.wait(job(id, 2), always, ({ percent }) => percents.push(percent));
    assert.deepEqual(percents.slice(0, 2), [30, 70]);
  });

  describe("one poller", () => {
    it("asks for all jobs in flight in one POST", async () => {
      const ids = Array.from({ length: 5 }, newId);
      const { client, server } = await connect(({ tasks }) =>
        json({ data: tasks.map(({ taskUUID }) => picture(taskUUID, taskUUID)) }),
      );
      const answers = await Promise.all(ids.map((id) => client.wait(job(id, 1), always)));
      assert.deepEqual(
        answers.flatMap(({ pictures }) => names(pictures)),
        ids,
      );
      assert.equal(server.requests.length, 1);
    });

    it("asks for at most 100 in one POST", async () => {
      const { client, server } = await connect(({ tasks }) =>
        json({ data: tasks.map(({ taskUUID }) => picture(taskUUID, taskUUID)) }),
      );
      await Promise.all(Array.from({ length: 230 }, () => client.wait(job(newId(), 1), always)));
      assert.deepEqual(
        server.requests.map(({ tasks }) => tasks.length),
        [100, 100, 30],
      );
    });

    it("asks for fewer when that many are refused", async () => {
      const { client, server } = await connect(({ tasks }) =>
        tasks.length > 3
          ? { status: 400, json: { errors: [{ code: "maxTasks", message: "too many" }] } }
          : json({ data: tasks.map(({ taskUUID }) => picture(taskUUID, taskUUID)) }),
      );
      await Promise.all(Array.from({ length: 8 }, () => client.wait(job(newId(), 1), always)));
      assert(server.requests.every(({ tasks }, n) => n < 3 || tasks.length <= 3));
    });

    it("answers two who wait for the same job, and asks once", async () => {
      const id = newId();
      const { client, server } = await connect(() => json({ data: [picture(id, "a")] }));
      await Promise.all([client.wait(job(id, 1), always), client.wait(job(id, 1), always)]);
      assert.deepEqual(
        server.requests.map(({ tasks }) => tasks.length),
        [1],
      );
    });
  });

  describe("a job that fails", () => {
    const shapes: Record<string, (id: string) => unknown> = {
      "as an element of errors": (id) => ({
        data: [],
        errors: [{ code: "inferenceError", message: "no", taskUUID: id }],
      }),
      "as a data item with an error": (id) => ({
        data: [
          {
            taskType: "imageInference",
            taskUUID: id,
            status: "error",
            error: { code: "inferenceError", message: "no" },
          },
        ],
      }),
      "in both shapes at once": (id) => ({
        data: [{ taskUUID: id, status: "error", error: { code: "inferenceError", message: "no" } }],
        errors: [{ code: "inferenceError", message: "no", taskUUID: id }],
      }),
      "as a singular error": (id) => ({ error: { code: "inferenceError", message: "no", taskUUID: id } }),
    };
    for (const [name, shape] of Object.entries(shapes)) {
      it(`${name} settles with that error and its id, next to a sibling that succeeds`, async () => {
        const [bad, good] = [newId(), newId()];
        const failed = shape(bad) as { data?: object[] };
        const { client } = await connect(() => json({ ...failed, data: [...(failed.data ?? []), picture(good, "a")] }));
        const [badAnswer, goodAnswer] = await Promise.all([
          client.wait(job(bad, 1), always),
          client.wait(job(good, 1), always),
        ]);
        assert.equal(badAnswer.pictures.length, 0);
        assert.equal(badAnswer.errors.length, 1);
        const [error] = badAnswer.errors;
        assert.deepEqual(
          [error?.code, error?.cause.providerCode, error?.cause.requestId, error?.cause.billed],
          ["FLUX_PROVIDER", "inferenceError", bad, "unknown"],
        );
        assert.equal(goodAnswer.pictures.length, 1);
      });
    }

    const notFound: [string, object, "no" | "unknown"][] = [
      ["of an input picture", { code: "imageNotFound", parameter: "inputs.seedImage" }, "no"],
      ["that is called a task's", { code: "notFound", parameter: "inputs.seedImage" }, "no"],
      ["of a model", { code: "modelNotFound" }, "unknown"],
      ["of an upload that has expired", { code: "uploadExpired" }, "unknown"],
    ];
    for (const [name, item, billed] of notFound) {
      for (const named of [true, false]) {
        it(`for want ${name} says so${named ? "" : ", even without its id"}`, async () => {
          const id = newId();
          const errors = [{ ...item, message: "gone", ...(named && { taskUUID: id }) }];
          const { client, server } = await connect(() => ({ status: 404, json: { errors } }));
          const [error] = (await client.wait(job(id, 1), always)).errors;
          assert.deepEqual([error?.code, error?.cause.billed], ["FLUX_VALIDATION", billed]);
          assert.equal(server.requests.length, 1);
        });
      }
    }

    it("in part keeps the pictures that exist", async () => {
      const id = newId();
      const { client } = await connect(
        inTurn(
          json({ data: [picture(id, "a"), working(id)], errors: [{ code: "contentPolicyViolation", taskUUID: id }] }),
          json({
            data: [picture(id, "a"), picture(id, "b")],
            errors: [{ code: "contentPolicyViolation", taskUUID: id }],
          }),
        ),
      );
      const { pictures, errors } = await client.wait(job(id, 3), always);
      assert.deepEqual(names(pictures), ["a", "b"]);
      assert.deepEqual(
        errors.map(({ code }) => code),
        ["FLUX_CONTENT_POLICY"],
      );
    });

    it("in part is not settled while pictures may still come", async () => {
      const id = newId();
      const failed = { taskUUID: id, status: "error", error: { code: "inferenceError" } };
      const { client } = await connect(
        inTurn(
          json({ data: [failed] }),
          json({ data: [failed, picture(id, "a")] }),
          json({ data: [failed, picture(id, "a"), picture(id, "b")] }),
        ),
      );
      const { pictures, errors } = await client.wait(job(id, 3), always);
      assert.deepEqual([names(pictures), errors.length], [["a", "b"], 1]);
    });

    it("with one error for the rest of the batch ends with the pictures that exist", async () => {
      const id = newId();
      const { client, server } = await connect(() =>
        json({ data: [picture(id, "a")], errors: [{ code: "providerError", taskUUID: id }] }),
      );
      const { pictures, errors } = await client.wait(job(id, 4), always);
      assert.deepEqual([names(pictures), errors.length], [["a"], 1]);
      assert.equal(server.requests.length, 3, "it must ask again before it gives paid pictures up");
    });

    it("does not repeat the prompt that the service quotes", async () => {
      const id = newId();
      const { client } = await connect(({ tasks }) =>
        tasks[0]?.taskType === "imageInference"
          ? json(accepted(tasks))
          : json({
              errors: [{ code: "inferenceError", taskUUID: id, message: `cannot draw "${prompt}" for ${apiKey}` }],
            }),
      );
      await client.submit(job(id, request()), always);
      const [error] = (await client.wait(job(id, 1), always)).errors;
      assert(error);
      withoutSecrets(error);
    });
  });

  describe("polls that fail", () => {
    const failures: Record<string, Scripted> = {
      "the connection breaks": { misbehave: "reset" },
      "a gateway answers HTML": { status: 502, text: "<html>" },
      "the service answers 500": { status: 500, json: { errors: [{ code: "internalServerError" }] } },
      "the service answers 429": {
        status: 429,
        headers: { "retry-after": "0" },
        json: { errors: [{ code: "rateLimit" }] },
      },
      "the service asks to come back in an hour": {
        status: 429,
        headers: { "retry-after": "3600" },
        json: { errors: [{ code: "rateLimit" }] },
      },
      "the answer is truncated": { text: '{"data":[' },
      "a firewall answers 403 in HTML": { status: 403, text: "<html>Access denied</html>" },
      "a proxy answers 401 without a body": { status: 401, text: "" },
      "a gateway answers 403 in JSON of its own": { status: 403, json: { message: "Forbidden" } },
      "the account is out of credit": { status: 402, json: { errors: [{ code: "insufficientCredits" }] } },
    };
    for (const [name, failure] of Object.entries(failures)) {
      it(`because ${name} are repeated, and the job is not lost`, async () => {
        const id = newId();
        const { client } = await connect(inTurn(...Array(12).fill(failure), json({ data: [picture(id, "a")] })));
        assert.deepEqual(names((await client.wait(job(id, 1), always)).pictures), ["a"]);
      });
    }

    it("with an error for the job's id on a 503 are no failure of the job", async () => {
      const id = newId();
      const { client } = await connect(
        inTurn(
          { status: 503, json: { errors: [{ code: "serviceUnavailable", taskUUID: id }] } },
          json({ data: [picture(id, "a")] }),
        ),
      );
      assert.deepEqual(names((await client.wait(job(id, 1), always)).pictures), ["a"]);
    });

    for (const status of [401, 403]) {
      const refused = (taskUUID?: string): Scripted => ({
        status,
        json: { errors: [{ code: "invalidApiKey", ...(taskUUID && { taskUUID }) }] },
      });

      it(`because the key is refused (${status}) end all waiting jobs, with their ids, after three in a row`, async () => {
        const ids = [newId(), newId()];
        const { client, server } = await connect(() => refused());
        const errors = await Promise.all(ids.map((id) => failureOf(client.wait(job(id, 1), always))));
        for (const [n, error] of errors.entries()) {
          assert.deepEqual([error.code, error.cause.billed, error.cause.requestId], ["FLUX_AUTH", "unknown", ids[n]]);
          assert(error.message.includes(ids[n] ?? "?"));
          assert.equal(error.scope, "service");
        }
        assert.equal(server.requests.length, 3);
      });

      for (const [name, named] of [
        ["", false],
        [" by the job's id", true],
      ] as const) {
        it(`because the key is refused${name} (${status}) now and then are repeated`, async () => {
          const id = newId();
          const no = refused(named ? id : undefined);
          const yes = json({ data: [working(id)] });
          const { client } = await connect(
            inTurn(no, no, yes, no, no, yes, no, no, json({ data: [picture(id, "a")] })),
          );
          assert.deepEqual(names((await client.wait(job(id, 1), always)).pictures), ["a"]);
        });
      }
    }
  });

  describe("a job that the service does not know", () => {
    const polls = { json: { data: [] } };
    const withArchive = (archive: (task: SentTask) => Scripted, poll: (task: SentTask) => Scripted = () => polls) =>
      connect(({ tasks: [task] }) => {
        if (!task) return polls;
        return task.taskType === "getTaskDetails" ? archive(task) : poll(task);
      });

    const records: Record<string, (id: string) => unknown> = {
      "in a list": (id) => ({
        data: [{ request: [], response: { data: [picture(id, "a"), picture("sibling", "s")] } }],
      }),
      "as the body itself": (id) => ({ request: [], response: { data: [picture(id, "a")] } }),
      "without ids": (id) => ({ data: { response: { data: { ...picture(id, "a"), taskUUID: undefined } } } }),
    };
    for (const [name, record] of Object.entries(records)) {
      it(`comes from the archive (${name})`, async () => {
        const id = newId();
        const { client } = await withArchive(() => json(record(id)));
        assert.deepEqual(names((await client.wait(job(id, 1), always)).pictures), ["a"]);
      });
    }

    it("is asked for several times before the archive is", async () => {
      const id = newId();
      const { client, server } = await withArchive(() => json({ data: [{ response: { data: [picture(id, "a")] } }] }));
      await client.wait(job(id, 1), always);
      assert.deepEqual(
        server.requests.map(({ tasks }) => tasks[0]?.taskType),
        [...Array(4).fill("getResponse"), "getTaskDetails"],
      );
    });

    it("that failed says so from the archive", async () => {
      const id = newId();
      const { client } = await withArchive(() =>
        json({ data: [{ response: { errors: [{ code: "inferenceError", taskUUID: id }] } }] }),
      );
      const { errors } = await client.wait(job(id, 1), always);
      assert.equal(errors[0]?.cause.providerCode, "inferenceError");
    });

    const archives: Record<string, Scripted> = {
      "is empty": { json: { data: [] } },
      "is forbidden": { status: 403, json: { errors: [{ code: "forbidden" }] } },
      "does not know it": { status: 404, json: { errors: [{ code: "taskNotFound" }] } },
      "holds an empty record": { json: { data: [{ request: [], response: {} }] } },
    };
    for (const [name, archive] of Object.entries(archives)) {
      for (const [how, poll] of [
        ["with no data", () => polls],
        ["with an error", ({ taskUUID }: SentTask) => json({ errors: [{ code: "taskFailedOrNotFound", taskUUID }] })],
        [
          "with a data item",
          ({ taskUUID }: SentTask) =>
            json({ data: [{ taskUUID, status: "error", error: { code: "taskFailedOrNotFound" } }] }),
        ],
        [
          "with its id as the parameter",
          ({ taskUUID }: SentTask) => json({ errors: [{ code: "jobNotFound", parameter: "taskUUID", taskUUID }] }),
        ],
        ["with a 404 and no code", ({ taskUUID }: SentTask) => ({ status: 404, json: { errors: [{ taskUUID }] } })],
        ["with a 404", () => ({ status: 404, json: { errors: [{ code: "taskNotFound" }] } })],
      ] as const) {
        it(`${how}, while the archive ${name}, ends as FLUX_OUTCOME_UNKNOWN with its id`, async () => {
          const id = newId();
          const { client } = await withArchive(() => archive, poll);
          const error = await failureOf(client.wait(job(id, 1), always));
          assert.deepEqual(
            [error.code, error.cause.billed, error.cause.requestId, error.cause.retryable],
            ["FLUX_OUTCOME_UNKNOWN", "unknown", id, false],
          );
        });
      }
    }

    it("any more keeps the pictures that were seen before", async () => {
      const id = newId();
      let asked = 0;
      const { client } = await withArchive(
        () => json({ data: [] }),
        () => {
          asked += 1;
          return asked === 1 ? json({ data: [picture(id, "a"), working(id)] }) : polls;
        },
      );
      const { pictures, errors } = await client.wait(job(id, 2), always);
      assert.deepEqual(names(pictures), ["a"]);
      assert.equal(errors[0]?.code, "FLUX_OUTCOME_UNKNOWN");
    });

    it("for a moment is still waited for", async () => {
      const id = newId();
      const { client } = await connect(
        inTurn(polls, polls, polls, json({ data: [working(id)] }), polls, polls, json({ data: [picture(id, "a")] })),
      );
      assert.equal((await client.wait(job(id, 1), always)).pictures.length, 1);
    });
  });

  it("is asked for although the computer's clock was set back by an hour", async () => {
    const { client } = await connect(({ tasks }) => json({ data: tasks.map((task) => picture(task.taskUUID, "a")) }));
    await client.wait(job(newId(), 1), always);
    const { now } = Date;
    Date.now = () => now() - 3_600_000;
    try {
      assert.equal((await client.wait(job(newId(), 1), AbortSignal.timeout(10_000))).pictures.length, 1);
    } finally {
      Date.now = now;
    }
  });

  it("is not disturbed by another job whose listener throws", async () => {
    const [bad, good] = [newId(), newId()];
    const { client } = await connect(
      inTurn(
        json({ data: [working(bad, { progress: 10 }), working(good)] }),
        json({ data: [working(bad, { progress: 20 }), picture(good, "a")] }),
      ),
    );
    const broken = failureOf(
      client.wait(job(bad, 1), always, () => {
        throw new TypeError("a mistake");
      }),
    );
    assert.deepEqual(names((await client.wait(job(good, 1), always)).pictures), ["a"]);
    const { code, cause } = await broken;
    assert.deepEqual([code, cause.requestId, cause.billed], ["FLUX_OUTCOME_UNKNOWN", bad, "unknown"]);
  });

  it("that fails a thousand times over is told in a few errors", async () => {
    const id = newId();
    const failure = { taskUUID: id, status: "error", error: { code: "inferenceError" } };
    const { client } = await connect(() =>
      json({ data: Array(5000).fill(failure), errors: Array(5000).fill({ code: "other", taskUUID: id }) }),
    );
    assert((await client.wait(job(id, 1), always)).errors.length <= 100);
  });

  it("ends with its signal, and asks no more", async () => {
    const { client, server } = await connect(({ tasks }) =>
      json({ data: tasks.map((task) => working(task.taskUUID)) }),
    );
    const abort = new AbortController();
    const work = client.wait(job(newId(), 1), abort.signal);
    await server.received(3);
    abort.abort(new Error("deadline"));
    await assert.rejects(work, /deadline/);
    const asked = server.requests.length;
    await client.check(always).catch(() => {});
    assert(server.requests.length <= asked + 2);
  });

  it("ends when the client is closed", async () => {
    const { client } = await connect(({ tasks }) => json({ data: tasks.map((task) => working(task.taskUUID)) }));
    const work = client.wait(job(newId(), 1), always);
    await client.close();
    assert.equal((await failureOf(work)).code, "FLUX_CANCELLED");
  });

  it("leaves a second between polls, and up to five when it takes long", () => {
    assert.deepEqual(
      [1, 10, 100].map((posts) => gapAfter(usualPace, posts)),
      [1000, 1000, 7500],
    );
    assert.deepEqual(
      [0, 1, 2, 3, 4, 9].map((n) => Math.round(pollDelay(usualPace, n))),
      [1200, 1800, 2700, 4050, 5000, 5000],
    );
    assert.equal(pollDelay({ ...usualPace, ...quickly }, 5), 2);
  });
});

describe("looking a Runware job up", () => {
  afterEach(disconnectAll);
  const find = async (poll: unknown, archive: unknown = { data: [] }, expected = 1) => {
    const id = newId();
    const fill = (value: unknown): unknown => JSON.parse(JSON.stringify(value).replaceAll('"ID"', `"${id}"`));
    const connected = await connect(({ tasks: [task] }) =>
      json(fill(task?.taskType === "getTaskDetails" ? archive : poll)),
    );
    return { found: await connected.client.find(job(id, expected), always), ...connected };
  };

  it("finds a job that is worked on", async () => {
    assert.deepEqual((await find({ data: [working("ID")] })).found, { state: "accepted" });
  });

  it("finds a job that is done", async () => {
    const { found } = await find({ data: [picture("ID", "a")] });
    assert(found.state === "settled");
    assert.deepEqual(names(found.answer.pictures), ["a"]);
  });

  it("finds a job that failed", async () => {
    const { found } = await find({ errors: [{ code: "inferenceError", taskUUID: "ID" }] });
    assert(found.state === "settled");
    assert.equal(found.answer.errors[0]?.code, "FLUX_PROVIDER");
  });

  it("finds a job that failed because its input picture is gone", async () => {
    const { found } = await find({ errors: [{ code: "imageExpired", parameter: "seedImage", taskUUID: "ID" }] });
    assert(found.state === "settled");
    assert.equal(found.answer.errors[0]?.cause.providerCode, "imageExpired");
  });

  it("does not settle a batch that may still grow", async () => {
    assert.deepEqual((await find({ data: [picture("ID", "a")] }, {}, 2)).found, { state: "accepted" });
  });

  it("finds a job in the archive", async () => {
    const { found } = await find({ data: [] }, { data: [{ response: { data: [picture("ID", "a")] } }] });
    assert(found.state === "settled");
  });

  it("says when neither knows the job", async () => {
    const { found, server } = await find({ errors: [{ code: "taskNotFound", taskUUID: "ID" }] });
    assert.deepEqual(found, { state: "unknown" });
    assert.equal(server.requests.length, 2);
  });

  it("does not take a service that is down for one that does not know the job", async () => {
    for (const answer of [
      { status: 503, text: "" },
      { status: 403, text: "<html>" },
      { misbehave: "reset" as const },
      { text: "<html>" },
    ]) {
      const { client } = await connect(() => answer);
      const error = await failureOf(client.find(job(newId(), 1), always));
      assert.deepEqual([error.cause.retryable, error.cause.billed], [true, "unknown"]);
    }
  });

  describe("together with others", () => {
    const done = (tasks: readonly SentTask[]) => json({ data: tasks.map((task) => picture(task.taskUUID, "a")) });

    it("shares a POST with them, of at most 100", async () => {
      const { client, server } = await connect(({ tasks }) => done(tasks));
      const found = await Promise.all(Array.from({ length: 230 }, () => client.find(job(newId(), 1), always)));
      assert(found.every(({ state }) => state === "settled"));
      // They travel side by side: any of them may arrive first.
      assert.deepEqual(
        server.requests.map(({ tasks }) => tasks.length).sort((one, other) => other - one),
        [100, 100, 30],
      );
    });

    it("is not kept from its answer by one that the service chokes on", async () => {
      const bad = newId();
      const { client } = await connect(({ tasks }) => {
        if (!tasks.some(({ taskUUID }) => taskUUID === bad)) return done(tasks);
        return { status: 400, json: { errors: [{ code: "invalidTask", message: "no" }] } };
      });
      const ids = [newId(), newId(), bad, newId(), newId()];
      const states = await Promise.all(ids.map((id) => client.find(job(id, 1), always).then(({ state }) => state)));
      assert.deepEqual(states, ["settled", "settled", "unknown", "settled", "settled"]);
    });

    it("goes on when one of them is aborted, and ends with the last of them", async () => {
      const { client, server } = await connect(() => ({ misbehave: "hang" }));
      const [one, other] = [new AbortController(), new AbortController()];
      const works = [client.find(job(newId(), 1), one.signal), client.find(job(newId(), 1), other.signal)];
      await server.received(1);
      one.abort(new Error("first"));
      await assert.rejects(works[0] ?? Promise.resolve(), /first/);
      other.abort(new Error("second"));
      await assert.rejects(works[1] ?? Promise.resolve(), /second/);
      assert.equal(server.requests.length, 1);
    });
  });

  describe("of another process, without knowing how many pictures were asked for", () => {
    const someoneElses = (id: string) => ({ ...job(id, 1), expected: undefined });
    /** A service whose polls answer in turn, and whose archive has the request. */
    const withArchive = (archive: object, ...polls: unknown[]) => {
      const answers = inTurn(...polls.map(json));
      let polled = 0;
      return connect((received) => {
        if (received.tasks[0]?.taskType === "getTaskDetails") return json(archive);
        polled += 1;
        return answers(received, polled - 1);
      });
    };
    const kept = (id: string, numberResults?: number) => ({
      data: [
        {
          request: [
            { taskUUID: newId(), numberResults: 9 },
            { taskUUID: id, ...(numberResults && { numberResults }) },
          ],
          response: {},
        },
      ],
    });

    it("takes what is there for everything, once nothing is being worked on", async () => {
      const id = newId();
      const { client } = await withArchive(
        { data: [] },
        { data: [picture(id, "a"), working(id)] },
        { data: [picture(id, "a"), picture(id, "b")] },
      );
      assert.deepEqual(names((await client.wait(someoneElses(id), always)).pictures), ["a", "b"]);
      const found = await client.find(someoneElses(id), always);
      assert(found.state === "settled");
      assert.deepEqual([names(found.answer.pictures), found.answer.errors], [["a", "b"], []]);
    });

    it("waits for all of them where the archive has the request", async () => {
      const id = newId();
      const { client } = await withArchive(
        kept(id, 2),
        { data: [picture(id, "a")] },
        { data: [picture(id, "a"), picture(id, "b")] },
      );
      assert.deepEqual(names((await client.wait(someoneElses(id), always)).pictures), ["a", "b"]);
    });

    it("says that a batch is not whole yet, and takes one without a number for one picture", async () => {
      const id = newId();
      const found = async (archive: object) => {
        const { client } = await withArchive(archive, { data: [picture(id, "a")] });
        return (await client.find(someoneElses(id), always)).state;
      };
      assert.deepEqual([await found(kept(id, 2)), await found(kept(id))], ["accepted", "settled"]);
    });

    it("settles what failed with its error", async () => {
      const id = newId();
      const { client } = await withArchive({}, { errors: [{ code: "inferenceError", taskUUID: id }] });
      const { pictures, errors } = await client.wait(someoneElses(id), always);
      assert.deepEqual([pictures.length, errors.map(({ code }) => code)], [0, ["FLUX_PROVIDER"]]);
    });

    it("reads it from the archive when polls have forgotten it", async () => {
      const id = newId();
      const whole = {
        request: [{ taskUUID: id, numberResults: 2 }],
        response: { data: [picture(id, "a"), picture(id, "b")] },
      };
      const { client } = await withArchive({ data: [whole] }, { data: [] });
      const found = await client.find(someoneElses(id), always);
      assert(found.state === "settled");
      assert.deepEqual(names(found.answer.pictures), ["a", "b"]);
    });
  });

  it("quotes the service where the request of a recovered job tells the prompts, and only there", async () => {
    const failure = (id: string) => ({ errors: [{ code: "inferenceError", taskUUID: id, message: "out of memory" }] });
    const said = async (more: object) => {
      const id = newId();
      const { client } = await connect(() => json(failure(id)));
      const [error] = (await client.wait({ ...job(id, 1), ...more }, always)).errors;
      return error?.message.includes("out of memory");
    };
    assert.deepEqual([await said({ request: request() }), await said({})], [true, false]);
  });
});
