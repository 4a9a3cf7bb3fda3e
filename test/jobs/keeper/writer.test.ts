import assert from "node:assert/strict";
import { mock } from "node:test";
import { FluxError } from "../../../lib/errors";
import type { Journal, NewEntry } from "../../../lib/jobs/journal/journal";
import { Writer } from "../../../lib/jobs/keeper/writer";
import { aJob } from "../job";

/** A journal on a disk that may be full. */
function disk() {
  const written: NewEntry[] = [];
  const state = { isFull: false };
  const journal: Journal = {
    found: [],
    write: async (entry) => {
      if (state.isFull) throw new FluxError("FLUX_STORAGE", "the disk is full");
      written.push(entry);
    },
    read: async (value) => ({ value, dropped: [], cut: [] }),
    readBeside: async () => undefined,
    writeBeside: async () => {},
    flush: async () => {},
    close: async () => {},
  };
  const warnings: string[] = [];
  const writer = new Writer(
    () => journal,
    (text) => warnings.push(text),
  );
  return { writer, state, warnings, states: () => written.map(({ job, state: entered }) => `${job} ${entered}`) };
}

const failed = aJob({ id: "failed", isJournalled: true });
const next = aJob({ id: "next", isJournalled: true });

/** A job that could not be sent, because that it is being sent could not be written down. */
async function failedJob() {
  const made = disk();
  await made.writer.require(failed, "waiting", {}, true);
  made.state.isFull = true;
  await assert.rejects(async () => made.writer.require(failed, "submitting", {}), { code: "FLUX_STORAGE" });
  await made.writer.note(failed, "settled", {});
  await made.writer.note(failed, "closed", {});
  made.state.isFull = false;
  return made;
}

describe("a job whose end could not be written down, because the disk was full,", () => {
  afterEach(() => mock.timers.reset());

  it("is warned of, and its end is written before the next job's entry, so that it is not sent after a restart", async () => {
    const { writer, states, warnings } = await failedJob();
    assert.equal(warnings.length, 2);
    await writer.require(next, "waiting", {}, true);
    await writer.flush();
    assert.deepEqual(states(), ["failed waiting", "failed settled", "failed closed", "next waiting"]);
    await writer.require(next, "submitting", {});
    await writer.flush();
    assert.equal(states().length, 5);
  });

  it("has its end written when there is room again, although no other message comes", async () => {
    mock.timers.enable({ apis: ["setTimeout"] });
    const { writer, states, state } = await failedJob();
    state.isFull = true;
    mock.timers.tick(1000);
    await writer.flush();
    assert.deepEqual(states(), ["failed waiting"]);
    state.isFull = false;
    mock.timers.tick(1000);
    await writer.flush();
    assert.deepEqual(states(), ["failed waiting", "failed settled", "failed closed"]);
  });

  it("has its end written when Node-RED stops", async () => {
    const { writer, states } = await failedJob();
    await writer.flush();
    assert.deepEqual(states(), ["failed waiting", "failed settled", "failed closed"]);
  });
});
