import assert from "node:assert/strict";
import { mock } from "node:test";
import { createSubmit } from "../../lib/providers/runware/submit-batch";
import type { Scripted, SentTask } from "../support/scripted-server";
import { accepted, always, apiKey, connect, disconnectAll, failureOf, job, newId, picture, request } from "./client";

const errors = (...items: object[]): Scripted => ({ status: 400, json: { errors: items } });

describe("submitting to Runware", () => {
  afterEach(disconnectAll);

  it("sends a list with the task, the key in the header only, and asks for the cost", async () => {
    const { client, server } = await connect(({ tasks }) => ({ json: accepted(tasks) }));
    const id = newId();
    assert.deepEqual(await client.submit(job(id, request({ steps: 28 })), always), { state: "accepted" });
    const [received] = server.requests;
    assert.equal(received?.path, "/v1");
    assert.equal(received?.headers.authorization, `Bearer ${apiKey}`);
    assert(!received.text.includes(apiKey));
    assert.deepEqual(received.tasks, [
      {
        taskType: "imageInference",
        taskUUID: id,
        includeCost: true,
        deliveryMethod: "async",
        ...request({ steps: 28 }),
      },
    ]);
  });

  it("leaves the cost out when the author switched it off", async () => {
    const { client, tasks } = await connect(({ tasks }) => ({ json: accepted(tasks) }));
    await client.submit(job(newId(), request({ includeCost: false })), always);
    assert.equal(tasks("imageInference")[0]?.includeCost, false);
  });

  for (const seed of [0, 7, 4294967295, "4294967296", "9007199254740993", "9223372036854775807", 9007199254740993n]) {
    it(`sends the seed ${seed} (${typeof seed}) with all its digits, as a number`, async () => {
      const { client, server } = await connect(({ tasks }) => ({ json: accepted(tasks) }));
      await client.submit(job(newId(), request({ seed })), always);
      assert.match(server.requests[0]?.text ?? "", new RegExp(`"seed":${seed}[,}]`));
    });
  }

  it("does not let a request's own taskUUID or taskType take effect", async () => {
    const { client, server } = await connect(({ tasks }) => ({ json: accepted(tasks) }));
    const id = newId();
    await client.submit(job(id, request({ taskUUID: "other", taskType: "imageUpload" })), always);
    assert.equal(server.requests[0]?.tasks[0]?.taskUUID, id);
    assert.equal(server.requests[0]?.tasks[0]?.taskType, "imageInference");
    assert(!server.requests[0]?.text.includes("other"));
  });

  describe("tasks that come together", () => {
    it("share one POST", async () => {
      const { client, server } = await connect(({ tasks }) => ({ json: accepted(tasks) }));
      const ids = Array.from({ length: 7 }, newId);
      await Promise.all(ids.map((id) => client.submit(job(id, request()), always)));
      assert.deepEqual(
        server.requests.map(({ tasks }) => tasks.map(({ taskUUID }) => taskUUID)),
        [ids],
      );
    });

    it("are at most 50 in one POST", async () => {
      const { client, server } = await connect(({ tasks }) => ({ json: accepted(tasks) }));
      await Promise.all(Array.from({ length: 120 }, () => client.submit(job(newId(), request()), always)));
      assert.deepEqual(server.requests.map(({ tasks }) => tasks.length).sort(), [20, 50, 50]);
    });

    it("are at most 8 MB in one POST, unless one alone is larger", async () => {
      const { client, server } = await connect(({ tasks }) => ({ json: accepted(tasks) }));
      const sized = (megabytes: number) => request({ seedImage: "x".repeat(megabytes * 1024 * 1024) });
      await Promise.all([3, 4, 3, 9, 1].map((size) => client.submit(job(newId(), sized(size)), always)));
      assert.deepEqual(server.requests.map(({ tasks }) => tasks.length).sort(), [1, 1, 1, 2]);
    });

    it("go without those that were aborted before", async () => {
      const { client, tasks } = await connect(({ tasks }) => ({ json: accepted(tasks) }));
      const abort = new AbortController();
      const [kept, dropped] = [newId(), newId()];
      const work = Promise.allSettled([
        client.submit(job(dropped, request()), abort.signal),
        client.submit(job(kept, request()), always),
      ]);
      abort.abort(new Error("closed"));
      const [first, second] = await work;
      assert.deepEqual([first.status, second.status], ["rejected", "fulfilled"]);
      assert.deepEqual(
        tasks("imageInference").map(({ taskUUID }) => taskUUID),
        [kept],
      );
    });

    it("are not disturbed when one of them is aborted on the way", async () => {
      let answer: () => void = () => {};
      const mayAnswer = new Promise<void>((resolve) => {
        answer = resolve;
      });
      const { client, server } = await connect(async ({ tasks }) => {
        await mayAnswer;
        return { json: accepted(tasks) };
      });
      const abort = new AbortController();
      const aborted = client.submit(job(newId(), request()), abort.signal);
      const other = client.submit(job(newId(), request()), always);
      await server.received(1);
      abort.abort(new Error("closed"));
      await assert.rejects(aborted, /closed/);
      answer();
      assert.deepEqual(await other, { state: "accepted" });
    });

    it("get each what is theirs: an error beside data fails one job", async () => {
      const [good, bad] = [newId(), newId()];
      const { client } = await connect(({ tasks }) => ({
        status: 400,
        json: {
          data: accepted(tasks.filter(({ taskUUID }) => taskUUID === good)).data,
          errors: [{ code: "invalidSteps", parameter: "steps", message: "no", taskUUID: bad }],
        },
      }));
      const [first, second] = await Promise.allSettled([
        client.submit(job(good, request()), always),
        client.submit(job(bad, request()), always),
      ]);
      assert.equal(first.status, "fulfilled");
      assert.equal(second.status, "rejected");
    });

    it("are repeated one by one, under the same ids, when all are refused for the fault of one", async () => {
      const bad = newId();
      const { client, server } = await connect(({ tasks }) =>
        tasks.some(({ taskUUID }) => taskUUID === bad)
          ? errors({ code: "invalidJSON", message: "the request is not valid" })
          : { json: accepted(tasks) },
      );
      const ids = [newId(), bad, newId()];
      const outcomes = await Promise.allSettled(ids.map((id) => client.submit(job(id, request()), always)));
      assert.deepEqual(
        outcomes.map(({ status }) => status),
        ["fulfilled", "rejected", "fulfilled"],
      );
      assert.deepEqual(
        server.requests
          .map(({ tasks }) => tasks.map(({ taskUUID }) => taskUUID))
          .sort((a, b) => b.length - a.length)[0],
        ids,
      );
      assert.deepEqual(
        server.requests
          .slice(1)
          .flatMap(({ tasks }) => tasks.map(({ taskUUID }) => taskUUID))
          .sort(),
        [...ids].sort(),
      );
    });

    it("are held against one text of the service together, not each against the prompts of all", async () => {
      const looked: number[] = [];
      const submit = createSubmit({
        call: async () => ({ status: 503, readable: true, data: [], errors: [{ code: "internalServerError" }] }),
        apiKey,
        timeouts: { async: 1000, sync: 1000 },
        quoteFor: (requests) => {
          looked.push(requests.length);
          return () => undefined;
        },
      });
      await Promise.allSettled(Array.from({ length: 50 }, () => submit(job(newId(), request()), always)));
      assert.deepEqual(looked, [50]);
    });

    for (const [status, code] of [
      [401, "FLUX_AUTH"],
      [402, "FLUX_QUOTA"],
      [403, "FLUX_AUTH"],
      [429, "FLUX_RATE_LIMIT"],
      [500, "FLUX_PROVIDER"],
      [503, "FLUX_PROVIDER"],
    ] as const) {
      it(`are not repeated one by one after ${status}`, async () => {
        const { client, server } = await connect(() => ({ status, json: { errors: [{ code: "x", message: "y" }] } }));
        const failures = await Promise.all(
          [newId(), newId()].map((id) => failureOf(client.submit(job(id, request()), always))),
        );
        assert.deepEqual(
          failures.map((failure) => failure.code),
          [code, code],
        );
        assert.equal(server.requests.length, 1);
      });
    }
  });

  describe("a sync task", () => {
    it("goes alone and comes back with its pictures", async () => {
      const { client, server } = await connect(({ tasks }) => ({
        json: { data: tasks.map((task) => picture(task.taskUUID, "a", { cost: 0.0013, NSFWContent: true, seed: 0 })) },
      }));
      const sync = { deliveryMethod: "sync" };
      const submissions = await Promise.all([
        client.submit(job(newId(), request(sync)), always),
        client.submit(job(newId(), request(sync)), always),
      ]);
      assert.deepEqual(
        server.requests.map(({ tasks }) => tasks.length),
        [1, 1],
      );
      const url = "https://im.runware.ai/a.jpg";
      for (const submission of submissions) {
        assert.deepEqual(submission, {
          state: "settled",
          answer: { pictures: [{ id: "a", index: 0, url, seed: 0, nsfw: true, cost: 0.0013 }], errors: [] },
        });
      }
    });

    it("with some pictures missing brings those that are there, and says so", async () => {
      const { client } = await connect(({ tasks: [task] }) => ({
        json: { data: [picture(task?.taskUUID ?? "", "a")] },
      }));
      const submission = await client.submit(
        job(newId(), request({ deliveryMethod: "sync", numberResults: 3 })),
        always,
      );
      assert(submission.state === "settled");
      assert.equal(submission.answer.pictures.length, 1);
      assert.equal(submission.answer.errors[0]?.code, "FLUX_OUTCOME_UNKNOWN");
    });
  });

  describe("an acknowledgement is understood", () => {
    const shapes: Record<string, (task: SentTask) => unknown> = {
      "with a status": ({ taskUUID }) => ({ data: [{ taskType: "imageInference", taskUUID, status: "processing" }] }),
      'with the status "success"': ({ taskUUID }) => ({ data: [{ taskUUID, status: "success" }] }),
      "with data as an object": ({ taskUUID }) => ({ data: { taskUUID }, errors: [] }),
      "as a conflict of a resend": ({ taskUUID }) => ({
        errors: [{ code: "conflictTaskUUID", message: "known", taskUUID }],
      }),
      "as a conflict without the id": () => ({ errors: [{ code: "conflictTaskUUID", message: "known" }] }),
    };
    for (const [name, shape] of Object.entries(shapes)) {
      it(name, async () => {
        const { client } = await connect(({ tasks: [task] }) => ({ json: task ? shape(task) : {} }));
        assert.deepEqual(await client.submit(job(newId(), request()), always), { state: "accepted" });
      });
    }
  });

  describe("when the outcome is not known", () => {
    const answers: Record<string, Scripted> = {
      "the connection breaks": { misbehave: "reset" },
      "the answer breaks off": { misbehave: "cut", text: '{"data":[{"taskUUID"' },
      "the answer is truncated JSON": { text: '{"data":[{"taskUUID":"' },
      "the answer is empty": { text: "" },
      "the answer mentions no task": { json: { data: [] } },
      "the answer is an empty object": { json: {} },
      "a gateway answers 502 in HTML": { status: 502, text: "<html>Bad Gateway</html>" },
      "the service answers 500": { status: 500, json: { error: { code: "internalServerError", message: "oops" } } },
      "the service answers 503 without a reason": { status: 503, text: "" },
      "the service answers 504": { status: 504, text: "" },
      "the provider behind it timed out": { json: { errors: [{ code: "timeoutProvider", message: "slow" }] } },
    };
    for (const [name, answer] of Object.entries(answers)) {
      it(`because ${name}, the error says that it may be paid for, and that it may be tried again`, async () => {
        const { client } = await connect(() => answer);
        const id = newId();
        const failure = await failureOf(client.submit(job(id, request()), always));
        assert.deepEqual([failure.cause.billed, failure.cause.retryable], ["unknown", true]);
        assert.equal(failure.cause.requestId, id);
        assert.equal(failure.cause.provider, "runware");
      });
    }

    it("because no answer comes in time", async () => {
      const { client, server } = await connect(() => ({ misbehave: "hang" }), {
        timeouts: { submit: 200, sync: 200, poll: 200, upload: 200 },
      });
      mock.timers.enable({ apis: ["setTimeout"] });
      try {
        const submitted = failureOf(client.submit(job(newId(), request()), always));
        // Before it has arrived, its time limit would say that nothing was paid.
        await server.received(1);
        mock.timers.tick(200);
        const failure = await submitted;
        assert.deepEqual([failure.code, failure.cause.billed], ["FLUX_NETWORK", "unknown"]);
      } finally {
        mock.timers.reset();
      }
    });
  });

  it("survives answers that are nested without end, and settles every job", async () => {
    const nested = (depth: number) => `${"[".repeat(depth)}1${"]".repeat(depth)}`;
    const { client } = await connect(({ tasks }) => ({
      status: 400,
      text: `{"errors":[${tasks.map(({ taskUUID }) => `{"code":${nested(20_000)},"parameter":${nested(9)},"taskUUID":"${taskUUID}"}`)}]}`,
    }));
    const failures = await Promise.all([1, 2].map(() => failureOf(client.submit(job(newId(), request()), always))));
    assert.deepEqual(
      failures.map(({ code }) => code),
      ["FLUX_VALIDATION", "FLUX_VALIDATION"],
    );
  });

  it("tells every job that its outcome is unknown when an answer cannot be processed", async () => {
    const submit = createSubmit({
      call: async () => ({ status: 200, readable: true, data: [], errors: [] }),
      apiKey,
      timeouts: { async: 1000, sync: 1000 },
      quoteFor: () => {
        throw new RangeError("a mistake");
      },
    });
    const ids = [newId(), newId(), newId()];
    const failures = await Promise.all(ids.map((id) => failureOf(submit(job(id, request()), always))));
    for (const [n, { code, cause }] of failures.entries()) {
      assert.deepEqual(
        [code, cause.billed, cause.retryable, cause.requestId],
        ["FLUX_OUTCOME_UNKNOWN", "unknown", true, ids[n]],
      );
    }
  });

  it("knows that nothing was paid when no connection could be made", async () => {
    // None of the ports that are given to whoever asks for any.
    const { client } = await connect(() => ({ json: {} }), { baseUrl: "http://127.0.0.1:1/v1" });
    const failure = await failureOf(client.submit(job(newId(), request()), always));
    assert.deepEqual([failure.code, failure.cause.billed, failure.cause.retryable], ["FLUX_NETWORK", "no", true]);
    assert.match(failure.message, /Nothing was sent/);
  });

  it("ends with its signal, and gives up the POST when all its tasks are aborted", async () => {
    const { client, server } = await connect(() => ({ misbehave: "hang" }));
    const abort = new AbortController();
    const work = [newId(), newId()].map((id) => client.submit(job(id, request()), abort.signal));
    await server.received(1);
    abort.abort(new Error("closed"));
    for (const submission of work) await assert.rejects(submission, /closed/);
  });

  for (const deliveryMethod of ["async", "sync"]) {
    it(`is not possible any more once the client is closed, ${deliveryMethod} delivery`, async () => {
      const { client, server } = await connect(() => ({ misbehave: "hang" }));
      const task = () => job(newId(), request({ deliveryMethod }));
      const pending = client.submit(task(), always);
      await server.received(1);
      await client.close();
      assert.equal((await failureOf(pending)).code, "FLUX_CANCELLED");
      assert.equal((await failureOf(client.submit(task(), always))).code, "FLUX_CANCELLED");
      assert.equal(server.requests.length, 1);
    });
  }
});
