import assert from "node:assert/strict";
import { offeredSizes, usualSizesOf } from "../../editor/form/usual-sizes";
import { nodeModels } from "../../lib/models/catalogue";
import { nodeFacts } from "../../lib/models/node-facts";
import { type Editor, inOnePage } from "./browser";
import { account, falAccount, inference } from "./nodes";

const number = (value: string) => ({ type: "num", value });
const flows = [
  { id: "tab", type: "tab", label: "Flow" },
  account,
  falAccount,
  inference("sized", "runware-flux-srpo", {}),
  inference("typed", "runware-flux-krea", { width: number("1024"), height: number("1024") }),
  inference("elsewhere", "runware-flux-krea", { width: { type: "msg", value: "width" }, height: number("768") }),
  inference("kontext", "runware-flux-kontext", {}),
  inference("named", "fal-flux-srpo", { image_size: { type: "str", value: "landscape_4_3" } }),
  inference("sides", "fal-flux-srpo", { "image_size.width": number("800"), "image_size.height": number("600") }),
];

describe("the size of a picture", function () {
  this.timeout(60_000);
  let editor: Editor;
  inOnePage(flows, (opened) => {
    editor = opened;
  });
  const paramsOf = (id: string) => editor.get<Record<string, unknown>>(`RED.nodes.node('${id}').params`);
  const shape = () => editor.page.locator('[data-preset="size"] select');
  const chosen = () => shape().evaluate((one) => (one as HTMLSelectElement).selectedOptions[0]?.textContent);
  const swap = () => editor.page.locator('[data-group="size"] .fluxwire-swap');
  const input = (parameter: string) =>
    editor.page.locator(`[data-parameter="${parameter}"] input.red-ui-typedInput-input`);

  it("is offered in shapes of about a million pixels, all of which the model takes", () => {
    for (const model of nodeModels) {
      const { leaves } = nodeFacts(model);
      const [width, height] = ["width", "height"].map((side) => leaves.find(({ path }) => path === side));
      if (width === undefined || height === undefined) continue;
      const offered = offeredSizes(usualSizesOf(model.type), width, height);
      assert.deepEqual(
        offered.map((size) => size.shape),
        ["1:1", "4:3", "3:2", "16:9", "21:9", "3:4", "2:3", "9:16", "9:21"],
        model.type,
      );
      for (const { shape: name, width: wide, height: tall } of offered) {
        const [across = 1, down = 1] = name.split(":").map(Number);
        assert.ok(Math.abs(wide / tall / (across / down) - 1) < 0.05, `${model.type} ${name}`);
        assert.ok(Math.abs((wide * tall) / 1024 ** 2 - 1) < 0.07, `${model.type} ${name}`);
        assert.equal((wide % 16) + (tall % 16), 0);
      }
    }
  });

  it("is chosen by its shape, set upright with one button, and shown as what it is", async () => {
    await editor.open("sized");
    assert.equal(await chosen(), "not set");
    await shape().selectOption({ label: "16:9 landscape 1344 x 768" });
    assert.equal(await input("width").inputValue(), "1344");
    await swap().click();
    assert.equal(await input("width").inputValue(), "768");
    assert.equal(await chosen(), "9:16 portrait 768 x 1344");
    await editor.type("height", "1024");
    assert.equal(await chosen(), "own width and height");
    await swap().click();
    await editor.done();
    assert.deepEqual(await paramsOf("sized"), { width: number("1024"), height: number("768") });
    await editor.open("sized");
    await shape().selectOption({ label: "not set" });
    assert.equal(await input("width").inputValue(), "");
    await editor.done();
    assert.deepEqual(await paramsOf("sized"), {});
  });

  it("says why it cannot be set upright: a square, or a side that a message brings", async () => {
    await editor.open("typed");
    assert.equal(await chosen(), "1:1 square 1024 x 1024");
    assert.equal(await swap().getAttribute("aria-disabled"), "true");
    await swap().press("Enter");
    assert.match(await editor.text('[data-preset="size"]'), /A square has nothing to swap/);
    await editor.cancel();
    await editor.open("elsewhere");
    assert.equal(await chosen(), "own width and height");
    assert.match((await swap().getAttribute("title")) ?? "", /fixed numbers/);
    await editor.done();
    assert.equal(await editor.get("RED.nodes.node('elsewhere').changed"), false);
  });

  it("has shapes of its own in Kontext", async () => {
    await editor.open("kontext");
    await shape().selectOption({ label: "16:9 landscape 1392 x 752" });
    await editor.done();
    assert.deepEqual(await paramsOf("kontext"), { width: number("1392"), height: number("752") });
  });

  it("can be set upright at fal too, by its name or its sides", async () => {
    await editor.open("named");
    await swap().click();
    assert.match(await editor.text('[data-parameter="image_size"]'), /portrait 3:4/);
    await editor.done();
    assert.deepEqual(await paramsOf("named"), { image_size: { type: "str", value: "portrait_4_3" } });
    await editor.open("sides");
    await swap().click();
    assert.equal(await input("image_size.width").inputValue(), "600");
    await editor.done();
    assert.deepEqual(await paramsOf("sides"), {
      "image_size.width": number("600"),
      "image_size.height": number("800"),
    });
  });
});
