import assert from "node:assert/strict";
import { nodeModels } from "../../lib/models/catalogue";
import { nodeFacts } from "../../lib/models/node-facts";
import { type Editor, inOnePage } from "./browser";
import { account, assertAllParameters, falAccount, inference, todaysSettings } from "./nodes";

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
  ...nodeModels.map(({ type }) => inference(type, type, {})),
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
      provenance: "${PROVENANCE}",
    },
  ),
  inference("wholes", "runware-flux-srpo", wholes),
  unversioned("old", { promptFrom: "topic", imageFrom: "" }),
  unversioned("old-edited", { promptFrom: "topic", imageFrom: "picture" }),
  inference("newer", "runware-flux-srpo", {}, { promptFrom: "words", version: 2 }),
  inference("wrong", "runware-flux-srpo", { steps: { type: "num", value: "51" } }, { account: "" }),
];

/** As the editor saves them today, which the others above were not. */
const today = {
  runware: { ...account, ...todaysSettings, id: "runware-today" },
  fal: { ...falAccount, ...todaysSettings, id: "fal-today", lostAnswer: "report" },
  krea: inference(
    "krea-today",
    "runware-flux-krea",
    {},
    { lateResults: true, idempotencyKeyFrom: { type: "msg", value: "idempotencyKey" } },
  ),
};
const written = { id: "written", type: "runware-account", name: "by hand", environment: "sandbox" };

const handwritten = ["variables", "wholes", "old", "newer"];

const production = { ...account, id: "production", name: "", environment: "production" };

describe("the editor", function () {
  this.timeout(60_000);
  let editor: Editor;
  const { open } = inOnePage([...flows, ...Object.values(today), written, production], (opened) => {
    editor = opened;
  });

  const paramsOf = (id: string) => editor.get<Record<string, unknown>>(`RED.nodes.node('${id}').params`);

  /** What a dialog's source field shows. */
  const sourceShown = (row: string) =>
    editor.get<{ type: string; value: string }>(
      `(($field) => ({ type: $field.typedInput('type'), value: $field.typedInput('value') }))($('[${row}] .fluxwire-typed > input').first())`,
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
    for (const id of [
      ...nodeModels.map(({ type }) => type),
      "unusual",
      "lists",
      "wrong",
      "krea-today",
      ...handwritten,
    ]) {
      await editor.open(id);
      await editor.unfoldAll();
      await editor.done();
    }
    for (const id of ["account", "fal", "runware-today", "fal-today", "written"]) {
      await editor.openAccount(id);
      await editor.unfoldAll();
      await editor.done();
    }
    assert.equal(await editor.get("RED.nodes.dirty()"), false);
    assert.equal(await editor.get("JSON.stringify(RED.nodes.createCompleteNodeSet())"), before);
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

  for (const model of nodeModels) {
    it(`has a labelled control for every parameter of ${model.type}`, async () => {
      await assertAllParameters(editor, model.type, nodeFacts(model));
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
  });

  it("adds elements to a list and removes them", async () => {
    await editor.open("lists");
    await editor.unfold("composition");
    await editor.page
      .locator('[data-list="lora"] > div > .fluxwire-element')
      .nth(1)
      .locator(".fluxwire-remove")
      .click();
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

  it("says that a link's file is not changed, once that is asked for", async () => {
    const row = editor.page.locator('[data-property="provenance"]');
    const hint = row.locator(".fluxwire-hint");
    await editor.open("runware-flux-srpo");
    await editor.unfold("output");
    assert.equal(await hint.count(), 0);
    await row.locator("input").check();
    assert.match((await hint.textContent()) ?? "", /no effect on links: flux-s3-upload can/);
    await editor.page.locator('[data-property="output"] select').selectOption("buffer");
    assert.equal(await hint.count(), 0);
    await editor.done();
    assert.equal(await editor.get("RED.nodes.node('runware-flux-srpo').provenance"), true);
    await editor.open("variables");
    await editor.unfold("output");
    assert.equal(await hint.textContent(), "${PROVENANCE}");
    await editor.cancel();
  });

  it("shows the sources of a node without a version as the node reads them", async () => {
    await editor.open("old");
    assert.deepEqual(await sourceShown('data-property="promptFrom"'), { type: "msg", value: "topic" });
    assert.equal((await sourceShown('data-property="imageFrom"')).type, "none");
    await editor.cancel();
  });

  it("saves a node without a version in the current one as soon as something else changed", async () => {
    await editor.open("old-edited");
    assert.deepEqual(await sourceShown('data-property="imageFrom"'), { type: "msg", value: "picture" });
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
    assert.match(await editor.text('[data-whole="controlNet.0"]'), /flow: net/);
    for (const path of ["lora", "acceleratorOptions"] as const) {
      assert.deepEqual(await sourceShown(`data-source="${path}"`), wholes[path]);
    }
    await editor.type("steps", "30");
    await editor.done();
    assert.deepEqual(await paramsOf("wholes"), { steps: { type: "num", value: "30" }, ...wholes });
    await editor.open("wholes");
    await editor.unfold("composition");
    await editor.page.locator('[data-source="lora"] .red-ui-typedInput-type-select').click();
    await editor.pick("this dialog");
    await editor.done();
    assert.deepEqual(Object.keys(await paramsOf("wholes")), ["steps", "controlNet.0", "acceleratorOptions"]);
  });

  it("says beside a number its steps, and the whole range of a seed", async () => {
    await editor.open("runware-flux-krea");
    assert.equal(await editor.text('[data-parameter="CFGScale"] .fluxwire-hint'), "0 to 20 in steps of 0.01");
    assert.equal(await editor.text('[data-parameter="seed"] .fluxwire-hint'), "0 to 9223372036854775807");
    await editor.cancel();
  });

  it("says in the red triangle what is wrong", async () => {
    assert.equal(await editor.get("RED.nodes.node('wrong').valid"), false);
    assert.deepEqual(await editor.get("RED.nodes.node('wrong').validationErrors"), [
      "Account: choose one, it holds the key",
      "Steps: above 50",
    ]);
    assert.deepEqual(await editor.get("RED.nodes.node('unusual').validationErrors"), [
      "IP-Adapter 1 Model: missing",
      "novelty: this model has no such parameter",
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

  it("takes variables for the settings of an account", async () => {
    await editor.openAccount("account");
    await editor.page.fill("#node-config-input-concurrency", "${FLUX_CONCURRENCY}");
    await editor.unfold("journal");
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
    await editor.cancel();
  });

  it("says beside the Test button why it does not work", async () => {
    await editor.openAccount("production");
    await editor.page.click(".fluxwire-account-test button");
    await editor.page.waitForSelector(".fluxwire-answer.fluxwire-bad");
    assert.match(await editor.text(".fluxwire-answer"), /key/i);
    await editor.cancel();
  });

  it("shows help with the parameters of the model", async () => {
    await editor.get("RED.sidebar.help.show('runware-flux-kontext')");
    const help = editor.page.locator(".red-ui-help").filter({ hasText: "Kontext" }).first();
    const text = (await help.textContent()) ?? "";
    assert.match(text, /inputs\.referenceImages/);
    assert.doesNotMatch(text, /controlNet/);
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

  it("still loads, and keeps what is saved, when the shared dialog code cannot be fetched", async () => {
    const bare = await open({ withoutBundle: true });
    await bare.open("unusual");
    assert.match(await bare.text(".fluxwire-form"), /could not be loaded/);
    assert.match(await bare.text(".fluxwire-sidebar"), /could not be loaded/);
    await bare.done();
    assert.equal(await bare.get("RED.nodes.dirty()"), false);
    assert.deepEqual(await bare.get("RED.nodes.node('unusual').params"), unusualParams);
    await bare.close();
  });
});
