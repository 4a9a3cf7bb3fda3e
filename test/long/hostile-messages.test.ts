import { stopFlows } from "../support/flow";
import { nodeIds } from "../support/hostile/every-node";
import { sendHostileMessages } from "../support/hostile/house";

const MESSAGES = Number(process.env.FLUX_MESSAGES ?? 10_000);

/** The test helper keeps all that its nodes ever did, which is gigabytes after some thousand of these messages. */
const MOST_IN_A_FLOW = 1000;
const FLOWS = Math.ceil(MESSAGES / MOST_IN_A_FLOW);
const ROUNDS = Math.ceil(MESSAGES / FLOWS / nodeIds.length);

/**
 * The same messages in every run. FLUX_SEED sends others; with FLUX_PATH, as a failure tells both, it repeats the round
 * that failed.
 */
const SEED = Number(process.env.FLUX_SEED ?? 852_664_551);
const { FLUX_PATH } = process.env;

describe(`${MESSAGES} hostile messages through every node (FLUX_SEED=${SEED})`, function () {
  this.timeout(300_000);
  afterEach(stopFlows);

  for (let flow = 0; flow < FLOWS; flow += 1) {
    it(`end once each, pay for nothing without a picture, and leave Node-RED as it was: seed ${SEED + flow}`, async () => {
      const { ends, longest, pause } = await sendHostileMessages(ROUNDS, SEED + flow, FLUX_PATH);
      console.log(`      ${[...ends].map(([name, count]) => `${name}: ${count}`).join(", ")}`);
      console.log(
        `      the longest turn of one message: ${longest.milliseconds.toFixed(0)} ms (${longest.message.slice(0, 300)})`,
      );
      console.log(
        `      the longest pause of the event loop: ${pause.milliseconds.toFixed(0)} ms (round ${pause.round})`,
      );
    });
  }
});
