import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { bucketIn } from "../support/bucket";
import { nextPassing } from "../support/controls";
import { type Flow, type FlowOptions, type Message, startFlow, stopFlows } from "../support/flow";
import { type FlowNode, helper } from "../support/helper";
import { onlyMessage } from "../support/outcomes";
import { slowCloser } from "../support/slow-closer";
import { untilTold } from "../support/until-told";

const presign = { type: "flux-s3-presign", id: "presign", name: "place", bucket: "bucket" };
const confirm = { type: "flux-s3-upload", id: "awaiting", bucket: "bucket", mode: "confirm" };

interface Direct extends FlowOptions {
  presign?: Record<string, unknown>;
  confirm?: Record<string, unknown>;
}

/** presign -> Runware -> confirm. */
const direct = ({ presign: put, confirm: wait, ...options }: Direct = {}): Promise<Flow> =>
  startFlow({
    bucket: {},
    ...options,
    sandbox: { uploadDelay: 20, ...options.sandbox },
    chain: [{ ...presign, ...put }],
    after: [{ ...confirm, ...wait }],
  });

const asked = (flux: Record<string, unknown> = {}) => ({
  payload: "a lighthouse at dusk",
  flux: { width: 128, height: 128, ...flux },
});

interface Stored {
  bucket: string;
  key: string;
  location: string;
  size: number;
}

const storedIn = (message: Message): Stored => message.s3 as Stored;

/** What a user directory holds of jobs, as text. */
async function journalOf({ userDir }: Flow): Promise<string> {
  const folder = join(userDir, "flux-jobs");
  const names = await readdir(folder, { recursive: true, withFileTypes: true });
  const texts = names
    .filter((entry) => entry.isFile())
    .map((entry) => readFile(join(entry.parentPath, entry.name), "utf8"));
  return (await Promise.all(texts)).join("\n");
}

describe("a picture that the service writes straight into the bucket", () => {
  afterEach(stopFlows);

  it("is there when the flow goes on, under the key of its job", async () => {
    const flow = await direct();
    const message = onlyMessage(await flow.send({ ...asked({ outputFormat: "PNG" }), topic: "kept" }));
    const key = `runware/${message.job.id}.png`;
    const { bucket, key: stored, size, location } = storedIn(message);
    assert.deepEqual([bucket, stored], ["pictures", key]);
    assert.equal(location, `${flow.sandbox.s3.endpoint}/pictures/${key}`);
    assert.equal((await bucketIn(flow.sandbox).bytes(key)).length, size);
    assert.deepEqual([message.topic, "s3Expected" in message, "flux" in message], ["kept", false, false]);
  });

  it("was signed at the last moment: neither message, journal, log nor status ever held the signature", async () => {
    const flow = await direct();
    const waiting = nextPassing("after:waiting");
    const outcome = flow.send(asked());
    await waiting;
    const message = onlyMessage(await outcome);
    const shown = JSON.stringify([
      message.job,
      flow.calls.filter(({ method }) => method !== "send"),
      flow.callsOf("presign"),
    ]);
    const journal = await journalOf(flow);
    assert.match(journal, /flux-s3:\/\/bucket\/pictures\//, "the place is kept");
    for (const text of [shown, journal]) assert.doesNotMatch(text, /X-Amz-|Signature=/i);
    assert.doesNotMatch(
      JSON.stringify(message),
      /proof=/,
      "who reads the job cannot have another picture written there",
    );
    assert.doesNotMatch(journal, new RegExp(flow.sandbox.s3.secretAccessKey));
    assert.match(
      String(message.job.request.uploadEndpoint),
      /^flux-s3:\/\/bucket\/pictures\/runware|^flux-s3:\/\/bucket/,
    );
  });

  it("has a key from the message and the day, where the template says so", async () => {
    const flow = await direct({ presign: { key: { type: "str", value: "{date}/{msg.order}/{jobId}-{index}.{ext}" } } });
    const message = onlyMessage(await flow.send({ ...asked(), order: "a/b {jobId}" }));
    const day = message.job.acceptedAt.slice(0, 10);
    assert.equal(storedIn(message).key, `${day}/a-b -jobId-/${message.job.id}-0.jpg`);
  });

  it("is reported as FLUX_STORAGE when it never comes, and the message says where the picture is", async () => {
    for (const uploadDelivery of ["never", "refused"] as const) {
      const flow = await direct({ confirm: { timeout: 1 }, sandbox: { uploadDelivery } });
      const { messages, caught } = await flow.send(asked());
      assert.deepEqual([messages.length, caught?.error.code, caught?.error.source.id], [0, "FLUX_STORAGE", "awaiting"]);
      assert.match(String(caught?.error.message), new RegExp(`runware/${caught?.job.id}\\.jpg`));
      assert.match(String(caught?.payload), /^http/, "the picture can still be had");
      await stopFlows();
    }
  });

  it("may be written twice", async () => {
    const flow = await direct({ sandbox: { uploadDelivery: "twice" } });
    onlyMessage(await flow.send(asked()));
    assert.equal((await bucketIn(flow.sandbox).keys()).length, 1);
  });

  it("is not taken for an older object of that name", async () => {
    const flow = await direct({
      presign: { key: { type: "str", value: "always-the-same.{ext}" } },
      sandbox: { uploadDelay: 500 },
    });
    await bucketIn(flow.sandbox).put("always-the-same.jpg", "old");
    // Ten minutes have passed at the store, until the new one is there.
    flow.sandbox.configure({ s3ClockSkew: 600 });
    flow.sandbox.on("stored", () => flow.sandbox.configure({ s3ClockSkew: 0 }));
    const message = onlyMessage(await flow.send(asked()));
    assert.ok(storedIn(message).size > 1000, "not the three bytes that were there");
  });

  it("is waited for again when the trigger comes twice: the second message gets the object of the first", async () => {
    const flow = await direct({ presign: { key: { type: "str", value: "{msg.attempt}/{jobId}.{ext}" } } });
    const order = { ...asked(), idempotencyKey: "order-1" };
    const [first, second] = [
      onlyMessage(await flow.send({ ...order, attempt: 1 })),
      onlyMessage(await flow.send({ ...order, attempt: 2 })),
    ];
    assert.equal(second.job.id, first.job.id);
    assert.equal(storedIn(second).key, storedIn(first).key);
    assert.equal(flow.sandbox.ledger.submissions(first.job.id), 1);
  });

  it("is found by a message that resumes its job", async () => {
    const flow = await direct();
    const first = onlyMessage(await flow.send(asked()));
    const again = onlyMessage(await flow.send({ resume: first.job.id }));
    assert.equal(storedIn(again).key, storedIn(first).key);
  });

  it("is signed anew, and sent once, when the job waited through a deploy", async () => {
    const flow = await direct({ account: { concurrency: 1 }, sandbox: untilTold });
    const ids: string[] = [];
    flow.sandbox.on("accepted", ({ id }) => ids.push(id));
    const submitted = flow.sandbox.once("accepted");
    flow.receiveAt("presign", asked());
    await submitted;
    const waiting = nextPassing("after:waiting");
    flow.receiveAt("presign", asked());
    await waiting;
    const later = await flow.restart();
    const messages: Message[] = [];
    const both = new Promise<void>((resolve) => {
      later.onMessage((message) => {
        messages.push(message);
        if (messages.length === 2) resolve();
      });
    });
    later.sandbox.configure({ latency: 5 });
    later.sandbox.finish();
    await both;
    const keys = messages.map((message) => storedIn(message).key).sort();
    assert.deepEqual(await bucketIn(flow.sandbox).keys(), keys);
    assert.equal(new Set(ids).size, 2);
  });

  it("waits for a deploy that makes its bucket node anew", async () => {
    let whileClosed = async (): Promise<void> => {};
    const flow = await direct({
      account: { concurrency: 1 },
      sandbox: untilTold,
      ...slowCloser(() => whileClosed()),
    });
    const failures: Message[] = [];
    flow.onCaught((message) => failures.push(message));
    const submitted = flow.sandbox.once("accepted");
    flow.receiveAt("presign", asked());
    await submitted;
    const waiting = nextPassing("after:waiting");
    flow.receiveAt("presign", asked());
    const second = await waiting;
    const stored = flow.sandbox.once("stored", ({ key }) => key.includes(second));
    // The first job ends, and the second has its turn, while the nodes are closed.
    whileClosed = async () => {
      whileClosed = async () => {};
      const settled = nextPassing("after:settled");
      flow.sandbox.configure({ latency: 5 });
      flow.sandbox.finish();
      await settled;
    };
    await flow.deploy((nodes) =>
      nodes.map((node) => (["bucket", "slow"].includes(node.id) ? { ...node, name: "changed" } : node)),
    );
    await stored;
    assert.deepEqual(failures, []);
  });
});

describe("a direct upload that cannot be", () => {
  afterEach(stopFlows);

  const refused = async (
    flow: Flow,
    message: Record<string, unknown>,
    code: string,
    text: RegExp,
  ): Promise<Message> => {
    const { messages, caught } = await flow.send(message);
    assert.deepEqual([messages.length, caught?.error.code], [0, code], caught?.error.message);
    assert.match(String(caught?.error.message), text);
    assert.equal(flow.sandbox.ledger.calls("imageInference"), 0, "nothing was sent");
    assert.ok(caught);
    return caught;
  };

  it("is refused by the presign node when the message asks for several pictures, which goes on as it came", async () => {
    const flow = await direct();
    const caught = await refused(flow, asked({ numberResults: 2 }), "FLUX_VALIDATION", /takes one picture/);
    assert.deepEqual([caught.flux, "s3Expected" in caught], [asked({ numberResults: 2 }).flux, false]);
    assert.equal(caught.error.source.id, "presign");
  });

  it("is refused by the presign node when the message makes the key longer than a request can hold", async () => {
    const flow = await direct({ presign: { key: { type: "str", value: "{msg.name}/{jobId}.{ext}" } } });
    for (const name of ["ä".repeat(3000), "x".repeat(200_000)]) {
      const caught = await refused(flow, { ...asked(), name }, "FLUX_VALIDATION", /Key: it gets too long/);
      assert.equal(caught.error.source.id, "presign");
    }
  });

  it("is refused by the inference node when its dialog asks for several", async () => {
    const flow = await direct({ node: { params: { numberResults: { type: "num", value: "2" } } } });
    await refused(flow, asked(), "FLUX_VALIDATION", /"place" \/ flux-s3-presign.*takes one picture/);
  });

  it("is refused at fal, which knows no such thing, with the node named that asked for it", async () => {
    const flow = await startFlow({ bucket: {}, chain: [presign], node: { type: "fal-flux-srpo" } });
    const { caught } = await flow.send({ payload: "a lighthouse" });
    assert.equal(caught?.error.code, "FLUX_VALIDATION");
    assert.match(String(caught?.error.message), /uploadEndpoint.*"place" \/ flux-s3-presign/);
  });

  it("is refused when anybody but the presign node wrote it: a webhook must not choose what is written", async () => {
    const flow = await startFlow({ bucket: {} });
    const forged = [
      "flux-s3://bucket/pictures/other.jpg?life=3600",
      "flux-s3://bucket/pictures/other.jpg?life=3600&proof=AAAA",
      "flux-s3://account/pictures/other.jpg?life=3600&proof=AAAA",
      "flux-s3://bucket/pictures/%ff?life=3600",
      "flux-s3://",
    ];
    for (const uploadEndpoint of forged) {
      const { caught } = await flow.send(asked({ uploadEndpoint }));
      assert.match(String(caught?.error.code), /FLUX_VALIDATION|FLUX_CONFIG/, uploadEndpoint);
    }
    assert.equal(flow.sandbox.ledger.calls("imageInference"), 0);
  });

  it("is refused when its key was changed on the way, and done when it was not", async () => {
    const flow = await startFlow({
      bucket: {},
      sandbox: { uploadDelay: 0 },
      nodes: [
        { ...presign, wires: [["placed"]] },
        { id: "placed", type: "helper", wires: [] },
      ],
    });
    const placed = new Promise<Message>((resolve) => {
      helper.getNode("placed")?.on("input", (message: unknown) => resolve(message as Message));
    });
    flow.receiveAt("presign", asked());
    const { uploadEndpoint } = (await placed).flux as { uploadEndpoint: string };
    const changed = uploadEndpoint.replace("runware", "other").replace("jobId", "seed");
    assert.notEqual(changed, uploadEndpoint);
    await refused(flow, asked({ uploadEndpoint: changed }), "FLUX_VALIDATION", /was not made by flux-s3-presign/);
    const stored = flow.sandbox.once("stored");
    onlyMessage(await flow.send(asked({ uploadEndpoint })));
    assert.match((await stored).key, /^runware\/.*\.jpg$/);
  });

  it("ends unsent when the bucket node names another bucket, or is gone, by the time of the submit", async () => {
    for (const [change, text] of [
      [
        (nodes: readonly FlowNode[]) =>
          nodes.map((node) => (node.id === "bucket" ? { ...node, bucket: "elsewhere" } : node)),
        /names elsewhere now/,
      ],
      [(nodes: readonly FlowNode[]) => nodes.filter(({ id }) => id !== "bucket"), /missing or disabled/],
    ] as const) {
      const flow = await direct({ account: { concurrency: 1 }, sandbox: untilTold });
      const submitted = flow.sandbox.once("accepted");
      flow.receiveAt("presign", asked());
      await submitted;
      const waiting = nextPassing("after:waiting");
      flow.receiveAt("presign", { ...asked(), topic: "second" });
      await waiting;
      const caught = new Promise<Message>((resolve) => {
        flow.onCaught((message) => {
          if (message.topic === "second") resolve(message);
        });
      });
      await flow.deploy(change);
      flow.sandbox.finish();
      const { error } = await caught;
      assert.deepEqual([error.code, error.cause.billed], ["FLUX_CONFIG", "no"]);
      assert.match(error.message, text);
      await stopFlows();
    }
  });

  for (const [node, text] of [
    [{ key: { type: "str", value: "{seed}.jpg" } }, /\{seed\} is not known before the picture is made/],
    [{ key: { type: "str", value: "{msg.nothing}.jpg" } }, /\{msg\.nothing\} has no value/],
    [{ bucket: "" }, /No bucket is selected/],
    [{ life: 604_801 }, /life is 604801, but must be at most 604800/],
  ] as const) {
    it(`is refused when the dialog says ${JSON.stringify(node)}`, async () => {
      const flow = await direct({ presign: node });
      const { caught } = await flow.send(asked());
      assert.match(String(caught?.error.message), text);
      assert.equal(flow.sandbox.ledger.calls("imageInference"), 0);
    });
  }

  it("is refused when the bucket is in the author's own network, and the service on the internet", async () => {
    for (const endpoint of ["", "http://minio:9000", "http://192.168.1.5:9000"]) {
      const flow = await direct({
        account: { environment: "production", baseUrl: "" },
        bucket: endpoint === "" ? {} : { endpoint },
      });
      const caught = await refused(flow, asked(), "FLUX_CONFIG", /The service cannot write into the bucket/);
      assert.equal(caught.error.cause.billed, "no");
      await stopFlows();
    }
  });

  it("is warned of when its address ends before the job may end", async () => {
    const flow = await direct({ presign: { life: 30 } });
    const message = onlyMessage(await flow.send(asked()));
    assert.match(message.job.warnings.join(), /works for 30 s, but the job may take 600 s/);
  });
});

describe("a node that waits for an object", () => {
  afterEach(stopFlows);

  it("says so when nothing is to come", async () => {
    const flow = await startFlow({ bucket: {}, account: null, node: { ...confirm, id: "flux" } });
    const { caught } = await flow.send({ payload: "x" });
    assert.equal(caught?.error.code, "FLUX_VALIDATION");
    assert.match(String(caught?.error.message), /send it through flux-s3-presign before/);
  });

  it("says so when it looks into another bucket", async () => {
    const flow = await startFlow({ bucket: {}, account: null, node: { ...confirm, id: "flux" } });
    const { caught } = await flow.send({ s3Expected: { bucket: "elsewhere", key: "a.jpg" } });
    assert.match(String(caught?.error.message), /written into bucket elsewhere, but this node looks into pictures/);
  });
});
