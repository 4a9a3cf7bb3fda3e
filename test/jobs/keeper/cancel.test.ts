import assert from "node:assert/strict";
import { FluxError } from "../../../lib/errors";
import type { Outcome } from "../../../lib/jobs/job";
import { type CancelMeans, cancelForAll } from "../../../lib/jobs/keeper/cancel";
import { type KeptJob, keptJob } from "../../../lib/jobs/keeper/kept-job";
import type { RunContext } from "../../../lib/jobs/keeper/run-context";
import { aJob } from "../job";

/** A service that cannot cancel, like Runware's. */
const context = { service: { provider: { resendsWithSameId: true } } } as unknown as RunContext;

/** Cancels a job, and notes with what it was ended. */
async function cancelled(kept: KeptJob) {
  const endings: FluxError[] = [];
  const means: CancelMeans = {
    why: "because a test asked for it",
    contextOf: async () => context,
    end: async (_kept, error) => {
      endings.push(error);
    },
    forget: () => {},
  };
  return { result: await cancelForAll(kept, means), endings };
}

describe("cancelling a job", () => {
  it("that is under way ends it", async () => {
    const { result, endings } = await cancelled(keptJob(aJob({ phase: { state: "submitted" } })));
    assert.equal(result.state, "cancelled");
    assert.equal(endings.length, 1);
  });

  it("whose outcome is being written down leaves it that outcome, and says that it had ended", async () => {
    const outcomes: Outcome[] = [
      { answer: { pictures: [], errors: [] } },
      { error: new FluxError("FLUX_CANCELLED", "cancelled a moment before", { billed: "yes" }) },
    ];
    for (const outcome of outcomes) {
      const { result, endings } = await cancelled(keptJob(aJob({ phase: { state: "settled", outcome } })));
      assert.deepEqual([result, endings], [{ state: "ended" }, []]);
    }
  });
});
