import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ahead } from "../support/crash/ahead";
import { inHouse } from "../support/crash/crash";
import type { Entrance, House } from "../support/crash/house";

/** Something that the process did, in the order in which it did it. */
type Note =
  | { step: "create" | "durable"; file: string }
  | { step: "write"; file: string; states: string[]; files: string[] }
  | { step: "rename"; file: string; to: string }
  | { step: "paid request"; jobs: string[] }
  | { step: "send"; job: string };

const preload = join(__dirname, "../support/crash/order.cjs");

/** Sends messages, waits until all have come out and are closed, and reads what was done. */
async function notesOf(house: House, entrances: readonly Entrance[], message: object = {}): Promise<Note[]> {
  const file = join(house.userDir, "order.jsonl");
  const life = await house.start(undefined, { FLUX_ORDER: file, NODE_OPTIONS: `--require ${preload}` });
  await Promise.all(entrances.map((entrance, index) => life.send(entrance, `${entrance} ${index}`, { ...message })));
  const closed = () => life.steps.filter(({ step }) => step === "after:closed").length;
  await life.until(() => closed() === entrances.length, "all jobs were closed");
  assert.equal(house.lines().filter(({ end }) => end === "delivered").length, entrances.length);
  return readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line): Note => JSON.parse(line));
}

/** The states that are on the disk at a moment: "submitting <job>". */
class Disk {
  readonly durable = new Set<string>();
  readonly #written = new Map<string, string[]>();

  see(note: Note): void {
    if (note.step === "write") {
      const before = this.#written.get(note.file) ?? [];
      this.#written.set(note.file, [...before, ...note.states]);
    }
    if (note.step === "durable") {
      for (const state of this.#written.get(note.file) ?? []) this.durable.add(state);
      this.#written.delete(note.file);
    }
  }

  count(state: string, except: ReadonlySet<string>): number {
    return [...this.durable].filter((one) => one.startsWith(`${state} `) && !except.has(one.split(" ")[1] ?? ""))
      .length;
  }
}

describe("the order of things on the disk, on the wire and in the flow", function () {
  this.timeout(120_000);
  const it = ahead();

  it("is: submitting is durable before the paid request leaves, settled before a message is sent on", () =>
    inHouse({ account: { concurrency: 5 } }, async (house) => {
      const each = (entrance: Entrance) => Array<Entrance>(10).fill(entrance);
      const notes = await notesOf(house, [...each("runware"), ...each("fal"), ...each("fal-sync")]);
      const runware = new Set(notes.flatMap((note) => (note.step === "paid request" ? note.jobs : [])));
      runware.delete("fal");
      assert.equal(runware.size, 10);
      const disk = new Disk();
      let sentToFal = 0;
      for (const note of notes) {
        disk.see(note);
        if (note.step === "paid request") {
          for (const job of note.jobs) {
            if (job !== "fal") assert.ok(disk.durable.has(`submitting ${job}`), `${job} was sent too early`);
            else sentToFal += 1;
          }
          assert.ok(sentToFal <= disk.count("submitting", runware), "a request to fal was sent too early");
        }
        if (note.step === "send") assert.ok(disk.durable.has(`settled ${note.job}`), `${note.job} left too early`);
      }
      assert.equal(sentToFal, 20);
      assert.equal(notes.filter(({ step }) => step === "send").length, 30);
    }));

  for (const entrance of ["runware", "fal"] as const) {
    it(`at ${entrance} is: write, fsync, rename, fsync of a large text, append, fsync of its line, request`, () =>
      inHouse({}, async (house) => {
        const notes = await notesOf(house, [entrance], { large: "x".repeat(400_000) });
        const hash = notes.flatMap((note) => (note.step === "write" ? note.files : []))[0];
        assert.ok(hash);
        const isDraft = (file: string) => file.startsWith(hash) && file !== hash;
        const isSegment = (file: string) => file.startsWith("jobs-");
        const states = (note: Note): string[] =>
          note.step === "write" ? note.states.map((one) => one.split(" ")[0] ?? "") : [];
        const wanted: [string, (note: Note) => boolean][] = [
          ["draft written", (note) => note.step === "write" && isDraft(note.file)],
          ["draft durable", (note) => note.step === "durable" && isDraft(note.file)],
          ["draft renamed", (note) => note.step === "rename" && isDraft(note.file) && note.to === hash],
          ["its folder durable", (note) => note.step === "durable" && note.file === "pictures"],
          ["segment made", (note) => note.step === "create" && isSegment(note.file)],
          ["segment's name durable", (note) => note.step === "durable" && note.file === "flux-jobs"],
          ["waiting appended", (note) => states(note).includes("waiting")],
          ["waiting durable", (note) => note.step === "durable" && isSegment(note.file)],
          ["submitting appended", (note) => states(note).includes("submitting")],
          ["submitting durable", (note) => note.step === "durable" && isSegment(note.file)],
          ["paid request", (note) => note.step === "paid request"],
          ["submitted appended", (note) => states(note).includes("submitted")],
          ["submitted durable", (note) => note.step === "durable" && isSegment(note.file)],
          ["settled appended", (note) => states(note).includes("settled")],
          ["settled durable", (note) => note.step === "durable" && isSegment(note.file)],
          ["sent on", (note) => note.step === "send"],
          ["closed appended", (note) => states(note).includes("closed")],
        ];
        let at = -1;
        for (const [what, fits] of wanted) {
          const next = notes.findIndex((note, index) => index > at && fits(note));
          assert.notEqual(next, -1, `${what} does not come where it should`);
          at = next;
        }
        // Each of them comes once: none was done before its turn as well.
        assert.equal(notes.filter(({ step }) => step === "paid request").length, 1);
        assert.equal(notes.filter(({ step }) => step === "send").length, 1);
      }));
  }
});
