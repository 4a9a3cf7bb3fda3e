import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import sharp from "sharp";
import { newsOf } from "../../sandbox/fal/news";
import { untilTold } from "../support/until-told";
import {
  ask,
  detailsIn,
  enqueue,
  finish,
  imagesIn,
  imageToImage,
  input,
  run,
  submit,
  textToImage,
} from "./fal-support";
import { admin, closeSandboxes, download, finishJobs, openSandbox } from "./support";

/** A job that stays in this state for as long as a test may look. */
const running = (members = {}) => input({ prompt: "a red lighthouse [fault:never]", ...members });

describe("fal's queue in the sandbox", () => {
  afterEach(closeSandboxes);

  it("takes a job on and names its addresses, which leave the endpoint's own part out", async () => {
    const sandbox = await openSandbox();
    const { status, headers, body } = await submit(sandbox);
    assert.equal(status, 200);
    const { request_id: id, ...rest } = body;
    const base = `${sandbox.url}/fal/queue/fal-ai/flux/requests/${id}`;
    assert.deepEqual(rest, {
      status: "IN_QUEUE",
      queue_position: 0,
      response_url: base,
      status_url: `${base}/status`,
      cancel_url: `${base}/cancel`,
    });
    assert.equal(headers.get("x-fal-request-id"), id);
  });

  it("says that a job runs with 202, and that it is done with 200", async () => {
    const sandbox = await openSandbox();
    const early = await (await enqueue(sandbox, running())).status();
    assert.deepEqual([early.status, early.body.status], [202, "IN_PROGRESS"]);
    assert.equal("queue_position" in early.body || "logs" in early.body || "metrics" in early.body, false);
    const job = await finish(sandbox);
    const late = await job.status();
    assert.deepEqual([late.status, late.body.status], [200, "COMPLETED"]);
    assert.deepEqual(late.body.metrics, { inference_time: 0 });
    assert.equal(late.body.request_id, job.id);
    assert.equal(sandbox.ledger.polls(job.id), 1);
  });

  it("gives the result in full: pictures, timings, seed, flags and the prompt", async () => {
    const sandbox = await openSandbox();
    const job = await finish(sandbox, input({ num_images: 2, seed: 42 }));
    const result = await job.result();
    assert.equal(result.status, 200);
    const { images, ...rest } = result.body;
    assert.deepEqual(rest, {
      timings: { inference: 0 },
      seed: 42,
      has_nsfw_concepts: [false, false],
      prompt: "a red lighthouse",
    });
    assert.equal(imagesIn(result).length, 2);
    for (const { url, ...facts } of imagesIn(result)) {
      assert.deepEqual(facts, { width: 128, height: 96, content_type: "image/jpeg" });
      const file = await download(url);
      assert.equal(file.contentType, "image/jpeg");
      const { width, height } = await sharp(file.bytes).metadata();
      assert.deepEqual([width, height], [128, 96]);
    }
    assert.notEqual(imagesIn(result)[0]?.url, imagesIn(result)[1]?.url);
    assert.equal(result.headers.get("x-fal-billable-units"), "2", "a begun megapixel for each picture");
    assert.equal(result.headers.get("x-fal-request-id"), job.id);
  });

  it("gives no result before the job is done", async () => {
    const sandbox = await openSandbox();
    const { status, body } = await (await enqueue(sandbox, running())).result();
    assert.equal(status, 400);
    assert.equal(typeof body.detail, "string");
  });

  it("lets a job move up by one place with each look, and runs it when it has been first", async () => {
    const sandbox = await openSandbox({ settings: { jobsAhead: 2 } });
    const submitted = await submit(sandbox, running());
    assert.equal(submitted.body.queue_position, 2);
    const id = String(submitted.body.request_id);
    const seen = [];
    for (let look = 0; look < 4; look++) {
      const { status, body } = await ask("GET", `${submitted.body.status_url}?logs=1`);
      seen.push([status, body.status, body.queue_position]);
      if (body.status === "IN_QUEUE") assert.deepEqual(body.logs, []);
    }
    assert.deepEqual(seen, [
      [202, "IN_QUEUE", 2],
      [202, "IN_QUEUE", 1],
      [202, "IN_QUEUE", 0],
      [202, "IN_PROGRESS", undefined],
    ]);
    assert.equal(sandbox.ledger.charges(id), 1, "once it runs");
  });

  it("tells what the model logs to those who ask for it, and never the prompt", async () => {
    const sandbox = await openSandbox();
    const job = await enqueue(sandbox, running());
    const { body, text } = await job.status("?logs=1");
    const [line] = Array.isArray(body.logs) ? body.logs : [];
    assert.match(line.message, /SRPO/);
    assert.deepEqual([line.level, line.source], ["INFO", "USER"]);
    assert.ok(!Number.isNaN(Date.parse(line.timestamp)));
    assert.doesNotMatch(text, /lighthouse/);
    const done = await (await finish(sandbox, input({ num_inference_steps: 20 }))).status("?logs=1");
    const messages = Array.isArray(done.body.logs) ? done.body.logs.map(({ message }) => message) : [];
    assert.deepEqual(messages.slice(1), ["Step 5 of 20", "Step 10 of 20", "Step 15 of 20"]);
  });

  it("streams the job's states, each line of the log once, and ends when the job is done", async () => {
    const sandbox = await openSandbox({ settings: { latency: 30, jobsAhead: 1 } });
    const job = await enqueue(sandbox);
    const { status, headers, text } = await ask("GET", job.stream);
    assert.equal(status, 200);
    assert.equal(headers.get("content-type"), "text/event-stream");
    const events = text
      .split("\n\n")
      .filter((event) => event.startsWith("data: "))
      .map((event) => JSON.parse(event.slice("data: ".length)));
    assert.deepEqual(events[0].queue_position, 1);
    assert.deepEqual(events[1].queue_position, 0);
    assert.equal(events.at(-1).status, "COMPLETED");
    assert.equal(events.filter((event) => event.status === "COMPLETED").length, 1);
    const lines = events.flatMap(({ logs }) => logs.map(({ message }: { message: string }) => message));
    assert.equal(new Set(lines).size, 4);
    assert.equal(lines.length, 4);
  });

  it("gives signs of life in a stream while there is no news", async () => {
    const end = new AbortController();
    const body = { status: "IN_PROGRESS", logs: [] };
    const pieces: string[] = [];
    for await (const piece of newsOf(() => ({ body, isDone: false }), end.signal, { look: 0, signOfLife: 0 })) {
      pieces.push(piece);
      if (pieces.length === 3) end.abort();
    }
    assert.deepEqual(pieces.slice(0, 1), [`data: ${JSON.stringify(body)}\n\n`]);
    for (const comment of pieces.slice(1)) assert.match(comment, /^: .*\n\n$/);
  });

  it("ends a stream when nobody listens any more, and when the sandbox closes", async () => {
    const sandbox = await openSandbox();
    const job = await enqueue(sandbox, running());
    const leaving = new AbortController();
    const first = await fetch(job.stream, { headers: { authorization: "Key id:secret" }, signal: leaving.signal });
    leaving.abort();
    await assert.rejects(first.text());
    const second = await fetch(job.stream, { headers: { authorization: "Key id:secret" } });
    const ended = assert.rejects(second.text());
    await sandbox.close();
    await ended;
  });

  it("answers 405 when the endpoint's own part is kept in the addresses of a job", async () => {
    const sandbox = await openSandbox();
    const { id } = await finish(sandbox);
    const wrong = `${sandbox.addresses.fal.queueUrl}/${textToImage}/requests/${id}`;
    for (const [method, url] of [
      ["GET", wrong],
      ["GET", `${wrong}/status`],
      ["GET", `${wrong}/status/stream`],
      ["PUT", `${wrong}/cancel`],
    ] as const) {
      assert.equal((await ask(method, url)).status, 405, url);
    }
    assert.equal((await ask("POST", wrong.replace("/srpo", ""))).status, 405);
    assert.equal((await ask("GET", `${sandbox.addresses.fal.queueUrl}/${textToImage}`)).status, 405);
  });

  it("knows neither other applications nor other ids", async () => {
    const sandbox = await openSandbox();
    const { fal } = sandbox.addresses;
    assert.equal((await submit(sandbox, input(), "fal-ai/flux/dev")).status, 404);
    assert.equal((await submit(sandbox, input(), "runware:111@1")).status, 404);
    assert.equal((await ask("GET", `${fal.queueUrl}/fal-ai/flux/requests/${randomUUID()}/status`)).status, 404);
    const cancelled = await ask("PUT", `${fal.queueUrl}/fal-ai/flux/requests/${randomUUID()}/cancel`);
    assert.deepEqual([cancelled.status, cancelled.body], [404, { status: "NOT_FOUND" }]);
    const { id } = await finish(sandbox);
    assert.equal((await ask("GET", `${fal.queueUrl}/fal-ai/lora/requests/${id}`)).status, 404);
    assert.equal((await ask("GET", `${fal.restUrl}/tokens/`)).status, 404);
  });

  it("takes keys only as Key, refuses missing and bad ones, and counts nothing for them", async () => {
    const sandbox = await openSandbox();
    const refused: Record<string, string>[] = [
      {},
      { authorization: "Bearer id:secret" },
      { authorization: "key id:secret" },
      { authorization: "Key " },
      { authorization: "Key bad:key" },
      { authorization: "id:secret" },
    ];
    for (const headers of refused) {
      const { status, body } = await submit(sandbox, input(), textToImage, headers);
      assert.equal(status, 401, JSON.stringify(headers));
      assert.equal(typeof body.detail, "string");
    }
    assert.equal(sandbox.ledger.calls("submit"), 0);
    assert.deepEqual(sandbox.ledger.jobIds(), []);
  });

  it("does not show one key's jobs to another", async () => {
    const sandbox = await openSandbox();
    const { id } = await finish(sandbox);
    const base = `${sandbox.addresses.fal.queueUrl}/fal-ai/flux/requests/${id}`;
    const other = { authorization: "Key other:secret" };
    for (const [method, url] of [
      ["GET", base],
      ["GET", `${base}/status`],
      ["PUT", `${base}/cancel`],
    ] as const) {
      assert.equal((await ask(method, url, undefined, other)).status, 404);
    }
    assert.equal((await ask("GET", base)).status, 200);
  });

  it("charges each job once, counts what was submitted, and pays from the sandbox's purse", async () => {
    const sandbox = await openSandbox({ settings: { balance: 1 } });
    const job = await finish(sandbox, input({ num_images: 2 }));
    await job.status();
    await job.result();
    await job.result();
    assert.equal(sandbox.ledger.submissions(job.id), 1);
    assert.equal(sandbox.ledger.charges(job.id), 1);
    assert.equal(sandbox.balance, 0.95);
    assert.deepEqual(
      ["submit", "status", "result", "cancel"].map((kind) => sandbox.ledger.calls(kind)),
      [1, 1, 2, 0],
    );
  });

  it("locks the account when the purse is empty", async () => {
    const sandbox = await openSandbox({ settings: { balance: 0.03 } });
    await finish(sandbox);
    for (const { status, body } of [await submit(sandbox), await run(sandbox)]) {
      assert.equal(status, 403);
      assert.match(String(body.detail), /^User is locked\. Reason: Exhausted balance/);
    }
  });

  it("announces what happens to a job", async () => {
    const sandbox = await openSandbox();
    const heard: string[] = [];
    for (const event of ["submitted", "accepted", "finished", "polled", "collected"] as const) {
      sandbox.on(event, ({ id }) => void heard.push(`${event} ${id}`));
    }
    const fetched = sandbox.once("fetched");
    const job = await finish(sandbox);
    await job.status();
    const result = await job.result();
    await download(imagesIn(result)[0]?.url);
    assert.deepEqual(
      heard,
      ["submitted", "accepted", "finished", "polled", "collected"].map((event) => `${event} ${job.id}`),
    );
    assert.equal((await fetched).status, 200);
  });

  it("says nowhere what was asked or with which key", async () => {
    const lines: string[] = [];
    const sandbox = await openSandbox({ log: (line) => lines.push(line), settings: { pngOnly: true } });
    await finish(sandbox, input({ prompt: "a secret garden" }));
    const { body } = await admin(sandbox, "GET", "state");
    assert.doesNotMatch(`${JSON.stringify(body)} ${lines.join(" ")}`, /secret/);
  });

  it("forgets jobs after a while where the settings say so", async () => {
    const sandbox = await openSandbox();
    const job = await finish(sandbox);
    sandbox.configure({ pollsForgetAfter: 0 });
    assert.deepEqual(
      [(await job.status()).status, (await job.result()).status, (await job.cancel()).status],
      [404, 404, 404],
    );
  });
});

describe("cancelling a job of fal's queue", () => {
  afterEach(closeSandboxes);

  it("takes it out of the queue, uncharged", async () => {
    const sandbox = await openSandbox({ settings: { jobsAhead: 5 } });
    const job = await enqueue(sandbox);
    const [cancelled, finished] = [sandbox.once("cancelled"), sandbox.once("finished")];
    const { status, body } = await job.cancel();
    assert.deepEqual([status, body], [202, { status: "CANCELLATION_REQUESTED" }]);
    assert.deepEqual([await cancelled, await finished], [{ id: job.id }, { id: job.id }]);
    assert.equal(sandbox.ledger.charges(job.id), 0);
    const after = await job.status();
    assert.deepEqual([after.body.status, after.body.error_type], ["COMPLETED", "client_cancelled"]);
    const result = await job.result();
    assert.deepEqual([result.status, result.body.error_type], [499, "client_cancelled"]);
    assert.equal(result.headers.get("x-fal-error-type"), "client_cancelled");
  });

  it("stops a running one, which stays charged", async () => {
    const sandbox = await openSandbox();
    const job = await enqueue(sandbox, running());
    assert.equal((await job.cancel()).status, 202);
    assert.equal((await job.status()).body.status, "COMPLETED");
    assert.equal((await job.result()).status, 499);
    assert.equal(sandbox.ledger.charges(job.id), 1);
    assert.deepEqual((await job.cancel()).body, { status: "ALREADY_COMPLETED" });
  });

  it("may come too late for a running one, which then delivers", async () => {
    const sandbox = await openSandbox({ settings: { cancelRunning: "finishes", ...untilTold } });
    const job = await enqueue(sandbox);
    assert.equal((await job.cancel()).status, 202);
    assert.equal((await job.status()).body.status, "IN_PROGRESS");
    await finishJobs(sandbox, job.id);
    assert.equal((await job.result()).status, 200);
  });

  it("is refused once it is done", async () => {
    const sandbox = await openSandbox();
    const { status, body } = await (await finish(sandbox)).cancel();
    assert.deepEqual([status, body], [400, { status: "ALREADY_COMPLETED" }]);
  });
});

describe("fal's synchronous address in the sandbox", () => {
  afterEach(closeSandboxes);

  it("answers the bare output, with the request's id and what it is billed as", async () => {
    const sandbox = await openSandbox();
    const accepted = sandbox.once("accepted");
    const answer = await run(sandbox, input({ seed: 7, image_size: "portrait_4_3" }));
    assert.equal(answer.status, 200);
    assert.deepEqual(Object.keys(answer.body), ["images", "timings", "seed", "has_nsfw_concepts", "prompt"]);
    assert.equal(answer.headers.get("x-fal-billable-units"), "1");
    const { id } = await accepted;
    assert.equal(answer.headers.get("x-fal-request-id"), id);
    assert.equal(sandbox.ledger.charges(id), 1);
    assert.equal(sandbox.ledger.calls("run"), 1);
  });

  it("has no queue to stand in", async () => {
    const sandbox = await openSandbox({ settings: { jobsAhead: 9 } });
    assert.equal((await run(sandbox)).status, 200);
  });
});

describe("what fal's models are asked for in the sandbox", () => {
  afterEach(closeSandboxes);

  for (const [image_size, width, height] of [
    [undefined, 1024, 768],
    ["square_hd", 1024, 1024],
    ["square", 512, 512],
    ["portrait_16_9", 576, 1024],
    [{ width: 100 }, 100, 512],
    [{ height: 40 }, 512, 40],
    [{}, 512, 512],
  ] as const) {
    it(`is drawn in the size ${JSON.stringify(image_size) ?? "of the preset that holds without one"}`, async () => {
      const answer = await run(await openSandbox(), input({ image_size }));
      const [image] = imagesIn(answer);
      assert.deepEqual([image?.width, image?.height], [width, height]);
    });
  }

  it("comes as PNG on request, and as a data URI with sync_mode", async () => {
    const sandbox = await openSandbox();
    const [image] = imagesIn(await run(sandbox, input({ output_format: "png", sync_mode: true })));
    const [head, base64 = ""] = String(image?.url).split(",");
    assert.equal(head, "data:image/png;base64");
    assert.equal((await sharp(Buffer.from(base64, "base64")).metadata()).format, "png");
  });

  it("keeps the digits of a seed, and has a random one where none is given", async () => {
    const sandbox = await openSandbox();
    for (const seed of ["9007199254740993", "18446744073709551615", "-5"]) {
      const { text } = await run(sandbox, JSON.stringify(input()).replace("{", `{"seed":${seed},`));
      assert.match(text, new RegExp(`"seed":${seed}[,}]`));
    }
    const { body } = await run(sandbox, input({ seed: null }));
    assert.ok(Number.isInteger(body.seed));
  });

  it("is refused where the model would refuse it: in the result, as a list of mistakes, uncharged", async () => {
    const sandbox = await openSandbox();
    const job = await finish(sandbox, input({ num_images: 5, prompt: undefined }));
    assert.equal((await job.status()).body.status, "COMPLETED");
    const result = await job.result();
    assert.equal(result.status, 422);
    assert.equal(result.headers.get("x-fal-retryable"), "false");
    assert.equal(detailsIn(result).length, 2);
    assert.equal(sandbox.ledger.charges(job.id), 0);
  });

  it("is refused at once where the settings say so, and by the synchronous address", async () => {
    const sandbox = await openSandbox({ settings: { refusesAt: "submit" } });
    for (const answer of [
      await submit(sandbox, input({ num_images: 5 })),
      await run(sandbox, input({ num_images: 5 })),
    ]) {
      assert.equal(answer.status, 422);
      assert.deepEqual(detailsIn(answer)[0]?.loc, ["body", "num_images"]);
    }
    assert.equal(sandbox.ledger.spent, 0);
  });

  for (const [model, wrong, loc, type, ctx] of [
    [textToImage, { prompt: undefined }, ["prompt"], "missing"],
    [textToImage, { prompt: 7 }, ["prompt"], "string_type"],
    [textToImage, { prompt: "" }, ["prompt"], "string_too_short", { min_length: 1 }],
    [textToImage, { num_images: 5 }, ["num_images"], "less_than_equal", { le: 4 }],
    [textToImage, { num_images: 1.5 }, ["num_images"], "int_from_float"],
    [textToImage, { guidance_scale: 0 }, ["guidance_scale"], "greater_than_equal", { ge: 1 }],
    [textToImage, { guidance_scale: "high" }, ["guidance_scale"], "float_parsing"],
    [textToImage, { num_inference_steps: "ten" }, ["num_inference_steps"], "int_parsing"],
    [textToImage, { seed: "abc" }, ["seed"], "int_parsing"],
    [textToImage, { sync_mode: "yes" }, ["sync_mode"], "bool_parsing"],
    [textToImage, { output_format: "webp" }, ["output_format"], "one_of", { expected: ["jpeg", "png"] }],
    [textToImage, { strength: 0.5 }, ["strength"], "extra_forbidden"],
    [textToImage, { image_size: { width: 0 } }, ["image_size", "width"], "greater_than_equal", { ge: 1 }],
    [textToImage, { image_size: { width: 5000 } }, ["image_size", "width"], "less_than_equal", { le: 4096 }],
    [imageToImage, { image_size: undefined }, ["image_url"], "missing"],
    [
      imageToImage,
      { image_size: undefined, image_url: "https://example.com/a.png", num_inference_steps: 9 },
      ["num_inference_steps"],
      "greater_than_equal",
      { ge: 10 },
    ],
  ] as const) {
    it(`is refused with ${JSON.stringify(wrong)} as ${type}`, async () => {
      const sandbox = await openSandbox();
      const asked = input(wrong);
      const answer = await run(sandbox, asked, model);
      assert.equal(answer.status, 422, answer.text);
      assert.equal(detailsIn(answer).length, 1, answer.text);
      const [found] = detailsIn(answer);
      assert.deepEqual(found?.loc, ["body", ...loc]);
      assert.equal(found?.type, type);
      assert.deepEqual(found?.ctx, ctx);
      assert.equal(typeof found?.msg, "string");
      const name: string = loc[0];
      const sent = JSON.parse(JSON.stringify(asked));
      assert.deepEqual(
        found?.input,
        type === "missing" ? sent : loc.length > 1 ? sent[name][loc[1] ?? ""] : sent[name],
      );
    });
  }

  it("is refused when it is no JSON object", async () => {
    const sandbox = await openSandbox();
    for (const body of ["", "{"]) assert.equal((await submit(sandbox, body)).status, 422);
    for (const body of ["[]", "1", "null", '"x"']) {
      const answer = await run(sandbox, body);
      assert.equal(answer.status, 422);
      assert.deepEqual(detailsIn(answer)[0]?.loc, ["body"]);
    }
  });
});
