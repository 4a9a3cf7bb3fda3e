import { randomInt } from "node:crypto";
import { stopFlows } from "../support/flow";
import { nodeIds } from "../support/hostile/every-node";
import { sendHostileMessages } from "../support/hostile/house";

const MESSAGES = Number(process.env.FLUX_MESSAGES ?? 10_000);
const ROUNDS = Math.ceil(MESSAGES / nodeIds.length);

/** FLUX_SEED and FLUX_PATH, as a failure tells them, repeat the round that failed. */
const SEED = Number(process.env.FLUX_SEED ?? randomInt(2 ** 31));
const { FLUX_PATH } = process.env;

describe(`${MESSAGES} hostile messages through every node (FLUX_SEED=${SEED})`, function () {
  this.timeout(600_000);
  afterEach(stopFlows);

  it("end once each, pay for nothing without a picture, and leave Node-RED as it was", async () => {
    const { ends, longest, pause } = await sendHostileMessages(ROUNDS, SEED, FLUX_PATH);
    console.log(`      ${[...ends].map(([name, count]) => `${name}: ${count}`).join(", ")}`);
    console.log(
      `      the longest turn of one message: ${longest.milliseconds.toFixed(0)} ms (${longest.message.slice(0, 300)})`,
    );
    console.log(
      `      the longest pause of the event loop: ${pause.milliseconds.toFixed(0)} ms (round ${pause.round})`,
    );
  });
});
