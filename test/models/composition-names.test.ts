import assert from "node:assert/strict";
import type { Composed } from "../../lib/models/composition/composition";
import { falSrpo } from "../../lib/models/fal-srpo";
import { kontext } from "../../lib/models/kontext";
import { krea } from "../../lib/models/krea";
import type { NodeModel } from "../../lib/models/model";
import { knows } from "../../lib/models/parameters";
import type { FluxRequest, RequestInput } from "../../lib/models/request";
import { srpo } from "../../lib/models/srpo";
import { composed } from "./composing";
import { picture, png, prepare, refusal } from "./support";

/** A message behind nodes in a row, each with what it sets. */
const behind = (...row: readonly (readonly [name: string, type: string, dialog: FluxRequest])[]): Composed =>
  row.reduce<Composed>(
    ({ flux, origins, warnings }, [name, type, dialog]) => {
      const next = composed(dialog, flux, { origins, node: { id: `${name}.1`, type, name } });
      return { ...next, warnings: [...warnings, ...next.warnings] };
    },
    { flux: undefined, origins: undefined, warnings: [] },
  );

const refusedBy = (model: NodeModel, { flux, origins }: Composed, more: Partial<RequestInput> = {}): string =>
  refusal(model, flux, { origins, ...more }).message;

const style = ["style", "flux-lora", { lora: [{ model: "a:b" }] }] as const;
const sketch = ["sketch", "flux-lora", { lora: [{ model: "c:d" }, { model: "e:f" }] }] as const;
const pose = ["pose", "flux-controlnet", { controlNet: [{ model: "runware:29@1", guideImage: picture.url }] }] as const;
const look = [
  "look",
  "flux-ip-adapter",
  { ipAdapters: [{ model: "runware:56@1", guideImages: [picture.url] }] },
] as const;
const face = ["face", "flux-identity", { pulid: { images: [picture.url] } }] as const;
const twin = ["twin", "flux-identity", { acePlusPlus: { images: [picture.url] } }] as const;

describe("what a node upstream composed for a model that cannot take it", () => {
  for (const [name, type, dialog] of [style, pose, look, face, twin]) {
    const [parameter = ""] = Object.keys(dialog);
    for (const model of [kontext, falSrpo]) {
      if (!("modes" in model) && knows(model, parameter)) continue;
      it(`is refused with the name of that node: ${parameter}, ${model.title}`, () => {
        const message = refusedBy(model, behind([name, type, dialog]));
        const where = "modes" in model ? " at fal" : "";
        assert.ok(
          message.startsWith(`${model.title}${where} has no ${parameter} (set by "${name}" / ${type}); `),
          message,
        );
        assert.match(message, / have it\. Nothing was sent\.$/);
      });
    }
  }

  it("is refused with the names of all nodes that had a part in it", () => {
    assert.match(
      refusedBy(falSrpo, behind(style, sketch)),
      /has no lora \(set by "style" \/ flux-lora and "sketch" \/ flux-lora\); /,
    );
    assert.match(
      refusedBy(kontext, behind(face, ["older", "flux-identity", { pulid: { idWeight: 2 } }])),
      /has no pulid \(set by "face" \/ flux-identity and "older" \/ flux-identity\); /,
    );
  });
});

describe("an error about a composed parameter", () => {
  it("names the node that set the entry", () => {
    const all = behind(style, ["late", "flux-controlnet", { controlNet: [{ ...pose[2].controlNet[0], endStep: 90 }] }]);
    assert.equal(
      refusedBy(srpo, { ...all, flux: { ...all.flux, steps: 20 } }),
      'ControlNet 1 (controlNet[0].endStep), from "late" / flux-controlnet, is 90, but this request has 20 steps. Use a value up to 20, or endStepPercentage. Nothing was sent.',
    );
  });

  it("names the node that set the member, where several made the object", () => {
    const late = ["late", "flux-identity", { pulid: { CFGstartStep: 30 } }] as const;
    const { origins, flux } = behind(face, late);
    assert.deepEqual(Object.keys(origins ?? {}), ["pulid", "pulid.CFGstartStep"]);
    assert.match(
      refusal(srpo, { ...flux, steps: 20 }, { origins }).message,
      /^pulid\.CFGstartStep, from "late" \/ flux-identity, is 30/,
    );
    const edited = { pulid: { ...Object(flux?.pulid), idWeight: 9 } };
    assert.match(refusal(srpo, edited, { origins }).message, /^pulid\.idWeight, from "face" \/ flux-identity, is 9/);
  });

  it("names the node behind a picture that cannot be used", () => {
    const { flux, origins } = behind([
      "pose",
      "flux-controlnet",
      { controlNet: [{ model: "a:b", guideImage: png(8, 8) }] },
    ]);
    const jsoned: FluxRequest = JSON.parse(JSON.stringify(flux));
    assert.equal(
      refusal(srpo, jsoned, { origins }).message,
      'ControlNet 1 (controlNet[0].guideImage), from "pose" / flux-controlnet, is a Buffer that went through JSON; Buffer.from(...) makes it a Buffer again. Nothing was sent.',
    );
  });

  it("never puts anything of the nodes into the request", () => {
    const { flux, origins } = behind(style, pose, look, face, twin);
    const { request } = prepare(srpo, flux, { origins });
    assert.doesNotMatch(JSON.stringify(request), /flux-(lora|controlnet|ip-adapter|identity)|style|sketch/);
  });
});

describe("the signature of a node", () => {
  it("has no name where the node has none", () => {
    for (const name of [undefined, ""]) {
      const node = { id: "1", type: "flux-lora", ...(name !== undefined && { name }) };
      assert.deepEqual(composed(style[2], {}, { node }).origins, { "lora[0]": { id: "1", type: "flux-lora" } });
    }
  });

  it("stands for the whole where all of it is the node's", () => {
    const again = behind(face, ["second", "flux-identity", { pulid: { images: [picture.uuid] } }]);
    assert.deepEqual(again.origins, { pulid: { id: "second.1", type: "flux-identity", name: "second" } });
  });

  it("takes the place of that of a member that gave way", () => {
    const { origins } = behind(
      face,
      ["second", "flux-identity", { pulid: { CFGstartStep: 1 } }],
      ["third", "flux-identity", { pulid: { CFGstartStepPercentage: 1 } }],
    );
    assert.deepEqual(Object.keys(origins ?? {}), ["pulid", "pulid.CFGstartStepPercentage"]);
  });
});

describe("the same model twice", () => {
  const again = ["again", "flux-lora", { lora: [{ model: "x:y" }, { model: "a:b" }] }] as const;

  it("is worth a warning where it is added, with the node that has it already", () => {
    assert.deepEqual(behind(style, again).warnings, [
      'LoRA 3 (lora[2].model) is "a:b", the same as LoRA 1 (lora[0].model), from "style" / flux-lora: both are sent.',
    ]);
  });

  it("is worth a warning where a function node has set the other", () => {
    for (const entry of [{ model: "a:b" }, { model: "a:b", weight: "nonsense" }]) {
      assert.deepEqual(composed(style[2], { lora: [entry] }).warnings, [
        'LoRA 2 (lora[1].model) is "a:b", the same as LoRA 1 (lora[0].model): both are sent.',
      ]);
    }
  });

  it("is worth a warning within one node, and none about what other nodes did", () => {
    assert.deepEqual(composed({ lora: [{ model: "a:b" }, { model: "a:b" }] }, undefined).warnings.length, 1);
    const flux = { lora: [{ model: "a:b" }, { model: "a:b" }] };
    assert.deepEqual(composed({ lora: [{ model: "c:d" }] }, flux).warnings, []);
    assert.deepEqual(composed({ lora: [{ model: "a:b" }] }, flux, { mode: "replace" }).warnings, []);
  });

  it("is worth a warning at the inference node, with both nodes", () => {
    const { flux, origins } = behind(style, again);
    assert.deepEqual(prepare(srpo, flux, { origins }).warnings, [
      'LoRA 3 (lora[2].model), from "again" / flux-lora, is "a:b", the same as LoRA 1 (lora[0].model), from "style" / flux-lora: both are sent.',
    ]);
  });

  for (const [parameter, entry] of Object.entries({
    lora: { model: "a:b" },
    controlNet: { model: "a:b", guideImage: picture.url },
    ipAdapters: { model: "a:b", guideImages: [picture.url] },
  })) {
    it(`is worth a warning in every list: ${parameter}`, () => {
      const flux = { width: 512, height: 512, [parameter]: [entry, { ...entry, model: "c:d" }, entry] };
      for (const model of [srpo, krea]) {
        assert.match(String(prepare(model, flux).warnings), /the same as .+\[0\]\.model\): both are sent\./);
      }
      assert.match(String(composed({ [parameter]: [entry] }, flux).warnings), /\[3\]\.model\) is "a:b", the same as/);
    });
  }
});

describe("PuLID that the message has already", () => {
  it("is worth a warning, with the node that set it", () => {
    assert.deepEqual(behind(face, ["second", "flux-identity", { pulid: { idWeight: 2 } }]).warnings, [
      'pulid was in the message already (set by "face" / flux-identity): what this node sets is laid over it.',
    ]);
    assert.deepEqual(composed(face[2], { pulid: { images: [picture.url] } }).warnings, [
      "pulid was in the message already: what this node sets is laid over it.",
    ]);
    assert.deepEqual(composed(face[2], { pulid: { images: [picture.url] } }, { mode: "replace" }).warnings, []);
  });
});

describe("a list in the dialog of an inference node", () => {
  const dialog = { lora: [{ model: "own:1" }] };

  it("is dropped with a warning when nodes upstream composed that list", () => {
    const { flux, origins } = behind(style, sketch);
    const { request, warnings } = prepare(srpo, flux, { dialog, origins });
    assert.deepEqual(request.lora, flux?.lora);
    assert.deepEqual(warnings, [
      'lora of this node\'s dialog was left out: the message brings lora (set by "style" / flux-lora and "sketch" / flux-lora), which replaces it.',
    ]);
  });

  it("is dropped silently for a list of the message's own, and stays where nodes composed something else", () => {
    assert.deepEqual(prepare(srpo, { lora: [{ model: "a:b" }] }, { dialog }).warnings, []);
    const { flux, origins } = behind(pose);
    const { request, warnings } = prepare(srpo, flux, { dialog, origins });
    assert.deepEqual(request.lora, dialog.lora);
    assert.deepEqual(warnings, []);
  });

  it("is dropped with a warning inside an object, too", () => {
    const { flux, origins } = behind(face);
    const { request, warnings } = prepare(srpo, flux, {
      dialog: { pulid: { images: [picture.uuid], idWeight: "2" } },
      origins,
    });
    assert.deepEqual(request.pulid, { images: [picture.url], idWeight: 2 });
    assert.match(String(warnings), /^pulid\.images of this node's dialog was left out: .+ "face" \/ flux-identity/);
  });
});
