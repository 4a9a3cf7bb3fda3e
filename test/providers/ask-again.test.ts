import assert from "node:assert/strict";
import { pauseBeforeAsking } from "../../lib/providers/ask-again";
import { usualPace as falPace } from "../../lib/providers/fal/pace";
import { usualPace as runwarePace } from "../../lib/providers/runware/pace";

describe("the pause before a job is asked for again", () => {
  for (const [name, { failures }] of Object.entries({ fal: falPace, Runware: runwarePace })) {
    it(`is as long as ${name} asks for, up to a minute`, () => {
      const pauses = [0, 45_000, 3_600_000].map((retryAfter) => pauseBeforeAsking(failures, 0, retryAfter));
      assert.equal(pauses[2], 60_000);
      const [shortest = 0, asked = 0] = pauses;
      assert.ok(shortest <= failures.first);
      assert.ok(asked >= 45_000 && asked <= 45_000 + failures.first);
    });
  }
});
