import assert from "node:assert/strict";
import { type Editor, inOnePage } from "./browser";
import { account, inference } from "./nodes";

const flows = [
  { id: "tab", type: "tab", label: "Flow" },
  account,
  inference("keys", "runware-flux-srpo", {}),
  inference("mouse", "runware-flux-srpo", { scheduler: { type: "str", value: "Euler" } }),
  inference("variable", "runware-flux-srpo", { scheduler: { type: "str", value: "${FLUX_SCHEDULER}" } }),
];

describe("a long list of choices", function () {
  this.timeout(60_000);
  let editor: Editor;
  inOnePage(flows, (opened) => {
    editor = opened;
  });
  const schedulerOf = (id: string) => editor.get<unknown>(`RED.nodes.node('${id}').params.scheduler`);
  const row = () => editor.page.locator('[data-parameter="scheduler"]');
  const trigger = () => row().locator(".red-ui-typedInput-option-trigger");
  const search = () => row().getByRole("combobox");
  const offered = () => row().getByRole("option").allTextContents();

  it("is searched and chosen from with the keyboard alone", async () => {
    await editor.open("keys");
    await trigger().focus();
    await editor.page.keyboard.press("ArrowDown");
    assert.equal(await row().getByRole("option", { selected: true }).textContent(), "not set");
    assert.ok((await offered()).length > 70);
    await editor.page.keyboard.type("heun");
    assert.deepEqual(await offered(), ["Heun", "HeunDiscreteScheduler", "Heun Karras"]);
    await editor.page.keyboard.press("ArrowDown");
    const active = await search().getAttribute("aria-activedescendant");
    assert.equal(await editor.text(`[id="${active}"]`), "HeunDiscreteScheduler");
    await editor.page.keyboard.press("Enter");
    assert.equal(await search().count(), 0);
    assert.equal(await trigger().evaluate((one) => one === document.activeElement), true);
    assert.match((await trigger().textContent()) ?? "", /HeunDiscreteScheduler/);
    await editor.done();
    assert.deepEqual(await schedulerOf("keys"), { type: "str", value: "HeunDiscreteScheduler" });
  });

  it("is left as it was with Escape and Tab, says when nothing is found, and starts with a letter", async () => {
    await editor.open("mouse");
    await trigger().focus();
    await editor.page.keyboard.press("x");
    assert.equal(await search().inputValue(), "x");
    await editor.page.keyboard.type("yz");
    assert.match((await row().textContent()) ?? "", /Nothing found/);
    await editor.page.keyboard.press("Enter");
    await editor.page.keyboard.press("Escape");
    assert.equal(await search().count(), 0);
    assert.equal(await trigger().getAttribute("aria-expanded"), "false");
    await editor.page.keyboard.press("ArrowDown");
    await editor.page.keyboard.press("Tab");
    assert.equal(await search().count(), 0);
    await editor.done();
    assert.deepEqual(await schedulerOf("mouse"), { type: "str", value: "Euler" });
    assert.equal(await editor.get("RED.nodes.node('mouse').changed"), false);
  });

  it("takes a click, and leaves variables and messages possible", async () => {
    await editor.open("variable");
    assert.equal(await row().locator("input.red-ui-typedInput-input").inputValue(), "${FLUX_SCHEDULER}");
    await row().locator(".red-ui-typedInput-type-select").click();
    await editor.pick("choice");
    await trigger().click();
    await search().fill("lcm");
    await row().getByRole("option", { name: "LCM", exact: true }).click();
    await editor.done();
    assert.deepEqual(await schedulerOf("variable"), { type: "str", value: "LCM" });
    await editor.open("variable");
    await row().locator(".red-ui-typedInput-type-select").click();
    await editor.pick("msg.");
    await editor.type("scheduler", "scheduler");
    await editor.done();
    assert.deepEqual(await schedulerOf("variable"), { type: "msg", value: "scheduler" });
  });
});
