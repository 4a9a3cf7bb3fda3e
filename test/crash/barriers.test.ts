import { ahead } from "../support/crash/ahead";
import { crash, type Expected } from "../support/crash/crash";
import type { Barrier, Entrance } from "../support/crash/house";

const once: Expected = { delivered: 1, submissions: 1, charges: 1 };
/** The message had not been taken in when the process died. */
const nothing: Expected = { submissions: 0, charges: 0 };
/** Nobody can say whether fal has it, and fal cannot be asked: it is not sent again. */
const unknown = (counts: number): Expected => ({
  caught: "FLUX_OUTCOME_UNKNOWN",
  submissions: counts,
  charges: counts,
});

type Table = [Barrier["step"], Expected][];

/** What comes before the paid request may be on its way. */
const unsent: Table = [
  ["before:waiting", nothing],
  ["written:waiting", once],
  ["after:waiting", once],
  ["before:submitting", once],
];

/** What comes after the answer was written down. */
const settled: Table = [
  ["written:settled", { ...once, asked: false }],
  ["after:settled", { ...once, asked: false }],
  ["before:send", { ...once, asked: false }],
  // The node downstream has its turn after this one.
  ["after:send", { ...once, asked: false }],
  // It came out, and that was not yet written down: at least once.
  ["before:closed", { ...once, delivered: 2, afterRestart: 1, asked: false }],
  ["written:closed", { ...once, afterRestart: 0, asked: false }],
  ["after:closed", { ...once, afterRestart: 0, asked: false }],
];

const taken: Table = [
  ["written:submitted", { ...once, asked: true }],
  ["after:submitted", { ...once, asked: true }],
  ["polled", { ...once, asked: true }],
  ["before:settled", { ...once, asked: true }],
];

const tables: Record<Entrance, Table> = {
  runware: [
    ...unsent,
    ["written:submitting", { ...once, asked: true }],
    ["after:submitting", { ...once, asked: true }],
    ["posted", { ...once, asked: true }],
    ["before:submitted", { ...once, asked: true }],
    ...taken,
    ...settled,
  ],
  fal: [
    ...unsent,
    ["written:submitting", unknown(0)],
    ["after:submitting", unknown(0)],
    ["posted", unknown(1)],
    ["before:submitted", unknown(1)],
    ...taken,
    ...settled,
  ],
  // Its answer comes with the submit: there is nothing to ask for.
  "fal-sync": [
    ["after:waiting", once],
    ["posted", unknown(1)],
    ["before:settled", unknown(1)],
    ["written:settled", { ...once, asked: false }],
    ["before:closed", { ...once, delivered: 2, afterRestart: 1, asked: false }],
  ],
};

const outcome = ({ delivered = 0, caught, submissions, charges }: Expected): string => {
  const ends = ["is not there", "is delivered", "is delivered twice"];
  return `${caught === undefined ? ends[delivered] : `ends as ${caught}`}; sent ${submissions}, paid ${charges}`;
};

for (const [entrance, table] of Object.entries(tables)) {
  describe(`a message at ${entrance} whose Node-RED is killed`, function () {
    this.timeout(120_000);
    const it = ahead();

    for (const [step, expected] of table) {
      it(`at ${step}: ${outcome(expected)}`, () =>
        crash({ entrance: entrance as Entrance, dieAt: { step }, expected }));
    }
  });
}
