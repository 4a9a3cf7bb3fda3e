import assert from "node:assert/strict";
import { type Outcome, startFlow, stopFlows } from "../support/flow";

const ROUNDS = 20;
const MESSAGES_PER_ROUND = 150;

/** What a message may meet on its way; most meet nothing. */
const mishaps = [
  "",
  "",
  "",
  "[fault:429 x1]",
  "[fault:500 x1]",
  "[fault:lost-answer x1]",
  "[fault:truncated-json x1]",
  "[fault:fail]",
  "[fault:moderated]",
  "[fault:nsfw]",
];

describe(`${ROUNDS * MESSAGES_PER_ROUND} messages on a service that has a bad day`, function () {
  this.timeout(600_000);
  afterEach(stopFlows);

  it("each end once, as pictures or as an error, and no job is charged twice", async () => {
    const flow = await startFlow({ account: { concurrency: 50, line: 1000, retries: 6 } });
    const outcomes: Outcome[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const sent = Array.from({ length: MESSAGES_PER_ROUND }, (_, index) =>
        flow.send({
          payload: `harbour ${round}-${index} ${mishaps[index % mishaps.length]}`,
          flux: { width: 128, height: 128 },
        }),
      );
      outcomes.push(...(await Promise.all(sent)));
    }
    const unclear = outcomes.filter(({ messages, caught }) => messages.length + (caught ? 1 : 0) !== 1);
    assert.equal(unclear.length, 0, "a message had no end, or two");
    for (const { caught } of outcomes) {
      if (caught) assert.match(caught.error.code, /^FLUX_/, caught.error.message);
    }
    const { ledger } = flow.sandbox;
    const twice = ledger.jobIds().filter((id) => ledger.charges(id) > 1);
    assert.deepEqual(twice, []);
    const pictures = outcomes.filter(({ messages }) => messages.length === 1).length;
    // Only failed and moderated jobs have to end without a picture.
    assert(pictures >= (ROUNDS * MESSAGES_PER_ROUND * 7) / mishaps.length, `only ${pictures} pictures`);
  });
});
