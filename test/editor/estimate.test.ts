import assert from "node:assert/strict";
import { type Editor, inOnePage } from "./browser";
import { account, composition, falAccount, inference } from "./nodes";

const num = (value: number) => ({ type: "num", value: String(value) });
const sized = { width: num(1024), height: num(1024), steps: num(28) };
const prices = [{ model: "fal-flux-srpo", width: "", height: "", steps: "", dollars: "0.025" }];

const nodes = [
  { ...account, id: "paying", environment: "production" },
  { ...falAccount, id: "priced", prices },
  inference("listed", "runware-flux-krea", sized, { account: "paying" }),
  inference("small", "runware-flux-krea", sized),
  inference("msg", "runware-flux-krea", { ...sized, height: { type: "msg", value: "h" } }, { account: "paying" }),
  inference("fal-priced", "fal-flux-srpo", { num_images: num(4) }, { account: "priced" }),
  inference("without", "runware-flux-krea", sized, { account: "" }),
  inference("tool", "runware-preprocess", {}),
  inference("composed", "runware-flux-krea", sized, { account: "paying" }),
  composition(
    "lora",
    "flux-lora",
    { "lora.0.model": { type: "str", value: "civitai:1@1" } },
    { wires: [["composed"]] },
  ),
];

const LISTED = "About $0.0098 per picture (list price for 1024 x 1024, 28 steps).";
const NO_PRICE = "Cost unknown: there was no run like this yet, and no price is known for it.";

describe("the line that says what a run may cost", function () {
  this.timeout(60_000);
  let editor: Editor;
  inOnePage([{ id: "tab", type: "tab", label: "Flow" }, account, falAccount, ...nodes], (opened) => {
    editor = opened;
  });

  const says = (words: string) =>
    editor.page.waitForFunction(
      (wanted) => document.querySelector(".fluxwire-estimate-text")?.textContent === wanted,
      words,
    );

  for (const [what, id, words] of [
    ["tells the published price, with the size and the steps that it is for", "listed", LISTED],
    ["says plainly that nobody knows, in the sandbox too", "small", NO_PRICE],
    [
      "names what comes with the message",
      "msg",
      "Cost unknown: it depends on values that come with the message or from the environment (Height).",
    ],
    [
      "tells the price of the account's own table, and what all pictures cost together",
      "fal-priced",
      "About $0.025 per picture, 4 pictures: $0.10 (your price table).",
    ],
    ["says that an account has to be chosen", "without", "Cost unknown: no account is chosen."],
    ["is there for preprocessors", "tool", NO_PRICE],
    ["promises no published price where nodes upstream bring more", "composed", NO_PRICE],
  ] as const) {
    it(what, async () => {
      await editor.open(id);
      await says(words);
      await editor.cancel();
    });
  }

  it("follows what is typed, and a message's number of pictures", async () => {
    await editor.open("listed");
    await editor.unfoldAll();
    await says(LISTED);
    await editor.type("steps", "29");
    await says(NO_PRICE);
    await editor.type("steps", "28");
    await editor.type("numberResults", "3");
    await says("About $0.0098 per picture, 3 pictures: $0.0294 (list price for 1024 x 1024, 28 steps).");
    await editor.cancel();
  });

  it("asks once for what was typed in one go, and sends neither prompts nor pictures", async () => {
    const asked: string[] = [];
    editor.page.on("request", (request) => {
      if (request.url().endsWith("/flux/estimate")) asked.push(request.postData() ?? "");
    });
    await editor.open("listed");
    await editor.unfoldAll();
    await says(LISTED);
    await editor.type("negativePrompt", "a secret garden");
    await editor.type("inputs.seedImage", "https://example.com/secret.png");
    await says(NO_PRICE);
    assert.ok(asked.length <= 3, `${asked.length} questions`);
    assert.doesNotMatch(asked.join(), /secret/);
    await editor.cancel();
  });

  it("stays in sight while the form is scrolled, and is read out politely", async () => {
    await editor.page.setViewportSize({ width: 1280, height: 500 });
    await editor.open("listed");
    await editor.unfoldAll();
    await says(LISTED);
    const line = editor.page.locator(".fluxwire-estimate-text");
    assert.equal(await line.getAttribute("aria-live"), "polite");
    const box = await line.boundingBox();
    assert.ok(box && box.y > 0 && box.y + box.height <= 500);
    await editor.cancel();
    await editor.page.setViewportSize({ width: 1400, height: 1000 });
  });

  it("changes nothing in the flow", async () => {
    await editor.open("listed");
    await says(LISTED);
    await editor.done();
    assert.equal(await editor.get("RED.nodes.dirty()"), false);
  });
});
