import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { untilTold } from "../support/until-told";
import { admin, closeSandboxes, download, finishJobs, inference, openSandbox, poll, post } from "./support";

const withFault = (fault: string, members: Record<string, unknown> = {}) =>
  inference({ positivePrompt: `a red lighthouse [fault:${fault}]`, ...members });

describe("a fault that is rehearsed by a marker in the prompt", () => {
  afterEach(closeSandboxes);

  for (const [fault, status, code, retryAfter] of [
    ["401", 401, "invalidApiKey", null],
    ["403", 403, "forbidden", null],
    ["429", 429, "concurrencyRateLimit", null],
    ["429-after=3", 429, "concurrencyRateLimit", "3"],
    ["500", 500, "internalServerError", null],
    ["503", 503, "serviceUnavailable", null],
    ["504", 504, "timeoutProvider", null],
  ] as const) {
    it(`${fault} refuses the whole request, and nothing is charged`, async () => {
      const sandbox = await openSandbox();
      const [faulty, other] = [withFault(fault), inference()] as const;
      const answer = await post(sandbox, [other, faulty]);
      assert.equal(answer.status, status);
      assert.deepEqual(answer.data, []);
      assert.equal(answer.errors.length, 1);
      assert.equal(answer.errors[0]?.code, code);
      assert.equal("taskUUID" in (answer.errors[0] ?? {}), false);
      assert.equal(answer.headers.get("retry-after"), retryAfter);
      for (const { taskUUID } of [faulty, other]) assert.equal(sandbox.ledger.charges(taskUUID), 0);
    });
  }

  it("html502 answers a gateway's page", async () => {
    const { status, headers, text } = await post(await openSandbox(), [withFault("html502")]);
    assert.equal(status, 502);
    assert.equal(headers.get("content-type"), "text/html");
    assert.match(text, /^<html>/);
  });

  for (const [fault, code, status] of [
    ["402", "insufficientCredits", 402],
    ["moderated", "contentPolicyViolation", 400],
  ] as const) {
    it(`${fault} refuses one task, and others go on`, async () => {
      const sandbox = await openSandbox();
      const faulty = withFault(fault);
      const alone = await post(sandbox, [faulty]);
      assert.equal(alone.status, status);
      assert.equal(alone.errors[0]?.code, code);
      assert.equal(alone.errors[0]?.taskUUID, faulty.taskUUID);
      const together = await post(sandbox, [faulty, inference()]);
      assert.equal(together.status, 200);
      assert.equal(together.data.length, 1);
      assert.equal(sandbox.ledger.charges(faulty.taskUUID), 0);
    });
  }

  it("drop closes the connection before anything is accepted", async () => {
    const sandbox = await openSandbox();
    const task = withFault("drop");
    await assert.rejects(post(sandbox, [task]));
    assert.equal(sandbox.ledger.charges(task.taskUUID), 0);
    assert.deepEqual((await poll(sandbox, task.taskUUID)).data, []);
  });

  it("lost-answer accepts and charges, and closes the connection instead of answering", async () => {
    const sandbox = await openSandbox();
    const task = withFault("lost-answer", { deliveryMethod: "async" });
    await assert.rejects(post(sandbox, [task]));
    assert.equal(sandbox.ledger.charges(task.taskUUID), 1);
    assert.equal((await poll(sandbox, task.taskUUID)).data[0]?.status, "success");
  });

  it("lost-answer=2 loses the answers to the next two questions as well", async () => {
    const sandbox = await openSandbox();
    const task = withFault("lost-answer=2", { deliveryMethod: "async" });
    await assert.rejects(post(sandbox, [task]));
    await assert.rejects(poll(sandbox, task.taskUUID));
    await assert.rejects(poll(sandbox, task.taskUUID));
    assert.equal((await poll(sandbox, task.taskUUID)).data[0]?.status, "success");
    assert.equal(sandbox.ledger.charges(task.taskUUID), 1);
  });

  it("truncated-json accepts and charges, and sends half of the answer", async () => {
    const sandbox = await openSandbox();
    const task = withFault("truncated-json", { deliveryMethod: "async" });
    const { status, text } = await post(sandbox, [task]);
    assert.equal(status, 200);
    assert.throws(() => JSON.parse(text), SyntaxError);
    assert.equal(sandbox.ledger.charges(task.taskUUID), 1);
  });

  it("slow lets a job take longer", async () => {
    const sandbox = await openSandbox();
    const [hour, moment] = ["slow=3600", "slow=0.15"].map((fault) => withFault(fault, { deliveryMethod: "async" }));
    assert.ok(hour && moment);
    const finished = sandbox.once("finished");
    const begun = Date.now();
    await post(sandbox, [hour, moment]);
    assert.equal((await poll(sandbox, hour.taskUUID)).data[0]?.status, "processing");
    assert.deepEqual(await finished, { id: moment.taskUUID });
    assert.ok(Date.now() - begun >= 150);
    assert.equal((await poll(sandbox, moment.taskUUID)).data[0]?.status, "success");
  });

  it("never leaves a job unfinished for ever, and a sandbox with a waiting request can be closed", async () => {
    const sandbox = await openSandbox();
    const [background, waiting] = [withFault("never", { deliveryMethod: "async" }), withFault("never")] as const;
    await post(sandbox, [background]);
    const item = (await poll(sandbox, background.taskUUID)).data[0];
    assert.deepEqual({ status: item?.status, progress: item?.progress }, { status: "processing", progress: 0 });
    const accepted = sandbox.once("accepted");
    const answer = assert.rejects(post(sandbox, [waiting]));
    await accepted;
    await sandbox.close();
    await answer;
  });

  it("partial loses the last picture of a batch: its siblings are delivered and charged", async () => {
    const sandbox = await openSandbox();
    const task = withFault("partial", { numberResults: 3, includeCost: true, deliveryMethod: "async" });
    await post(sandbox, [task]);
    const { status, data, errors } = await poll(sandbox, task.taskUUID);
    assert.equal(status, 200);
    assert.equal(data.length, 2);
    assert.deepEqual(
      errors.map(({ code, taskUUID }) => ({ code, taskUUID })),
      [{ code: "inferenceError", taskUUID: task.taskUUID }],
    );
    assert.equal(sandbox.ledger.spent, 0.0004);
    const sync = await post(sandbox, [withFault("partial", { numberResults: 3 })]);
    assert.equal(sync.data.length, 2);
    assert.equal(sync.errors.length, 1);
  });

  it("fail lets a task fail while it runs, told in either of the two shapes, and not charged", async () => {
    const sandbox = await openSandbox();
    const tasks = ["fail", "fail=data"].map((fault) => withFault(fault, { deliveryMethod: "async" }));
    await post(sandbox, tasks);
    const [first, second] = await Promise.all(tasks.map(({ taskUUID }) => poll(sandbox, taskUUID)));
    assert.deepEqual(first?.data, []);
    assert.equal(first?.errors[0]?.code, "inferenceError");
    assert.deepEqual(second?.errors, []);
    assert.equal(second?.data[0]?.status, "error");
    assert.deepEqual(Object.keys(second?.data[0]?.error ?? {}), ["code", "message"]);
    assert.equal(sandbox.ledger.spent, 0);
    sandbox.configure({ failureShape: "data" });
    const third = withFault("fail", { deliveryMethod: "async" });
    await post(sandbox, [third]);
    assert.equal((await poll(sandbox, third.taskUUID)).data[0]?.status, "error");
  });

  it("nsfw marks the pictures", async () => {
    const { data } = await post(await openSandbox(), [withFault("nsfw", { numberResults: 2 })]);
    assert.deepEqual(
      data.map(({ NSFWContent }) => NSFWContent),
      [true, true],
    );
  });

  it("expired-url answers with addresses that no longer work", async () => {
    const { data } = await post(await openSandbox(), [withFault("expired-url")]);
    assert.equal((await download(data[0]?.imageURL)).status, 404);
  });

  it("happens only so many times where the marker says so, and faults can follow each other", async () => {
    const sandbox = await openSandbox();
    const task = inference({ positivePrompt: "a red lighthouse [fault:503 x2] [fault:429 x1]" });
    const statuses: number[] = [];
    for (let attempt = 0; attempt < 4; attempt++) statuses.push((await post(sandbox, [task])).status);
    assert.deepEqual(statuses, [503, 503, 429, 200]);
    assert.equal((await post(sandbox, [{ ...task, taskUUID: randomUUID() }])).status, 200, "counted by prompt");
    assert.equal(sandbox.ledger.charges(task.taskUUID), 1);
    assert.equal(sandbox.ledger.submissions(task.taskUUID), 4);
  });

  it("is ignored when the sandbox does not know it", async () => {
    assert.equal((await post(await openSandbox(), [withFault("earthquake")])).status, 200);
  });
});

describe("a job that takes long", () => {
  afterEach(closeSandboxes);

  it("is finished when the admin interface is told so; one that comes later, or never ends, is not", async () => {
    const sandbox = await openSandbox({ settings: untilTold });
    const [first, never, later] = [{}, { positivePrompt: "a lighthouse [fault:never]" }, {}].map((more) =>
      inference({ deliveryMethod: "async", ...more }),
    );
    assert.ok(first && never && later);
    await post(sandbox, [first, never]);
    assert.equal((await poll(sandbox, first.taskUUID)).data[0]?.status, "processing");
    await finishJobs(sandbox, first.taskUUID);
    await post(sandbox, [later]);
    const states = [first, never, later].map(async ({ taskUUID }) => (await poll(sandbox, taskUUID)).data[0]?.status);
    assert.deepEqual(await Promise.all(states), ["success", "processing", "processing"]);
  });
});

describe("a fault that is armed by the admin interface", () => {
  afterEach(closeSandboxes);

  it("befalls the next so many requests", async () => {
    const sandbox = await openSandbox();
    await admin(sandbox, "POST", "faults", { fault: "503", count: 2 });
    const statuses: number[] = [];
    for (let attempt = 0; attempt < 3; attempt++) statuses.push((await post(sandbox, [inference()])).status);
    assert.deepEqual(statuses, [503, 503, 200]);
  });

  it("befalls only requests with that type of task", async () => {
    const sandbox = await openSandbox();
    sandbox.arm("500", { call: "getResponse" });
    const task = inference({ deliveryMethod: "async" });
    assert.equal((await post(sandbox, [task])).status, 200);
    assert.equal((await poll(sandbox, task.taskUUID)).status, 500);
    assert.equal((await poll(sandbox, task.taskUUID)).status, 200);
  });

  it("can lose or cut the answer of a poll", async () => {
    const sandbox = await openSandbox();
    const task = inference({ deliveryMethod: "async" });
    await post(sandbox, [task]);
    sandbox.arm("lost-answer", { call: "getResponse" });
    await assert.rejects(poll(sandbox, task.taskUUID));
    sandbox.arm("truncated-json", { call: "getResponse" });
    const cut = await poll(sandbox, task.taskUUID);
    assert.deepEqual([cut.status, cut.data], [200, []]);
    assert.equal((await poll(sandbox, task.taskUUID)).data.length, 1);
  });

  it("about making pictures waits for a task that makes pictures", async () => {
    const sandbox = await openSandbox();
    sandbox.arm("nsfw");
    const question = { taskType: "accountManagement", taskUUID: randomUUID(), operation: "getDetails" };
    assert.equal((await post(sandbox, [question])).status, 200);
    assert.equal((await post(sandbox, [inference()])).data[0]?.NSFWContent, true);
    assert.equal((await post(sandbox, [inference()])).data[0]?.NSFWContent, false);
  });

  it("can be seen and disarmed", async () => {
    const sandbox = await openSandbox();
    await admin(sandbox, "POST", "faults", { fault: "429-after=2", count: 5, call: "imageUpload" });
    assert.deepEqual((await admin(sandbox, "GET", "faults")).body.armed, [
      { fault: "429-after=2", left: 5, call: "imageUpload" },
    ]);
    await admin(sandbox, "DELETE", "faults");
    assert.deepEqual((await admin(sandbox, "GET", "state")).body.faults, []);
  });

  it("is refused when there is no such fault or count", async () => {
    const sandbox = await openSandbox();
    assert.throws(() => sandbox.arm("earthquake"), RangeError);
    assert.throws(() => sandbox.arm("503", { count: 0 }), RangeError);
    assert.equal((await admin(sandbox, "POST", "faults", {})).status, 400);
    assert.equal((await admin(sandbox, "POST", "faults", { fault: "503", count: "two" })).status, 400);
  });
});

describe("a switch for what nobody knows of the service", () => {
  afterEach(closeSandboxes);

  it("repeatedTask charge-again runs a repeated taskUUID again, and charges it again", async () => {
    const sandbox = await openSandbox({ settings: { repeatedTask: "charge-again" } });
    const task = inference();
    const first = await post(sandbox, [task]);
    const second = await post(sandbox, [task]);
    assert.equal(second.status, 200);
    assert.notEqual(first.data[0]?.imageUUID, second.data[0]?.imageUUID);
    assert.equal(sandbox.ledger.charges(task.taskUUID), 2);
    assert.equal((await download(first.data[0]?.imageURL)).status, 200, "earlier pictures stay");
  });

  it("repeatedTask forgetAfter refuses a repetition for so many seconds only", async () => {
    const sandbox = await openSandbox({ settings: { repeatedTask: { forgetAfter: 3600 } } });
    const task = inference();
    await post(sandbox, [task]);
    assert.equal((await post(sandbox, [task])).errors[0]?.code, "conflictTaskUUID");
    sandbox.configure({ repeatedTask: { forgetAfter: 0 } });
    assert.equal((await post(sandbox, [task])).status, 200);
    assert.equal(sandbox.ledger.charges(task.taskUUID), 2);
  });

  it("pollsForgetAfter lets polls forget a task that the archive still knows", async () => {
    const sandbox = await openSandbox({ settings: { pollsForgetAfter: 3600 } });
    const task = inference({ deliveryMethod: "async" });
    await post(sandbox, [task]);
    assert.equal((await poll(sandbox, task.taskUUID)).data.length, 1);
    sandbox.configure({ pollsForgetAfter: 0 });
    assert.deepEqual((await poll(sandbox, task.taskUUID)).data, []);
    const details = await post(sandbox, [{ taskType: "getTaskDetails", taskUUID: task.taskUUID }]);
    assert.equal(details.data.length, 1);
  });

  it("unknownTask error answers polls for unknown tasks with an error", async () => {
    const sandbox = await openSandbox({ settings: { unknownTask: "error" } });
    const taskUUID = randomUUID();
    const { errors } = await poll(sandbox, taskUUID);
    assert.deepEqual(
      errors.map(({ code, taskUUID: about }) => ({ code, about })),
      [{ code: "taskNotFound", about: taskUUID }],
    );
  });

  it("archive empty finds nothing, archive forbidden refuses", async () => {
    const sandbox = await openSandbox({ settings: { archive: "empty" } });
    const task = inference();
    await post(sandbox, [task]);
    const question = [{ taskType: "getTaskDetails", taskUUID: task.taskUUID }];
    const empty = await post(sandbox, question);
    assert.deepEqual([empty.status, empty.data, empty.errors], [200, [], []]);
    sandbox.configure({ archive: "forbidden" });
    const forbidden = await post(sandbox, question);
    assert.equal(forbidden.status, 403);
    assert.equal(forbidden.errors[0]?.code, "forbidden");
  });
});
