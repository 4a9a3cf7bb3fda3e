import assert from "node:assert/strict";
import { type Editor, inOnePage, themes } from "./browser";
import { deploy, dragFromPalette, openSelected } from "./canvas";
import { clipboardOpened } from "./clipboard";
import { account, bucket, falAccount } from "./nodes";

/** Fills in a parameter's own field. */
const parameter = (path: string, text: string) => async (editor: Editor) => {
  await editor.unfoldAll();
  await editor.type(path, text);
};

/** Chooses from the list of a parameter's known values. */
const choice = (path: string, value: string) => async (editor: Editor) => {
  await editor.unfoldAll();
  const row = editor.page.locator(`[data-parameter="${path}"]`);
  await row.locator(".red-ui-typedInput-option-trigger").click();
  await editor.page.locator(".red-ui-typedInput-options:visible a, .fluxwire-option:visible").getByText(value).click();
};

/** One after the other. */
const all =
  (...steps: readonly ((editor: Editor) => Promise<void>)[]) =>
  async (editor: Editor) => {
    for (const step of steps) await step(editor);
  };

/** Fills in a setting's own field. */
const setting = (name: string, text: string) => async (editor: Editor) => {
  await editor.unfoldAll();
  const input = editor.page.locator(`[data-property="${name}"] input[type="text"]:visible`).last();
  await input.fill(text);
  await input.press("Tab");
};

interface SavedNode {
  id: string;
  type: string;
  [property: string]: unknown;
}

interface Tried {
  /** The field of the dialog that a config node is chosen in, and which one. */
  config?: { field: string; id: string };
  wrong(editor: Editor): Promise<void>;
  right(editor: Editor): Promise<void>;
}

const runware = { field: "account", id: "account" };
const inference: Tried = { config: runware, wrong: parameter("steps", "999"), right: parameter("steps", "20") };

/** For each node something that it cannot work with, and something that it can. */
const tried: Readonly<Record<string, Tried>> = {
  "runware-flux-srpo": inference,
  "runware-flux-krea": inference,
  "runware-flux-kontext": inference,
  "fal-flux-srpo": {
    config: { field: "account", id: "fal" },
    wrong: parameter("num_images", "9"),
    right: parameter("num_images", "2"),
  },
  "runware-preprocess": { config: runware, wrong: parameter("ttl", "1"), right: parameter("ttl", "3600") },
  "flux-lora": {
    wrong: parameter("lora.0.model", "no model"),
    right: parameter("lora.0.model", "civitai:652699@993999"),
  },
  "flux-controlnet": {
    wrong: all(choice("controlNet.0.model", "runware:27@1"), parameter("controlNet.0.weight", "9")),
    right: parameter("controlNet.0.weight", "0.7"),
  },
  "flux-ip-adapter": {
    wrong: all(choice("ipAdapters.0.model", "runware:56@1"), parameter("ipAdapters.0.guideImages.0", "no picture")),
    right: parameter("ipAdapters.0.guideImages.0", "https://example.com/style.png"),
  },
  "flux-identity": {
    wrong: parameter("pulid.images.0", "no picture"),
    right: parameter("pulid.images.0", "https://example.com/face.png"),
  },
  "flux-s3-upload": {
    config: { field: "bucket", id: "bucket" },
    wrong: setting("concurrency", "0"),
    right: setting("concurrency", "2"),
  },
  "flux-s3-presign": {
    config: { field: "bucket", id: "bucket" },
    wrong: setting("life", "0"),
    right: setting("life", "600"),
  },
  "flux-preview": { wrong: setting("count", "0"), right: setting("count", "2") },
};

const flows = [
  { id: "tab", type: "tab", label: "Flow" },
  account,
  falAccount,
  bucket,
  { id: "note", type: "comment", z: "tab", name: "here", info: "", x: 80, y: 20, wires: [] },
];

for (const theme of themes) {
  describe(`every node, dragged from the palette, in the ${theme} theme`, function () {
    this.timeout(60_000);
    let editor: Editor;
    inOnePage(
      flows,
      (opened) => {
        editor = opened;
      },
      { theme },
    );
    const made = new Map<string, string>();

    const validity = (id: string) =>
      editor.get<{ valid: boolean; reasons: string[] }>(
        `(({ valid, validationErrors }) => ({ valid, reasons: validationErrors ?? [] }))(RED.nodes.node('${id}'))`,
      );

    it("stands on a page of that theme", async () => {
      const isDark = await editor.get("document.documentElement.classList.contains('nr-theme-dark')");
      assert.equal(isDark, theme === "dark");
    });

    it("is all that the palette has of this pack", async () => {
      const types = await editor.get<string[]>(
        "RED.nodes.registry.getNodeTypes().filter((type) => { const { set, category } = RED.nodes.getType(type); return set?.module === '@fluxwire/node-red-flux' && category !== 'config'; })",
      );
      assert.deepEqual(types.sort(), Object.keys(tried).sort());
    });

    for (const [place, [type, { config, wrong, right }]] of Object.entries(tried).entries()) {
      it(`${type} says what is wrong, and takes what is right`, async () => {
        const at = { x: 160 + 280 * (place % 3), y: 80 + 60 * Math.floor(place / 3) };
        const id = await dragFromPalette(editor, type, at);
        made.set(type, id);
        await openSelected(editor, id);
        if (config) await editor.page.selectOption(`#node-input-${config.field}`, config.id);
        await wrong(editor);
        await editor.done();
        const refused = await validity(id);
        assert.equal(refused.valid, false);
        assert.equal(refused.reasons.length, 1, refused.reasons.join("; "));
        // The canvas is drawn with the next frame.
        await editor.page.locator(`[id="${id}"] .red-ui-flow-node-error`).waitFor();

        await openSelected(editor, id);
        await right(editor);
        await editor.done();
        assert.deepEqual(await validity(id), { valid: true, reasons: [] });
      });
    }

    it("is deployed, exported and imported as it was", async () => {
      await deploy(editor);
      const { page } = editor;
      await page.locator("#red-ui-workspace-chart").click({ position: { x: 700, y: 500 } });
      await page.keyboard.press("Control+a");
      await page.keyboard.press("Control+e");
      await clipboardOpened(editor, "export");
      const text = "#red-ui-clipboard-dialog-export-text";
      await page.waitForFunction(`$('${text}').val()?.startsWith('[')`);
      const exported = await page.locator(text).inputValue();
      await page.click("#red-ui-clipboard-dialog-cancel");
      await page.keyboard.press("Control+i");
      await clipboardOpened(editor, "import");
      const pasted = page.locator("#red-ui-clipboard-dialog-import-text");
      await pasted.fill(exported);
      // Node-RED looks at the text when a key is released.
      await pasted.press("End");
      await page.click("#red-ui-clipboard-dialog-ok");
      await page.getByRole("button", { name: "Import copy" }).click();
      await page.locator("#red-ui-workspace-chart").click({ position: { x: 400, y: 420 } });

      const saved = await editor.get<SavedNode[]>("RED.nodes.createCompleteNodeSet()");
      const originals = new Set(made.values());
      /** All that an author set. */
      const settings = (isOriginal: boolean) =>
        saved
          .filter(({ id, type }) => type in tried && originals.has(id) === isOriginal)
          .map(({ id: _id, x: _x, y: _y, z: _z, ...rest }) => rest)
          .sort((one, other) => one.type.localeCompare(other.type));
      assert.equal(settings(true).length, originals.size);
      assert.deepEqual(settings(false), settings(true));
      assert.deepEqual(await editor.get("RED.nodes.filterNodes({}).filter(({ valid }) => !valid)"), []);
    });
  });
}
