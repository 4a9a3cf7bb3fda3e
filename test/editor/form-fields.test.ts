import assert from "node:assert/strict";
import { type Editor, inOnePage } from "./browser";
import { account, inference } from "./nodes";

const flows = [
  { id: "tab", type: "tab", label: "Flow" },
  account,
  inference("fields", "runware-flux-srpo", { steps: { type: "num", value: "30" } }),
  inference("step", "runware-flux-srpo", { "controlNet.0.startStep": { type: "num", value: "3" } }),
  inference("seed", "runware-flux-krea", {}),
  inference("features", "runware-flux-srpo", {}),
  inference("only", "runware-flux-kontext", {}),
  inference("detail", "runware-flux-srpo", { "ultralytics.steps": { type: "num", value: "10" } }),
  inference("whole", "runware-flux-srpo", { hiresFix: { type: "bool", value: "true" } }),
  inference("empty", "runware-flux-srpo", {}),
];

describe("the fields of a model", function () {
  this.timeout(60_000);
  let editor: Editor;
  inOnePage(flows, (opened) => {
    editor = opened;
  });
  const row = (parameter: string) => editor.page.locator(`[data-parameter="${parameter}"]`);
  const input = (parameter: string) => row(parameter).locator("input.red-ui-typedInput-input");
  const paramsOf = (id: string) => editor.get<Record<string, unknown>>(`RED.nodes.node('${id}').params`);
  const feature = (path: string) => editor.page.locator(`[data-feature="${path}"]`);
  const number = (value: string) => ({ type: "num", value });

  it("are explained without a mouse", async () => {
    await editor.open("fields");
    const help = row("steps").locator(".fluxwire-help");
    assert.equal(await help.isVisible(), false);
    await row("steps").locator(".fluxwire-ask").focus();
    await editor.page.keyboard.press("Enter");
    assert.match((await help.textContent()) ?? "", /How often the picture is refined/);
    assert.equal(await help.isVisible(), true);
    await editor.page.keyboard.press("Enter");
    assert.equal(await help.isVisible(), false);
    await editor.cancel();
  });

  it("tell readers their name, range and help", async () => {
    await editor.open("fields");
    const described = await editor.get<string[]>(
      `(($input) => $input.attr("aria-describedby").split(" ").map((id) => $("#" + id).text()))($('[data-parameter="steps"] input.red-ui-typedInput-input'))`,
    );
    assert.equal(described[0], "1 to 50");
    assert.match(described[1] ?? "", /^How often/);
    await row("steps").locator("label").click();
    assert.equal(await input("steps").evaluate((one) => one === document.activeElement), true);
    assert.match(
      await editor.get(`$('[data-parameter="scheduler"] .red-ui-typedInput-option-trigger').attr("aria-labelledby")`),
      /-label fluxwire-control-/,
    );
    await editor.cancel();
  });

  it("go back to their default, with the keyboard in the field again", async () => {
    await editor.open("fields");
    const reset = row("steps").locator(".fluxwire-reset");
    assert.equal(await row("CFGScale").locator(".fluxwire-reset").isVisible(), false);
    await reset.click();
    assert.equal(await input("steps").inputValue(), "");
    assert.equal(await reset.isVisible(), false);
    assert.equal(await input("steps").evaluate((one) => one === document.activeElement), true);
    await editor.done();
    assert.deepEqual(await paramsOf("fields"), {});
  });

  it("go back to their default where a value comes from a message or is chosen", async () => {
    await editor.open("fields");
    await row("seed").locator(".red-ui-typedInput-type-select").click();
    await editor.pick("msg.");
    await editor.type("seed", "seed");
    await row("scheduler").locator(".red-ui-typedInput-option-trigger").click();
    await editor.pick("Euler");
    for (const parameter of ["seed", "scheduler"]) await row(parameter).locator(".fluxwire-reset").click();
    assert.match((await row("scheduler").textContent()) ?? "", /not set/);
    await editor.type("seed", "5");
    await editor.done();
    assert.deepEqual(await paramsOf("fields"), { seed: number("5") });
  });

  it("set a step back that may be a percentage, and a whole list", async () => {
    await editor.open("step");
    await editor.unfold("composition");
    await row("controlNet.0.startStep").locator(".fluxwire-reset").click();
    await editor.type("controlNet.0.weight", "0.5");
    await editor.page.locator('[data-list="controlNet"] > div .fluxwire-clear').click();
    assert.equal(await editor.page.locator('[data-parameter^="controlNet."]').count(), 0);
    assert.equal(await editor.get("$('[data-list=controlNet] .fluxwire-add')[0] === document.activeElement"), true);
    await editor.done();
    assert.deepEqual(await paramsOf("step"), {});
  });

  it("roll a seed that stays the same from then on", async () => {
    await editor.open("seed");
    const dice = row("seed").locator(".fluxwire-beside");
    assert.match((await dice.getAttribute("title")) ?? "", /random/);
    await dice.click();
    const first = await input("seed").inputValue();
    await dice.click();
    const second = await input("seed").inputValue();
    assert.notEqual(first, second);
    for (const seed of [first, second]) assert.ok(Number.isSafeInteger(Number(seed)) && Number(seed) >= 0, seed);
    await editor.done();
    assert.deepEqual(await paramsOf("seed"), { seed: number(second) });
  });

  it("of a feature show while it is on, and what was set comes back with it", async () => {
    await editor.open("detail");
    await editor.unfold("features");
    const box = feature("ultralytics").locator(".fluxwire-switch");
    assert.equal(await box.isChecked(), true);
    await box.uncheck();
    assert.equal(await row("ultralytics.steps").isVisible(), false);
    assert.equal(await editor.text('[data-group="features"] .fluxwire-count'), "");
    await box.check();
    assert.equal(await input("ultralytics.steps").inputValue(), "10");
    await box.uncheck();
    await editor.done();
    assert.deepEqual(await paramsOf("detail"), {});
  });

  it("of a feature have its name and switch where it is the only one of its section", async () => {
    await editor.open("only");
    await editor.unfold("features");
    assert.equal(await row("ultralytics.steps").isVisible(), false);
    await feature("ultralytics").getByRole("checkbox", { name: "Face detailer" }).check();
    await editor.type("ultralytics.steps", "12");
    await editor.done();
    assert.deepEqual(await paramsOf("only"), { "ultralytics.steps": number("12") });
  });

  it("of a feature with standard values need not be filled in", async () => {
    await editor.open("features");
    await editor.unfold("features");
    const hires = feature("hiresFix");
    await hires.locator(".fluxwire-switch").check();
    assert.match((await hires.textContent()) ?? "", /with the service's standard values/);
    await editor.done();
    assert.deepEqual(await paramsOf("features"), { hiresFix: { type: "bool", value: "true" } });
    await editor.open("features");
    await editor.unfold("features");
    await editor.type("hiresFix.steps", "12");
    assert.doesNotMatch((await hires.textContent()) ?? "", /with the service's standard values/);
    await editor.done();
    assert.deepEqual(await paramsOf("features"), { "hiresFix.steps": number("12") });
    await editor.open("features");
    await editor.unfold("features");
    await row("hiresFix.steps").locator(".fluxwire-reset").click();
    await editor.done();
    assert.deepEqual(await paramsOf("features"), { hiresFix: { type: "bool", value: "true" } });
  });

  it("of a feature that needs a value are asked for, and an empty one is never saved", async () => {
    await editor.open("empty");
    await editor.unfold("image");
    await feature("outpaint").locator(".fluxwire-switch").check();
    assert.match((await feature("outpaint").textContent()) ?? "", /Set at least one value/);
    await editor.done();
    assert.deepEqual(await paramsOf("empty"), {});
    assert.equal(await editor.get("RED.nodes.node('empty').changed"), false);
  });

  it("of a feature may come from a message as a whole", async () => {
    await editor.open("whole");
    await editor.unfold("features");
    const hires = feature("hiresFix");
    await hires.locator(".fluxwire-offer").click();
    await hires.locator('[data-source="hiresFix"] .red-ui-typedInput-type-select').click();
    await editor.pick("msg.");
    await hires.locator('[data-source="hiresFix"] input.red-ui-typedInput-input').fill("hires");
    await editor.page.keyboard.press("Tab");
    assert.equal(await row("hiresFix.steps").isVisible(), false);
    await editor.done();
    assert.deepEqual(await paramsOf("whole"), { hiresFix: { type: "msg", value: "hires" } });
    await editor.open("whole");
    await editor.unfold("features");
    await hires.locator('[data-source="hiresFix"] .red-ui-typedInput-type-select').click();
    await editor.pick("this dialog");
    await editor.done();
    assert.deepEqual(await paramsOf("whole"), { hiresFix: { type: "bool", value: "true" } });
  });
});
