import assert from "node:assert/strict";
import type { Journal } from "../../../lib/jobs/journal/journal";
import { type Operation, unsyncedFiles, watchedFiles } from "./faulty-files";
import { HASTE, makePlace, type Place, states } from "./journals";

const picture = (fill: number): Buffer => Buffer.alloc(300_000, fill);

/** What a process did until it stopped. */
interface Life {
  /** Entries in the order in which they were written, and those of them that were said to be durable. */
  readonly written: string[];
  readonly durable: Set<string>;
  readonly operations: string[];
}

/** Its disk stops for good before operation `end`: from the disk's side, that is the end of the process. */
async function live(place: Place, end: number, act: (journal: Journal, life: Life) => Promise<void>): Promise<Life> {
  const life: Life = { written: [], durable: new Set(), operations: [] };
  const files = watchedFiles(({ does, path }: Operation) => {
    if (life.operations.length >= end) throw new Error("the process has ended");
    life.operations.push(`${does} ${path}`);
  }, unsyncedFiles);
  const closed = new Set(["closed"]);
  const journal = await place.open({
    files,
    pace: { ...HASTE, beat: 1e6, lines: 400 },
    whatIsKept:
      () =>
      ({ job }) =>
        !closed.has(job),
  });
  await act(journal, life);
  await journal.close();
  return life;
}

const write = (
  journal: Journal,
  { written, durable }: Life,
  job: string,
  state: string,
  data?: unknown,
): Promise<void> => {
  written.push(`${job} ${state}`);
  return journal.write({ job, state, data }).then(
    () => {
      durable.add(`${job} ${state}`);
    },
    () => undefined,
  );
};

const twoGenerations = async (journal: Journal, life: Life): Promise<void> => {
  await Promise.all([
    write(journal, life, "closed", "waiting", { payload: picture(1) }),
    write(journal, life, "kept", "waiting", { payload: picture(2) }),
    write(journal, life, "closed", "settled", { text: "x".repeat(300) }),
  ]);
  await write(journal, life, "kept", "submitting", { payload: picture(2) });
  await write(journal, life, "closed", "delivered", { text: "x".repeat(600) });
  await write(journal, life, "kept", "submitted", { payload: picture(3) });
};

/** What must be true of a journal that is opened after a crash. */
async function assertWhole(place: Place, life: Life, what: string): Promise<void> {
  const journal = await place.open({ files: unsyncedFiles });
  const found = states(journal);
  assert.deepEqual(found, [...new Set(found)], `${what}: nothing twice`);
  const order = found.map((state) => life.written.indexOf(state));
  assert.deepEqual(
    order,
    order.toSorted((one, other) => one - other),
    `${what}: in order`,
  );
  for (const state of life.durable) {
    if (!state.startsWith("closed")) assert.ok(found.includes(state), `${what}: ${state} is there`);
  }
  for (const { job, data } of journal.found) {
    if (job === "kept") {
      const { value } = await journal.read(data);
      assert.ok(Buffer.isBuffer((value as { payload: unknown }).payload), `${what}: with its picture`);
    }
  }
  assert.deepEqual(place.warnings.splice(0), [], `${what}: nothing to warn of`);
  await journal.close();
}

describe("a process that ends between any two operations on the disk", () => {
  it("loses nothing that was durable, and doubles nothing", async () => {
    const whole = await makePlace();
    const { operations } = await live(whole, Number.POSITIVE_INFINITY, twoGenerations);
    await whole.leave();
    assert.ok(operations.some((operation) => /rename .*compacted/.test(operation)));
    for (let end = 1; end < operations.length; end += 1) {
      const place = await makePlace();
      const life = await live(place, end, twoGenerations);
      place.warnings.length = 0;
      await assertWhole(place, life, `before ${operations[end]}`);
      await assertWhole(place, life, `opened again after ${operations[end]}`);
      await place.leave();
    }
  });

  it("nor when it ends while it opens what another crash left, damage and all", async () => {
    const whole = await makePlace();
    const { operations: all } = await live(whole, Number.POSITIVE_INFINITY, twoGenerations);
    await whole.leave();
    const compacted = all.findIndex((operation) => /rename .*compacted/.test(operation));
    const crash = (place: Place): Promise<Life> => live(place, compacted + 2, twoGenerations);
    const first = await makePlace();
    await crash(first);
    const { operations } = await live(first, Number.POSITIVE_INFINITY, (journal, life) =>
      write(journal, life, "new", "waiting"),
    );
    await first.leave();
    for (let end = 1; end < operations.length; end += 1) {
      const place = await makePlace();
      const before = await crash(place);
      const life = await live(place, end, (journal, next) => write(journal, next, "new", "waiting"));
      place.warnings.length = 0;
      await assertWhole(
        place,
        {
          ...life,
          written: [...before.written, ...life.written],
          durable: new Set([...before.durable, ...life.durable]),
        },
        `before ${operations[end]}`,
      );
      await place.leave();
    }
  });
});
