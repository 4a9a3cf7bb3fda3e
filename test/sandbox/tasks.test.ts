import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, get, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createInterface } from "node:readline";
import { untilTold } from "../support/until-told";
import {
  admin,
  closeSandboxes,
  download,
  finishJobs,
  type Item,
  inference,
  onePixel,
  openSandbox,
  poll,
  post,
} from "./support";

describe("the sandbox, spoken to like the service", () => {
  afterEach(closeSandboxes);

  it("answers a synchronous request with a picture's address, its seed and, when asked, its cost", async () => {
    const sandbox = await openSandbox();
    const task = inference({ seed: 42, includeCost: true });
    const { status, data, errors } = await post(sandbox, [task]);
    assert.equal(status, 200);
    assert.deepEqual(errors, []);
    assert.equal(data.length, 1);
    const { imageUUID, imageURL, ...rest } = data[0] ?? {};
    const { taskType, taskUUID } = task;
    assert.deepEqual(rest, { taskType, taskUUID, seed: 42, NSFWContent: false, cost: 0.0002 });
    assert.equal(imageURL, `${sandbox.url}/images/${imageUUID}.jpg`);
    assert.equal((await download(imageURL)).contentType, "image/jpeg");
  });

  it("says no cost unless asked", async () => {
    const { data } = await post(await openSandbox(), [inference()]);
    assert.equal("cost" in (data[0] ?? {}), false);
  });

  it("acknowledges an asynchronous task at once, and gives its state to polls", async () => {
    const sandbox = await openSandbox({ settings: untilTold });
    const task = inference({ deliveryMethod: "async", numberResults: 3, seed: 7 });
    const { status, data } = await post(sandbox, [task]);
    assert.equal(status, 200);
    assert.deepEqual(data, [{ taskType: "imageInference", taskUUID: task.taskUUID }]);

    const early = await poll(sandbox, task.taskUUID);
    assert.equal(early.data.length, 3);
    assert.equal(early.data.at(-1)?.status, "processing");
    await finishJobs(sandbox, task.taskUUID);
    const late = await poll(sandbox, task.taskUUID);
    assert.deepEqual(
      late.data.map(({ status: state, seed, taskType }) => ({ state, seed, taskType })),
      [7, 8, 9].map((seed) => ({ state: "success", seed, taskType: "imageInference" })),
    );
    assert.deepEqual((await poll(sandbox, task.taskUUID)).data, late.data, "the full state every time");
    assert.equal(sandbox.ledger.polls(task.taskUUID), 3);
  });

  it("answers many polls in one request, and says nothing of tasks it does not know", async () => {
    const sandbox = await openSandbox();
    const tasks = [inference({ deliveryMethod: "async" }), inference({ deliveryMethod: "async" })] as const;
    await post(sandbox, [...tasks]);
    const { data, errors } = await poll(sandbox, tasks[0].taskUUID, randomUUID(), tasks[1].taskUUID);
    assert.deepEqual(
      data.map(({ taskUUID }) => taskUUID),
      tasks.map(({ taskUUID }) => taskUUID),
    );
    assert.deepEqual(errors, []);
  });

  it("does not show one key's tasks to another", async () => {
    const sandbox = await openSandbox();
    const task = inference({ deliveryMethod: "async" });
    await post(sandbox, [task], { authorization: "Bearer one" });
    const question = [{ taskType: "getResponse", taskUUID: task.taskUUID }];
    assert.equal((await post(sandbox, question, { authorization: "Bearer one" })).data.length, 1);
    assert.equal((await post(sandbox, question, { authorization: "Bearer other" })).data.length, 0);
  });

  it("refuses a taskUUID that comes again, also inside one request, and charges once", async () => {
    const sandbox = await openSandbox();
    const task = inference();
    const first = await post(sandbox, [task, task]);
    assert.equal(first.status, 200);
    assert.equal(first.data.length, 1);
    assert.equal(first.errors[0]?.code, "conflictTaskUUID");
    const second = await post(sandbox, [task]);
    assert.equal(second.status, 400);
    assert.equal(second.errors[0]?.code, "conflictTaskUUID");
    assert.equal(second.errors[0]?.taskUUID, task.taskUUID);
    assert.equal(sandbox.ledger.submissions(task.taskUUID), 3);
    assert.equal(sandbox.ledger.charges(task.taskUUID), 1);
  });

  it("gives the archive's request and answer of a past task", async () => {
    const sandbox = await openSandbox();
    const task = inference({ seed: 5 });
    const { data } = await post(sandbox, [task]);
    const details = await post(sandbox, [{ taskType: "getTaskDetails", taskUUID: task.taskUUID }]);
    assert.deepEqual(details.data, [
      { taskType: "getTaskDetails", taskUUID: task.taskUUID, request: [task], response: { data } },
    ]);
    const unknown = await post(sandbox, [{ taskType: "getTaskDetails", taskUUID: randomUUID() }]);
    assert.equal(unknown.status, 404);
    assert.equal(unknown.errors[0]?.code, "taskNotFound");
  });

  it("tells the balance, as a number or in parts, and it goes down with every charge", async () => {
    const sandbox = await openSandbox({ settings: { balance: 1 } });
    const question = () =>
      post(sandbox, [{ taskType: "accountManagement", taskUUID: randomUUID(), operation: "getDetails" }]);
    assert.equal((await question()).data[0]?.balance, 1);
    await post(sandbox, [inference({ width: 1024, height: 1024 })]);
    assert.equal((await question()).data[0]?.balance, 0.9902);
    assert.equal(sandbox.balance, 0.9902);
    sandbox.configure({ balanceAs: "object" });
    assert.deepEqual((await question()).data[0]?.balance, { amount: 0.9902, freeBalance: 0, currency: "USD" });
  });

  it("refuses what the balance does not cover, and does not charge it", async () => {
    const sandbox = await openSandbox({ settings: { balance: 0.001 } });
    const task = inference({ width: 1024, height: 1024 });
    const { status, errors } = await post(sandbox, [task]);
    assert.equal(status, 402);
    assert.equal(errors[0]?.code, "insufficientCredits");
    assert.equal(sandbox.ledger.charges(task.taskUUID), 0);
  });

  for (const [form, image] of [
    ["base64", onePixel],
    ["a data URI", `data:image/png;base64,${onePixel}`],
  ] as const) {
    it(`takes an upload as ${form}, gives the same bytes back, and takes its UUID in a request`, async () => {
      const sandbox = await openSandbox({ settings: { unknownImage: "refuse" } });
      const { data } = await post(sandbox, [{ taskType: "imageUpload", taskUUID: randomUUID(), image }]);
      const file = await download(data[0]?.imageURL);
      assert.equal(file.contentType, "image/png");
      assert.equal(file.bytes.toString("base64"), onePixel);
      const answer = await post(sandbox, [inference({ inputs: { seedImage: data[0]?.imageUUID } })]);
      assert.deepEqual(answer.errors, []);
      const refusal = await post(sandbox, [inference({ inputs: { seedImage: randomUUID() } })]);
      assert.equal(refusal.errors[0]?.parameter, "inputs.seedImage");
    });
  }

  it("takes an upload by address, and through mediaStorage", async () => {
    const sandbox = await openSandbox();
    const image = "https://example.com/cat.png";
    const { data } = await post(sandbox, [
      { taskType: "imageUpload", taskUUID: randomUUID(), image },
      { taskType: "mediaStorage", taskUUID: randomUUID(), operation: "upload", media: onePixel },
    ]);
    assert.match(String(data[0]?.imageUUID), /^[0-9a-f-]{36}$/);
    assert.match(String(data[1]?.mediaUUID), /^[0-9a-f-]{36}$/);
    assert.equal((await download(data[1]?.mediaURL)).status, 200);
  });

  it("refuses an upload that is no picture", async () => {
    const { status, errors } = await post(await openSandbox(), [
      { taskType: "imageUpload", taskUUID: randomUUID(), image: "hello world" },
    ]);
    assert.equal(status, 400);
    assert.equal(errors[0]?.code, "invalidImage");
  });

  it("takes the key from an authentication task as well", async () => {
    const sandbox = await openSandbox();
    const hello = { taskType: "authentication", apiKey: "some-key" };
    const { status, data } = await post(sandbox, [hello, inference()], {});
    assert.equal(status, 200);
    assert.equal(data.length, 1);
    const alone = await post(sandbox, [hello], {});
    assert.equal(alone.data[0]?.taskType, "authentication");
    const both = await post(sandbox, [hello, inference()]);
    assert.equal(both.status, 400);
  });

  it("refuses a missing key and keys that begin with bad", async () => {
    const sandbox = await openSandbox();
    for (const [headers, code] of [
      [{}, "missingApiKey"],
      [{ authorization: "Bearer " }, "missingApiKey"],
      [{ authorization: "Bearer bad-key" }, "invalidApiKey"],
    ] as const) {
      const task = inference();
      const { status, errors } = await post(sandbox, [task], headers);
      assert.equal(status, 401);
      assert.equal(errors[0]?.code, code);
      assert.equal("taskUUID" in (errors[0] ?? {}), false);
      assert.equal(sandbox.ledger.submissions(task.taskUUID), 0);
    }
  });

  it("refuses bodies that are no array of tasks", async () => {
    const sandbox = await openSandbox();
    for (const body of ["", "{", "{}", "[]", "[1]", "null", '"x"']) {
      const { status, errors } = await post(sandbox, body);
      assert.equal(status, 400, body);
      assert.equal(errors[0]?.code, "invalidRequest");
    }
  });

  it("names what is wrong with a task's type and UUID", async () => {
    const sandbox = await openSandbox();
    const { errors } = await post(sandbox, [
      { taskUUID: randomUUID() },
      { taskType: "videoInference", taskUUID: randomUUID() },
      inference({ taskUUID: undefined }),
      inference({ taskUUID: "seven" }),
    ]);
    assert.deepEqual(
      errors.map(({ code }) => code),
      ["missingTaskType", "unsupportedTaskType", "missingTaskUUID", "invalidTaskUUID"],
    );
  });

  it("answers valid tasks beside refused ones", async () => {
    const sandbox = await openSandbox();
    const [good, bad] = [inference(), inference({ positivePrompt: undefined })] as const;
    const { status, data, errors } = await post(sandbox, [bad, good]);
    assert.equal(status, 200);
    assert.equal(data[0]?.taskUUID, good.taskUUID);
    assert.equal(errors[0]?.taskUUID, bad.taskUUID);
    assert.equal(errors[0]?.code, "missingPositivePrompt");
  });

  for (const [wrong, code, parameter] of [
    [{ width: 1000 }, "invalidWidth", "width"],
    [{ width: "wide" }, "invalidWidth", "width"],
    [{ steps: 51 }, "invalidSteps", "steps"],
    [{ scheduler: "Eulr" }, "unsupportedScheduler", "scheduler"],
    [{ positivePrompt: "x" }, "invalidPositivePrompt", "positivePrompt"],
    [{ colour: "red" }, "unknownParameter", "colour"],
    [{ model: "runware:1@1" }, "invalidModel", "model"],
    [{ model: "fal-ai/flux/srpo" }, "invalidModel", "model"],
    [{ model: undefined }, "missingModel", "model"],
    [{ height: undefined }, "missingHeight", "height"],
    [{ seed: -1 }, "invalidSeed", "seed"],
    [{ seed: "abc" }, "invalidSeed", "seed"],
    [{ numberResults: 21 }, "invalidNumberResults", "numberResults"],
    [{ inputs: { seedImage: "hello world" } }, "invalidSeedImage", "inputs.seedImage"],
    [{ lora: [{ weight: 1 }] }, "missingModel", "lora[0].model"],
    [{ model: "runware:106@1", controlNet: [] }, "unknownParameter", "controlNet"],
    [{ model: "runware:106@1", width: 9000, height: 9000 }, "invalidWidth", "width"],
  ] as const) {
    it(`refuses ${String(Object.entries(wrong)[0])} as the service would: ${code}`, async () => {
      const sandbox = await openSandbox();
      const task = inference(wrong);
      const { status, data, errors } = await post(sandbox, [task]);
      assert.equal(status, 400);
      assert.deepEqual(data, []);
      assert.equal(new Set(errors.map(({ parameter: about }) => about)).size, errors.length, "each mistake once");
      const [error] = errors;
      assert.deepEqual(
        { code: error?.code, parameter: error?.parameter, taskType: error?.taskType, taskUUID: error?.taskUUID },
        { code, parameter, taskType: "imageInference", taskUUID: task.taskUUID },
      );
      assert.equal(typeof error?.message, "string");
      assert.equal(sandbox.ledger.charges(task.taskUUID), 0);
    });
  }

  it("lets a picture's address expire", async () => {
    const sandbox = await openSandbox({ settings: { imageTtl: 0 } });
    const { data } = await post(sandbox, [inference(), inference({ ttl: 60 })]);
    assert.equal((await download(data[0]?.imageURL)).status, 404);
    assert.equal((await download(data[1]?.imageURL)).status, 200);
  });

  it("prices by model, size, steps and number of pictures", async () => {
    const sandbox = await openSandbox();
    const { data } = await post(sandbox, [
      inference({ width: 1024, height: 1024, steps: 28, includeCost: true }),
      inference({ model: "runware:106@1", width: 1024, height: 1024, steps: 28, includeCost: true }),
      inference({ width: 512, height: 1024, steps: 14, numberResults: 2, includeCost: true }),
    ]);
    assert.deepEqual(
      data.map(({ cost }) => cost),
      [0.0098, 0.0143, 0.0025, 0.0025],
    );
    assert.equal(sandbox.ledger.spent, 0.0098 + 0.0143 + 0.005);
  });

  it("counts requests, tasks, submissions and charges, and forgets them on reset", async () => {
    const sandbox = await openSandbox();
    const task = inference();
    await post(sandbox, [task, { taskType: "ping" }]);
    await poll(sandbox, task.taskUUID);
    const { body } = await admin(sandbox, "GET", "state");
    assert.equal(body.requests, 2);
    assert.deepEqual(body.calls, { imageInference: 1, ping: 1, getResponse: 1 });
    assert.deepEqual(body.jobs, { [task.taskUUID]: { submissions: 1, charges: 1, cost: 0.0002, polls: 1 } });
    assert.equal((await admin(sandbox, "POST", "reset")).status, 200);
    assert.equal(sandbox.ledger.submissions(task.taskUUID), 0);
    assert.equal(sandbox.ledger.requests, 0);
    assert.deepEqual((await poll(sandbox, task.taskUUID)).data, []);
  });

  it("says nowhere what was asked or with which key", async () => {
    const lines: string[] = [];
    const sandbox = await openSandbox({ log: (line) => lines.push(line), settings: { pngOnly: true } });
    await post(sandbox, [inference({ positivePrompt: "a secret garden" })], { authorization: "Bearer key-of-mine" });
    const { body } = await admin(sandbox, "GET", "state");
    assert.doesNotMatch(`${JSON.stringify(body)} ${lines.join(" ")}`, /secret garden|key-of-mine/);
  });
});

describe("what the sandbox delivers by itself", () => {
  let receiver: Server;
  let received: Promise<{ method: string | undefined; body: Buffer }>;
  let address: string;

  beforeEach(async () => {
    received = new Promise((resolve) => {
      receiver = createServer((request, response) => {
        const pieces: Buffer[] = [];
        request.on("data", (piece: Buffer) => pieces.push(piece));
        request.on("end", () => {
          response.end();
          resolve({ method: request.method, body: Buffer.concat(pieces) });
        });
      });
    });
    await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
    address = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/here`;
  });

  afterEach(async () => {
    receiver.closeAllConnections();
    await new Promise((resolve) => receiver.close(resolve));
    await closeSandboxes();
  });

  it("puts the picture's bytes to the uploadEndpoint", async () => {
    const sandbox = await openSandbox();
    const { data } = await post(sandbox, [inference({ uploadEndpoint: address })]);
    const { method, body } = await received;
    assert.equal(method, "PUT");
    assert.deepEqual(body, (await download(data[0]?.imageURL)).bytes);
  });

  it("posts the item to the webhookURL", async () => {
    const sandbox = await openSandbox();
    const task = inference({ webhookURL: address, deliveryMethod: "async" });
    await post(sandbox, [task]);
    const { method, body } = await received;
    assert.equal(method, "POST");
    assert.equal(JSON.parse(body.toString()).taskUUID, task.taskUUID);
  });
});

describe("the sandbox's admin interface", () => {
  afterEach(closeSandboxes);

  it("changes settings, and refuses what is not a setting", async () => {
    const sandbox = await openSandbox();
    assert.equal((await admin(sandbox, "POST", "settings", { latency: 5 })).body.latency, 5);
    assert.equal(sandbox.settings.latency, 5);
    for (const wrong of [
      { latency: -1 },
      { archive: "half" },
      { colour: 1 },
      { repeatedTask: {} },
      { pngOnly: "no" },
      { jobsAhead: 1.5 },
      { refusesAt: "once" },
      { cancelRunning: true },
    ]) {
      assert.equal((await admin(sandbox, "POST", "settings", wrong)).status, 400);
    }
    assert.equal(sandbox.settings.latency, 5);
  });

  it("tells another process what happens, as it happens", async () => {
    const sandbox = await openSandbox();
    const [response]: IncomingMessage[] = await once(get(`${sandbox.url}/admin/events`, { agent: false }), "response");
    assert.ok(response);
    const heard: Item[] = [];
    const task = inference();
    for await (const line of createInterface({ input: response })) {
      heard.push(JSON.parse(line));
      if (heard.length === 1) await post(sandbox, [task]);
      if (heard.at(-1)?.event === "finished") break;
    }
    response.destroy();
    const id = task.taskUUID;
    assert.deepEqual(heard, [
      { event: "listening" },
      { event: "request", calls: ["imageInference"] },
      { event: "submitted", id },
      { event: "accepted", id },
      { event: "finished", id },
    ]);
  });

  it("refuses web pages, foreign names and unknown things", async () => {
    const sandbox = await openSandbox();
    const page = await admin(sandbox, "POST", "reset", {}, { origin: "https://example.com" });
    assert.equal(page.status, 403);
    const rebound = get(`${sandbox.url}/admin/state`, { headers: { host: "evil.example" }, agent: false });
    const [response]: IncomingMessage[] = await once(rebound, "response");
    assert.equal(response?.resume().statusCode, 403);
    assert.equal((await admin(sandbox, "GET", "nothing")).status, 404);
    assert.equal((await admin(sandbox, "POST", "faults", { fault: "none-such" })).status, 400);
    assert.equal((await fetch(`${sandbox.url}/nowhere`)).status, 404);
    assert.equal((await fetch(`${sandbox.url}/v1`)).status, 405);
  });
});
