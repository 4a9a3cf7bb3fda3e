import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { appendFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import sharp from "sharp";
import { ask, enqueue, finish, imagesIn, imageToImage, input, upload } from "./fal-support";
import { closeSandboxes, download, inference, openSandbox, plainPicture, poll, post, preprocessing } from "./support";

const command = join(__dirname, "../../sandbox/cli.ts");

describe("a sandbox with a data directory", () => {
  let dataDirectory: string;
  beforeEach(async () => {
    dataDirectory = await mkdtemp(join(tmpdir(), "flux-sandbox-"));
  });
  afterEach(async () => {
    await closeSandboxes();
    await rm(dataDirectory, { recursive: true });
  });

  it("knows tasks, charges, pictures, uploads and settings after a restart", async () => {
    const before = await openSandbox({ dataDirectory });
    before.configure({ balanceAs: "object", balance: 50 });
    const task = inference({ deliveryMethod: "async", seed: 3, outputFormat: "PNG" });
    await post(before, [task]);
    const [item] = (await poll(before, task.taskUUID)).data;
    const picture = await download(item?.imageURL);
    const image = picture.bytes.toString("base64");
    const upload = await post(before, [{ taskType: "imageUpload", taskUUID: crypto.randomUUID(), image }]);
    const { balance } = before;
    await before.close();

    const after = await openSandbox({ dataDirectory });
    const [again] = (await poll(after, task.taskUUID)).data;
    assert.equal(again?.imageUUID, item?.imageUUID);
    assert.equal(again?.seed, 3);
    assert.deepEqual((await download(again?.imageURL)).bytes, picture.bytes);
    const uploaded = String(upload.data[0]?.imageURL).replace(before.url, after.url);
    assert.deepEqual((await download(uploaded)).bytes, picture.bytes);
    assert.equal((await post(after, [task])).errors[0]?.code, "conflictTaskUUID");
    assert.equal(after.ledger.charges(task.taskUUID), 1);
    assert.equal(after.ledger.submissions(task.taskUUID), 2);
    assert.equal(after.balance, balance);
    assert.equal(after.settings.balanceAs, "object");
  });

  it("knows fal's jobs, their results and what they were made from after a restart", async () => {
    const before = await openSandbox({ dataDirectory });
    const red = await sharp({ create: { width: 96, height: 64, channels: 3, background: "red" } })
      .png()
      .toBuffer();
    const image_url = await upload(before, red);
    const asked = { prompt: "a red lighthouse", image_url, output_format: "png" };
    const job = await finish(before, JSON.stringify(asked).replace("{", '{"seed":9007199254740993,'), imageToImage);
    const result = await job.result();
    const picture = await download(imagesIn(result)[0]?.url);
    await before.close();

    const after = await openSandbox({ dataDirectory });
    const moved = (address: unknown) => String(address).replace(before.url, after.url);
    const base = `${after.addresses.fal.queueUrl}/fal-ai/flux/requests/${job.id}`;
    assert.equal((await ask("GET", `${base}/status`)).body.status, "COMPLETED");
    assert.equal((await ask("GET", base)).text, moved(result.text.replaceAll(before.url, after.url)));
    assert.deepEqual((await download(moved(imagesIn(result)[0]?.url))).bytes, picture.bytes);
    assert.deepEqual((await download(moved(image_url))).bytes, red);
    assert.equal(after.ledger.charges(job.id), 1);
    assert.equal(after.ledger.submissions(job.id), 1);
  });

  it("knows guide images, and the pictures that they guided, after a restart", async () => {
    const settings = { unknownImage: "refuse" } as const;
    const before = await openSandbox({ dataDirectory, settings });
    const image = (await plainPicture("red")).toString("base64");
    const model = "runware:controlnet-preprocess@tile";
    const task = preprocessing({ model, inputs: { image }, deliveryMethod: "async", outputFormat: "PNG" });
    await post(before, [task]);
    const [guide] = (await poll(before, task.taskUUID)).data;
    const controlNet = [{ model: "runware:26@1", guideImage: guide?.guideImageUUID }];
    const guided = inference({ width: 512, height: 512, outputFormat: "PNG", seed: 1, controlNet });
    const [picture] = (await post(before, [guided])).data;
    const files = [(await download(guide?.guideImageURL)).bytes, (await download(picture?.imageURL)).bytes];
    await before.close();

    const after = await openSandbox({ dataDirectory, settings });
    const { data } = await poll(after, task.taskUUID, guided.taskUUID);
    assert.deepEqual(
      data.map(({ guideImageUUID, inputImageUUID, imageUUID }) => [guideImageUUID, inputImageUUID, imageUUID]),
      [
        [guide?.guideImageUUID, guide?.inputImageUUID, undefined],
        [undefined, undefined, picture?.imageUUID],
      ],
    );
    const again = [await download(data[0]?.guideImageURL), await download(data[1]?.imageURL)];
    assert.deepEqual(
      again.map(({ bytes }) => bytes),
      files,
    );
    const { data: more, errors } = await post(after, [inference({ controlNet }), { ...task, taskUUID: randomUUID() }]);
    assert.deepEqual([more.length, errors], [2, []]);
    assert.equal((await post(after, [task])).errors[0]?.code, "conflictTaskUUID");
    assert.equal(after.ledger.charges(task.taskUUID), 1);
  });

  it("keeps places in fal's queue, starts and cancellations", async () => {
    const before = await openSandbox({ dataDirectory, settings: { jobsAhead: 3 } });
    const [waiting, started, cancelled] = [
      await enqueue(before, input({ prompt: "waiting" })),
      await enqueue(before, input({ prompt: "started [fault:never] [fault:long-queue=0]" })),
      await enqueue(before, input({ prompt: "cancelled" })),
    ] as const;
    await waiting.status();
    await cancelled.cancel();
    await before.close();

    const after = await openSandbox({ dataDirectory });
    const statusOf = async ({ id }: { id: string }) =>
      (await ask("GET", `${after.addresses.fal.queueUrl}/fal-ai/flux/requests/${id}/status`)).body;
    assert.equal((await statusOf(waiting)).queue_position, 2);
    assert.equal((await statusOf(started)).status, "IN_PROGRESS");
    assert.equal((await statusOf(cancelled)).error_type, "client_cancelled");
    assert.equal(after.ledger.charges(started.id), 1);
    assert.equal(after.ledger.charges(waiting.id) + after.ledger.charges(cancelled.id), 0);
  });

  it("goes on with a job that was running", async () => {
    const before = await openSandbox({ dataDirectory, settings: { latency: 300 } });
    const task = inference({ deliveryMethod: "async" });
    await post(before, [task]);
    await before.close();
    const after = await openSandbox({ dataDirectory });
    await after.once("finished", ({ id }) => id === task.taskUUID);
    assert.equal((await poll(after, task.taskUUID)).data[0]?.status, "success");
  });

  it("ignores a last line that a crash cut off", async () => {
    const before = await openSandbox({ dataDirectory });
    const task = inference();
    await post(before, [task]);
    await before.close();
    await appendFile(join(dataDirectory, "sandbox.jsonl"), '{"kind":"job","job":{"task');
    const after = await openSandbox({ dataDirectory });
    const later = inference();
    await post(after, [later]);
    await after.close();
    const last = await openSandbox({ dataDirectory });
    for (const { taskUUID } of [task, later]) assert.equal(last.ledger.charges(taskUUID), 1);
  });

  it("forgets on reset, for good", async () => {
    const before = await openSandbox({ dataDirectory });
    const task = inference();
    await post(before, [task]);
    before.reset();
    await before.close();
    const after = await openSandbox({ dataDirectory });
    assert.deepEqual(after.ledger.jobIds(), []);
    assert.equal((await post(after, [task])).status, 200);
  });
});

describe("npx flux-sandbox", () => {
  let child: ChildProcess | undefined;
  afterEach(() => void child?.kill("SIGKILL"));

  async function start(...options: string[]): Promise<{ process: ChildProcess; url: string; lines: string[] }> {
    const process_ = spawn(process.execPath, ["--require", "tsx/cjs", command, ...options], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    child = process_;
    assert.ok(process_.stdout);
    const lines: string[] = [];
    for await (const line of createInterface({ input: process_.stdout })) {
      lines.push(line);
      const url = /(http:\S+)\/fal\/rest$/.exec(line)?.[1];
      if (url !== undefined) return { process: process_, url, lines };
    }
    throw new Error("The sandbox did not say where it listens.");
  }

  it("starts a server of its own, and stops on SIGTERM", async () => {
    const { process: server, url } = await start("--port", "0", "--latency", "0");
    const { data } = await post({ url }, [inference()]);
    assert.equal((await download(data[0]?.imageURL)).status, 200);
    const exited = once(server, "exit");
    server.kill("SIGTERM");
    assert.deepEqual(await exited, [0, null]);
  });

  it("prints the addresses for the accounts of both services", async () => {
    const { url, lines } = await start();
    for (const path of ["/v1", "/fal/queue", "/fal/run", "/fal/rest"]) {
      assert.equal(lines.filter((line) => line.endsWith(` ${url}${path}`)).length, 1, path);
    }
  });

  it("knows its tasks after it was killed", async () => {
    const data = await mkdtemp(join(tmpdir(), "flux-sandbox-"));
    const task = inference();
    const first = await start("--data", data, "--latency", "0");
    await post(first, [task]);
    const submitted = await ask("POST", `${first.url}/fal/queue/fal-ai/flux/srpo`, input());
    const exited = once(first.process, "exit");
    first.process.kill("SIGKILL");
    await exited;
    const second = await start("--data", data, "--latency", "0");
    assert.equal((await post(second, [task])).errors[0]?.code, "conflictTaskUUID");
    const address = String(submitted.body.response_url).replace(first.url, second.url);
    assert.equal((await ask("GET", address)).status, 200);
    second.process.kill("SIGKILL");
    await once(second.process, "exit");
    await rm(data, { recursive: true });
  });

  it("refuses options it does not know, with a usage text", async () => {
    const server = spawn(process.execPath, ["--require", "tsx/cjs", command, "--prot", "1"], { stdio: "pipe" });
    let text = "";
    server.stderr.on("data", (piece) => {
      text += piece;
    });
    assert.deepEqual(await once(server, "close"), [1, null]);
    assert.match(text, /Usage: flux-sandbox/);
  });
});
