import assert from "node:assert/strict";
import sharp from "sharp";
import { ask, detailsIn, enqueue, finish, imagesIn, input, run, submit, upload } from "./fal-support";
import { admin, closeSandboxes, download, openSandbox, post } from "./support";

const withFault = (fault: string, members = {}) => input({ prompt: `a red lighthouse [fault:${fault}]`, ...members });

describe("a fault of fal that is rehearsed by a marker in the prompt", () => {
  afterEach(closeSandboxes);

  for (const [fault, status, errorType, retryAfter] of [
    ["401", 401, null, null],
    ["403", 403, null, null],
    ["429", 429, null, null],
    ["429-after=3", 429, null, "3"],
    ["500", 500, "internal_error", null],
    ["503", 503, "runner_scheduling_failure", null],
    ["504", 504, "request_timeout", null],
  ] as const) {
    it(`${fault} refuses a submit and a synchronous request, and nothing is charged`, async () => {
      const sandbox = await openSandbox();
      for (const answer of [await submit(sandbox, withFault(fault)), await run(sandbox, withFault(fault))]) {
        assert.equal(answer.status, status);
        assert.equal(typeof answer.body.detail, "string");
        assert.equal(answer.body.error_type ?? null, errorType);
        assert.equal(answer.headers.get("x-fal-error-type"), errorType);
        assert.equal(answer.headers.get("retry-after"), retryAfter);
        assert.ok(answer.headers.get("x-fal-request-id"));
      }
      assert.equal(sandbox.ledger.spent, 0);
    });
  }

  for (const fault of ["locked", "402"]) {
    it(`${fault} says that the account is locked`, async () => {
      const sandbox = await openSandbox();
      const { status, body } = await submit(sandbox, withFault(fault));
      assert.equal(status, 403);
      assert.match(String(body.detail), /^User is locked\. Reason: Exhausted balance/);
      assert.equal(sandbox.ledger.spent, 0);
    });
  }

  it("html502 answers a gateway's page", async () => {
    const { status, headers, text } = await submit(await openSandbox(), withFault("html502"));
    assert.deepEqual([status, headers.get("content-type")], [502, "text/html"]);
    assert.match(text, /^<html>/);
  });

  it("drop closes the connection before anything is accepted", async () => {
    const sandbox = await openSandbox();
    const submitted = sandbox.once("submitted");
    await assert.rejects(submit(sandbox, withFault("drop")));
    assert.equal(sandbox.ledger.charges((await submitted).id), 0);
  });

  it("lost-answer takes the job on and charges it, and closes the connection instead of answering", async () => {
    const sandbox = await openSandbox();
    const accepted = sandbox.once("accepted");
    await assert.rejects(submit(sandbox, withFault("lost-answer")));
    const { id } = await accepted;
    assert.equal(sandbox.ledger.charges(id), 1);
    const found = await ask("GET", `${sandbox.addresses.fal.queueUrl}/fal-ai/flux/requests/${id}/status`);
    assert.equal(found.body.status, "COMPLETED");
  });

  it("truncated-json takes the job on and sends half of the answer", async () => {
    const sandbox = await openSandbox();
    const accepted = sandbox.once("accepted");
    const { status, text } = await submit(sandbox, withFault("truncated-json"));
    assert.equal(status, 200);
    assert.throws(() => JSON.parse(text), SyntaxError);
    assert.equal(sandbox.ledger.charges((await accepted).id), 1);
  });

  it("slow lets a job take longer, never lets it run for ever", async () => {
    const sandbox = await openSandbox();
    for (const fault of ["slow=3600", "never"]) {
      const job = await enqueue(sandbox, withFault(fault));
      assert.equal((await job.status()).body.status, "IN_PROGRESS");
    }
    const begun = Date.now();
    const slow = await finish(sandbox, withFault("slow=0.15"));
    assert.ok(Date.now() - begun >= 150);
    assert.deepEqual((await slow.status()).body.metrics, { inference_time: 0.15 });
  });

  it("fail shows in the result only, with the status that it names, and is not charged", async () => {
    const sandbox = await openSandbox();
    for (const [fault, status] of [
      ["fail", 500],
      ["fail=503", 503],
    ] as const) {
      const job = await finish(sandbox, withFault(fault));
      const told = await job.status();
      assert.deepEqual([told.status, told.body.status, told.body.error], [200, "COMPLETED", undefined]);
      const result = await job.result();
      assert.equal(result.status, status);
      assert.equal(typeof result.body.detail, "string");
    }
    assert.equal((await run(sandbox, withFault("fail=504"))).status, 504);
    assert.equal(sandbox.ledger.spent, 0);
  });

  it("completed-error shows in the status and in the result", async () => {
    const job = await finish(await openSandbox(), withFault("completed-error"));
    const { body } = await job.status();
    assert.deepEqual([body.status, body.error_type], ["COMPLETED", "internal_error"]);
    assert.equal(typeof body.error, "string");
    assert.equal((await job.result()).status, 500);
  });

  it("moderated refuses the content in the result", async () => {
    const sandbox = await openSandbox();
    const result = await (await finish(sandbox, withFault("moderated"))).result();
    assert.equal(result.status, 422);
    assert.deepEqual(
      detailsIn(result).map(({ loc, type }) => ({ loc, type })),
      [{ loc: ["body", "prompt"], type: "content_policy_violation" }],
    );
    assert.equal(sandbox.ledger.spent, 0);
  });

  it("nsfw makes the pictures black, and flags them", async () => {
    const result = await (await finish(await openSandbox(), withFault("nsfw", { num_images: 2 }))).result();
    assert.deepEqual(result.body.has_nsfw_concepts, [true, true]);
    const { bytes } = await download(imagesIn(result)[1]?.url);
    const { channels } = await sharp(bytes).stats();
    assert.deepEqual(
      channels.map(({ max }) => max),
      [0, 0, 0],
    );
  });

  it("partial leaves the last picture of a batch out", async () => {
    const sandbox = await openSandbox();
    const result = await (await finish(sandbox, withFault("partial", { num_images: 3 }))).result();
    assert.equal(imagesIn(result).length, 2);
    assert.deepEqual(result.body.has_nsfw_concepts, [false, false]);
    assert.equal(result.headers.get("x-fal-billable-units"), "2");
    assert.equal(sandbox.ledger.spent, 0.05);
  });

  it("expired-url answers with addresses that no longer work", async () => {
    const result = await (await finish(await openSandbox(), withFault("expired-url"))).result();
    assert.equal((await download(imagesIn(result)[0]?.url)).status, 404);
  });

  it("expired-result has a status and no result any more", async () => {
    const sandbox = await openSandbox();
    for (const [fault, status] of [
      ["expired-result", 404],
      ["expired-result=410", 410],
    ] as const) {
      const job = await finish(sandbox, withFault(fault));
      assert.equal((await job.status()).body.status, "COMPLETED");
      assert.equal((await job.result()).status, status);
      assert.equal(sandbox.ledger.charges(job.id), 1);
    }
  });

  it("long-queue lets the job stand behind others", async () => {
    const sandbox = await openSandbox();
    const seen = [];
    const job = await enqueue(sandbox, withFault("long-queue=1"));
    for (let look = 0; look < 2; look++) seen.push((await job.status()).body.queue_position);
    assert.deepEqual(seen, [1, 0]);
    for (const fault of ["long-queue", "long-queue=many", "long-queue=-1"]) {
      assert.equal((await submit(sandbox, withFault(fault))).body.queue_position, 3);
    }
  });

  it("unknown-status shows a state that no client knows, for a while", async () => {
    const job = await finish(await openSandbox(), withFault("unknown-status=1"));
    const strange = await job.status();
    assert.equal(strange.status, 202);
    assert.equal(["IN_QUEUE", "IN_PROGRESS", "COMPLETED"].includes(String(strange.body.status)), false);
    assert.equal((await job.status()).body.status, "COMPLETED");
  });

  it("cancelled ends a running job as if somebody else had cancelled it", async () => {
    const sandbox = await openSandbox();
    const job = await finish(sandbox, withFault("cancelled"));
    assert.equal((await job.status()).body.status, "COMPLETED");
    const result = await job.result();
    assert.deepEqual([result.status, result.body.error_type], [499, "client_cancelled"]);
  });

  it("happens only so many times where the marker says so", async () => {
    const sandbox = await openSandbox();
    const body = input({ prompt: "a red lighthouse [fault:503 x2]" });
    const statuses: number[] = [];
    for (let attempt = 0; attempt < 3; attempt++) statuses.push((await submit(sandbox, body)).status);
    assert.deepEqual(statuses, [503, 503, 200]);
  });
});

describe("a fault of fal that is armed", () => {
  afterEach(closeSandboxes);

  it("can be aimed at each kind of call", async () => {
    const sandbox = await openSandbox();
    const job = await finish(sandbox);
    const { fal } = sandbox.addresses;
    const calls = {
      submit: () => submit(sandbox),
      run: () => run(sandbox),
      status: () => job.status(),
      stream: () => ask("GET", job.stream),
      result: () => job.result(),
      cancel: () => job.cancel(),
      upload: () => ask("POST", `${fal.restUrl}/storage/upload/initiate`, { content_type: "a/b", file_name: "c" }),
      "upload-bytes": () => ask("PUT", `${sandbox.url}/fal/storage/x`, "bytes", {}),
    };
    for (const [call, make] of Object.entries(calls)) {
      sandbox.arm("503", { call });
      for (const [other, makeOther] of Object.entries(calls)) {
        if (other !== call) assert.notEqual((await makeOther()).status, 503, `${other} while ${call} is to fail`);
      }
      assert.equal((await make()).status, 503, call);
      assert.notEqual((await make()).status, 503, call);
    }
  });

  it("can lose or cut the answer to a status, a result and a cancellation, and lock the account for one of them", async () => {
    const sandbox = await openSandbox();
    const job = await finish(sandbox);
    for (const call of ["status", "result", "cancel"] as const) {
      sandbox.arm("lost-answer", { call });
      await assert.rejects(job[call](), call);
      sandbox.arm("truncated-json", { call });
      const { text } = await job[call]();
      assert.throws(() => JSON.parse(text), SyntaxError);
      sandbox.arm("locked", { call });
      assert.equal((await job[call]()).status, 403);
    }
    sandbox.arm("lost-answer", { call: "stream" });
    await assert.rejects(ask("GET", job.stream));
  });

  it("can make any answer slow", async () => {
    const sandbox = await openSandbox();
    const job = await finish(sandbox);
    sandbox.arm("slow=60", { call: "result" });
    const asked = sandbox.once("request");
    const answer = assert.rejects(job.result());
    await asked;
    await sandbox.close();
    await answer;
  });

  it("about a job waits for a request for pictures, and about a queue for fal's", async () => {
    const sandbox = await openSandbox();
    const job = await finish(sandbox);
    sandbox.arm("nsfw");
    sandbox.arm("long-queue=7");
    await job.status();
    assert.equal((await post(sandbox, [{ taskType: "ping" }])).status, 200);
    assert.equal((await submit(sandbox)).body.queue_position, 0, "the first armed fault");
    const runware = { taskType: "imageInference", taskUUID: crypto.randomUUID(), model: "runware:111@1" };
    await post(sandbox, [{ ...runware, positivePrompt: "a red lighthouse", width: 128, height: 128 }]);
    assert.equal((await submit(sandbox)).body.queue_position, 7);
  });

  it("can be seen under its name", async () => {
    const sandbox = await openSandbox();
    sandbox.arm("expired-result=410", { call: "submit", count: 2 });
    assert.deepEqual((await admin(sandbox, "GET", "faults")).body.armed, [
      { fault: "expired-result=410", left: 2, call: "submit" },
    ]);
  });

  it("about uploads leaves no file behind", async () => {
    const sandbox = await openSandbox();
    sandbox.arm("500", { call: "upload-bytes" });
    await assert.rejects(upload(sandbox, Buffer.from("bytes")));
    assert.equal((await admin(sandbox, "GET", "state")).body.uploads, 0);
  });
});
