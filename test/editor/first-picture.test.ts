import assert from "node:assert/strict";
import { type Editor, inOnePage } from "./browser";
import { deploy, dragFromPalette, drawWire, openSelected } from "./canvas";
import { clipboardOpened } from "./clipboard";

const flows = [
  { id: "tab", type: "tab", label: "Flow" },
  { id: "note", type: "comment", z: "tab", name: "A new flow", info: "", x: 120, y: 40, wires: [] },
];

describe("a person who has never used the pack", function () {
  this.timeout(60_000);
  let editor: Editor;
  inOnePage(flows, (opened) => {
    editor = opened;
  });

  it("comes from an empty flow to a picture, without a key and with the mouse", async () => {
    const { page } = editor;
    const inject = await dragFromPalette(editor, "inject", { x: 140, y: 140 });
    const krea = await dragFromPalette(editor, "runware-flux-krea", { x: 420, y: 140 });

    await openSelected(editor, krea);
    await page.click("#node-input-btn-account-add");
    // It takes the place of the node's dialog, and can be used once it has the focus.
    await page.waitForFunction("$('.red-ui-tray:has(#node-config-dialog-ok)').has(document.activeElement).length > 0");
    await page
      .locator("#node-config-input-environment + .red-ui-typedInput-container .red-ui-typedInput-option-trigger")
      .click();
    await editor.pick("sandbox: offline, free");
    await page.click("#node-config-dialog-ok");
    // The node's own dialog comes back, with the account chosen in it.
    await page.waitForFunction("Boolean(RED.nodes.node($('#node-input-account').val()))");
    await editor.done();
    assert.deepEqual(await editor.get(`RED.nodes.node("${krea}").validationErrors`), []);

    await drawWire(editor, inject, krea);
    assert.deepEqual(await editor.get(`RED.nodes.getNodeLinks('${inject}').map(({ target }) => target.id)`), [krea]);

    await openSelected(editor, inject);
    const payload = page.locator("#node-input-property-container li").first();
    await payload
      .locator(".node-input-prop-property-value + .red-ui-typedInput-container .red-ui-typedInput-type-select")
      .click();
    await page.locator(".red-ui-typedInput-options:visible a").getByText("string", { exact: true }).click();
    await payload
      .locator(".node-input-prop-property-value + .red-ui-typedInput-container input.red-ui-typedInput-input")
      .fill("A lighthouse at dusk");
    await editor.done();

    await deploy(editor);
    await page.locator(`[id="${inject}"] .red-ui-flow-node-button-button`).click();
    await page.waitForFunction(
      `document.querySelector('[id="${krea}"] .red-ui-flow-node-status-label')?.textContent.startsWith("1 image")`,
    );
  });

  it("imports an example from the menu, and sees its picture on the canvas", async () => {
    const { page } = editor;
    await editor.get("RED.actions.invoke('core:show-examples-import-dialog') && undefined");
    await clipboardOpened(editor, "import");
    for (const entry of ["@fluxwire/node-red-flux", "1 - Getting started", "Quick start without a key"]) {
      await page.locator(".red-ui-treeList-label:visible").getByText(entry, { exact: true }).click();
    }
    await page.click("#red-ui-clipboard-dialog-ok");
    const preview = "RED.nodes.filterNodes({ type: 'flux-preview' })[0]";
    // The dialog closes before the server has sent the example, which comes on a tab of its own.
    await page.waitForFunction(`${preview} !== undefined`);
    await deploy(editor);
    await editor.get(`RED.view.reveal(${preview}.id)`);
    const button = await editor.get<string>(
      `RED.nodes.filterNodes({ type: "inject" }).find((node) => RED.nodes.getAllDownstreamNodes(node).includes(${preview})).id`,
    );
    await page.locator(`[id="${button}"] .red-ui-flow-node-button-button`).click();
    await page.waitForSelector(".fluxwire-pictures image");
  });
});
