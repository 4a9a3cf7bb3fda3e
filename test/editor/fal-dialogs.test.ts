import assert from "node:assert/strict";
import { falSrpo } from "../../lib/models/fal-srpo";
import { nodeFacts } from "../../lib/models/node-facts";
import { type Editor, inOnePage } from "./browser";
import { assertAllParameters, falAccount, inference } from "./nodes";

const node = (id: string, params: object = {}, more: object = {}) => inference(id, "fal-flux-srpo", params, more);
const production = { ...falAccount, id: "production", name: "", environment: "production" };

/** As the editor saves it today. */
const complete = { mode: "image-to-image", delivery: "sync", lateResults: false };
const bothSizes = {
  image_size: { type: "str", value: "square" },
  "image_size.width": { type: "num", value: "640" },
};
const variables = { mode: "${MODE}", delivery: "${DELIVERY}", lateResults: "${LATE}" };

const nodes = [
  node("earlier"),
  node("complete", { strength: { type: "num", value: "0.5" } }, complete),
  node("text-to-image", {}, { mode: "text-to-image" }),
  node("image-to-image", {}, { mode: "image-to-image" }),
  node("both-sizes", bothSizes),
  node("needless-picture", {}, { mode: "text-to-image", imageFrom: { type: "msg", value: "x" } }),
  node("variables", { strength: { type: "num", value: "${STRENGTH}" } }, variables),
  node("typed"),
  node("sized"),
  node("delivered"),
];

describe("the dialog of fal's SRPO", function () {
  this.timeout(60_000);
  let editor: Editor;
  inOnePage([{ id: "tab", type: "tab", label: "Flow" }, falAccount, production, ...nodes], (opened) => {
    editor = opened;
  });

  const property = (id: string, name: string) => editor.get<unknown>(`RED.nodes.node('${id}').${name}`);
  const paramsOf = (id: string) => property(id, "params");
  const reasonsOf = (id: string) => property(id, "validationErrors");
  const setting = (name: string) => editor.page.locator(`[data-property="${name}"]`);
  const chooseMode = (mode: string) => setting("mode").locator("select").selectOption(mode);
  const hintOf = (parameter: string) => editor.text(`[data-parameter="${parameter}"] .fluxwire-hint`);
  const members = () => editor.page.locator(".fluxwire-choice > .fluxwire-members");
  const pickSize = async (button: string, entry: string) => {
    await editor.page.locator(`[data-parameter="image_size"] .red-ui-typedInput-${button}`).click();
    await editor.pick(entry);
  };
  const pickPreset = (entry: string) => pickSize("option-trigger", entry);

  it("opens without a complaint, and closing it with Done changes nothing", async () => {
    const saved = await editor.get("JSON.stringify(RED.nodes.createCompleteNodeSet())");
    for (const id of ["earlier", "complete", "both-sizes", "needless-picture", "variables"]) {
      await editor.open(id);
      await editor.unfoldAll();
      await editor.done();
    }
    for (const id of ["fal", "production"]) {
      await editor.openAccount(id);
      await editor.done();
    }
    assert.equal(await editor.get("RED.nodes.dirty()"), false);
    assert.equal(await editor.get("JSON.stringify(RED.nodes.createCompleteNodeSet())"), saved);
  });

  it("has a labelled control for every parameter of each mode, and of both in auto", async () => {
    await assertAllParameters(editor, "earlier", nodeFacts(falSrpo));
    for (const [mode, { facts }] of Object.entries(falSrpo.modes)) await assertAllParameters(editor, mode, facts);
  });

  it("shows the parameters, ranges and defaults of the mode that is chosen", async () => {
    const shown = async () => ({
      size: await editor.page.locator('[data-parameter="image_size"]').count(),
      strength: await editor.page.locator('[data-parameter="strength"]').count(),
      steps: await hintOf("num_inference_steps"),
      imageFrom: await editor.text('[data-property="imageFrom"] .fluxwire-hint'),
    });
    await editor.open("earlier");
    await editor.unfold("image");
    assert.deepEqual(await shown(), {
      size: 1,
      strength: 1,
      steps: "1 to 50, default 28; with a picture 10 to 50, default 40",
      imageFrom: "used as: Image; with a picture it is image to image",
    });
    assert.equal(await hintOf("strength"), "image to image only; 0.01 to 1, default 0.95");
    assert.equal(await hintOf("image_size"), "text to image only");
    await chooseMode("text-to-image");
    assert.deepEqual(await shown(), {
      size: 1,
      strength: 0,
      steps: "1 to 50, default 28",
      imageFrom: "text to image takes no picture",
    });
    await chooseMode("image-to-image");
    assert.deepEqual(await shown(), {
      size: 0,
      strength: 1,
      steps: "10 to 50, default 40",
      imageFrom: "used as: Image",
    });
    await editor.cancel();
  });

  it("keeps what was typed for a mode while another one is shown, and when it is saved", async () => {
    await editor.open("typed");
    await editor.type("num_inference_steps", "5");
    await editor.unfold("image");
    await editor.type("strength", "0.5");
    await chooseMode("text-to-image");
    await pickPreset("square, 1024 x 1024");
    await chooseMode("image-to-image");
    const strength = editor.page.locator('[data-parameter="strength"] input.red-ui-typedInput-input');
    assert.equal(await strength.inputValue(), "0.5");
    await chooseMode("text-to-image");
    assert.match(await editor.text('[data-parameter="image_size"]'), /square, 1024 x 1024/);
    await editor.done();
    assert.deepEqual(await paramsOf("typed"), {
      image_size: { type: "str", value: "square_hd" },
      num_inference_steps: { type: "num", value: "5" },
      strength: { type: "num", value: "0.5" },
    });
    assert.equal(await property("typed", "mode"), "text-to-image");
    assert.deepEqual(await reasonsOf("typed"), []);
    await editor.open("typed");
    await chooseMode("image-to-image");
    await editor.done();
    assert.deepEqual(await reasonsOf("typed"), ["Steps: below 10"]);
  });

  it("saves one of fal's sizes or one's own, and never both", async () => {
    await editor.open("sized");
    assert.equal(await members().isVisible(), false);
    await pickPreset("own size ...");
    await editor.type("image_size.height", "640");
    await editor.done();
    assert.deepEqual(await paramsOf("sized"), { "image_size.height": { type: "num", value: "640" } });

    await editor.open("sized");
    assert.equal(await members().isVisible(), true);
    assert.match(await editor.text('[data-parameter="image_size"]'), /own size/);
    await pickPreset("portrait 3:4, 768 x 1024");
    assert.equal(await members().isVisible(), false);
    await editor.done();
    assert.deepEqual(await paramsOf("sized"), { image_size: { type: "str", value: "portrait_4_3" } });

    await editor.open("sized");
    await pickPreset("own size ...");
    await editor.type("image_size.width", "800");
    await pickSize("type-select", "msg.");
    assert.equal(await members().isVisible(), false);
    await editor.type("image_size", "size");
    await editor.done();
    assert.deepEqual(await paramsOf("sized"), { image_size: { type: "msg", value: "size" } });
  });

  it("gives back one's own size when its author looked at the others and returned", async () => {
    await editor.open("sized");
    await pickSize("type-select", "choice");
    await pickPreset("own size ...");
    await editor.type("image_size.width", "800");
    await pickPreset("square, 512 x 512");
    await pickPreset("own size ...");
    await editor.done();
    assert.deepEqual(await paramsOf("sized"), { "image_size.width": { type: "num", value: "800" } });
  });

  it("shows which of two sizes counts, and takes the other one out", async () => {
    assert.deepEqual(await reasonsOf("both-sizes"), []);
    await editor.open("both-sizes");
    assert.match(
      await editor.text('[data-parameter="image_size"] .fluxwire-problem-lines'),
      /a size of its own is set too/,
    );
    assert.match(await editor.text('[data-parameter="image_size"]'), /own size/);
    await editor.page.locator('[data-whole="image_size"] .fluxwire-remove').click();
    await editor.done();
    assert.deepEqual(await paramsOf("both-sizes"), { "image_size.width": { type: "num", value: "640" } });
    assert.equal(await property("both-sizes", "valid"), true);
  });

  it("says that text to image takes no picture", async () => {
    assert.deepEqual(await reasonsOf("needless-picture"), [
      "Image from: text to image takes no picture; choose none, or another mode",
    ]);
    await editor.open("needless-picture");
    await chooseMode("image-to-image");
    await editor.done();
    assert.equal(await property("needless-picture", "valid"), true);
  });

  it("warns of large answers in fal's queue", async () => {
    await editor.open("delivered");
    await editor.unfold("output");
    const hint = setting("delivery").locator(".fluxwire-hint");
    const output = setting("output").locator("select");
    const delivery = setting("delivery").locator("select");
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
    await editor.cancel();
  });

  it("saves mode, delivery and late results only when they are changed", async () => {
    await editor.open("delivered");
    await editor.unfold("output");
    await setting("delivery").locator("select").selectOption("sync");
    await editor.unfold("advanced");
    assert.equal(await setting("lateResults").locator("input").isChecked(), true);
    await setting("lateResults").locator("input").uncheck();
    await editor.done();
    assert.equal(await property("delivered", "delivery"), "sync");
    assert.equal(await property("delivered", "lateResults"), false);
    assert.equal(await property("delivered", "mode"), undefined);
  });

  it("keeps variables for mode, delivery and late results, and calls nothing wrong that they may allow", async () => {
    assert.deepEqual(await reasonsOf("variables"), []);
    await editor.open("variables");
    await editor.unfold("advanced");
    assert.match(await editor.text('[data-property="lateResults"]'), /\$\{LATE\}/);
    await editor.type("guidance_scale", "3");
    await editor.done();
    for (const [name, value] of Object.entries(variables)) assert.equal(await property("variables", name), value);
  });

  it("sends all addresses of an account to its test, and says what that could not prove", async () => {
    let posted: unknown;
    await editor.page.route("**/flux/fal-account/test", (route) => {
      posted = route.request().postDataJSON();
      return route.fulfill({ json: { ok: true, unproven: ["credit", "model", "direct"] } });
    });
    await editor.openAccount("production");
    await editor.page.fill("#node-config-input-apiKey", "id:secret");
    await editor.unfold("connection");
    await editor.page.fill("#node-config-input-queueUrl", " https://queue.example.com ");
    await editor.page.click(".fluxwire-account-test button");
    await editor.page.waitForSelector(".fluxwire-answer.fluxwire-good");
    assert.equal(
      await editor.text(".fluxwire-answer"),
      "The key is accepted. Only a paid job can show: whether there is credit left; whether the key may run the model; whether the direct URL is right.",
    );
    assert.deepEqual(posted, {
      id: "production",
      environment: "production",
      queueUrl: "https://queue.example.com",
      runUrl: "",
      restUrl: "",
      proxy: "",
      tls: "",
      apiKey: "id:secret",
    });
    await editor.page.unroute("**/flux/fal-account/test");
    await editor.page.fill("#node-config-input-apiKey", "");
    await editor.page.fill("#node-config-input-runUrl", "http://example.com");
    await editor.unfold("journal");
    await editor.page.fill("#node-config-input-cancelAfter", "-1");
    await editor.done();
    assert.deepEqual(await reasonsOf("production"), [
      "API key: needed outside the sandbox",
      "Direct URL: https://..., plain http only on this machine",
      "Cancel: 0 to 3,600 seconds after the deletion",
    ]);
  });

  it("tests an account in the sandbox", async () => {
    await editor.openAccount("fal");
    await editor.page.click(".fluxwire-account-test button");
    await editor.page.waitForSelector(".fluxwire-answer.fluxwire-good, .fluxwire-answer.fluxwire-bad");
    assert.match(await editor.text(".fluxwire-answer"), /^The key is accepted\./);
    await editor.cancel();
  });

  it("explains both modes in the help", async () => {
    await editor.get("RED.sidebar.help.show('fal-flux-srpo')");
    const help = (await editor.page.locator(".red-ui-help").filter({ hasText: "fal" }).first().textContent()) ?? "";
    assert.match(help, /num_inference_steps 1 to 50, default 28; with a picture 10 to 50, default 40/);
    assert.match(help, /FLUX_OUTCOME_UNKNOWN/);
  });
});
