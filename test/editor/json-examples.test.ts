import assert from "node:assert/strict";
import { type Example, readExample } from "../../editor/json/read-example";
import { isTaken, type Taken, takeExample } from "../../editor/json/take-example";
import { falSrpo } from "../../lib/models/fal-srpo";
import { kontext } from "../../lib/models/kontext";
import { krea } from "../../lib/models/krea";
import type { NodeModel } from "../../lib/models/model";
import { preprocess } from "../../lib/models/preprocess";
import { srpo } from "../../lib/models/srpo";
import { fragments, kontextTasks } from "../models/vendor-examples";
import {
  falCurl,
  falImageJavaScript,
  falJavaScript,
  falPython,
  runwareCurl,
  runwareFragment,
  runwareJavaScript,
} from "./fixtures/vendor-requests";

const read = (text: string): Example => {
  const example = readExample(text);
  assert.ok("request" in example, JSON.stringify(example));
  return example;
};

const take = (model: NodeModel, text: string, settings: Record<string, unknown> = {}): Taken => {
  const taken = takeExample(model, read(text), (property) => settings[property]);
  assert.ok(isTaken(taken), JSON.stringify(taken));
  return taken;
};

const refused = (model: NodeModel, text: string) => {
  const result = takeExample(model, read(text), () => undefined);
  assert.ok(!isTaken(result));
  return result;
};

const str = (value: string) => ({ type: "str", value });
const num = (value: string) => ({ type: "num", value });

describe("a vendor's example", () => {
  it("is read from a call in JavaScript, in Python, and from a curl command", () => {
    const prompt = "a mountain guide with a rope";
    for (const text of [falJavaScript, falCurl]) {
      assert.deepEqual(read(text), { request: { prompt }, endpoint: "fal-ai/flux/srpo" });
    }
    assert.deepEqual(read(falPython).request, { prompt, enable_safety_checker: true });
    assert.equal(read(runwareCurl).request.positivePrompt, "a fisherman's hut");
  });

  it("is for the endpoint of its call, whatever its prompt and the addresses in it say", () => {
    const body = '{"prompt": "in the style of fal-ai/other", "image_url": "https://example.com/fal-ai/in.png"}';
    assert.equal(read(body).endpoint, undefined);
    assert.equal(read(`curl -d '${body}' https://fal.run/fal-ai/flux/srpo`).endpoint, "fal-ai/flux/srpo");
    const escaped = body.replaceAll('"', '\\"');
    assert.equal(read(`curl -d "${escaped}" https://fal.run/fal-ai/flux/srpo`).endpoint, "fal-ai/flux/srpo");
    assert.equal(read(`fal.run("fal-ai/flux/srpo", ${body})`).endpoint, "fal-ai/flux/srpo");
  });

  it("may have a picture of many megabytes in it, or as much white space", () => {
    const picture = `data:image/png;base64,${"A".repeat(14_000_000)}`;
    const curl = "curl https://fal.run/fal-ai/flux/srpo";
    const texts = [
      `${curl} -d '{"prompt": "p", "image_url": "${picture}"}'`,
      `${curl} -d "{\\"prompt\\": \\"p\\", \\"image_url\\": \\"${picture}\\"}"`,
      `{"prompt": "p", "image_url": "${picture}"}`,
    ];
    for (const text of texts) assert.equal(String(read(text).request.image_url).length, picture.length);
    assert.deepEqual(read(`{"prompt":${" ".repeat(14_000_000)}"p"}`).request, { prompt: "p" });
  });

  it("fills the dialog, without what the node sets itself", () => {
    const taken = take(krea, runwareCurl);
    assert.deepEqual(
      [...taken.values],
      [
        ["width", num("1024")],
        ["height", num("1024")],
        ["steps", num("28")],
      ],
    );
    assert.deepEqual([...taken.settings], [["promptFrom", str("a fisherman's hut")]]);
    assert.deepEqual(taken.owned, ["taskUUID", "taskType", "model", "includeCost"]);
    assert.equal(taken.count, 4);
  });

  it("is read without the functions in it", () => {
    const taken = take(srpo, runwareJavaScript);
    assert.deepEqual([...taken.values.keys()], ["width", "height", "numberResults", "lora.0.model", "lora.0.weight"]);
    assert.deepEqual(taken.owned, ["model", "outputType"]);
    assert.deepEqual(taken.unknown, []);
  });

  it("is taken in the spelling of the schema, and said so", () => {
    const taken = take(srpo, runwareFragment);
    assert.deepEqual(
      [...taken.values],
      [
        ["outputFormat", str("PNG")],
        ["layerDiffuse", { type: "bool", value: "true" }],
      ],
    );
    assert.deepEqual(taken.respelt, [
      ["advancedFeatures.layerDiffuse", "layerDiffuse"],
      ["png", "PNG"],
    ]);
  });

  it("says which node it is for, where that is another one", () => {
    assert.deepEqual(refused(srpo, runwareCurl), { asked: "runware:107@1", node: "runware-flux-krea" });
    assert.deepEqual(refused(srpo, falJavaScript), { asked: "fal-ai/flux/srpo", node: "fal-flux-srpo" });
    assert.deepEqual(refused(falSrpo, runwareCurl), { asked: "runware:107@1", node: "runware-flux-krea" });
    assert.deepEqual(refused(preprocess, runwareCurl), { asked: "runware:107@1", node: "runware-flux-krea" });
    assert.deepEqual(refused(krea, '{"taskType":"controlNetPreprocess"}'), {
      asked: "controlNetPreprocess",
      node: "runware-preprocess",
    });
    assert.deepEqual(refused(krea, '{"taskType":"imageInference","model":"runware:5@1"}'), { asked: "runware:5@1" });
  });

  it("of the other mode sets the mode", () => {
    const taken = take(falSrpo, falImageJavaScript);
    assert.equal(taken.settings.get("mode"), "image-to-image");
    assert.deepEqual(taken.settings.get("imageFrom"), str("https://fal.media/files/koala/cat.png"));
    assert.deepEqual(take(falSrpo, falImageJavaScript, { mode: "image-to-image" }).settings.has("mode"), false);
  });

  it("leaves out what the model has no parameter for, unless the node lets that through", () => {
    const text = "{ steps: 4, vae: 'runware:120@4', lora: [{ model: 'a:b@1', wait: 1 }] }";
    const taken = take(srpo, text);
    assert.deepEqual([...taken.unknown].sort(), ["lora[0].wait", "vae"]);
    assert.deepEqual([...taken.values.keys()], ["steps", "lora.0.model"]);
    assert.deepEqual(
      [...take(srpo, text, { allowUnknown: true }).values.keys()],
      ["steps", "vae", "lora.0.model", "lora.0.wait"],
    );
  });

  it("from Runware's pages is read, every one of them", () => {
    for (const task of kontextTasks) {
      const taken = take(kontext, JSON.stringify([task]));
      assert.equal(taken.unknown.length, 0);
      assert.equal((taken.settings.get("imageFrom") as { type: string }).type, "str");
    }
    for (const fragment of Object.values(fragments)) {
      const taken = take(srpo, JSON.stringify(fragment));
      assert.deepEqual(taken.unknown, []);
      assert.ok(taken.count > 0);
    }
  });
});

describe("a text that is no request", () => {
  for (const { text, problem } of [
    { text: "", problem: { reason: "nothing" } },
    { text: "hello", problem: { reason: "nothing" } },
    { text: "[]", problem: { reason: "nothing" } },
    { text: '[{"steps": 1}, {"steps": 2}]', problem: { reason: "several" } },
    { text: '{\n  "steps": 28\n  "width": 512\n}', problem: { reason: "comma", line: 3, column: 3 } },
    { text: '{\n  "steps": 28,\n  "width" 512\n}', problem: { reason: "colon", line: 3, column: 11 } },
    { text: '{"steps": ;}', problem: { reason: "value", line: 1, column: 11 } },
    { text: '{"prompt": "a cat', problem: { reason: "string", line: 1, column: 12 } },
    { text: '{"lora": [{"model": "a:b@1"}', problem: { reason: "end", line: 1, column: 29 } },
    { text: "{ prompt: `a ${word}` }", problem: { reason: "string", line: 1, column: 11 } },
    { text: "[".repeat(100), problem: { reason: "deep", line: 1, column: 32 } },
  ]) {
    it(`is refused with the place in it: ${JSON.stringify(text.slice(0, 40))}`, () => {
      assert.deepEqual(readExample(text), problem);
    });
  }

  it("is never run, and poisons nothing", () => {
    const example = read(
      '{ "__proto__": { "polluted": 1 }, "steps": (() => { globalThis.ran = true })(), "width": 8 }',
    );
    assert.equal(Reflect.get(globalThis, "ran"), undefined);
    assert.equal(Reflect.get({}, "polluted"), undefined);
    assert.deepEqual(Object.keys(example.request), ["__proto__", "width"]);
    assert.deepEqual([...take(srpo, '{"__proto__": {"steps": 1}, "width": 512}').values.keys()], ["width"]);
  });

  it("keeps the digits of large seeds", () => {
    assert.equal(read('{"seed": 9223372036854775807}').request.seed, "9223372036854775807");
  });
});
