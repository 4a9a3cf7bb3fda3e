import assert from "node:assert/strict";
import { pictureType } from "../../lib/models/picture";
import { addressIn, runExamples } from "./run-examples";

const prompt = "a lighthouse in a storm";

interface Stored {
  url: string;
  job: string;
  cost: number;
}

interface Refusal {
  error: string;
  message: string;
  billed?: string;
  violations?: { parameter: string }[];
  job?: string;
}

describe("the examples with web requests, a schedule and storage, imported as they are", function () {
  this.timeout(40_000);
  const run = runExamples();

  describe("Webhook to picture to S3 to HTTP answer", () => {
    const webhook = "Webhook to picture to S3 to HTTP answer";

    it("answers a POST with a link that works and the cost, and a repeated one with the same job", async () => {
      await run.deploy(webhook);
      const order = { body: { prompt }, headers: { "idempotency-key": "order-17" } };
      const answers = await Promise.all([run.call("/pictures", order), run.call("/pictures", order)]);
      const [first, second] = await Promise.all(answers.map((answer) => answer.json() as Promise<Stored>));
      assert.deepEqual(first, second);
      assert.match(String(first?.url), new RegExp(`/pictures/runware/${first?.job}-0\\.jpg$`));
      await run.fetched(first?.url);
      assert.equal(typeof first?.cost, "number");
      assert.equal((await run.counts(first?.url, first?.job))?.charges, 1);
    });

    it("answers what is wrong with 400 and each violation, before anything is sent", async () => {
      await run.deploy(webhook);
      const answer = await run.call("/pictures", { body: { nothing: true } });
      assert.equal(answer.status, 400);
      const { error, message, billed, violations } = (await answer.json()) as Refusal;
      assert.deepEqual([error, billed, violations?.length], ["FLUX_VALIDATION", "no", 1]);
      assert.match(message, /^[^:]*prompt/i);
      assert.doesNotMatch(message, /^FluxError/);
    });

    const refusals: Record<string, [fault: string, status: number, billed: string]> = {
      "refused content with 422": ["moderated", 422, "no"],
      "an empty account with 503, and when to call again": ["402", 503, "no"],
      "a job that failed with 502, and where to ask for it": ["fail", 502, "unknown"],
    };
    for (const [what, [fault, status, billed]] of Object.entries(refusals)) {
      it(`answers ${what}`, async () => {
        await run.deploy(webhook);
        const answer = await run.call("/pictures", { body: { prompt: `${prompt} [fault:${fault}]` } });
        const refusal = (await answer.json()) as Refusal;
        assert.deepEqual([answer.status, refusal.billed], [status, billed], refusal.message);
        assert.equal(answer.headers.get("retry-after"), status === 503 ? "30" : null);
        assert.equal(answer.headers.get("location"), status === 502 ? `/pictures/${refusal.job}` : null);
      });
    }

    it("answers a job that takes too long with 202, and its picture where that says, paid once", async () => {
      await run.deploy(webhook);
      const quick = (await (await run.call("/pictures", { body: { prompt } })).json()) as Stored;
      await run.deploy(webhook, (node) => (node.type === "runware-account" ? { ...node, timeout: "3" } : node));
      const answer = await run.call("/pictures", { body: { prompt: `${prompt} [fault:slow=600]` } });
      assert.equal(answer.status, 202);
      const { job } = (await answer.json()) as Refusal;
      const place = answer.headers.get("location");
      assert.equal(place, `/pictures/${job}`);
      await fetch(new URL("/admin/finish", quick.url), { method: "POST" });
      const later = (await (await run.call(String(place))).json()) as Stored;
      assert.equal(later.job, job, JSON.stringify(later));
      assert(later.url, JSON.stringify(later));
      await run.fetched(later.url);
      assert.deepEqual(await run.counts(later.url, job), { submissions: 1, charges: 1 });
    });
  });

  it("Schedule to prompt list to SRPO to S3: one picture for each prompt below the date, and one summary", async () => {
    await run.deploy("Schedule to prompt list to SRPO to S3");
    await run.press("Run now");
    const [summary = ""] = await run.debugged("Summary");
    assert.match(summary, /stored: 3,\s+failed: 0,\s+cost: 0\.\d+/);
    const keys = [...summary.matchAll(/nightly\/\d{4}-\d\d-\d\d\/[\w-]+\.jpg/g)].map(([key]) => key);
    assert.equal(new Set(keys).size, 3, summary);
  });

  it("Schedule to prompt list to SRPO to S3: a prompt that fails is in the summary, with the reason", async () => {
    await run.deploy("Schedule to prompt list to SRPO to S3", (node) =>
      JSON.parse(JSON.stringify(node).replace("a fox in the snow", "a fox in the snow [fault:moderated]")),
    );
    await run.press("Run now");
    const [summary = ""] = await run.debugged("Summary");
    assert.match(summary, /stored: 2,\s+failed: 1,/);
    assert.match(summary, /errors: \[\s*['"][^\]]*content/);
  });

  it("Schedule to prompt list to SRPO to S3: the schedule is off until somebody switches it on", async () => {
    const flow = await run.deploy("Schedule to prompt list to SRPO to S3");
    const scheduled = flow.filter(({ type, crontab, repeat }) => type === "inject" && (crontab || repeat));
    assert.deepEqual(
      scheduled.map(({ d, crontab }) => [d, crontab]),
      [[true, "00 02 * * *"]],
    );
  });

  it("One order one picture: an order that comes twice is one job, and its picture can be had again", async () => {
    await run.deploy("One order one picture");
    const order = (body: object) => run.call("/order", { body });
    const answers = await Promise.all([1, 2].map(() => order({ order: 17, prompt })));
    const [first, second] = await Promise.all(answers.map((answer) => answer.arrayBuffer()));
    assert.deepEqual(first, second);
    const jobs = answers.map((answer) => answer.headers.get("x-job"));
    assert.equal(jobs[0], jobs[1]);

    const again = await run.call(`/order/${jobs[0]}`);
    assert.deepEqual(await again.arrayBuffer(), first);

    const other = await order({ order: 17, prompt: "a harbour" });
    assert.equal(other.status, 400);
    assert.match(((await other.json()) as Refusal).message, /idempotency key/);
  });

  it("Direct upload: the service writes into the bucket, and the flow goes on when the picture is there", async () => {
    await run.deploy("Direct upload");
    await run.press("Prompt");
    const [stored] = await run.debugged("Stored");
    assert.match(String(addressIn(stored)), /\/direct\/.+\.jpg$/);
    // The service says nothing of its type.
    const picture = await fetch(String(addressIn(stored)));
    assert.equal(pictureType(Buffer.from(await picture.arrayBuffer())), "image/jpeg");
  });
});
