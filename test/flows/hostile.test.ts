import { randomInt } from "node:crypto";
import { stopFlows } from "../support/flow";
import { nodeIds } from "../support/hostile/every-node";
import { sendHostileMessages } from "../support/hostile/house";
import { askHostileServices, MESSAGES_PER_ROUND } from "../support/hostile/services";

/** A small share of what test/long does; FLUX_SEED=<the seed of a failure> repeats it. */
const ROUNDS = 15;
const SEED = Number(process.env.FLUX_SEED ?? randomInt(2 ** 31));

describe(`anybody's messages and anybody's answers (FLUX_SEED=${SEED})`, function () {
  this.timeout(180_000);
  afterEach(stopFlows);

  it(`${ROUNDS * nodeIds.length} hostile messages through every node end once each, and leave Node-RED as it was`, async () => {
    await sendHostileMessages(ROUNDS, SEED, undefined);
  });

  it(`${MESSAGES_PER_ROUND} messages to services that answer anything end once each, with pictures or in words`, async () => {
    await askHostileServices(1, SEED, undefined);
  });
});
