import assert from "node:assert/strict";
import type { Journal, JournalEntry } from "../../../lib/jobs/journal/journal";
import { readFound } from "../../../lib/jobs/keeper/found";
import { Keeper } from "../../../lib/jobs/keeper/keeper";
import type { RunContext } from "../../../lib/jobs/keeper/run-context";
import { aJob } from "../job";

const journalOf = (found: JournalEntry[], written: string[] = []): Journal => ({
  found,
  write: async ({ job, state }) => void written.push(`${job} ${state}`),
  read: async (value) => ({ value, dropped: [], cut: [] }),
  readBeside: async () => undefined,
  writeBeside: async () => {},
  flush: async () => {},
  close: async () => {},
});

describe("a line of the journal that another version of the pack wrote", () => {
  const at = Date.now();
  const strange: JournalEntry[] = [
    { job: "a", at, state: "closed", data: {} },
    { job: "b", at, state: "closed", data: { job: {}, outcome: {} } },
    { job: "c", at, state: "spending", data: {} },
    { job: "d", at, state: "price", data: null },
    { job: "e", at, state: "waiting", data: { job: {}, attachments: [], claim: {} } },
    { job: "f", at, state: "waiting", data: 5 },
  ];

  it("is warned of and left alone, and the others are read", async () => {
    const price = { shape: "known", perPicture: 1 };
    const warnings: string[] = [];
    const journal = journalOf([...strange, { job: "g", at, state: "price", data: price }]);
    const found = await readFound(journal, (text) => warnings.push(text));
    assert.deepEqual([found.open, found.closed, found.spendings, found.prices], [[], [], [], [price]]);
    assert.equal(warnings.length, strange.length, warnings.join("\n"));
    for (const [index, { job }] of strange.entries()) assert.match(warnings[index] ?? "", new RegExp(`job ${job} `));
  });

  it("does not keep the journal from being used", async () => {
    const warnings: string[] = [];
    const keeper = new Keeper({ openJournal: async () => journalOf(strange), warn: (text) => warnings.push(text) });
    await keeper.ready;
    assert.deepEqual(
      warnings.filter((text) => !text.startsWith("Entry ")),
      [],
    );
    await keeper.close();
  });
});

describe("a journal that cannot be understood at all", () => {
  it("is warned of, and refuses every job instead of letting it run without being recorded", async () => {
    const warnings: string[] = [];
    const openJournal = async () => {
      throw new Error("of another world");
    };
    const keeper = new Keeper({ openJournal, warn: (text) => warnings.push(text) });
    await keeper.ready;
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] ?? "", /cannot be used.*of another world.*Nothing is sent without it/);
    const service = { budget: { release: () => {} } };
    const context = { service, hold: () => async () => {} } as unknown as RunContext;
    const claim = keeper.intake.resume(
      aJob({ isJournalled: true, phase: { state: "waiting" } }),
      {},
      context,
      () => {},
    );
    const listener = { onPhase: () => {}, onProgress: () => {} };
    const result = keeper.deliveries.result(claim, listener, new AbortController().signal);
    await assert.rejects(result, { code: "FLUX_STORAGE" });
    await keeper.close();
  });
});
