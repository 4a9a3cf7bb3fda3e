import assert from "node:assert/strict";
import { type Editor, inOnePage } from "./browser";
import { clipboardOpened } from "./clipboard";
import { account, inference, todaysSettings } from "./nodes";

const inject = (id: string, payload: string, to: string, z = "tab") => ({
  id,
  type: "inject",
  z,
  props: [{ p: "payload" }],
  payload,
  payloadType: "str",
  x: 100,
  y: 100,
  wires: [[to]],
});

const never = "a fox [fault:never]";

const flows = [
  { id: "tab", type: "tab", label: "Pictures of the night" },
  { id: "other", type: "tab", label: "Other" },
  { ...account, ...todaysSettings, concurrency: "1", journal: false },
  // With a key of its own it has places of its own.
  { ...account, ...todaysSettings, id: "second", name: "", journal: false, credentials: { apiKey: "another" } },
  inject("make", "a fox", "maker"),
  inject("never", never, "slow"),
  inject("far", "a hare", "instance", "other"),
  { ...inference("maker", "runware-flux-srpo", {}), name: "<b>maker</b>", account: "second" },
  { ...inference("slow", "runware-flux-srpo", {}), name: "slow one" },
  { id: "subflow", type: "subflow", name: "Studio", in: [{ x: 50, y: 30, wires: [{ id: "within" }] }], out: [] },
  { ...inference("within", "runware-flux-srpo", {}), name: "camera", z: "subflow", account: "second" },
  { id: "instance", type: "subflow:subflow", z: "other", name: "by night", x: 300, y: 100, wires: [] },
];

describe("the tab FLUX in the sidebar", function () {
  this.timeout(60_000);
  let editor: Editor;
  inOnePage(flows, (opened) => {
    editor = opened;
  });

  const show = () => editor.page.evaluate("RED.sidebar.show('fluxwire-sidebar')");
  beforeEach(show);

  const press = (id: string) => editor.page.evaluate(`$.post('inject/${id}').then(() => undefined)`);
  const row = (node: string, state: string) =>
    editor.page.locator(`.fluxwire-job[data-state="${state}"]`).filter({ hasText: node });
  const button = (name: string) => `button[aria-label="${name}"]`;
  const cancel = ".fluxwire-job-cancel";

  it("explains itself while there is nothing to show", async () => {
    await editor.page.locator(".fluxwire-jobs-empty:visible p").first().waitFor();
    assert.match(await editor.text(".fluxwire-sidebar"), /Nothing spent today/);
    assert.match(await editor.text(".fluxwire-sidebar"), /show up here as soon as a message reaches one/);
    await editor.page.getByRole("button", { name: "Open the examples" }).click();
    await clipboardOpened(editor, "import");
    await editor.page.keyboard.press("Escape");
    await editor.page.waitForFunction("$('.ui-dialog:visible').length === 0");
  });

  it("shows a job that is done: node, model, pictures, time, cost and a small picture, and what was spent", async () => {
    await press("make");
    const job = row("maker", "done");
    await job.locator("img").waitFor();
    const text = await job.innerText();
    assert.match(text, /<b>maker<\/b>/);
    assert.match(text, /FLUX\.1 \[dev\] SRPO/);
    assert.match(text, /1 picture/);
    assert.match(text, /\d s, ended /);
    assert.match(text, /\$0\.0\d+ play money/);
    assert.equal(await job.locator(".fluxwire-job-name b").count(), 0);
    assert.equal(await job.locator(cancel).isVisible(), false);
    assert.match(await editor.text(".fluxwire-spent"), /\$0\.0\d+ play money/);
    // It has its place in the row before it is decoded.
    const width = await job.locator("img").evaluate(async (image: HTMLImageElement) => {
      await image.decode();
      return image.naturalWidth;
    });
    assert.ok(width > 50, String(width));
  });

  it("shows jobs that run and wait, and cancels them: at once, or once asked", async () => {
    await press("never");
    await row("slow one", "running").waitFor();
    await press("never");
    const waiting = row("slow one", "waiting");
    await waiting.waitFor();
    assert.match(await editor.text(".fluxwire-jobs"), /In flight2/);
    await waiting.locator(cancel).click();
    await editor.page.getByText("Cancelled. Nothing is paid.").waitFor();
    await row("slow one", "cancelled").waitFor();

    const running = row("slow one", "running");
    await running.locator(cancel).click();
    assert.match(await running.innerText(), /may be billed all the same/);
    // What does no harm has the focus.
    assert.equal(await editor.get("document.activeElement.textContent"), "Keep it");
    await running.getByRole("button", { name: "Keep it" }).click();
    assert.doesNotMatch(await running.innerText(), /may be billed/);
    // The answers are gone; the focus is where the question came from.
    const hasFocus = (it: Element) => it === document.activeElement;
    assert.equal(await running.locator(cancel).evaluate(hasFocus), true);
    await running.locator(cancel).click();
    await running.getByRole("button", { name: "Cancel it" }).click();
    await editor.page.getByText("It is billed all the same").waitFor();
    await editor.page.waitForFunction(`$('.fluxwire-job[data-state="cancelled"]').length === 2`);
    const { length } = await editor.get<string>("document.activeElement.closest('.fluxwire-job')?.dataset.job ?? ''");
    assert.ok(length > 0, "the focus stays in the list");
    assert.equal(await row("slow one", "running").count(), 0);
  });

  it("copies a job's id, and says so", async () => {
    await editor.page.evaluate(
      "document.addEventListener('copy', () => { window.copied = document.activeElement.value }, { once: true })",
    );
    const job = row("maker", "done");
    await job.locator(button("Copy the job's id")).click();
    const id = await job.getAttribute("data-job");
    assert.equal(await editor.get("window.copied"), id);
    assert.match(await job.innerText(), new RegExp(`Copied ${id}`));
  });

  it("shows the node of a job, and of one inside a subflow the instance", async () => {
    await press("far");
    const far = row("camera in by night", "done");
    await far.waitFor();
    await far.locator(button("Show the node")).click();
    await editor.page.waitForFunction("RED.workspaces.active() === 'other'");
    await row("maker", "done").locator(button("Show the node")).click();
    await editor.page.waitForFunction("RED.workspaces.active() === 'tab'");
  });

  it("keeps the focus where it is while the list changes, and can be used with the keyboard alone", async () => {
    await press("never");
    const running = row("slow one", "running");
    await running.waitFor();
    await running.locator(cancel).focus();
    await press("make");
    await editor.page.waitForFunction(`$('.fluxwire-job[data-state="done"]').length === 3`);
    assert.equal(await running.locator(cancel).evaluate((it) => it === document.activeElement), true);
    // From the button of the question that got the focus, back to the one before it.
    await editor.page.keyboard.press("Enter");
    await editor.page.keyboard.press("Shift+Tab");
    await editor.page.keyboard.press("Enter");
    await editor.page.getByText("It is billed all the same").first().waitFor();
    await editor.page.waitForFunction(`$('.fluxwire-job[data-state="cancelled"]').length === 3`);
  });

  it("fits into 200 pixels", async () => {
    const tooWide = await editor.get(`(() => {
      const host = document.querySelector('.fluxwire-sidebar');
      host.style.width = '200px';
      const right = host.getBoundingClientRect().right;
      const wide = [...host.querySelectorAll('*')].filter((one) => one.getBoundingClientRect().right > right + 0.5);
      const result = [...wide.map((one) => one.className), ...(host.scrollWidth > host.clientWidth ? ['all of it'] : [])];
      host.style.width = '';
      return result;
    })()`);
    assert.deepEqual(tooWide, []);
  });

  it("says that a node is gone", async () => {
    await editor.page.evaluate("RED.nodes.remove('maker'); RED.nodes.dirty(false)");
    const job = row("deleted node", "done").first();
    await job.waitFor();
    await job.locator(button("Show the node")).press("Enter");
    assert.match(await job.innerText(), /not in the flows of this page/);
  });

  it("does not offer to cancel to somebody who may only look", async () => {
    await press("never");
    const running = row("slow one", "running");
    await running.waitFor();
    await editor.page.evaluate("RED.settings.user = { permissions: 'read' }");
    await editor.page.waitForFunction("$('.fluxwire-job-cancel[aria-disabled=true]:visible').length === 1");
    await running.locator(cancel).press("Enter");
    assert.match(await running.innerText(), /needs the permission flux\.write/);
    await editor.page.evaluate("delete RED.settings.user");
  });

  it("shows the same after the page was loaded anew, and the node is there again", async () => {
    const ids = "$('.fluxwire-job').get().map((one) => one.dataset.job)";
    const before = await editor.get<string[]>(ids);
    await editor.page.reload();
    await editor.page.waitForFunction("window.FluxWire && $('#red-ui-loading-progress:visible').length === 0");
    await show();
    await row("maker", "done").first().waitFor();
    assert.deepEqual(await editor.get(ids), before);
    assert.equal(await row("deleted node", "done").count(), 0);
  });

  it("says that Node-RED does not answer, and goes on when it does", async () => {
    const address = "**/flux/jobs?*";
    await editor.page.route(address, (route) => route.fulfill({ status: 200, body: "<p>proxy</p>" }));
    await press("make");
    await editor.page.getByText("Node-RED does not answer.").waitFor();
    assert.ok((await editor.page.locator(".fluxwire-job").count()) > 3);
    await editor.page.unroute(address);
    await editor.page.waitForFunction("$('.fluxwire-jobs-trouble').text() === ''");
  });

  it("shows no key of its catalogue instead of a text", async () => {
    assert.doesNotMatch(await editor.get<string>("$('.fluxwire-sidebar').text()"), /sidebar\.|status\.error|__\w+__/);
  });
});
