import assert from "node:assert/strict";
import { type Editor, inOnePage } from "./browser";
import { account, falAccount, inference, todaysSettings } from "./nodes";

const num = (value: number) => ({ type: "num", value: String(value) });
const row = (more: object) => ({ model: "", width: "", height: "", steps: "", dollars: "", ...more });
const krea = row({ model: "runware-flux-krea", width: "1024", height: "1024", steps: "28", dollars: "0.0098" });
const anything = row({ dollars: "${PRICE}" });

const nodes = [
  { ...account, ...todaysSettings, id: "today" },
  { ...account, ...todaysSettings, id: "priced", prices: [krea, anything] },
  { ...account, ...todaysSettings, id: "by-hand", prices: [{ dollars: 0.5, steps: 4 }] },
  { ...account, ...todaysSettings, id: "wrong", prices: [row({ model: "krea", dollars: "free" })] },
  { ...account, ...todaysSettings, id: "filled" },
  { ...falAccount, id: "of-fal" },
  inference("node", "runware-flux-srpo", { width: num(512), height: num(512) }, { account: "filled" }),
];

describe("the price table in an account's dialog", function () {
  this.timeout(60_000);
  let editor: Editor;
  inOnePage([{ id: "tab", type: "tab", label: "Flow" }, account, falAccount, ...nodes], (opened) => {
    editor = opened;
  });

  const saved = (id: string) =>
    editor.get<Record<string, unknown>>(`RED.nodes.createCompleteNodeSet().find((node) => node.id === '${id}')`);
  const cell = (name: string) => editor.page.getByLabel(name, { exact: true });
  const problems = () => editor.page.locator(".fluxwire-price-problem > div").allTextContents();
  const open = async (id: string) => {
    await editor.openAccount(id);
    await editor.unfold("prices");
  };
  const add = () => editor.page.locator(".fluxwire-prices > .fluxwire-add").click();

  for (const id of ["account", "today", "priced", "by-hand"]) {
    it(`changes nothing by being looked at (${id})`, async () => {
      const before = await saved(id);
      await open(id);
      await editor.done();
      assert.deepEqual(await saved(id), before);
      assert.equal(await editor.get("RED.nodes.dirty()"), false);
    });
  }

  it("shows what is saved, and says in its heading how many prices there are", async () => {
    await open("priced");
    assert.equal(await editor.text('[data-group="prices"] .fluxwire-count'), "2 set");
    assert.equal(await cell("Price 1: Model").inputValue(), "runware-flux-krea");
    assert.equal(await cell("Price 1: Steps").inputValue(), "28");
    assert.equal(await cell("Price 2: USD / picture").inputValue(), "${PRICE}");
    assert.deepEqual(await problems(), []);
    await editor.cancel();
    assert.equal(await editor.get("RED.nodes.node('priced').valid"), true);
  });

  it("offers the models of its own service", async () => {
    await open("of-fal");
    await add();
    const offered = await cell("Price 1: Model").locator("option").allTextContents();
    assert.deepEqual(offered, ["any model", "FLUX.1 SRPO [dev]"]);
    await editor.cancel();
  });

  it("is filled and saved with the keyboard alone, and then is what the nodes' dialogs tell", async () => {
    await open("filled");
    await editor.page.locator(".fluxwire-prices > .fluxwire-add").focus();
    const { keyboard } = editor.page;
    await keyboard.press("Enter");
    // The first field of the new row has the focus.
    await keyboard.press("ArrowDown");
    for (const text of ["512", "512", "", "0.02"]) {
      await keyboard.press("Tab");
      await keyboard.type(text);
    }
    await editor.done();
    const expected = [row({ model: "runware-flux-srpo", width: "512", height: "512", dollars: "0.02" })];
    assert.deepEqual((await saved("filled")).prices, expected);
    await editor.open("node");
    await editor.page.waitForFunction(
      "document.querySelector('.fluxwire-estimate-text')?.textContent === 'About $0.02 per picture (your price table).'",
    );
    await editor.cancel();
  });

  it("loses a row and keeps the others, and leaves out rows in which nothing is", async () => {
    await open("priced");
    await add();
    await editor.page.getByRole("button", { name: "Remove price 1", exact: true }).click();
    assert.equal(await cell("Price 1: USD / picture").inputValue(), "${PRICE}");
    assert.equal(await editor.get("document.activeElement.title"), "Remove price 1");
    await editor.done();
    assert.deepEqual((await saved("priced")).prices, [anything]);
  });

  it("says beside a row what is wrong with it, and marks the account until it is mended", async () => {
    assert.deepEqual(await editor.get("RED.nodes.node('wrong').validationErrors"), [
      "Price 1: choose one of this account's models, or any model",
      "Price 1: US dollars above 0, up to 1,000",
    ]);
    await editor.openAccount("wrong");
    assert.equal(await cell("Price 1: Model").isVisible(), true, "the section is open");
    await cell("Price 1: Model").selectOption("");
    await cell("Price 1: USD / picture").fill("0");
    await cell("Price 1: Width").fill("512");
    await cell("Price 1: Steps").fill("2.5");
    assert.deepEqual(await problems(), [
      "Price 1: width and height belong together, give both or none",
      "Price 1: steps are a whole number from 1 on, or nothing for any number",
      "Price 1: US dollars above 0, up to 1,000",
    ]);
    assert.equal(await cell("Price 1: Steps").getAttribute("aria-invalid"), "true");
    await cell("Price 1: Width").fill("");
    await cell("Price 1: Steps").fill("");
    await cell("Price 1: USD / picture").fill("0.5");
    await add();
    await cell("Price 2: USD / picture").fill("0.6");
    assert.deepEqual(await problems(), ["Price 2: price 1 is for the same pictures"]);
    await cell("Price 2: Steps").fill("8");
    assert.deepEqual(await problems(), []);
    await editor.done();
    assert.equal(await editor.get("RED.nodes.node('wrong').valid"), true);
  });
});
