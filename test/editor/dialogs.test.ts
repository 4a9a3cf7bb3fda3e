import assert from "node:assert/strict";
import type { BrowserContext } from "playwright-core";
import { settableLeaves } from "../../editor/form-tree";
import { patternOf } from "../../editor/params";
import { nodeModels } from "../../lib/models/catalogue";
import { falSrpo } from "../../lib/models/fal-srpo";
import type { ModelFacts } from "../../lib/models/model";
import { nodeFacts } from "../../lib/models/node-facts";
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

const { baseUrl: _baseUrl, ...common } = account;
const falAccount = {
  ...common,
  id: "fal",
  type: "fal-account",
  queueUrl: "",
  runUrl: "",
  restUrl: "",
  cancelAfter: "60",
};

/** What dialogs show: each model, and each mode of those that have several. */
const dialogs: { id: string; type: string; mode?: string; facts: ModelFacts }[] = nodeModels.flatMap((model) => [
  { id: model.type, type: model.type, facts: nodeFacts(model) },
  ...("modes" in model
    ? Object.entries(model.modes).map(([mode, { facts }]) => ({ id: mode, type: model.type, mode, facts }))
    : []),
]);

const inference = (id: string, type: string, params: object, more: object = {}) => ({
  id,
  type,
  z: "tab",
  name: "",
  account: type.startsWith("fal-") ? "fal" : "account",
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

/** As someone wrote it by hand: no version, bare property names. */
const unversioned = (id: string, more: object) => ({
  id,
  type: "runware-flux-srpo",
  z: "tab",
  // Node-RED itself gives a node without a name an empty one.
  name: "",
  account: "account",
  ...more,
  x: 200,
  y: 100,
  wires: [[]],
});

const wholes = {
  lora: { type: "msg", value: "loras" },
  "controlNet.0": { type: "flow", value: "net" },
  acceleratorOptions: { type: "jsonata", value: "options" },
};

const flows = [
  { id: "tab", type: "tab", label: "Flow" },
  account,
  falAccount,
  ...dialogs.map(({ id, type, mode }) => inference(id, type, {}, mode === undefined ? {} : { mode })),
  inference("both-sizes", "fal-flux-srpo", {
    image_size: { type: "str", value: "square" },
    "image_size.width": { type: "num", value: "640" },
  }),
  inference("needless-picture", "fal-flux-srpo", {}, { mode: "text-to-image", imageFrom: { type: "msg", value: "x" } }),
  inference(
    "fal-variables",
    "fal-flux-srpo",
    { strength: { type: "num", value: "${STRENGTH}" } },
    { mode: "${MODE}", delivery: "${DELIVERY}", lateResults: "${LATE}" },
  ),
  inference("unusual", "runware-flux-srpo", unusualParams),
  inference("lists", "runware-flux-srpo", {
    "lora.0.model": { type: "str", value: "first:1@1" },
    "lora.1.model": { type: "str", value: "second:1@1" },
    "lora.2.model": { type: "str", value: "third:1@1" },
  }),
  inference(
    "variables",
    "runware-flux-srpo",
    { novelty: { type: "str", value: "x" } },
    {
      keepFlux: "${KEEP}",
      allowUnknown: "${ALLOW}",
      output: "${FORM}",
    },
  ),
  inference("wholes", "runware-flux-srpo", wholes),
  unversioned("old", { promptFrom: "topic", imageFrom: "" }),
  unversioned("old-edited", { promptFrom: "topic", imageFrom: "picture" }),
  inference("newer", "runware-flux-srpo", {}, { promptFrom: "words", version: 2 }),
  inference("wrong", "runware-flux-srpo", { steps: { type: "num", value: "51" } }, { account: "" }),
];

const handwritten = ["variables", "wholes", "old", "newer", "both-sizes", "needless-picture", "fal-variables"];

const production = { ...account, id: "production", name: "", environment: "production" };
const falProduction = { ...falAccount, id: "fal-production", name: "", environment: "production" };

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
    [nodeRed, browser] = await Promise.all([
      startNodeRed({ flows: [...flows, production, falProduction] }),
      startBrowser(),
    ]);
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

  /** What a dialog's source field shows. */
  const sourceShown = (property: string) =>
    editor.get<{ type: string; value: string }>(
      `(($field) => ({ type: $field.typedInput('type'), value: $field.typedInput('value') }))($('[data-property="${property}"] .fluxwire-typed > input').first())`,
    );

  it("shows every node in the palette, with an icon", async () => {
    for (const { type } of nodeModels) {
      const icon = editor.page.locator(`[data-palette-type="${type}"] .red-ui-palette-icon`);
      const style = (await icon.getAttribute("style")) ?? "";
      assert.match(style, new RegExp(`icons/@fluxwire/node-red-flux/${type}\\.svg`));
      const address = /url\(["']?([^"')]+)/.exec(style)?.[1] ?? "";
      assert.equal(await editor.get(`fetch(${JSON.stringify(address)}).then(({ status }) => status)`), 200);
    }
  });

  it("opens every dialog without a complaint, and closing it with Done changes nothing", async () => {
    const before = await editor.get("JSON.stringify(RED.nodes.createCompleteNodeSet())");
    for (const id of [...dialogs.map((dialog) => dialog.id), "unusual", "lists", "wrong", ...handwritten]) {
      await editor.open(id);
      for (const group of await editor.page.locator("[data-group]").all()) {
        await editor.unfold((await group.getAttribute("data-group")) ?? "");
      }
      await editor.done();
    }
    for (const id of ["account", "fal", "fal-production"]) {
      await editor.openAccount(id);
      await editor.done();
    }
    assert.deepEqual(editor.complaints, []);
    assert.equal(await editor.get("RED.nodes.dirty()"), false);
    assert.equal(await editor.get("JSON.stringify(RED.nodes.createCompleteNodeSet())"), before);
  });

  for (const { id, mode, facts, type } of dialogs) {
    it(`has a labelled control for every parameter of ${type}${mode === undefined ? "" : `, ${mode}`}`, async () => {
      await editor.open(id);
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

  const pick = async (parameter: string, button: string, label: string) => {
    await editor.page.locator(`[data-parameter="${parameter}"] .red-ui-typedInput-${button}`).click();
    await editor.pick(label);
  };

  it("saves a choice, a switch, a message property and a variable", async () => {
    await editor.open("runware-flux-srpo");
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
    await editor.pick("msg.");
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

  it("shows the sources of a node without a version as the node reads them", async () => {
    await editor.open("old");
    assert.deepEqual(await sourceShown("promptFrom"), { type: "msg", value: "topic" });
    assert.equal((await sourceShown("imageFrom")).type, "none");
  });

  it("saves a node without a version in the current one as soon as something else changed", async () => {
    await editor.open("old-edited");
    assert.deepEqual(await sourceShown("imageFrom"), { type: "msg", value: "picture" });
    await editor.type("steps", "30");
    await editor.done();
    const saved = await editor.get<Record<string, unknown>>(
      "(({ promptFrom, imageFrom, params, version }) => ({ promptFrom, imageFrom, params, version }))(RED.nodes.node('old-edited'))",
    );
    assert.deepEqual(saved, {
      promptFrom: { type: "msg", value: "topic" },
      imageFrom: { type: "msg", value: "picture" },
      params: { steps: { type: "num", value: "30" } },
      version: 1,
    });
    await editor.get("RED.history.pop()");
    assert.equal(await editor.get("RED.nodes.node('old-edited').promptFrom"), "topic");
    assert.equal(await editor.get("RED.nodes.node('old-edited').version"), undefined);
  });

  it("does not give a node that a newer version saved an older one", async () => {
    await editor.open("newer");
    await editor.type("steps", "30");
    await editor.done();
    assert.equal(await editor.get("RED.nodes.node('newer').version"), 2);
    assert.equal(await editor.get("RED.nodes.node('newer').promptFrom"), "words");
  });

  it("keeps variables where it has a box to tick, and calls nothing wrong that they may allow", async () => {
    assert.deepEqual(await editor.get("RED.nodes.node('variables').validationErrors"), []);
    await editor.open("variables");
    await editor.unfold("output");
    assert.match(await editor.text('[data-property="keepFlux"]'), /\$\{KEEP\}/);
    assert.equal(await editor.get("$('[data-property=\"keepFlux\"] input')[0].indeterminate"), true);
    await editor.type("steps", "30");
    await editor.done();
    const { keepFlux, allowUnknown, output } = await editor.get<Record<string, unknown>>(
      "(({ keepFlux, allowUnknown, output }) => ({ keepFlux, allowUnknown, output }))(RED.nodes.node('variables'))",
    );
    assert.deepEqual([keepFlux, allowUnknown, output], ["${KEEP}", "${ALLOW}", "${FORM}"]);
  });

  it("shows and keeps a whole list or object that comes from a message, a context or an expression", async () => {
    assert.deepEqual(await editor.get("RED.nodes.node('wholes').validationErrors"), []);
    await editor.open("wholes");
    for (const group of ["composition", "advanced"]) await editor.unfold(group);
    for (const [path, { type, value }] of Object.entries(wholes)) {
      assert.match(await editor.text(`[data-whole="${path}"]`), new RegExp(`${type}: ${value}`));
    }
    await editor.type("steps", "30");
    await editor.done();
    assert.deepEqual(await paramsOf("wholes"), { steps: { type: "num", value: "30" }, ...wholes });
    await editor.open("wholes");
    await editor.unfold("composition");
    await editor.page.locator('[data-whole="lora"] .fluxwire-remove').click();
    await editor.done();
    assert.deepEqual(Object.keys(await paramsOf("wholes")), ["steps", "controlNet.0", "acceleratorOptions"]);
  });

  it("says beside a number its steps, and the whole range of a seed", async () => {
    await editor.open("runware-flux-krea");
    assert.equal(await editor.text('[data-parameter="CFGScale"] .fluxwire-hint'), "0 to 20 in steps of 0.01");
    assert.equal(await editor.text('[data-parameter="seed"] .fluxwire-hint'), "0 to 9223372036854775807");
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
    await editor.pick("off");
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

  const shownModes = async () => ({
    size: await editor.page.locator('[data-parameter="image_size"]').count(),
    strength: await editor.page.locator('[data-parameter="strength"]').count(),
    steps: await editor.text('[data-parameter="num_inference_steps"] .fluxwire-hint'),
    imageFrom: await editor.text('[data-property="imageFrom"] .fluxwire-hint'),
  });
  const chooseMode = (mode: string) => editor.page.locator('[data-property="mode"] select').selectOption(mode);
  const steps = falSrpo.modes["image-to-image"].facts.leaves.find(({ path }) => path === "num_inference_steps");

  it("shows the parameters, ranges and defaults of the mode that is chosen", async () => {
    await editor.open("fal-flux-srpo");
    await editor.unfold("image");
    assert.deepEqual(await shownModes(), {
      size: 1,
      strength: 1,
      steps: "1 to 50, default 28; with a picture 10 to 50, default 40",
      imageFrom: "used as: Image; with a picture it is image to image",
    });
    assert.equal(
      await editor.text('[data-parameter="strength"] .fluxwire-hint'),
      "image to image only; 0.01 to 1, default 0.95",
    );
    assert.equal(await editor.text('[data-parameter="image_size"] .fluxwire-hint'), "text to image only");
    await chooseMode("text-to-image");
    assert.deepEqual(await shownModes(), {
      size: 1,
      strength: 0,
      steps: "1 to 50, default 28",
      imageFrom: "text to image takes no picture",
    });
    await chooseMode("image-to-image");
    assert.deepEqual(await shownModes(), {
      size: 0,
      strength: 1,
      steps: `10 to 50, default ${steps?.default}`,
      imageFrom: "used as: Image",
    });
    assert.deepEqual(editor.complaints, []);
  });

  it("keeps what was typed for a mode while another one is shown, and when it is saved", async () => {
    await editor.open("fal-flux-srpo");
    await editor.type("num_inference_steps", "5");
    await editor.unfold("image");
    await editor.type("strength", "0.5");
    await chooseMode("text-to-image");
    await pick("image_size", "option-trigger", "square, 1024 x 1024");
    await chooseMode("image-to-image");
    assert.equal(
      await editor.page.locator('[data-parameter="strength"] input.red-ui-typedInput-input').inputValue(),
      "0.5",
    );
    await chooseMode("text-to-image");
    assert.match(await editor.text('[data-parameter="image_size"]'), /square, 1024 x 1024/);
    await editor.done();
    assert.deepEqual(await paramsOf("fal-flux-srpo"), {
      image_size: { type: "str", value: "square_hd" },
      num_inference_steps: { type: "num", value: "5" },
      strength: { type: "num", value: "0.5" },
    });
    assert.equal(await editor.get("RED.nodes.node('fal-flux-srpo').mode"), "text-to-image");
    assert.deepEqual(await editor.get("RED.nodes.node('fal-flux-srpo').validationErrors"), []);
    await editor.open("fal-flux-srpo");
    await chooseMode("image-to-image");
    await editor.done();
    assert.deepEqual(await editor.get("RED.nodes.node('fal-flux-srpo').validationErrors"), ["Steps: below 10"]);
    assert.deepEqual(editor.complaints, []);
  });

  it("saves one of fal's sizes or one's own, and never both", async () => {
    const members = editor.page.locator(".fluxwire-choice > .fluxwire-members");
    await editor.open("fal-flux-srpo");
    assert.equal(await members.isVisible(), false);
    await pick("image_size", "option-trigger", "own size ...");
    await editor.type("image_size.height", "640");
    await editor.done();
    assert.deepEqual(await paramsOf("fal-flux-srpo"), { "image_size.height": { type: "num", value: "640" } });

    await editor.open("fal-flux-srpo");
    assert.equal(await members.isVisible(), true);
    assert.match(await editor.text('[data-parameter="image_size"]'), /own size/);
    await pick("image_size", "option-trigger", "portrait 3:4, 768 x 1024");
    assert.equal(await members.isVisible(), false);
    await editor.done();
    assert.deepEqual(await paramsOf("fal-flux-srpo"), { image_size: { type: "str", value: "portrait_4_3" } });

    await editor.open("fal-flux-srpo");
    await pick("image_size", "option-trigger", "own size ...");
    await editor.type("image_size.width", "800");
    await pick("image_size", "type-select", "msg.");
    assert.equal(await members.isVisible(), false);
    await editor.type("image_size", "size");
    await editor.done();
    assert.deepEqual(await paramsOf("fal-flux-srpo"), { image_size: { type: "msg", value: "size" } });

    await editor.open("fal-flux-srpo");
    await pick("image_size", "type-select", "choice");
    await pick("image_size", "option-trigger", "default: landscape 4:3, 1024 x 768");
    await editor.done();
    assert.deepEqual(await paramsOf("fal-flux-srpo"), {});
    assert.deepEqual(editor.complaints, []);
  });

  it("gives back one's own size when its author looked at the others and returned", async () => {
    await editor.open("fal-flux-srpo");
    await pick("image_size", "option-trigger", "own size ...");
    await editor.type("image_size.width", "800");
    await pick("image_size", "option-trigger", "square, 512 x 512");
    await pick("image_size", "option-trigger", "own size ...");
    await editor.done();
    assert.deepEqual(await paramsOf("fal-flux-srpo"), { "image_size.width": { type: "num", value: "800" } });
  });

  it("shows which of two sizes counts, and takes the other one out", async () => {
    assert.deepEqual(await editor.get("RED.nodes.node('both-sizes').validationErrors"), [
      "Size: either one of the choices, or values of its own, not both",
    ]);
    await editor.open("both-sizes");
    assert.match(await editor.text('[data-parameter="image_size"]'), /own size/);
    await editor.page.locator('[data-whole="image_size"] .fluxwire-remove').click();
    await editor.done();
    assert.deepEqual(await paramsOf("both-sizes"), { "image_size.width": { type: "num", value: "640" } });
    assert.equal(await editor.get("RED.nodes.node('both-sizes').valid"), true);
  });

  it("says that text to image takes no picture", async () => {
    assert.deepEqual(await editor.get("RED.nodes.node('needless-picture').validationErrors"), [
      "Image from: text to image takes no picture; choose none, or another mode",
    ]);
    await editor.open("needless-picture");
    await chooseMode("image-to-image");
    await editor.done();
    assert.equal(await editor.get("RED.nodes.node('needless-picture').valid"), true);
  });

  it("warns of large answers in fal's queue", async () => {
    await editor.open("fal-flux-srpo");
    await editor.unfold("output");
    const hint = editor.page.locator('[data-property="delivery"] .fluxwire-hint');
    const output = editor.page.locator('[data-property="output"] select');
    const delivery = editor.page.locator('[data-property="delivery"] select');
    assert.equal(await hint.count(), 0);
    await output.selectOption("dataURI");
    assert.match((await hint.textContent()) ?? "", /6 minutes/);
    await delivery.selectOption("sync");
    assert.equal(await hint.count(), 0);
    await delivery.selectOption("queue");
    await output.selectOption("buffer");
    assert.equal(await hint.count(), 0);
    await output.selectOption("base64");
    assert.equal(await hint.count(), 1);
    await delivery.selectOption("sync");
    await editor.page.locator('[data-group="advanced"] > button').click();
    assert.equal(await editor.page.locator('[data-property="lateResults"] input').isChecked(), true);
    await editor.page.locator('[data-property="lateResults"] input').uncheck();
    await editor.done();
    assert.deepEqual(
      await editor.get(
        "(({ output, delivery, lateResults, mode }) => [output, delivery, lateResults, mode ?? 'none'])(RED.nodes.node('fal-flux-srpo'))",
      ),
      ["base64", "sync", false, "none"],
    );
  });

  it("keeps variables for mode, delivery and late results, and calls nothing wrong that they may allow", async () => {
    assert.deepEqual(await editor.get("RED.nodes.node('fal-variables').validationErrors"), []);
    await editor.open("fal-variables");
    await editor.unfold("advanced");
    assert.match(await editor.text('[data-property="lateResults"]'), /\$\{LATE\}/);
    await editor.type("guidance_scale", "3");
    await editor.done();
    assert.deepEqual(
      await editor.get(
        "(({ mode, delivery, lateResults }) => [mode, delivery, lateResults])(RED.nodes.node('fal-variables'))",
      ),
      ["${MODE}", "${DELIVERY}", "${LATE}"],
    );
  });

  it("gives a node of Runware no setting that only fal has", async () => {
    await editor.open("runware-flux-krea");
    assert.equal(await editor.page.locator('[data-property="mode"], [data-property="delivery"]').count(), 0);
    await editor.unfold("advanced");
    await editor.page.locator('[data-property="lateResults"] input').uncheck();
    await editor.done();
    const saved = await editor.get<Record<string, unknown>>(
      "RED.nodes.createCompleteNodeSet().find(({ id }) => id === 'runware-flux-krea')",
    );
    assert.equal(saved.lateResults, false);
    assert.equal("mode" in saved || "delivery" in saved, false);
  });

  it("sends all addresses of an fal account to its test, and says what that could not prove", async () => {
    let posted: Record<string, unknown> = {};
    await editor.page.route("**/flux/fal-account/test", (route) => {
      posted = route.request().postDataJSON();
      return route.fulfill({ json: { ok: true, unproven: ["credit", "model"] } });
    });
    await editor.openAccount("fal-production");
    await editor.page.fill("#node-config-input-apiKey", "id:secret");
    await editor.page.fill("#node-config-input-queueUrl", " https://queue.example.com ");
    await editor.page.click(".fluxwire-account-test button");
    await editor.page.waitForSelector(".fluxwire-answer.fluxwire-good");
    assert.equal(
      await editor.text(".fluxwire-answer"),
      "The key is accepted. Only a paid job can show: whether there is credit left; whether the key may run the model.",
    );
    assert.deepEqual(posted, {
      id: "fal-production",
      environment: "production",
      queueUrl: "https://queue.example.com",
      runUrl: "",
      restUrl: "",
      proxy: "",
      tls: "",
      apiKey: "id:secret",
    });
    await editor.page.fill("#node-config-input-apiKey", "");
    await editor.page.fill("#node-config-input-runUrl", "http://example.com");
    await editor.page.fill("#node-config-input-cancelAfter", "-1");
    await editor.done();
    assert.deepEqual(await editor.get("RED.nodes.node('fal-production').validationErrors"), [
      "API key: needed outside the sandbox",
      "Direct URL: https://..., plain http only on this machine",
      "Cancel: 0 to 3,600 seconds after the deletion",
    ]);
  });

  it("tests an fal account in the sandbox", async () => {
    await editor.openAccount("fal");
    await editor.page.click(".fluxwire-account-test button");
    await editor.page.waitForSelector(".fluxwire-answer.fluxwire-good, .fluxwire-answer.fluxwire-bad");
    assert.match(await editor.text(".fluxwire-answer"), /^The key is accepted\./);
    assert.deepEqual(editor.complaints, []);
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
