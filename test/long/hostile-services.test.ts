import { stopFlows } from "../support/flow";
import { askHostileServices, MESSAGES_PER_ROUND } from "../support/hostile/services";

const ROUNDS = Number(process.env.FLUX_ROUNDS ?? 40);

/**
 * The same answers in every run. FLUX_SEED gives others; with FLUX_PATH, as a failure tells both, it repeats the round
 * that failed.
 */
const SEED = Number(process.env.FLUX_SEED ?? 148_280_797);
const { FLUX_PATH } = process.env;

describe(`${ROUNDS * MESSAGES_PER_ROUND} messages to services that answer anything (FLUX_SEED=${SEED})`, function () {
  this.timeout(600_000);
  afterEach(stopFlows);

  it("end once each, with pictures or in words, and none is paid for twice", async () => {
    const outcomes = await askHostileServices(ROUNDS, SEED, FLUX_PATH);
    console.log(`      ${[...outcomes].map(([name, count]) => `${name}: ${count}`).join(", ")}`);
  });
});
