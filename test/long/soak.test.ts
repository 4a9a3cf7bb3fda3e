import assert from "node:assert/strict";
import { inHouse } from "../support/crash/crash";
import type { Entrance, House, Life, Line } from "../support/crash/house";

const JOBS = 2000;
const WAVES = 10;
const PER_WAVE = JOBS / WAVES;

/** Each of them meets 5 % of the messages; the rest meet nothing. */
const MISHAPS = [
  "[fault:429 x1]",
  "[fault:503 x1]",
  "[fault:lost-answer x1]",
  "[fault:slow=2]",
  "[fault:partial]",
  "[fault:drop x1]",
  "[fault:truncated-json x1]",
  "[fault:moderated]",
];
const SHARE = 20;

/** The heap of the process after a collection, in MB; the first lives of things are over by then. */
async function heapOf({ nodeRed }: Life): Promise<number> {
  const answer = await fetch(`${nodeRed.url}/crash-test/heap`, { method: "POST" });
  const { used }: { used: number } = await answer.json();
  return used / 2 ** 20;
}

/** Every message of a wave, by its topic. */
function waveOf(wave: number): { topic: string; entrance: Entrance; more: Record<string, unknown> }[] {
  return Array.from({ length: PER_WAVE }, (_, index) => {
    const entrance: Entrance = index % 2 === 0 ? "runware" : index % 20 === 1 ? "fal-sync" : "fal";
    const topic = `message ${wave}-${index}`;
    // Spread, so that failures seldom come in a row.
    const mishap = MISHAPS[(Math.floor(index / 2) * 7) % SHARE] ?? "";
    const isBatch = mishap.includes("partial");
    const size = { width: 128, height: 128 };
    const flux =
      entrance === "runware"
        ? { ...size, ...(isBatch && { numberResults: 2 }) }
        : { image_size: size, ...(isBatch && { num_images: 2 }) };
    return { topic, entrance, more: { payload: `a harbour, ${topic} ${mishap}`, flux } };
  });
}

describe(`${JOBS} jobs at both services on a bad day, in a real Node-RED`, function () {
  this.timeout(300_000);

  it("each have one end, are charged once if they were taken on, and leave no memory behind", () =>
    inHouse(
      {
        account: { concurrency: 50, retries: 6 },
        sandbox: { latency: 20, balance: 1_000_000 },
      },
      async (house) => {
        const life = await house.start();
        const heaps: number[] = [];
        for (let wave = 0; wave < WAVES; wave += 1) {
          const messages = waveOf(wave);
          const sent = await Promise.all(messages.map(({ entrance, topic, more }) => life.send(entrance, topic, more)));
          assert.ok(sent.every((wasAnswered) => wasAnswered));
          const closed = (wave + 1) * PER_WAVE;
          await life.until(() => life.count("after:closed") === closed, `wave ${wave} was closed`);
          heaps.push(await heapOf(life));
        }
        assertEnds(house);
        await assertCharges(house);
        // Records of the last thousand jobs are kept for msg.resume: what comes after them must not add anything.
        const [middle = 0, ...rest] = heaps.slice(WAVES / 2);
        const growth = Math.max(...rest) - middle;
        const all = heaps.map((heap) => heap.toFixed(1)).join(" ");
        assert.ok(growth < 8, `the heap grew by ${growth.toFixed(1)} MB: ${all}`);
      },
      280_000,
    ));
});

function assertEnds(house: House): void {
  const byTopic = new Map<string, Line[]>();
  for (const line of house.lines()) byTopic.set(line.topic ?? "", [...(byTopic.get(line.topic ?? "") ?? []), line]);
  assert.equal(byTopic.size, JOBS);
  for (const [topic, lines] of byTopic) {
    const ends = lines.map(({ end, error, index = 0 }) => error?.code ?? `${end} ${index}`);
    const [first = ""] = ends;
    // A batch of two comes whole where the fault met its request instead.
    const isEnd = ends.length === 1 && (first === "delivered 0" || first.startsWith("FLUX_"));
    assert.ok(isEnd || ends.join() === "delivered 0,delivered 1", `${topic} ended as ${ends.join(", then ")}`);
    assert.equal(new Set(lines.map(({ job }) => job)).size, 1, topic);
  }
}

async function assertCharges(house: House): Promise<void> {
  const { jobs } = await house.sandbox.report();
  const lines = house.lines();
  const takenOn = new Set(house.sandbox.events.flatMap((one) => (one.event === "accepted" ? [one.id] : [])));
  const charged = Object.entries(jobs).filter(([, { charges }]) => charges > 0);
  for (const [id, { charges }] of charged) assert.equal(charges, 1, id);
  // fal tells of its refusal in the result, and charges nothing for that.
  const refused = lines.flatMap(({ error }) => (error?.code === "FLUX_CONTENT_POLICY" ? [error.requestId ?? ""] : []));
  const free = [...takenOn].filter((id) => refused.includes(id));
  assert.deepEqual([...charged.map(([id]) => id), ...free].sort(), [...takenOn].sort());
  for (const { end, requestId = "", topic } of lines) {
    if (end === "delivered") assert.equal(jobs[requestId]?.charges, 1, topic);
  }
  // What was charged came out, or its author was told that it may have been.
  const told = lines.filter(({ end, error }) => end === "delivered" || error?.billed !== "no");
  assert.ok(charged.length <= told.length, `${charged.length} charged, ${told.length} delivered or told`);
}
