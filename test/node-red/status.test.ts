import assert from "node:assert/strict";
import { type Activity, StatusLine } from "../../lib/node-red/status";
import type { FluxStatus, Node } from "../../lib/node-red/types";

/** The next status that a node shows while a job runs that has logged this. */
function shownFor(log: string): Promise<FluxStatus> {
  return new Promise((resolve) => {
    const show = (status: FluxStatus) => {
      if (status.text !== undefined) resolve(status);
    };
    const activity: Activity = { waiting: 0, running: 1, since: Date.now(), job: "one", log };
    const line = new StatusLine({ status: show } as unknown as Node, ((key: string) => key) as never, () => activity);
    line.changed();
    setImmediate(() => setImmediate(() => line.close()));
  });
}

describe("a status text", () => {
  it("holds nothing of a service that the editor would translate, however it is nested", async () => {
    for (const log of ["$t(a)", "$t$t((a)", "$t$t$t(((a)", "$t$t$t(a)", "$$t(t(a)"]) {
      const { text } = await shownFor(log);
      assert.doesNotMatch(String(text), /\$t\(/, log);
      assert.match(String(text), /a\)$/);
    }
  });
});
