import assert from "node:assert/strict";
import { type Editor, inOnePage } from "./browser";
import { falJavaScript, runwareCurl } from "./fixtures/vendor-requests";
import { account, inference } from "./nodes";

const nodes = [
  inference("krea", "runware-flux-krea", { steps: { type: "num", value: "20" }, seed: { type: "msg", value: "seed" } }),
  inference("untouched", "runware-flux-krea", { steps: { type: "num", value: "20" } }),
];

describe("the request as JSON in a dialog", function () {
  this.timeout(60_000);
  let editor: Editor;
  inOnePage([{ id: "tab", type: "tab", label: "Flow" }, account, ...nodes], (opened) => {
    editor = opened;
  });

  const property = <Value>(id: string, name: string) => editor.get<Value>(`RED.nodes.node('${id}').${name}`);
  const panel = () => editor.page.locator(".fluxwire-json");
  const openPanel = () => editor.page.locator(".fluxwire-json-open").click();
  const paste = (text: string) => editor.page.locator(".fluxwire-json-paste").fill(text);
  const plan = () => editor.text(".fluxwire-json-plan");
  const apply = () => panel().getByText("apply", { exact: true });
  const shown = async (): Promise<unknown> => JSON.parse(await panel().locator("textarea[readonly]").inputValue());

  it("is shown on demand, and follows what is typed", async () => {
    await editor.open("krea");
    assert.equal(await panel().isVisible(), false);
    await openPanel();
    await editor.type("steps", "24");
    assert.deepEqual(await shown(), [
      {
        taskType: "imageInference",
        taskUUID: "<new id>",
        model: "runware:107@1",
        positivePrompt: "<msg.payload>",
        steps: 24,
        seed: "<msg.seed>",
        outputType: "URL",
        deliveryMethod: "async",
        includeCost: true,
      },
    ]);
    await editor.cancel();
  });

  it("fills the dialog from a vendor's example once that is applied, and is saved by Done", async () => {
    await editor.open("krea");
    await openPanel();
    await paste(runwareCurl);
    assert.match(await plan(), /4\..*includeCost/s);
    assert.equal(
      await editor.page.locator('[data-parameter="steps"] input.red-ui-typedInput-input').inputValue(),
      "20",
      "nothing is replaced before that",
    );
    await apply().click();
    const input = (row: string) => editor.page.locator(`${row} input.red-ui-typedInput-input`).inputValue();
    assert.equal(await input('[data-property="promptFrom"]'), "a fisherman's hut");
    assert.equal(await input('[data-parameter="steps"]'), "28");
    await editor.done();
    assert.deepEqual(await property("krea", "params"), {
      width: { type: "num", value: "1024" },
      height: { type: "num", value: "1024" },
      steps: { type: "num", value: "28" },
    });
    assert.deepEqual(await property("krea", "promptFrom"), { type: "str", value: "a fisherman's hut" });
  });

  it("says which node an example is for, and where it cannot be read", async () => {
    await editor.open("untouched");
    await openPanel();
    await paste(falJavaScript);
    assert.match(await plan(), /fal-ai\/flux\/srpo\. Use the node FLUX SRPO \(fal\)/);
    assert.equal(await apply().isDisabled(), true);
    await paste('{\n  "steps": 28\n  "width": 512\n}');
    assert.match(await plan(), /^Line 3, column 3: a comma/);
    await paste("{ steps: 5 }");
    await apply().click();
    await editor.cancel();
    assert.deepEqual(await property("untouched", "params"), { steps: { type: "num", value: "20" } });
    await editor.open("untouched");
    await openPanel();
    await editor.done();
    assert.equal(Boolean(await property("untouched", "changed")), false, "a look changes nothing");
  });

  it("names what an example would have a service get of this Node-RED", async () => {
    await editor.open("untouched");
    await openPanel();
    await paste('{ "positivePrompt": "<env.SECRET>", "negativePrompt": "${OTHER}", "steps": 20 }');
    const told = await plan();
    assert.match(told, /not from the example: .*<env\.SECRET>/);
    assert.match(told, /negativePrompt \$\{OTHER\}/);
    await paste('{ "positivePrompt": "a fox", "steps": 20 }');
    assert.doesNotMatch(await plan(), /not from the example/);
    await editor.cancel();
  });
});
