import assert from "node:assert/strict";
import { type SandboxProcess, startSandboxProcess } from "../support/sandbox-process";
import { untilTold } from "../support/until-told";
import { type Editor, inOnePage } from "./browser";
import { falAccount, inference } from "./nodes";

describe("a job in the line of its service", function () {
  this.timeout(60_000);
  const flows: object[] = [];
  let sandbox: SandboxProcess;
  let editor: Editor;

  before(async () => {
    // The longer the line is, the longer it stays as it is: it moves on whenever it is asked for.
    sandbox = await startSandboxProcess({ ...untilTold, jobsAhead: 100 });
    const { queueUrl, runUrl, restUrl } = sandbox.addresses.fal;
    const service = { environment: "production", queueUrl, runUrl, restUrl, credentials: { apiKey: "key:secret" } };
    flows.push(
      { id: "tab", type: "tab", label: "Flow" },
      { ...falAccount, ...service },
      {
        id: "press",
        type: "inject",
        z: "tab",
        props: [{ p: "payload" }],
        payload: "a fox",
        payloadType: "str",
        x: 100,
        y: 40,
        wires: [["srpo"]],
      },
      { ...inference("srpo", "fal-flux-srpo", {}), name: "in line" },
    );
  });
  after(() => sandbox?.stop());
  inOnePage(flows, (opened) => {
    editor = opened;
  });

  it("tells its place in the sidebar and below its node", async () => {
    const { page } = editor;
    await page.evaluate("RED.sidebar.show('fluxwire-sidebar')");
    await page.evaluate("$.post('inject/press').then(() => undefined)");
    const job = page.locator('.fluxwire-job[data-state="queued"]');
    await page.waitForFunction(`(() => {
      const [, ahead] = /(\\d+) ahead/.exec($('.fluxwire-job[data-state="queued"]').text()) ?? [];
      const [, place] = /queued #(\\d+)/.exec($('#srpo .red-ui-flow-node-status-label').text()) ?? [];
      return ahead !== undefined && Number(ahead) + 1 === Number(place);
    })()`);
    assert.match(await job.innerText(), /in line/);
    await job.locator(".fluxwire-job-cancel").click();
    await page.getByRole("button", { name: "Cancel it" }).click();
    await page.locator('.fluxwire-job[data-state="cancelled"]').waitFor();
  });
});
