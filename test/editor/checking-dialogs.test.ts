import assert from "node:assert/strict";
import { type Editor, inOnePage } from "./browser";
import { account, composition, falAccount, inference } from "./nodes";

const number = (value: string) => ({ type: "num", value });
const text = (value: string) => ({ type: "str", value });

const nodes = [
  inference("fresh", "runware-flux-srpo", {}),
  inference("krea", "runware-flux-krea", {}),
  inference("wrong", "runware-flux-srpo", {
    width: number("1000"),
    height: number("1024"),
    "acceleratorOptions.cacheEndStep": number("0"),
    "lora.0.weight": number("9"),
    "lora.0.model": text("civitai:1@2"),
    novelty: number("1"),
  }),
  inference("idle", "runware-flux-srpo", { strength: number("0.5") }),
  inference("spoken", "runware-flux-srpo", {}, { promptFrom: text("x") }),
  inference("both", "fal-flux-srpo", { num_inference_steps: number("5") }, { mode: "auto", delivery: "queue" }),
  composition("lora", "flux-lora", {}),
];

describe("what is wrong in a dialog", function () {
  this.timeout(60_000);
  let editor: Editor;
  inOnePage([{ id: "tab", type: "tab", label: "Flow" }, account, falAccount, ...nodes], (opened) => {
    editor = opened;
  });

  const beside = (parameter: string) => editor.page.locator(`[data-parameter="${parameter}"] .fluxwire-problem`);
  const input = (parameter: string) =>
    editor.page.locator(`[data-parameter="${parameter}"] input.red-ui-typedInput-input`);
  const problemsOf = (group: string) => editor.text(`[data-group="${group}"] .fluxwire-problems`);
  const onTop = () => editor.page.locator(".fluxwire-problem-list > .fluxwire-problem").allTextContents();

  it("stands beside the field while it is typed, and is gone when it is right", async () => {
    await editor.open("fresh");
    await input("steps").fill("51");
    await beside("steps").filter({ hasText: "above 50" }).waitFor();
    assert.equal(await beside("steps").getAttribute("role"), "alert");
    assert.equal(await beside("steps").locator(".fa").count(), 1, "told by more than a colour");
    assert.equal(await input("steps").getAttribute("aria-invalid"), "true");
    const describing = async () => ((await input("steps").getAttribute("aria-describedby")) ?? "").split(" ");
    const [hint = "", ...others] = await describing();
    assert.match(await editor.text(`[id="${others.at(-1)}"]`), /above 50/);
    await input("steps").fill("28");
    await beside("steps").waitFor({ state: "detached" });
    assert.equal(await input("steps").getAttribute("aria-invalid"), null);
    assert.deepEqual(await describing(), [hint, ...others.slice(0, -1)], "what else describes it stays");
    await editor.cancel();
  });

  it("is there when the dialog opens; what is folded away is counted in its heading", async () => {
    await editor.open("wrong");
    assert.match((await beside("width").textContent()) ?? "", /not in steps of 16/);
    assert.match(await problemsOf("advanced"), /1/);
    assert.match(await problemsOf("composition"), /1/);
    await editor.unfold("composition");
    await beside("lora.0.weight").filter({ hasText: "above 4" }).waitFor();
    assert.deepEqual(await onTop(), ["novelty: this model has no such parameter"]);
    await input("lora.0.weight").fill("1");
    await beside("lora.0.weight").waitFor({ state: "detached" });
    assert.equal(await problemsOf("composition"), "");
    await editor.done();
    assert.deepEqual(await editor.get("RED.nodes.node('wrong').validationErrors"), [
      "Width: not in steps of 16",
      "Accelerators To step: below 1",
      "novelty: this model has no such parameter",
    ]);
  });

  it("is a note where the node runs all the same, and leaves the node valid", async () => {
    await editor.open("idle");
    await editor.unfold("image");
    await beside("strength").waitFor();
    assert.match((await beside("strength").textContent()) ?? "", /no effect without/);
    assert.equal(await beside("strength").getAttribute("role"), "status");
    assert.equal(await input("strength").getAttribute("aria-invalid"), null);
    assert.equal(await problemsOf("image"), "");
    await editor.done();
    assert.equal(await editor.get("RED.nodes.node('idle').valid"), true);
    assert.equal(await editor.get("RED.nodes.node('krea').valid"), true);
  });

  it("goes by the settings around the parameters", async () => {
    await editor.open("spoken");
    const prompt = editor.page.locator('[data-property="promptFrom"]');
    assert.match((await prompt.locator(".fluxwire-problem").textContent()) ?? "", /shorter than 2/);
    await prompt.locator("input.red-ui-typedInput-input").fill("a lighthouse");
    await prompt.locator(".fluxwire-problem").waitFor({ state: "detached" });
    await editor.cancel();
    await editor.open("both");
    assert.equal(await beside("num_inference_steps").count(), 0, "text to image takes so few");
    await editor.page.locator('[data-property="mode"] select').selectOption("image-to-image");
    await beside("num_inference_steps").filter({ hasText: "below 10" }).waitFor();
    await editor.cancel();
  });

  it("is said of composition nodes too, as long as they set something", async () => {
    await editor.open("lora");
    await editor.type("lora.0.weight", "5");
    await beside("lora.0.weight").filter({ hasText: "above 4" }).waitFor();
    await beside("lora.0.model").filter({ hasText: "missing" }).waitFor();
    await editor.page.locator('[data-property="mode"] select').selectOption("clear");
    await beside("lora.0.weight").waitFor({ state: "detached" });
    await editor.cancel();
  });

  it("paints no field of a list in which nothing is set", async () => {
    await editor.open("lora");
    const line = editor.page.locator('[data-list="lora"] > .fluxwire-problem-lines');
    assert.match((await line.textContent()) ?? "", /nothing is set/i);
    assert.equal(await editor.page.locator('[data-list="lora"] [aria-invalid]').count(), 0);
    const border = (of: string) =>
      editor.get<string>(`getComputedStyle(document.querySelector('${of} .red-ui-typedInput-container')).borderColor`);
    assert.equal(await border('[data-parameter="lora.0.weight"]'), await border('[data-source="lora"]'));
    await editor.cancel();
  });
});
