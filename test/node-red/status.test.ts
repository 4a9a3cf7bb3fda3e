import assert from "node:assert/strict";
import { mock } from "node:test";
import { FluxError } from "../../lib/errors";
import { failedStatus } from "../../lib/node-red/failed-status";
import { type Activity, JobStatus } from "../../lib/node-red/job-status";
import type { FluxStatus, Node } from "../../lib/node-red/types";

/** The next status that a node shows while a job runs that has logged this. */
function shownFor(log: string): Promise<FluxStatus> {
  return new Promise((resolve) => {
    const show = (status: FluxStatus) => {
      if (status.text !== undefined) resolve(status);
    };
    const activity: Activity = { waiting: 0, running: 1, since: Date.now(), job: "one", log };
    const line = new JobStatus({ status: show } as unknown as Node, ((key: string) => key) as never, () => activity);
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

describe("the status of a node through which many messages pass", () => {
  it("is drawn now and then, and at last shows how it stands", async () => {
    mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
    const shown: (string | undefined)[] = [];
    const activity: Activity = { waiting: 0, running: 0 };
    const translate = (_key: string, { running }: { running: number }) => `${running} run`;
    const node = { status: ({ text }: FluxStatus) => shown.push(text) };
    const line = new JobStatus(node as unknown as Node, translate as never, () => activity);
    try {
      for (activity.running = 2; activity.running < 1000; activity.running += 1) {
        line.changed();
        await new Promise((resolve) => setImmediate(resolve));
      }
      assert.equal(shown[0], "2 run");
      assert.ok(shown.length < 500, `${shown.length} times`);
      mock.timers.tick(250);
      assert.equal(shown.at(-1), "1000 run");
    } finally {
      line.close();
      mock.timers.reset();
    }
  });
});

describe("the status of a request that is not valid", () => {
  const text = ((key: string, values: { parameter?: string }) => `${key} ${values.parameter}`) as never;
  const shown = (parameter?: string) =>
    failedStatus(text, new FluxError("FLUX_VALIDATION", "No.", parameter === undefined ? {} : { parameter })).text;

  it("names the parameter when it is one", () => {
    assert.equal(shown("steps"), "status.error.FLUX_VALIDATION_AT steps");
    assert.equal(shown("controlNet[1].endStep"), "status.error.FLUX_VALIDATION_AT controlNet[1].endStep");
  });

  it("names none when there are several, or when its name is not fit for the canvas", () => {
    for (const name of [undefined, "", "x".repeat(25), "a cat on a roof", "$t(status)", "steps\n"]) {
      assert.equal(shown(name), "status.error.FLUX_VALIDATION undefined", name);
    }
  });
});

describe("the status of a message that the account holds back", () => {
  const opens = new Date(2026, 10, 22, 14, 5, 30);
  const text = ((key: string, values: object) => `${key} ${JSON.stringify(values)}`) as never;
  const shown = (cause: FluxError["cause"] | object) => failedStatus(text, new FluxError("FLUX_QUOTA", "No.", cause));
  // A long run of tests may begin on another day than this one comes to its turn.
  beforeEach(() => mock.timers.enable({ apis: ["Date"], now: opens }));
  afterEach(() => mock.timers.reset());

  it("says when its budget has room again, on the canvas and for Status nodes", () => {
    const status = shown({ opensAt: opens.toISOString() });
    assert.equal(status.text, 'status.error.FLUX_QUOTA_UNTIL {"time":"14:05"}');
    assert.equal(status.opensAt, opens.toISOString());
  });

  it("says so when that is tomorrow, at an hour that may be the present one", () => {
    const tomorrow = new Date(opens);
    tomorrow.setDate(opens.getDate() + 1);
    const status = shown({ opensAt: tomorrow.toISOString() });
    assert.equal(status.text, 'status.error.FLUX_QUOTA_UNTIL_TOMORROW {"time":"14:05"}');
  });

  it("says that it never fits into the budget", () => {
    const status = shown({});
    assert.match(String(status.text), /FLUX_QUOTA_NEVER/);
    assert(!("opensAt" in status));
  });

  it("does not take the service's word about its credit for the budget", () => {
    const status = shown({ provider: "runware", opensAt: opens.toISOString() });
    assert.match(String(status.text), /FLUX_QUOTA /);
    assert.equal(status.opensAt, opens.toISOString());
  });
});
