import assert from "node:assert/strict";
import { factsOf } from "../../editor/composition/parameter";
import { compositions } from "../../lib/models/composition/catalogue";
import { preprocess } from "../../lib/models/preprocess";
import { type Editor, inOnePage } from "./browser";
import { account, assertAllParameters, composition, inference } from "./nodes";

const text = (value: string) => ({ type: "str", value });
const number = (value: string) => ({ type: "num", value });
const from = (value: string) => ({ type: "msg", value });

const { promptFrom: _prompt, results: _results, keepFlux: _keep, ...tool } = inference("", "runware-preprocess", {});
const preprocessing = (id: string, params: object = {}, more: object = {}) => ({
  ...tool,
  id,
  params,
  imageFrom: from("payload"),
  into: "guideImage",
  ...more,
});

const guideImage = { "controlNet.0.guideImage": from("guideImage") };
const bothEnds = {
  ...guideImage,
  "controlNet.0.model": text("runware:27@1"),
  "controlNet.0.endStep": number("10"),
  "controlNet.0.endStepPercentage": number("50"),
};
const bothMethods = { "pulid.images.0": from("face"), "acePlusPlus.images.0": from("face") };
const aceMask = { "acePlusPlus.masks.0": from("mask") };
const replacedAce = { method: "acePlusPlus", mode: "replace" };
/** As someone wrote it by hand: without a version or a name, with a list from a message beside an entry. */
const {
  version: _version,
  mode: _mode,
  ...handwritten
} = composition("handwritten", "flux-lora", {
  "lora.1.weight": { type: "num", value: 0.5 },
  lora: from("loras"),
  steps: number("3"),
});

const nodes = [
  ...compositions.map(({ type }) => composition(type, type)),
  composition("ace", "flux-identity", {}, { method: "acePlusPlus" }),
  preprocessing("runware-preprocess"),
  composition("stack", "flux-lora", {
    "lora.0.model": text("civitai:1@2"),
    "lora.0.weight": number("0.8"),
    "lora.1.model": text("civitai:3@4"),
  }),
  composition("one", "flux-lora", { "lora.0.model": text("civitai:1@2"), "lora.0.weight": number("0.8") }),
  composition("edited", "flux-lora"),
  composition("listed", "flux-lora", { "lora.0.model": text("civitai:1@2") }),
  composition("cleared", "flux-lora", { "lora.0.weight": number("9") }, { mode: "clear" }),
  composition("variable", "flux-lora", { "lora.0.model": text("${STYLE}") }, { mode: "${MODE}" }),
  handwritten,
  composition("named", "flux-controlnet", guideImage),
  composition("timed", "flux-controlnet", { ...guideImage, "controlNet.0.model": text("runware:25@1") }),
  composition("both-ends", "flux-controlnet", bothEnds),
  composition("style", "flux-ip-adapter", { "ipAdapters.0.model": text("runware:55@1") }),
  composition("pictures", "flux-ip-adapter", { "ipAdapters.0.model": text("runware:56@1") }),
  composition("portrait", "flux-identity", bothMethods, { method: "pulid" }),
  composition("masked", "flux-identity", { "acePlusPlus.images.0": from("face") }, replacedAce),
  composition(
    "needless-mask",
    "flux-identity",
    { "acePlusPlus.masks.0": text("https://example.com/mask.png"), "acePlusPlus.images.0": from("face") },
    replacedAce,
  ),
  composition("added-mask", "flux-identity", aceMask, { method: "acePlusPlus" }),
  composition("added-weight", "flux-identity", { "pulid.idWeight": number("2") }, { method: "pulid" }),
  preprocessing("depth", { model: text("runware:controlnet-preprocess@depth") }),
  preprocessing("foreign", {
    model: text("runware:controlnet-preprocess@tile"),
    "settings.highThresholdCanny": number("150"),
  }),
  preprocessing("misplaced", {}, { into: "a..b" }),
  preprocessing("taken", {}, { into: "image" }),
  preprocessing("takeninside", {}, { into: "job.guide" }),
  inference("srpo", "runware-flux-srpo", { "controlNet.0.guideImage": from("guideImage") }),
];
/** One of each kind, and what a hand may have written. */
const untouched = [
  ...compositions.map(({ type }) => type),
  ...["ace", "runware-preprocess", "stack", "cleared", "variable", "handwritten", "both-ends", "needless-mask", "srpo"],
];

describe("the dialogs of composition", function () {
  this.timeout(60_000);
  let editor: Editor;
  inOnePage([{ id: "tab", type: "tab", label: "Flow" }, account, ...nodes], (opened) => {
    editor = opened;
  });

  const property = <Value>(id: string, name: string) => editor.get<Value>(`RED.nodes.node('${id}').${name}`);
  const paramsOf = (id: string) => property<Record<string, unknown>>(id, "params");
  const reasonsOf = (id: string) => property<string[]>(id, "validationErrors");
  const labelOf = (id: string) => editor.get<string>(`RED.utils.getNodeLabel(RED.nodes.node('${id}'))`);
  const choose = (name: string, value: string) =>
    editor.page.locator(`[data-property="${name}"] select`).selectOption(value);
  const row = (parameter: string) => editor.page.locator(`[data-parameter="${parameter}"]`);
  const entries = () => editor.page.locator(".fluxwire-entries");
  const notes = () => editor.text(".fluxwire-notes");
  /** Waits until something is said beside a field, or above them; what is checked is shown with the next frame. */
  const said = (text: RegExp) => editor.page.locator(".fluxwire-problem", { hasText: text }).waitFor();
  const unsaid = (text: RegExp) =>
    editor.page.locator(".fluxwire-problem", { hasText: text }).waitFor({ state: "detached" });
  const element = (list: string, index: number) =>
    editor.page.locator(`[data-list="${list}"] > div > .fluxwire-element`).nth(index);
  const add = (list: string) => editor.page.locator(`[data-list="${list}"] > div > .fluxwire-add`).click();
  const pick = async (parameter: string, button: string, entry: string) => {
    await row(parameter).locator(`.red-ui-typedInput-${button}`).click();
    await editor.pick(entry);
  };
  const pickSource = async (parameter: string, entry: string) => {
    await editor.page.locator(`[data-source="${parameter}"] .red-ui-typedInput-type-select`).click();
    await editor.pick(entry);
  };

  it("open without a complaint, and closing them with Done changes nothing", async () => {
    const saved = await editor.get("JSON.stringify(RED.nodes.createCompleteNodeSet())");
    const before = await editor.get<number>(
      "RED.nodes.filterNodes({}).forEach((node) => (window.paramsBefore ??= new Map()).set(node.id, node.params)) || paramsBefore.size",
    );
    assert.equal(before, nodes.length);
    for (const id of untouched) {
      await editor.open(id);
      await editor.unfoldAll();
      await editor.done();
    }
    assert.equal(await editor.get("RED.nodes.dirty()"), false);
    assert.equal(await editor.get("JSON.stringify(RED.nodes.createCompleteNodeSet())"), saved);
    assert.ok(await editor.get("RED.nodes.filterNodes({}).every((node) => paramsBefore.get(node.id) === node.params)"));
  });

  it("have a labelled control for every parameter", async () => {
    for (const { type, parameters, facts } of compositions) {
      const [first = ""] = parameters;
      await assertAllParameters(editor, type, factsOf(first, facts));
      if (type === "flux-identity") await assertAllParameters(editor, "ace", factsOf("acePlusPlus", facts));
    }
    await assertAllParameters(editor, "runware-preprocess", preprocess.facts);
  });

  it("are of nodes that say on the canvas what they do", async () => {
    const labels = {
      "flux-lora": "LoRA",
      one: "LoRA civitai:1@2 x0.8",
      stack: "2 LoRAs",
      cleared: "clear LoRA",
      handwritten: "LoRA msg.loras",
      named: "ControlNet",
      timed: "ControlNet canny",
      style: "IP-Adapter runware:55@1",
      portrait: "PuLID",
      masked: "ACE++",
      "runware-preprocess": "preprocess canny",
      depth: "preprocess depth",
    };
    for (const [id, label] of Object.entries(labels)) assert.equal(await labelOf(id), label, id);
    // Also when the node was there before the dialogs' code, with the next frame.
    await editor.page.locator("#stack .red-ui-flow-node-label").getByText("2 LoRAs", { exact: true }).waitFor();
    const inPalette = await editor.text('[data-palette-type="flux-ip-adapter"] .red-ui-palette-label');
    assert.equal(inPalette, "IP\u2011Adapter", "one word, which the palette does not part");
  });

  it("start with an empty entry, and say that something has to be set", async () => {
    assert.deepEqual(await reasonsOf("edited"), ["LoRA: nothing is set; fill in an entry, or say where it comes from"]);
    await editor.open("edited");
    await editor.type("lora.0.model", "civitai:7@8");
    await editor.type("lora.0.weight", "5");
    await editor.done();
    assert.deepEqual(await reasonsOf("edited"), ["LoRA 1 Weight: above 4"]);
    assert.deepEqual(await paramsOf("edited"), { "lora.0.model": text("civitai:7@8"), "lora.0.weight": number("5") });
  });

  it("add, move and remove entries", async () => {
    await editor.open("stack");
    assert.equal(await element("lora", 0).locator(".fluxwire-up").isDisabled(), true);
    assert.equal(await element("lora", 1).locator(".fluxwire-down").isDisabled(), true);
    await add("lora");
    await editor.type("lora.2.model", "civitai:5@6");
    await element("lora", 2).locator(".fluxwire-up").click();
    await editor.page.keyboard.press("Enter");
    await element("lora", 2).locator(".fluxwire-remove").click();
    await editor.done();
    assert.deepEqual(Object.entries(await paramsOf("stack")), [
      ["lora.0.model", text("civitai:5@6")],
      ["lora.1.model", text("civitai:1@2")],
      ["lora.1.weight", number("0.8")],
    ]);
  });

  it("say when two entries name the same model", async () => {
    await editor.open("stack");
    assert.equal(await notes(), "");
    for (const index of [0, 1]) await editor.type(`lora.${index}.model`, "civitai:5@6");
    assert.match(await notes(), /same model is here twice/);
    await editor.cancel();
  });

  it("take the whole list from a message instead, and give the entries back when their author returns", async () => {
    await editor.open("listed");
    await pickSource("lora", "msg.");
    assert.equal(await editor.page.locator('[data-list="lora"]').isVisible(), false);
    await editor.done();
    assert.deepEqual(await reasonsOf("listed"), ["LoRA: say where it comes from"]);

    await editor.open("listed");
    await editor.page.locator('[data-source="lora"] input.red-ui-typedInput-input').fill("loras");
    await editor.done();
    assert.deepEqual(await paramsOf("listed"), { lora: from("loras") });
    assert.deepEqual(await reasonsOf("listed"), []);

    await editor.open("listed");
    await pickSource("lora", "this dialog");
    await editor.type("lora.0.model", "civitai:9@9");
    await pickSource("lora", "flow.");
    await pickSource("lora", "this dialog");
    await editor.done();
    assert.deepEqual(await paramsOf("listed"), { "lora.0.model": text("civitai:9@9") });
  });

  it("hide the entries when the message's are only removed, and keep them", async () => {
    assert.deepEqual(await reasonsOf("cleared"), []);
    await editor.open("cleared");
    assert.equal(await entries().isVisible(), false);
    await choose("mode", "replace");
    assert.equal(await entries().isVisible(), true);
    await editor.done();
    assert.deepEqual(await reasonsOf("cleared"), ["LoRA 1 Model: missing", "LoRA 1 Weight: above 4"]);
    await editor.open("cleared");
    await choose("mode", "clear");
    await editor.done();
    assert.equal(await property("cleared", "mode"), "clear");
    assert.deepEqual(await paramsOf("cleared"), { "lora.0.weight": number("9") });
  });

  it("keep variables, and call nothing wrong that they may allow", async () => {
    assert.deepEqual(await reasonsOf("variable"), []);
    await editor.open("variable");
    await editor.type("lora.0.weight", "1");
    await editor.done();
    assert.equal(await property("variable", "mode"), "${MODE}");
  });

  it("show what was written by hand, and save it in the current version once it is changed", async () => {
    assert.deepEqual(await reasonsOf("handwritten"), [], "what is of another parameter has no effect");
    await editor.open("handwritten");
    assert.equal(await row("lora.1.weight").isVisible(), true);
    await editor.page.locator('.fluxwire-row:has-text("steps") .fluxwire-remove').click();
    await editor.done();
    assert.deepEqual(await paramsOf("handwritten"), { lora: from("loras"), "lora.0.weight": number("0.5") });
    assert.equal(await property("handwritten", "version"), 1);
  });

  it("offer ControlNets by name, and take any other", async () => {
    await editor.open("named");
    await pick("controlNet.0.model", "option-trigger", "pose (runware:29@1)");
    await add("controlNet");
    await pick("controlNet.1.model", "option-trigger", "another one ...");
    await editor.type("controlNet.1.model", "civitai:3@3");
    await editor.type("controlNet.1.guideImage", "https://example.com/edges.png");
    await editor.done();
    assert.deepEqual(await paramsOf("named"), {
      "controlNet.0.model": text("runware:29@1"),
      ...guideImage,
      "controlNet.1.model": text("civitai:3@3"),
      "controlNet.1.guideImage": text("https://example.com/edges.png"),
    });
    assert.deepEqual(await reasonsOf("named"), []);
    await editor.open("named");
    assert.match(await editor.text('[data-parameter="controlNet.0.model"]'), /pose \(runware:29@1\)/);
    const own = row("controlNet.1.model").locator("input.red-ui-typedInput-input");
    assert.equal(await own.inputValue(), "civitai:3@3");
    await editor.cancel();
  });

  it("offer them in the dialog of an inference node too", async () => {
    await editor.open("srpo");
    await editor.unfold("composition");
    await pick("controlNet.0.model", "option-trigger", "depth (runware:27@1)");
    await editor.done();
    assert.deepEqual(await paramsOf("srpo"), { "controlNet.0.model": text("runware:27@1"), ...guideImage });
  });

  it("take each end of the guiding in steps or in percent, never in both", async () => {
    await editor.open("timed");
    await editor.type("controlNet.0.startStep", "2");
    await editor.type("controlNet.0.endStep", "20");
    await row("controlNet.0.endStep").locator(".fluxwire-unit").selectOption("percent");
    await editor.type("controlNet.0.endStepPercentage", "101");
    await editor.done();
    assert.deepEqual(await paramsOf("timed"), {
      "controlNet.0.model": text("runware:25@1"),
      ...guideImage,
      "controlNet.0.startStep": number("2"),
      "controlNet.0.endStepPercentage": number("101"),
    });
    assert.deepEqual(await reasonsOf("timed"), ["ControlNet 1 To (%): above 100"]);
    await editor.open("timed");
    await row("controlNet.0.endStepPercentage").locator(".fluxwire-unit").selectOption("step");
    await row("controlNet.0.endStep").locator(".fluxwire-unit").selectOption("percent");
    const again = row("controlNet.0.endStepPercentage").locator("input.red-ui-typedInput-input");
    assert.equal(await again.inputValue(), "101", "back in the first unit, what was there is there again");
    await editor.cancel();
  });

  it("say that a hand gave an end in both, and take one of them out", async () => {
    assert.deepEqual(await reasonsOf("both-ends"), ["ControlNet 1 To step: either a step or a percentage, not both"]);
    await editor.open("both-ends");
    await editor.page.locator('.fluxwire-pair:has([data-parameter="controlNet.0.endStep"]) .fluxwire-remove').click();
    await editor.done();
    assert.equal("controlNet.0.endStepPercentage" in (await paramsOf("both-ends")), false);
    assert.deepEqual(await reasonsOf("both-ends"), []);
  });

  it("miss the pictures of an IP-Adapter, and say which adapters are for another family", async () => {
    assert.deepEqual(await reasonsOf("style"), ["IP-Adapter 1 Guide image: missing"]);
    await editor.open("style");
    await said(/Stable Diffusion/);
    await editor.type("ipAdapters.0.model", "runware:56@2");
    await unsaid(/Stable Diffusion/);
    await editor.type("ipAdapters.0.guideImages.0", "https://example.com/style.png");
    await editor.done();
    assert.deepEqual(await reasonsOf("style"), []);
    await editor.open("style");
    assert.match(await editor.text('[data-parameter="ipAdapters.0.model"]'), /runware:56@2/);
    await editor.cancel();
  });

  it("take all pictures of an IP-Adapter from a message", async () => {
    const list = editor.page.locator('[data-list="ipAdapters.0.guideImages"]');
    await editor.open("pictures");
    await list.locator(".fluxwire-offer").click();
    await pickSource("ipAdapters.0.guideImages", "msg.");
    assert.equal(await list.locator(".fluxwire-add").isVisible(), false);
    await editor.page
      .locator('[data-source="ipAdapters.0.guideImages"] input.red-ui-typedInput-input')
      .fill("pictures");
    await editor.done();
    assert.deepEqual(await paramsOf("pictures"), {
      "ipAdapters.0.model": text("runware:56@1"),
      "ipAdapters.0.guideImages": from("pictures"),
    });
    assert.deepEqual(await reasonsOf("pictures"), []);
  });

  it("show the fields of one identity method at a time, and keep those of the other", async () => {
    await editor.open("portrait");
    assert.equal(await row("pulid.idWeight").count(), 1);
    assert.equal(await row("acePlusPlus.repaintingScale").count(), 0);
    await editor.type("pulid.trueCFGScale", "2");
    await editor.type("pulid.CFGstartStep", "3");
    await said(/may refuse it together with/);
    await choose("method", "acePlusPlus");
    assert.equal(await row("pulid.idWeight").count(), 0);
    await unsaid(/may refuse it together with/);
    await editor.type("acePlusPlus.repaintingScale", "0.5");
    await said(/runware:102@1/);
    await editor.done();
    assert.deepEqual(await paramsOf("portrait"), {
      "pulid.images.0": from("face"),
      "pulid.trueCFGScale": number("2"),
      "pulid.CFGstartStep": number("3"),
      "acePlusPlus.images.0": from("face"),
      "acePlusPlus.repaintingScale": number("0.5"),
    });
    assert.equal(await property("portrait", "method"), "acePlusPlus");
    assert.equal(await labelOf("portrait"), "ACE++");
    assert.deepEqual(await reasonsOf("portrait"), []);
  });

  it("ask for a mask where a local edit needs one, and for none elsewhere", async () => {
    assert.deepEqual(await reasonsOf("needless-mask"), ["ACE++ Mask: a mask belongs to local editing only"]);
    await editor.open("masked");
    assert.equal(await row("acePlusPlus.masks.0").isVisible(), false);
    await pick("acePlusPlus.type", "option-trigger", "local editing");
    assert.equal(await row("acePlusPlus.masks.0").isVisible(), true);
    await editor.done();
    assert.deepEqual(await reasonsOf("masked"), ["ACE++ Mask: local editing needs a mask"]);
    await editor.open("masked");
    await pick("acePlusPlus.masks.0", "type-select", "msg.");
    await editor.type("acePlusPlus.masks.0", "mask");
    await editor.done();
    assert.deepEqual(await reasonsOf("masked"), []);
  });

  it("leave to the message what an identity needs, unless they replace what it has", async () => {
    assert.deepEqual(await reasonsOf("added-mask"), []);
    assert.deepEqual(await reasonsOf("added-weight"), []);
    await editor.open("added-weight");
    assert.match(await notes(), /an earlier node has to bring it/);
    await choose("mode", "replace");
    assert.equal(await notes(), "");
    await editor.done();
    assert.deepEqual(await reasonsOf("added-weight"), ["PuLID Face image: missing"]);
  });

  it("let preprocessing choose what it makes and where that goes", async () => {
    await editor.open("runware-preprocess");
    assert.equal(await editor.page.locator('[data-property="promptFrom"]').count(), 0);
    await pick("model", "option-trigger", "openpose (the pose of people)");
    await editor.unfold("output");
    assert.equal(await editor.page.locator('[data-property="results"], [data-property="keepFlux"]').count(), 0);
    await editor.page.locator('[data-property="into"] input.red-ui-typedInput-input').fill("flux.inputs.seedImage");
    await editor.done();
    assert.equal(await property("runware-preprocess", "into"), "flux.inputs.seedImage");
    assert.deepEqual(await paramsOf("runware-preprocess"), { model: text("runware:controlnet-preprocess@openpose") });
    assert.deepEqual(await reasonsOf("runware-preprocess"), []);
    assert.equal(await labelOf("runware-preprocess"), "preprocess openpose");
  });

  it("show the settings of the chosen preprocessor, and say which of those written belong to others", async () => {
    await editor.open("depth");
    assert.equal(await row("settings.lowThresholdCanny").isVisible(), false);
    await pick("model", "option-trigger", "openpose (the pose of people)");
    assert.equal(await row("settings.lowThresholdCanny").isVisible(), false);
    assert.equal(await row("settings.includeHandsAndFaceOpenPose").isVisible(), true);
    await pick("model", "option-trigger", "canny (edges)");
    assert.equal(await row("settings.includeHandsAndFaceOpenPose").isVisible(), false);
    await editor.type("settings.lowThresholdCanny", "200");
    await editor.type("settings.highThresholdCanny", "150");
    await editor.done();
    assert.deepEqual(await reasonsOf("depth"), ["Settings Low threshold: not below High threshold, which is 150"]);
    assert.deepEqual(await reasonsOf("foreign"), [
      "Settings High threshold: belongs to the preprocessor canny; the one chosen is tile",
    ]);
  });

  it("say when a result cannot go where it is to go", async () => {
    assert.deepEqual(await reasonsOf("misplaced"), ["Result into: name a property of the message, such as guideImage"]);
    assert.deepEqual(await reasonsOf("taken"), ["Result into: msg.image is taken, choose another property"]);
    assert.deepEqual(await reasonsOf("takeninside"), ["Result into: msg.job.guide is taken, choose another property"]);
    await editor.open("misplaced");
    await editor.page.locator('[data-property="into"] input.red-ui-typedInput-input').fill("");
    await editor.done();
    assert.equal((await reasonsOf("misplaced")).length, 1);
  });

  it("fill a new node from the palette with what fits the other nodes", async () => {
    for (const [type, saved] of [
      ["flux-controlnet", guideImage],
      ["flux-lora", {}],
    ] as const) {
      const params = await editor.get(`JSON.parse(JSON.stringify(RED.nodes.getType('${type}').defaults.params.value))`);
      assert.deepEqual(params, saved);
    }
  });

  it("explain themselves in the help", async () => {
    for (const [type, words] of [
      ["flux-lora", /lora\[\]\.weight -4 to 4/],
      ["flux-controlnet", /runware:25@1 \(canny\)/],
      ["flux-ip-adapter", /runware:56@1/],
      ["flux-identity", /acePlusPlus\.masks/],
      ["runware-preprocess", /flux\.inputs\.seedImage/],
    ] as const) {
      await editor.get(`RED.sidebar.help.show('${type}')`);
      const help = editor.page.locator(".red-ui-help").filter({ hasText: words }).first();
      assert.equal(await help.count(), 1, type);
    }
  });
});
