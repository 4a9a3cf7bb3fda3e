import assert from "node:assert/strict";
import { addressIn, runExamples } from "./run-examples";

describe("the examples of what goes wrong, imported as they are", function () {
  this.timeout(40_000);
  const run = runExamples();

  /** Where the sandbox is, and what it has charged so far in all. */
  const paidBy = async (button: string): Promise<{ sandbox: string; paid: () => Promise<number> }> => {
    await run.press(button);
    const sandbox = String(addressIn((await run.debugged("Picture"))[0]));
    const charges = async () => [...(await run.jobs(sandbox)).values()].reduce((sum, { charges }) => sum + charges, 0);
    const before = await charges();
    return { sandbox, paid: async () => (await charges()) - before };
  };

  describe("Retry and alert with Catch", () => {
    const retry = "Retry and alert with Catch";

    it("sends again what was refused as too much, and pays once", async () => {
      await run.deploy(retry);
      const { paid } = await paidBy("A good prompt");
      await run.press("Busy at first");
      await run.debugged("Picture", 2);
      assert.equal(await paid(), 1);
    });

    it("gives up after three attempts, with an alert", async () => {
      await run.deploy(retry);
      const { paid } = await paidBy("A good prompt");
      await run.press("Always busy");
      const [alert] = await run.debugged("Alert");
      assert.match(String(alert), /^After attempt 3: .+ Billed: no\.$/);
      assert.equal(await paid(), 0);
    });

    it("does not send again what is wrong, nor what may have been billed", async () => {
      await run.deploy(retry);
      const { sandbox } = await paidBy("A good prompt");
      const before = (await run.jobs(sandbox)).size;
      await run.press("1,000 pixels wide");
      assert.match(String((await run.debugged("Alert"))[0]), /^After attempt 1: .+1000.+ Billed: no\.$/);
      await run.press("Fails later");
      assert.match(String((await run.debugged("Alert", 2))[1]), /^After attempt 1: .+ Billed: unknown\.$/);
      assert.equal((await run.jobs(sandbox)).size - before, 1, "jobs that were sent");
    });
  });

  describe("Failover to the other provider", () => {
    const failover = "Failover to the other provider";

    for (const [button, fault] of [
      ["No credit left", "quota"],
      ["Key refused", "auth"],
    ] as const) {
      it(`goes to fal when Runware refuses for ${fault}, and pays once`, async () => {
        await run.deploy(failover);
        const { paid } = await paidBy("No fault");
        await run.press(button);
        const [, picture = ""] = await run.debugged("Picture", 2);
        assert.match(picture, /from: 'fal'/);
        assert.match(picture, /image_size: \{ width: 1024, height: 768 \}/);
        assert.match(picture, /num_inference_steps: 30/);
        assert.match(picture, /guidance_scale: 4,/);
        assert.equal(await paid(), 1);
      });
    }

    it("raises an alert for everything else, and sends it nowhere", async () => {
      await run.deploy(failover);
      const { sandbox } = await paidBy("No fault");
      const before = await run.calls(sandbox, "submit");
      await run.press("Content refused");
      await run.press("Fails later");
      const alerts = await run.debugged("Alert", 2);
      for (const alert of alerts) assert.match(alert, /Billed: (no|unknown)\. It was not sent elsewhere\.$/);
      assert.equal(await run.calls(sandbox, "submit"), before, "orders sent to fal");
    });
  });

  it("Outcome unknown - alert and resume: the alert names the job, the question brings it, and it is paid once", async () => {
    await run.deploy("Outcome unknown - alert and resume");
    await run.press("Ask for it again");
    const { sandbox, paid } = await paidBy("A good prompt");
    await run.press("The answer gets lost");
    const [alert] = await run.debugged("Alert");
    const [, job] = /job: '([\w-]+)'/.exec(String(alert)) ?? [];
    assert.deepEqual(await run.counts(sandbox, job), { submissions: 1, charges: 1 }, alert);
    await run.press("Ask for it again");
    const [, picture] = await run.debugged("Picture", 2);
    await run.fetched(addressIn(picture));
    await run.press("Ask for it again");
    await run.debugged("Picture", 3);
    assert.deepEqual(await run.counts(sandbox, job), { submissions: 1, charges: 1 });
    assert.equal(await paid(), 1);
  });

  it("Cancel and resume: a job is given up, another one's result is had again", async () => {
    await run.deploy("Cancel and resume");
    await run.press("Slow picture");
    await run.press("Cancel all");
    assert.match(String((await run.debugged("Ended with"))[0]), /FLUX_CANCELLED/);
    await run.press("Quick picture");
    await run.debugged("Picture");
    await run.press("Get the last again");
    const [one, two] = (await run.debugged("Picture", 2)).map(addressIn);
    assert.equal(one, two);
    await run.fetched(two);
  });
});
