import assert from "node:assert/strict";
import type { BrowserContext } from "playwright-core";
import { settableLeaves } from "../../editor/form-tree";
import { patternOf } from "../../editor/params";
import { models } from "../../lib/models/catalogue";
import { type NodeRedProcess, startNodeRed } from "../support/node-red-process";
import { type Editor, noBrowser, openEditor, startBrowser } from "./browser";

const account = {
  id: "account",
  type: "runware-account",
  name: "practice",
  environment: "sandbox",
  baseUrl: "",
  concurrency: "4",
  line: "1000",
  timeout: "600",
  retries: "4",
  journal: true,
  proxy: "",
  tls: "",
};

const inference = (id: string, type: string, params: object, more: object = {}) => ({
  id,
  type,
  z: "tab",
  name: "",
  account: "account",
  params,
  promptFrom: { type: "msg", value: "payload" },
  imageFrom: { type: "none", value: "" },
  output: "url",
  results: "each",
  keepFlux: false,
  allowUnknown: false,
  timeout: "",
  version: 1,
  x: 200,
  y: 100,
  wires: [[]],
  ...more,
});

/** As an older version or a hand may have written them: out of order, sparse, with variables and strangers. */
const unusualParams = {
  outputFormat: { type: "str", value: "PNG" },
  "lora.1.model": { type: "str", value: "civitai:1@2" },
  steps: { type: "num", value: "${FLUX_STEPS}" },
  scheduler: { type: "str", value: "${FLUX_SCHEDULER}" },
  layerDiffuse: { type: "bool", value: "true" },
  seed: { type: "num", value: "9223372036854775807" },
  "ipAdapters.0.guideImages.0": { type: "msg", value: "picture" },
  novelty: { type: "str", value: "x" },
};

const flows = [
  { id: "tab", type: "tab", label: "Flow" },
  account,
  ...models.map(({ type }) => inference(type, type, {})),
  inference("unusual", "runware-flux-srpo", unusualParams),
  inference("lists", "runware-flux-srpo", {
    "lora.0.model": { type: "str", value: "first:1@1" },
    "lora.1.model": { type: "str", value: "second:1@1" },
    "lora.2.model": { type: "str", value: "third:1@1" },
  }),
  inference("wrong", "runware-flux-srpo", { steps: { type: "num", value: "51" } }, { account: "" }),
];

const production = { ...account, id: "production", name: "", environment: "production" };

describe("the editor", function () {
  this.timeout(60_000);
  let nodeRed: NodeRedProcess;
  let browser: BrowserContext;
  let editor: Editor;

  before(async function () {
    if (noBrowser !== undefined) {
      console.log(`      browser tests skipped: ${noBrowser}`);
      return this.skip();
    }
    [nodeRed, browser] = await Promise.all([startNodeRed({ flows: [...flows, production] }), startBrowser()]);
  });
  after(async () => {
    await browser?.browser()?.close();
    await nodeRed?.stop();
  });
  beforeEach(async () => {
    editor = await openEditor(browser, nodeRed.url);
  });
  afterEach(async () => {
    await editor?.close();
  });

  const paramsOf = (id: string) => editor.get<Record<string, unknown>>(`RED.nodes.node('${id}').params`);

  it("shows every node in the palette, with an icon", async () => {
    for (const { type } of models) {
      const icon = editor.page.locator(`[data-palette-type="${type}"] .red-ui-palette-icon`);
      const style = (await icon.getAttribute("style")) ?? "";
      assert.match(style, new RegExp(`icons/@fluxwire/node-red-flux/${type}\\.svg`));
      const address = /url\(["']?([^"')]+)/.exec(style)?.[1] ?? "";
      assert.equal(await editor.get(`fetch(${JSON.stringify(address)}).then(({ status }) => status)`), 200);
    }
  });

  it("opens every dialog without a complaint, and closing it with Done changes nothing", async () => {
    const before = await editor.get("JSON.stringify(RED.nodes.createCompleteNodeSet())");
    for (const id of [...models.map(({ type }) => type), "unusual", "lists", "wrong"]) {
      await editor.open(id);
      for (const group of await editor.page.locator("[data-group]").all()) {
        await editor.unfold((await group.getAttribute("data-group")) ?? "");
      }
      await editor.done();
    }
    await editor.openAccount("account");
    await editor.done();
    assert.deepEqual(editor.complaints, []);
    assert.equal(await editor.get("RED.nodes.dirty()"), false);
    assert.equal(await editor.get("JSON.stringify(RED.nodes.createCompleteNodeSet())"), before);
  });

  for (const { type, facts } of models) {
    it(`has a labelled control for every parameter of ${type}`, async () => {
      await editor.open(type);
      for (const group of await editor.page.locator("[data-group]").all()) {
        await editor.unfold((await group.getAttribute("data-group")) ?? "");
      }
      // One element in every list, lists inside of elements too.
      for (const { path } of facts.lists) {
        await editor.page.locator(`[data-list="${path.replaceAll("[]", ".0")}"] > div > .fluxwire-add`).click();
      }
      const rows = await editor.page.locator("[data-parameter]").all();
      const shown = await Promise.all(
        rows.map(async (row) => patternOf((await row.getAttribute("data-parameter")) ?? "")),
      );
      assert.deepEqual(
        shown.sort(),
        settableLeaves(facts)
          .map((leaf) => leaf.path)
          .sort(),
      );
      for (const row of rows) {
        assert.notEqual(await row.locator(".fluxwire-label").textContent(), "");
        assert.equal(await row.locator(".red-ui-typedInput-container").count(), 1);
      }
      await editor.page.click("#node-dialog-cancel");
      assert.deepEqual(editor.complaints, []);
    });
  }

  it("saves what was typed, in the schema's order, and nothing else", async () => {
    await editor.open("runware-flux-krea");
    await editor.unfold("output");
    await editor.type("numberResults", "2");
    await editor.type("height", "512");
    await editor.type("width", "768");
    await editor.type("steps", "30");
    await editor.type("steps", "");
    await editor.done();
    const params = await paramsOf("runware-flux-krea");
    assert.deepEqual(Object.entries(params), [
      ["width", { type: "num", value: "768" }],
      ["height", { type: "num", value: "512" }],
      ["numberResults", { type: "num", value: "2" }],
    ]);
    assert.equal(await editor.get("RED.nodes.dirty()"), true);
    assert.equal(await editor.get("RED.nodes.node('runware-flux-krea').valid"), true);
  });

  it("gives the parameters back when the change is undone", async () => {
    await editor.open("lists");
    await editor.type("steps", "30");
    await editor.done();
    assert.equal(Object.keys(await paramsOf("lists")).length, 4);
    await editor.get("RED.history.pop()");
    assert.equal(Object.keys(await paramsOf("lists")).length, 3);
  });

  it("saves a choice, a switch, a message property and a variable", async () => {
    await editor.open("runware-flux-srpo");
    const pick = async (parameter: string, button: string, label: string) => {
      await editor.page.locator(`[data-parameter="${parameter}"] .red-ui-typedInput-${button}`).click();
      await editor.page.locator(".red-ui-typedInput-options:visible a").getByText(label, { exact: true }).click();
    };
    await pick("scheduler", "option-trigger", "Euler Beta");
    await pick("seed", "type-select", "msg.");
    await editor.type("seed", "seed");
    await editor.type("steps", "${FLUX_STEPS}");
    await editor.unfold("features");
    await pick("layerDiffuse", "option-trigger", "on");
    await editor.done();
    assert.deepEqual(await paramsOf("runware-flux-srpo"), {
      steps: { type: "num", value: "${FLUX_STEPS}" },
      scheduler: { type: "str", value: "Euler Beta" },
      seed: { type: "msg", value: "seed" },
      layerDiffuse: { type: "bool", value: "true" },
    });
    await editor.open("runware-flux-srpo");
    await pick("scheduler", "option-trigger", "not set");
    await editor.done();
    assert.equal("scheduler" in (await paramsOf("runware-flux-srpo")), false);
    assert.deepEqual(editor.complaints, []);
  });

  it("adds elements to a list and removes them", async () => {
    await editor.open("lists");
    await editor.unfold("composition");
    await editor.page.locator('[data-list="lora"] > .fluxwire-element').nth(1).locator(".fluxwire-remove").click();
    await editor.page.locator('[data-list="lora"] > div > .fluxwire-add').click();
    await editor.type("lora.2.model", "fourth:1@1");
    await editor.type("lora.2.weight", "0.5");
    await editor.page.locator('[data-list="ipAdapters"] > div > .fluxwire-add').click();
    await editor.page.locator('[data-list="ipAdapters.0.guideImages"] > div > .fluxwire-add').click();
    await editor.page.locator('[data-list="ipAdapters.0.guideImages"] > div > .fluxwire-add').click();
    await editor.type("ipAdapters.0.guideImages.1", "https://example.com/a.png");
    await editor.done();
    const params = await paramsOf("lists");
    assert.deepEqual(
      Object.entries(params).map(([path, typed]) => [path, Reflect.get(Object(typed), "value")]),
      [
        ["lora.0.model", "first:1@1"],
        ["lora.1.model", "third:1@1"],
        ["lora.2.model", "fourth:1@1"],
        ["lora.2.weight", "0.5"],
        ["ipAdapters.0.guideImages.0", "https://example.com/a.png"],
      ],
    );
  });

  it("saves sources and forms of output", async () => {
    await editor.open("runware-flux-kontext");
    await editor.page.locator('[data-property="imageFrom"] .red-ui-typedInput-type-select').click();
    await editor.page.locator(".red-ui-typedInput-options:visible a").getByText("msg.", { exact: true }).click();
    await editor.page.locator('[data-property="imageFrom"] input.red-ui-typedInput-input').fill("picture");
    await editor.unfold("output");
    await editor.page.locator('[data-property="output"] select').selectOption("buffer");
    await editor.page.locator('[data-property="keepFlux"] input').check();
    await editor.done();
    const saved = await editor.get<Record<string, unknown>>(
      "(({ imageFrom, promptFrom, output, results, keepFlux }) => ({ imageFrom, promptFrom, output, results, keepFlux }))(RED.nodes.node('runware-flux-kontext'))",
    );
    assert.deepEqual(saved, {
      imageFrom: { type: "msg", value: "picture" },
      promptFrom: { type: "msg", value: "payload" },
      output: "buffer",
      results: "each",
      keepFlux: true,
    });
  });

  it("says in the red triangle what is wrong", async () => {
    assert.equal(await editor.get("RED.nodes.node('wrong').valid"), false);
    assert.deepEqual(await editor.get("RED.nodes.node('wrong').validationErrors"), [
      "Account: choose one, it holds the key",
      "Steps: above 50",
    ]);
    assert.deepEqual(await editor.get("RED.nodes.node('unusual').validationErrors"), [
      "novelty: this model has no such parameter",
      "IP-Adapter 1 Model: missing",
    ]);
    assert.equal(await editor.get("RED.nodes.node('runware-flux-srpo').valid"), true);
  });

  it("takes out a saved parameter that the model does not have", async () => {
    await editor.open("unusual");
    await editor.unfold("advanced");
    await editor.page.locator('.fluxwire-row:has-text("novelty") .fluxwire-remove').click();
    await editor.done();
    assert.equal("novelty" in (await paramsOf("unusual")), false);
    assert.equal(Object.keys(await paramsOf("unusual")).length, Object.keys(unusualParams).length - 1);
  });

  it("says that an account outside the sandbox has no key", async () => {
    assert.equal(await editor.get("RED.nodes.node('production').valid"), true, "unknown until the dialog has asked");
    await editor.openAccount("production");
    await editor.done();
    assert.deepEqual(await editor.get("RED.nodes.node('production').validationErrors"), [
      "API key: needed outside the sandbox",
    ]);
    assert.equal(await editor.get("RED.nodes.dirty()"), false);
  });

  it("takes variables for the settings of an account", async () => {
    await editor.openAccount("account");
    await editor.page.fill("#node-config-input-concurrency", "${FLUX_CONCURRENCY}");
    await editor.page
      .locator("#fluxwire-account-journal + .red-ui-typedInput-container .red-ui-typedInput-option-trigger")
      .click();
    await editor.page.locator(".red-ui-typedInput-options:visible a").getByText("off", { exact: true }).click();
    await editor.done();
    assert.equal(await editor.get("RED.nodes.node('account').concurrency"), "${FLUX_CONCURRENCY}");
    assert.equal(await editor.get("RED.nodes.node('account').journal"), false);
    assert.equal(await editor.get("RED.nodes.node('account').environment"), "sandbox");
    assert.equal(await editor.get("RED.nodes.node('account').valid"), true);
  });

  it("shows the balance beside the Test button of an account", async () => {
    await editor.openAccount("account");
    await editor.page.click(".fluxwire-account-test button");
    await editor.page.waitForSelector(".fluxwire-answer.fluxwire-good, .fluxwire-answer.fluxwire-bad");
    assert.match(await editor.text(".fluxwire-answer"), /^Works\. Balance: \d+(\.\d+)? [A-Z]{3}$/);
    assert.deepEqual(editor.complaints, []);
  });

  it("says beside the Test button why it does not work", async () => {
    await editor.openAccount("production");
    await editor.page.click(".fluxwire-account-test button");
    await editor.page.waitForSelector(".fluxwire-answer.fluxwire-bad");
    assert.match(await editor.text(".fluxwire-answer"), /key/i);
  });

  it("shows help with the parameters of the model", async () => {
    await editor.get("RED.sidebar.help.show('runware-flux-kontext')");
    const help = editor.page.locator(".red-ui-help").filter({ hasText: "Kontext" }).first();
    const text = (await help.textContent()) ?? "";
    assert.match(text, /inputs\.referenceImages/);
    assert.doesNotMatch(text, /controlNet/);
  });

  it("still loads, and keeps what is saved, when the shared dialog code cannot be fetched", async () => {
    const bare = await openEditor(browser, nodeRed.url, { withoutBundle: true });
    await bare.open("unusual");
    assert.match(await bare.text(".fluxwire-form"), /could not be loaded/);
    await bare.done();
    assert.equal(await bare.get("RED.nodes.dirty()"), false);
    assert.deepEqual(await bare.get("RED.nodes.node('unusual').params"), unusualParams);
    await bare.close();
  });
});
