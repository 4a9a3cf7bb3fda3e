import assert from "node:assert/strict";
import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { mock } from "node:test";
import { FluxError } from "../../../lib/errors";
import { Costs } from "../../../lib/jobs/costs/costs";
import { placeOf } from "../../../lib/jobs/costs/place";
import type { Job, Outcome } from "../../../lib/jobs/job";
import type { ServiceIdentity } from "../../../lib/jobs/service-identity";
import { krea } from "../../../lib/models/krea";
import { pricedShape } from "../../../lib/models/prices/shape";
import type { FluxRequest } from "../../../lib/models/request";
import { fromNoon } from "../../support/clock";
import { aJob } from "../job";
import { makePlace, type Place } from "../journal/journals";

const request = { positivePrompt: "a secret garden", width: 1024, height: 1024, steps: 28, numberResults: 2 };
const production: ServiceIdentity = { provider: "runware", environment: "production", addresses: {}, key: "a:b" };
const sandbox: ServiceIdentity = { ...production, environment: "sandbox", key: "a:c" };

const made = (...costs: (number | undefined)[]): Outcome => ({
  answer: {
    pictures: costs.map((cost, index) => ({
      id: `p${index}`,
      index,
      url: "https://example.com/p.png",
      nsfw: false,
      ...(cost !== undefined && { cost }),
    })),
    errors: [],
  },
});

const failed = (billed: "no" | "yes" | "unknown"): Outcome => ({
  error: new FluxError("FLUX_OUTCOME_UNKNOWN", "nobody knows", { billed }),
});

let jobs = 0;
const kreaJob = (more: Partial<Job> = {}): Job => {
  jobs += 1;
  return aJob({ id: `job-${jobs}`, model: krea.id, service: production, request, ...more });
};

const seen = (costs: Costs, asked: FluxRequest = request, service = production) => {
  const shape = pricedShape(krea, asked);
  return shape && costs.seen(placeOf(service), shape);
};

const remembering = (warnings: string[] = []): Costs => new Costs((text) => warnings.push(text));

describe("what jobs did cost", () => {
  fromNoon();
  it("is told per picture, as the median of the runs alike, with their range", () => {
    const costs = remembering();
    for (const cost of [0.01, 0.03, 0.011]) costs.settled(kreaJob(), made(cost, cost));
    assert.deepEqual(seen(costs), { median: 0.011, low: 0.01, high: 0.03, count: 3 });
    costs.settled(kreaJob(), made(0.012));
    assert.equal(seen(costs)?.median, 0.0115);
  });

  it("sees runs alike whatever their prompt, seed, scheduler and CFG", () => {
    const costs = remembering();
    costs.settled(kreaJob(), made(0.01));
    const alike = { ...request, positivePrompt: "x", seed: 7, scheduler: "DDIM", CFGScale: 3, numberResults: 1 };
    assert.equal(seen(costs, alike)?.count, 1);
  });

  it("sees a run of another size, of more steps or with a feature as another one", () => {
    const costs = remembering();
    costs.settled(kreaJob(), made(0.01));
    const others: FluxRequest[] = [
      { ...request, width: 512 },
      { ...request, steps: 29 },
      { ...request, hiresFix: true },
      { ...request, lora: [{ model: "civitai:1@1" }] },
      { ...request, inputs: { seedImage: "https://example.com/a.png" } },
      { ...request, promptWeighting: "compel" },
      { ...request, ultralytics: {} },
    ];
    for (const other of others) assert.equal(seen(costs, other), undefined, JSON.stringify(other));
  });

  it("counts two LoRAs as more than one, and takes a feature that is off for none", () => {
    const lora = (count: number) => ({ ...request, lora: Array.from({ length: count }, () => ({ model: "a:1@1" })) });
    const shapeOf = (asked: FluxRequest) => pricedShape(krea, asked)?.features;
    assert.deepEqual([shapeOf(lora(1)), shapeOf(lora(2))], [["lora"], ["lora x2"]]);
    const off = {
      ...request,
      layerDiffuse: false,
      safety: { checkContent: false },
      acceleratorOptions: { fbCache: false },
    };
    assert.deepEqual(shapeOf(off), []);
  });

  it("sees runs alike to which nodes upstream bring LoRAs, however many, and none without", () => {
    const costs = remembering();
    const lora = (count: number) => ({ ...request, lora: Array.from({ length: count }, () => ({ model: "a:1@1" })) });
    costs.settled(kreaJob(), made(9));
    costs.settled(kreaJob({ request: { ...lora(1), hiresFix: true } }), made(9));
    costs.settled(kreaJob({ request: lora(1) }), made(0.01));
    costs.settled(kreaJob({ request: lora(2) }), made(0.02));
    const shape = pricedShape(krea, lora(3));
    assert(shape);
    const place = placeOf(production);
    assert.deepEqual(costs.seen(place, shape, ["lora"]), { median: 0.015, low: 0.01, high: 0.02, count: 2 });
    assert.equal(costs.seen(place, shape, ["lora", "controlNet"]), undefined);
  });

  it("learns nothing from a request with parameters that nobody here knows", () => {
    const costs = remembering();
    costs.settled(kreaJob({ request: { ...request, brandNew: true } }), made(0.5));
    assert.equal(seen(costs), undefined);
    assert.equal(costs.spentToday()[0]?.dollars, 0.5);
  });

  it("keeps the latest 20 costs of at most 500 shapes", () => {
    const costs = remembering();
    for (let run = 0; run < 25; run += 1) costs.settled(kreaJob(), made(run < 5 ? 9 : 0.01));
    assert.deepEqual(seen(costs), { median: 0.01, low: 0.01, high: 0.01, count: 20 });
    for (let size = 1; size <= 500; size += 1) {
      costs.settled(kreaJob({ request: { ...request, width: size } }), made(0.01));
    }
    assert.equal(seen(costs), undefined);
    assert.equal(seen(costs, { ...request, width: 1 })?.count, 1);
  });

  it("does not mix what the sandbox charges with what the service charges", () => {
    const costs = remembering();
    costs.settled(kreaJob({ service: sandbox }), made(5));
    assert.equal(seen(costs), undefined);
    assert.equal(seen(costs, request, sandbox)?.median, 5);
    assert.deepEqual(
      costs.spentToday().map(({ service, dollars }) => [service.environment, dollars]),
      [["sandbox", 5]],
    );
  });
});

describe("what was spent today", () => {
  fromNoon();
  afterEach(() => mock.timers.reset());

  it("is summed up by service and key, and says of how many jobs the cost is not known", () => {
    const costs = remembering();
    costs.settled(kreaJob(), made(0.0098, 0.0098, 0.0098));
    costs.settled(kreaJob(), made(0.01, undefined));
    costs.settled(kreaJob(), failed("unknown"));
    costs.settled(kreaJob(), failed("no"));
    costs.settled(kreaJob({ service: { ...production, key: "a:other" } }), made(1));
    assert.deepEqual(costs.spentToday(), [
      { service: production, dollars: 0.0394, pictures: 5, unknown: 2 },
      { service: { ...production, key: "a:other" }, dollars: 1, pictures: 1, unknown: 0 },
    ]);
  });

  it("counts a job once, and puts a cost that is found later in the place of the unknown one", () => {
    const costs = remembering();
    const job = kreaJob();
    costs.settled(job, failed("unknown"));
    costs.settled({ ...job, isAdopted: true }, made(0.02));
    costs.settled({ ...job, isAdopted: true }, made(0.02));
    assert.deepEqual(costs.spentToday(), [{ service: production, dollars: 0.02, pictures: 1, unknown: 0 }]);
    assert.equal(seen(costs)?.count, 1);
  });

  it("leaves out a job that was paid for before and is only asked for", () => {
    const costs = remembering();
    costs.settled(kreaJob({ isAdopted: true }), made(0.02));
    assert.deepEqual(costs.spentToday(), []);
  });

  it("begins anew at local midnight, and estimates go on", () => {
    mock.timers.enable({ apis: ["Date"], now: new Date(2026, 10, 22, 23, 59, 59) });
    const costs = remembering();
    costs.settled(kreaJob(), made(0.02));
    assert.equal(costs.spentToday()[0]?.dollars, 0.02);
    mock.timers.setTime(new Date(2026, 10, 23, 0, 0, 0).getTime());
    assert.deepEqual(costs.spentToday(), []);
    costs.settled(kreaJob(), made(0.03));
    assert.equal(costs.spentToday()[0]?.dollars, 0.03);
    assert.equal(seen(costs)?.count, 2);
  });
});

describe("what is known of costs after a restart", () => {
  fromNoon();
  let place: Place;
  beforeEach(async () => {
    place = await makePlace();
  });
  afterEach(() => place.leave());
  const file = () => join(place.folder, "costs.json");

  /** A process that learns something and ends. */
  async function process(work: (costs: Costs) => void, warnings: string[] = []): Promise<void> {
    const journal = await place.open();
    const costs = remembering(warnings);
    await costs.load(journal);
    work(costs);
    await costs.close();
    await journal.close();
  }

  it("is what was known before it, for this user only and without prompts", async () => {
    await process((costs) => costs.settled(kreaJob(), made(0.01)));
    await process((costs) => {
      assert.equal(seen(costs)?.count, 1);
      assert.equal(costs.spentToday()[0]?.dollars, 0.01);
      // The next process salts the fingerprint of the key anew.
      costs.settled(kreaJob({ service: { ...production, key: "new:salt" } }), made(0.02), () => true);
      assert.deepEqual(
        costs.spentToday().map(({ dollars }) => dollars),
        [0.03],
      );
    });
    await process((costs) => assert.equal(seen(costs)?.count, 2));
    assert.equal((await stat(file())).mode & 0o777, 0o600);
    assert.doesNotMatch(await readFile(file(), "utf8"), /garden/);
  });

  it("is written a moment after it was learnt, without anybody closing anything", async () => {
    const written: string[] = [];
    const costs = remembering();
    await costs.load({
      readBeside: async () => undefined,
      writeBeside: async (_name, text) => {
        written.push(text);
      },
    });
    mock.timers.enable({ apis: ["setTimeout"] });
    try {
      costs.settled(kreaJob(), made(0.01));
      costs.settled(kreaJob(), made(0.01));
      assert.deepEqual(written, []);
      mock.timers.tick(5000);
    } finally {
      mock.timers.reset();
    }
    assert.equal(written.length, 1);
    assert.match(written[0] ?? "", /runware:107@1/);
  });

  for (const [what, text] of [
    ["is cut off", '{"version":1,"today'],
    ["is of another version", '{"version":99}'],
    ["has hands in it", '{"version":1,"today":{"day":"x","totals":[{"service":5}]},"seen":[]}'],
    [
      "has costs below zero",
      '{"version":1,"today":{"day":"x","totals":[]},"seen":[{"place":"p","shape":"s","costs":[-1]}]}',
    ],
  ] as const) {
    it(`begins anew with one warning when the file ${what}`, async () => {
      await process(() => {});
      await writeFile(file(), text);
      const warnings: string[] = [];
      await process((costs) => {
        assert.deepEqual(costs.spentToday(), []);
        costs.settled(kreaJob(), made(0.01));
      }, warnings);
      assert.equal(warnings.length, 1);
      assert.match(warnings[0] ?? "", /costs\.json/);
      await process((costs) => assert.equal(seen(costs)?.count, 1));
    });
  }

  it("stays with the process that has the folder: another one beside it keeps its own in memory", async () => {
    const first = await place.open();
    const mine = remembering();
    await mine.load(first);
    mine.settled(kreaJob(), made(0.01));
    await mine.flush();
    const second = await place.open();
    const others = remembering();
    await others.load(second);
    assert.equal(seen(others), undefined);
    others.settled(kreaJob(), made(7));
    assert.equal(seen(others)?.median, 7);
    await others.close();
    assert.doesNotMatch(await readFile(file(), "utf8"), /7000000000/);
  });

  it("is in memory only where there is no folder", async () => {
    const costs = remembering();
    costs.settled(kreaJob(), made(0.01));
    await costs.close();
    assert.equal(seen(costs)?.count, 1);
  });
});
