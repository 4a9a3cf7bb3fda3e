import assert from "node:assert/strict";
import { nodeModels } from "../../lib/models/catalogue";
import { type Editor, inOnePage } from "./browser";
import { account, falAccount, inference } from "./nodes";

const flows = [
  { id: "tab", type: "tab", label: "Flow" },
  account,
  falAccount,
  ...nodeModels.map(({ type }) =>
    inference(type, type, {}, { lateResults: true, idempotencyKeyFrom: { type: "msg", value: "idempotencyKey" } }),
  ),
  inference("full", "runware-flux-srpo", {
    width: { type: "num", value: "1344" },
    height: { type: "num", value: "768" },
    scheduler: { type: "str", value: "Euler Beta" },
    "controlNet.0.endStepPercentage": { type: "num", value: "80" },
    hiresFix: { type: "bool", value: "true" },
    "ultralytics.steps": { type: "num", value: "10" },
    outpaint: { type: "msg", value: "outpaint" },
  }),
];

describe("the box that finds settings", function () {
  this.timeout(60_000);
  let editor: Editor;
  inOnePage(flows, (opened) => {
    editor = opened;
  });
  const box = () => editor.page.getByRole("textbox", { name: "Find a setting" });
  const count = () => editor.text(".fluxwire-filter-count");
  const open = () =>
    editor.get<string[]>(
      "$('.fluxwire-section-heading[aria-expanded=true]').parent().get().map((one) => one.dataset.group)",
    );
  const rows = () =>
    editor.get<string[]>(
      "$('.fluxwire-sections [data-parameter]:visible, .fluxwire-sections [data-property]:visible').get().map((one) => one.dataset.parameter ?? one.dataset.property)",
    );

  it("finds fields by label, name and help, says how many, and folds everything as it was afterwards", async () => {
    await editor.open("runware-flux-srpo");
    await editor.unfold("output");
    const before = await open();
    await box().fill("hires");
    assert.deepEqual(await rows(), [
      "hiresFix",
      "hiresFix.model",
      "hiresFix.steps",
      "hiresFix.strength",
      "hiresFix.upscaleFactor",
    ]);
    assert.match(await count(), /^5 of \d\d$/);
    assert.deepEqual(
      (await open()).filter((group) => !before.includes(group)),
      ["features"],
    );
    await box().fill("num");
    assert.ok((await rows()).includes("numberResults"));
    await box().fill("time limit");
    assert.ok((await rows()).includes("timeout"));
    await box().fill("endStepPercentage");
    assert.deepEqual(await rows(), ["acceleratorOptions.cacheEndStep"]);
    await box().fill("xyzzy");
    assert.match(await count(), /^0 of/);
    assert.deepEqual(await rows(), []);
    await box().press("Escape");
    assert.equal(await box().inputValue(), "");
    assert.equal(await count(), "");
    assert.deepEqual(await open(), before);
    assert.ok((await rows()).includes("steps"));
    await editor.cancel();
  });

  it("lets a value be set in a feature that is off, which switches it on", async () => {
    await editor.open("runware-flux-krea");
    await box().fill("certainty");
    assert.deepEqual(await rows(), ["ultralytics.confidence"]);
    await editor.type("ultralytics.confidence", "0.5");
    assert.equal(await editor.page.locator('[data-feature="ultralytics"] .fluxwire-switch').isChecked(), true);
    await box().fill("");
    await editor.done();
    assert.deepEqual(await editor.get("RED.nodes.node('runware-flux-krea').params"), {
      "ultralytics.confidence": { type: "num", value: "0.5" },
    });
    await editor.get("RED.history.pop()");
  });

  it("goes on when the mode changes, and with elements that are added to a list", async () => {
    await editor.open("fal-flux-srpo");
    await box().fill("strength");
    assert.deepEqual(await rows(), ["strength"]);
    await editor.page.locator('[data-property="mode"] select').selectOption("text-to-image");
    assert.deepEqual(await rows(), []);
    await editor.cancel();
    await editor.open("runware-flux-srpo");
    await box().fill("lora weight");
    await editor.page.locator('[data-list="lora"] > div > .fluxwire-add').click();
    assert.deepEqual(await rows(), ["lora.0.weight"]);
    await editor.cancel();
  });

  it("changes nothing in any dialog: everything drawn, filtered and left with Done", async function () {
    this.timeout(120_000);
    const before = await editor.get("JSON.stringify(RED.nodes.createCompleteNodeSet())");
    for (const id of [...nodeModels.map(({ type }) => type), "full"]) {
      await editor.open(id);
      await editor.unfoldAll();
      for (const words of ["steps", "zzz"]) await box().fill(words);
      await box().press("Escape");
      await box().fill("e");
      await editor.done();
    }
    assert.equal(await editor.get("JSON.stringify(RED.nodes.createCompleteNodeSet())"), before);
    const changed = await editor.get<string[]>(
      "RED.nodes.filterNodes({ z: 'tab' }).filter((node) => node.changed && node.id !== 'runware-flux-krea').map((node) => node.id)",
    );
    assert.deepEqual(changed, []);
  });
});
