import assert from "node:assert/strict";
import { type Editor, inOnePage } from "./browser";
import { account, bucket, falAccount, todaysSettings, upload } from "./nodes";

const nodes = [
  { ...account, ...todaysSettings, id: "new", environment: "production" },
  { ...falAccount, ...todaysSettings, id: "new-fal", environment: "production" },
  { ...account, ...todaysSettings, id: "open", environment: "${WHERE}" },
  { ...bucket, id: "shop", environment: "production" },
  upload("upload", { bucket: "shop" }),
];

describe("a person who makes an account", function () {
  this.timeout(60_000);
  let editor: Editor;
  inOnePage([{ id: "tab", type: "tab", label: "Flow" }, account, ...nodes], (opened) => {
    editor = opened;
  });

  const note = () => editor.text(".fluxwire-key-note > [role=status]");
  const link = () => editor.page.locator(".fluxwire-key-note > a");
  const key = () => editor.page.locator("#node-config-input-apiKey");
  const isRed = (property: string) =>
    editor.get<boolean>(`$("#node-config-input-${property}").parent().find(".input-error").length > 0`);
  const choose = async (environment: string) => {
    await editor.page
      .locator("#node-config-input-environment + .red-ui-typedInput-container .red-ui-typedInput-option-trigger")
      .click();
    await editor.pick(environment);
  };

  it("reads that a key is needed, where it is had, and that the sandbox can do without", async () => {
    await editor.openAccount("new");
    assert.equal(await note(), "A key is needed here. To try without one, choose the environment sandbox.");
    assert.equal(await link().getAttribute("href"), "https://runware.ai/signup");
    assert.equal(await isRed("environment"), true);

    await choose("sandbox: offline, free");
    assert.match(await note(), /^No key is needed/);
    assert.equal(await key().getAttribute("placeholder"), "not needed in the sandbox");
    assert.equal(await link().isVisible(), false);
    assert.equal(await isRed("environment"), false, "nothing is wrong any more");

    await choose("production: Runware");
    assert.match(await note(), /^A key is needed/);
    assert.equal(await isRed("environment"), true);
    await key().fill("my key");
    assert.equal(await note(), "Pictures are paid for with this key.");
    assert.equal(await isRed("environment"), false);
    await editor.cancel();
  });

  it("is led to the place of fal's keys, and reads that a variable may need one", async () => {
    await editor.openAccount("new-fal");
    assert.equal(await link().getAttribute("href"), "https://fal.ai/dashboard/keys");
    await editor.cancel();
    await editor.openAccount("open");
    assert.equal(await note(), "A key is needed unless the variable says sandbox.");
    await editor.cancel();
  });

  it("sees what a bucket lacks outside the sandbox, and that it is no longer lacking inside", async () => {
    await editor.openAccount("shop");
    assert.equal(await isRed("bucket"), true);
    await choose("sandbox: on this machine, free");
    assert.equal(await isRed("bucket"), false);
    await editor.cancel();
  });

  it("has dialogs that leave room for the canvas on a small screen", async () => {
    await editor.page.setViewportSize({ width: 1280, height: 800 });
    for (const open of [() => editor.openAccount("new"), () => editor.open("upload")]) {
      await open();
      const width = Number(await editor.get("$('.red-ui-tray').width()"));
      assert.ok(width < 640, `${width} pixels`);
      await editor.cancel();
    }
  });
});
