import assert from "node:assert/strict";
import { mock } from "node:test";
import { FluxError } from "../../../lib/errors";
import { AttachedNodes } from "../../../lib/jobs/keeper/attached-nodes";
import type { Claim } from "../../../lib/jobs/keeper/claim";
import { JobBook } from "../../../lib/jobs/keeper/job-book";
import { type KeptJob, keptJob } from "../../../lib/jobs/keeper/kept-job";
import { Overview } from "../../../lib/jobs/keeper/overview";
import type { RunContext } from "../../../lib/jobs/keeper/run-context";
import { savedRecord } from "../../../lib/jobs/keeper/saved";
import type { AnsweredPicture } from "../../../lib/providers/provider";
import { aJob } from "../job";

const HOUR = 3_600_000;

const kept = (id: string, more: Partial<KeptJob> = {}, job: Parameters<typeof aJob>[0] = {}): KeptJob => ({
  ...keptJob(aJob({ id, keeping: { results: HOUR, absent: 0, deleted: 0 }, acceptedAt: 1000, ...job })),
  ...more,
});

const picture = (more: Partial<AnsweredPicture> = {}): AnsweredPicture => ({
  id: "p",
  index: 0,
  nsfw: false,
  url: "https://example.com/picture.png?signature=planted",
  ...more,
});

const answered = (...pictures: AnsweredPicture[]) => ({ answer: { pictures, errors: [] } });
const failed = (code: ConstructorParameters<typeof FluxError>[0], billed: "no" | "yes") => ({
  error: new FluxError(code, "planted words of the service", { billed }),
});

/** An overview, and the book that it shows. */
function shown() {
  let changes = 0;
  const book = new JobBook(() => {
    changes += 1;
  });
  const nodes = new AttachedNodes();
  const overview = new Overview(book, nodes);
  const only = () => {
    const [first] = overview.list();
    assert.ok(first);
    return first;
  };
  return { book, nodes, overview, only, changes: () => changes };
}

describe("the list of jobs", () => {
  it("says where each job in hand stands", () => {
    const { book, overview } = shown();
    book.take(kept("a", {}, { phase: { state: "waiting" } }));
    book.take(kept("b", {}, { phase: { state: "submitting" } }));
    book.take(kept("c", { progress: { queuePosition: 3 } }, { phase: { state: "submitted" } }));
    book.take(kept("d", { progress: { percent: 50 } }, { phase: { state: "submitted" } }));
    book.take(kept("e", { overdue: new FluxError("FLUX_TIMEOUT", "planted", {}) }, { phase: { state: "submitted" } }));
    assert.deepEqual(
      overview.list().map(({ id, state, queuePosition, percent }) => [id, state, queuePosition, percent]),
      [
        ["a", "waiting", undefined, undefined],
        ["b", "sending", undefined, undefined],
        ["c", "queued", 3, undefined],
        ["d", "running", undefined, 50],
        ["e", "overdue", undefined, undefined],
      ],
    );
  });

  it("tells pictures and cost of a job that ended, and what is known of the bill of one that failed", () => {
    const { book, overview } = shown();
    book.close(kept("a", { outcome: answered(picture({ cost: 0.01 }), picture({ cost: 0.02 })) }));
    book.close(kept("b", { outcome: answered(picture()) }));
    book.close(kept("c", { outcome: failed("FLUX_QUOTA", "no") }));
    book.close(kept("d", { outcome: failed("FLUX_CANCELLED", "yes") }));
    assert.deepEqual(
      overview
        .list()
        .map(({ id, state, pictures, cost, errorCode, billed }) => [id, state, pictures, cost, errorCode, billed]),
      [
        ["d", "cancelled", undefined, undefined, "FLUX_CANCELLED", "yes"],
        ["c", "failed", undefined, undefined, "FLUX_QUOTA", "no"],
        ["b", "done", 1, undefined, undefined, undefined],
        ["a", "done", 2, 0.03, undefined, undefined],
      ],
    );
  });

  it("marks a job of which no node is there, one that came back, and one that came late", () => {
    const { book, nodes, only, overview } = shown();
    const job = kept("a", { isRecovered: true }, { phase: { state: "waiting" } });
    job.claims.push({ id: "claim", nodeId: "n", kept: job } as Claim);
    book.take(job);
    assert.equal(only().isParked, true);
    assert.equal(only().isRecovered, true);
    nodes.add("n", { receive: () => {}, context: () => Promise.reject(new Error("unused")) });
    assert.equal(only().isParked, undefined);
    book.close(Object.assign(job, { overdue: new FluxError("FLUX_TIMEOUT", "", {}), outcome: answered(picture()) }));
    assert.deepEqual(
      overview.list().map(({ isLate }) => isLate),
      [true],
    );
  });

  it("shows a job that was refused before anything was sent, and is not in hand", () => {
    const { book, only } = shown();
    book.show(kept("a", { outcome: failed("FLUX_BUSY", "no") }, { phase: { state: "waiting" } }));
    assert.equal(only().state, "failed");
    assert.equal(only().errorCode, "FLUX_BUSY");
  });

  it("knows the jobs that an earlier process has ended", () => {
    const { book, only } = shown();
    const before = kept("a", { outcome: answered(picture({ cost: 0.5 })) }, { settledAt: 5000 });
    const record = savedRecord(before.job, answered(picture({ cost: 0.5 })), undefined);
    book.addClosed({ id: "a", at: Date.now() - 1000, record });
    assert.deepEqual([only().state, only().cost, only().endedAt, only().hasThumbnail], ["done", 0.5, 5000, true]);
  });

  it("keeps fifty that have ended, each for as long as its account says, and a job once", () => {
    mock.timers.enable({ apis: ["Date"] });
    try {
      const { book, overview } = shown();
      for (let i = 0; i < 60; i += 1) book.close(kept(`job ${i}`, { outcome: answered(picture()) }));
      book.close(kept("job 59", { outcome: answered(picture()) }));
      assert.equal(overview.list().length, 50);
      assert.equal(overview.list()[0]?.id, "job 59");
      assert.equal(overview.list()[49]?.id, "job 10");
      mock.timers.tick(HOUR);
      assert.deepEqual(overview.list(), []);
    } finally {
      mock.timers.reset();
    }
  });

  it("rings when a job comes and when it goes", () => {
    const { book, changes } = shown();
    const job = kept("a", { outcome: answered(picture()) });
    book.take(job);
    const afterComing = changes();
    book.close(job);
    assert.ok(afterComing > 0 && changes() > afterComing);
  });

  it("holds no prompt, no key, no address and no words of the service", () => {
    const { book, overview } = shown();
    const request = { positivePrompt: "planted prompt", uploadEndpoint: "https://planted.example/?X-Amz=planted" };
    const service = { provider: "fal", environment: "production", addresses: { a: "https://planted" }, key: "planted" };
    const receipt = { requestId: "planted", addresses: { status: "https://planted" } };
    const more = { request, service, receipt, idempotencyKey: "planted", hash: "planted", warnings: ["planted"] };
    const log = { percent: 1, log: "planted" };
    book.take(kept("open", { progress: log }, { ...more, phase: { state: "submitted" }, idempotencyKey: "planted 1" }));
    book.close(kept("done", { outcome: answered(picture({ base64: "planted" })) }, more));
    book.close(kept("failed", { outcome: failed("FLUX_PROVIDER", "yes") }, more));
    assert.equal(overview.list().length, 3);
    assert.doesNotMatch(JSON.stringify(overview.list()), /planted/);
  });
});

describe("the first picture of a job", () => {
  const context = { addresses: { api: "https://now.example" }, connection: { useEnvironmentProxy: false } };
  const recipient = { receive: () => {}, context: async () => context as unknown as RunContext };

  it("is fetched from its address the way that its account's requests travel", async () => {
    const { book, nodes, overview } = shown();
    nodes.add("n", recipient);
    const service = {
      provider: "runware",
      environment: "production",
      addresses: { api: "https://then.example" },
      key: "",
    };
    book.close(kept("a", { outcome: answered(picture()) }, { service }));
    assert.deepEqual(await overview.firstPicture("a"), {
      url: "https://example.com/picture.png?signature=planted",
      connection: context.connection,
      addresses: ["https://now.example", "https://then.example"],
    });
  });

  it("is not fetched when it was flagged, when its node is away, and when there is none", async () => {
    const { book, overview } = shown();
    book.close(kept("flagged", { outcome: answered(picture({ nsfw: true })) }));
    book.close(kept("away", { outcome: answered(picture()) }));
    book.close(kept("failed", { outcome: failed("FLUX_PROVIDER", "no") }));
    for (const id of ["flagged", "away", "failed", "unknown"]) assert.equal(await overview.firstPicture(id), undefined);
    const flagged = overview.list().find(({ id }) => id === "flagged");
    assert.deepEqual([flagged?.isFlagged, flagged?.hasThumbnail], [true, false]);
  });

  it("is kept while it is recent when it came inside the answer, and only so many of those", async () => {
    const { book, overview } = shown();
    const inside = (letter: string) => picture({ url: undefined, base64: letter.repeat(6_000_000) });
    for (const id of ["a", "b", "c"]) book.close(kept(id, { outcome: answered(inside(id)) }));
    assert.deepEqual(
      overview.list().map(({ id, hasThumbnail }) => [id, hasThumbnail]),
      [
        ["c", true],
        ["b", true],
        ["a", false],
      ],
    );
    const found = await overview.firstPicture("c");
    assert.ok(found && "inside" in found && found.inside.startsWith("ccc"));
    assert.equal(await overview.firstPicture("a"), undefined);
  });
});
