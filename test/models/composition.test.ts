import assert from "node:assert/strict";
import { inspect } from "node:util";
import fc from "fast-check";
import { compositions } from "../../lib/models/composition/catalogue";
import { parametersOf } from "../../lib/models/parameters";
import type { FluxRequest } from "../../lib/models/request";
import { srpo } from "../../lib/models/srpo";
import { composed, passedOn, refusedAt } from "./composing";
import { picture, png, prepare } from "./support";

const guide = { model: "runware:25@1", guideImage: picture.url };
const adapter = { model: "runware:56@1", guideImages: [picture.uuid] };

describe("what a composition node sets", () => {
  it("joins a message that has no request yet", () => {
    for (const flux of [undefined, null, {}]) {
      assert.deepEqual(passedOn({ lora: [{ model: "a:b" }] }, flux), { lora: [{ model: "a:b" }] });
    }
  });

  it("stands behind what the message has, beside everything else", () => {
    const flux = { steps: 20, lora: [{ model: "a:b" }], pulid: { images: [picture.url] } };
    assert.deepEqual(passedOn({ lora: [{ model: "c:d" }, { model: "e:f", weight: 2 }] }, flux), {
      ...flux,
      lora: [{ model: "a:b" }, { model: "c:d" }, { model: "e:f", weight: 2 }],
    });
  });

  it("has the types and spellings of the service's schema", () => {
    const lora = [{ model: " a:b ", weight: "0.30000000000000004", transformer: "HIGH" }];
    assert.deepEqual(passedOn({ lora }), { lora: [{ model: "a:b", weight: 0.3, transformer: "high" }] });
    const ipAdapters = [{ model: "runware:56@1", guideImage: picture.url, weightComposition: ".5" }];
    const { flux, warnings } = composed({ ipAdapters });
    assert.deepEqual(flux, {
      ipAdapters: [{ model: "runware:56@1", guideImages: [picture.url], weightComposition: 0.5 }],
    });
    assert.deepEqual(warnings, [
      "ipAdapters[0].guideImage was taken as ipAdapters[0].guideImages, which is how the service's schema spells it.",
    ]);
    assert.deepEqual(passedOn({ pulid: { inputImages: [picture.url], CFGStartStep: "3" } }), {
      pulid: { images: [picture.url], CFGstartStep: 3 },
    });
  });

  it("makes a list of a single picture", () => {
    assert.deepEqual(passedOn({ pulid: { images: picture.uuid } }), { pulid: { images: [picture.uuid] } });
    assert.deepEqual(passedOn({ ipAdapters: [{ ...adapter, guideImages: picture.url }] }), {
      ipAdapters: [{ ...adapter, guideImages: [picture.url] }],
    });
  });

  it("leaves out what is empty", () => {
    const lora = [{ model: "a:b", weight: "", transformer: null }, { model: "" }, {}];
    assert.deepEqual(passedOn({ lora }), { lora: [{ model: "a:b" }] });
  });

  it("takes nothing but the parameter that the node is for", () => {
    const dialog = { pulid: { images: [picture.url] }, acePlusPlus: { type: "nothing" }, steps: 0 };
    assert.deepEqual(passedOn(dialog, undefined, { parameter: "pulid" }), { pulid: { images: [picture.url] } });
  });

  it("can all be sent by a model that has it", () => {
    const flux = passedOn(
      { acePlusPlus: { type: "subject", images: [picture.url] } },
      passedOn(
        { pulid: { images: [png(8, 8)] } },
        passedOn(
          { ipAdapters: [adapter] },
          passedOn({ controlNet: [guide] }, passedOn({ lora: [{ model: "a:b", weight: "1" }] })),
        ),
      ),
    );
    const { request } = prepare(srpo, flux);
    for (const name of compositions.flatMap(({ parameters }) => parameters)) assert.ok(request[name], name);
  });
});

describe("pictures in a composition", () => {
  const large = png(64, 64, 3_000_000);

  it("stay the Buffers that they are, for the inference node to upload", () => {
    const flux = passedOn({ controlNet: [{ model: "runware:25@1", guideImage: large }] });
    assert.equal(Reflect.get(Object([flux?.controlNet].flat()[0]), "guideImage"), large);
    assert.equal(prepare(srpo, flux).attachments[0]?.bytes, large);
    assert.deepEqual(passedOn({ pulid: { images: large } }), { pulid: { images: [large] } });
  });

  it("stay the text that they are, however long", () => {
    for (const text of [large.toString("base64"), `data:image/png;base64,${large.toString("base64")}`]) {
      assert.deepEqual(passedOn({ controlNet: [{ model: "runware:25@1", guideImage: text }] }), {
        controlNet: [{ model: "runware:25@1", guideImage: text }],
      });
    }
  });

  for (const [name, value] of Object.entries({
    "a word": "lighthouse.png",
    "a Buffer of something else": Buffer.from("lighthouse"),
    "long text of something else": "lighthouse ".repeat(100_000),
    "base64 with line breaks": png(8, 8).toString("base64").replace(/.{40}/g, "$&\n"),
    "a Buffer that went through JSON": JSON.parse(JSON.stringify(png(8, 8))),
    "a number": 7,
    "a list": [picture.url],
  })) {
    it(`are refused when they are none: ${name}`, () => {
      const { code, cause } = refusedAt({ controlNet: [{ model: "runware:25@1", guideImage: value }] });
      assert.equal(code, "FLUX_VALIDATION");
      assert.deepEqual(
        cause.violations.map(({ parameter }) => parameter),
        ["controlNet[0].guideImage"],
      );
      assert.doesNotMatch(JSON.stringify(cause), /lighthouse/);
    });
  }

  it("are refused where objects belong", () => {
    assert.match(
      refusedAt({ lora: large }).message,
      /^LoRA 1 \(lora\[0\]\) is a Buffer of 3,000,000 bytes, but must be/,
    );
    assert.match(refusedAt({ pulid: large }).message, /^pulid is a Buffer of 3,000,000 bytes, but must be an object/);
  });
});

describe("a composition that cannot be right", () => {
  const says = (dialog: FluxRequest, flux?: unknown): string => refusedAt(dialog, flux).message;

  it("is refused with everything that is wrong, and nothing of it is billed", () => {
    const { message, cause } = refusedAt({ lora: [{ weight: "9" }, { model: "a b", wieght: 1 }] });
    assert.match(message, /^flux-lora has 4 problems: \(1\) .+ \(4\) .+ Nothing was sent\.$/);
    assert.deepEqual(cause.violations.map(({ parameter }) => parameter).sort(), [
      "lora[0].model",
      "lora[0].weight",
      "lora[1].model",
      "lora[1].wieght",
    ]);
    assert.equal(cause.billed, "no");
    assert.equal(cause.retryable, false);
  });

  it("is refused in the words of an inference node", () => {
    assert.equal(
      says({ lora: [{ model: "a:b", weight: "0.055" }] }),
      "LoRA 1 (lora[0].weight) is 0.055, but must be a number from -4 to 4 in steps of 0.01; the nearest are 0.05 and 0.06. Nothing was sent.",
    );
    assert.equal(
      says({ lora: [{ model: "a:b", wieght: 1 }] }),
      "flux-lora has no LoRA 1 (lora[0].wieght); did you mean lora[0].weight? Nothing was sent.",
    );
    assert.match(says({ ipAdapters: [{ ...adapter, embedScaling: "kw" }] }), /did you mean "kv"\?/);
  });

  for (const [name, entry, expected] of [
    [
      "start and end of one kind in the wrong order",
      { startStep: 9, endStep: 4 },
      /endStep\) is 4, but must be greater/,
    ],
    ["percentages in the wrong order", { startStepPercentage: 90, endStepPercentage: 40 }, /must be greater than/],
    ["both kinds of a start", { startStep: 1, startStepPercentage: 1 }, /startStep\) and startStepPercentage exclude/],
    ["both kinds of an end", { endStep: 1, endStepPercentage: 1 }, /endStep\) and endStepPercentage exclude/],
    ["a mode of another service", { controlMode: "canny" }, /controlMode\) is "canny", but must be "balanced"/],
  ] as const) {
    it(`is refused: a ControlNet with ${name}`, () =>
      assert.match(says({ controlNet: [{ ...guide, ...entry }] }), expected));
  }

  it("is not compared with a number of steps that only the inference node knows", () => {
    const controlNet = [{ ...guide, startStep: 20, endStep: 400 }];
    assert.deepEqual(passedOn({ controlNet }), { controlNet });
  });

  it("is refused: masks of ACE++ without a local edit, and a local edit without masks", () => {
    const images = [picture.url];
    assert.match(
      says({ acePlusPlus: { images, masks: images } }),
      /^acePlusPlus\.masks belongs to the type local_editing/,
    );
    assert.match(says({ acePlusPlus: { images, type: "local_editing" } }), /^acePlusPlus\.masks is missing: /);
    const edit = { images, type: "local_editing", masks: images };
    assert.deepEqual(passedOn({ acePlusPlus: edit }), { acePlusPlus: edit });
  });

  it("is only warned about where the service decides", () => {
    const images = [picture.url];
    const warningsOf = (dialog: FluxRequest): string => String(composed(dialog).warnings);
    assert.match(warningsOf({ pulid: { images, trueCFGScale: 2, CFGstartStep: 1 } }), /may refuse the two together/);
    assert.match(warningsOf({ acePlusPlus: { images } }), /describes ACE\+\+ for the model runware:102@1/);
    assert.match(warningsOf({ ipAdapters: [{ ...adapter, model: "runware:55@3" }] }), /for Stable Diffusion or SDXL/);
    assert.equal(warningsOf({ pulid: { images } }), "");
  });

  it("is refused where nothing is filled in, whatever the message has", () => {
    for (const mode of ["add", "replace"] as const) {
      assert.equal(
        refusedAt({}, { lora: [{ model: "a:b" }] }, { mode, isConfigured: false }).message,
        "This node sets no lora: nothing is filled in. Fill in its dialog, or set the node to clear. Nothing was sent.",
      );
    }
    assert.deepEqual(refusedAt({}, {}, { parameter: "pulid", isConfigured: false }).cause.parameter, "pulid");
  });

  it("is refused where the message has something else in the place of a list or an object", () => {
    assert.equal(
      says({ lora: [{ model: "a:b" }] }, { lora: { model: "a:b" } }),
      "msg.flux.lora is an object, but must be a list for this node to add to. Put it right, or set this node to replace it. Nothing was sent.",
    );
    for (const pulid of [
      true,
      "on",
      1,
      [picture.url],
      Buffer.from("x"),
      JSON.parse(JSON.stringify(Buffer.from("x"))),
    ]) {
      assert.match(
        says({ pulid: { images: [picture.url] } }, { pulid }),
        /^msg\.flux\.pulid is .+, but must be an object/,
      );
    }
  });
});

describe("a source that holds nothing for a message", () => {
  const flux = { steps: 4, lora: [{ model: "a:b" }] };

  for (const dialog of [{}, { lora: undefined }, { lora: [] }, { lora: [{}] }, { lora: null }, { lora: "" }]) {
    it(`adds nothing, and replaces with nothing: ${inspect(dialog)}`, () => {
      const origins = { "lora[0]": { id: "1", type: "flux-lora" } };
      const use = { parameter: "lora", origins };
      assert.deepEqual(composed(dialog, flux, use), { flux, origins, warnings: [] });
      assert.deepEqual(composed(dialog, flux, { ...use, mode: "replace" }), {
        flux: { steps: 4 },
        origins: undefined,
        warnings: [],
      });
      assert.equal(passedOn(dialog, undefined, use), undefined);
    });
  }
});

describe("the modes of a composition node", () => {
  it("replace what the message has, whatever that is", () => {
    for (const lora of [[{ model: "a:b" }, { nonsense: true }], "nonsense", { model: "a:b" }, null]) {
      assert.deepEqual(composed({ lora: [{ model: "c:d" }] }, { steps: 3, lora }, { mode: "replace" }), {
        flux: { steps: 3, lora: [{ model: "c:d" }] },
        origins: { "lora[0]": { id: "here.1", type: "flux-lora", name: "here" } },
        warnings: [],
      });
    }
    const pulid = { images: [picture.uuid] };
    const before = { pulid: { images: [picture.url], idWeight: 2 } };
    assert.deepEqual(passedOn({ pulid }, before, { mode: "replace" }), { pulid });
    assert.deepEqual(passedOn({ pulid }, { puLID: before.pulid }, { mode: "replace" }), { pulid });
  });

  it("clear what the message has, and look at no dialog", () => {
    const clear = { mode: "clear", parameter: "lora", isConfigured: false } as const;
    const dialog = { lora: "nonsense" };
    assert.deepEqual(passedOn(dialog, { steps: 3, lora: "nonsense" }, clear), { steps: 3 });
    assert.deepEqual(passedOn(dialog, { lora: [{ model: "a:b" }] }, clear), {});
    assert.deepEqual(passedOn(dialog, { steps: 3 }, clear), { steps: 3 });
    assert.equal(passedOn(dialog, undefined, clear), undefined);
    assert.deepEqual(passedOn({}, { puLID: 1, pulid: 2, acePlusPlus: 3 }, { ...clear, parameter: "pulid" }), {
      acePlusPlus: 3,
    });
  });

  it("clear the origins along with what they speak of", () => {
    const style = { id: "1", type: "flux-lora" };
    const origins = { "lora[0]": style, "lora[1].weight": style, lora: style, "controlNet[0]": style };
    const flux = { lora: [{ model: "a:b" }, { model: "c:d", weight: 1 }], controlNet: [guide] };
    const cleared = composed({}, flux, { mode: "clear", parameter: "lora", origins });
    assert.deepEqual(cleared.origins, { "controlNet[0]": style });
    assert.equal(composed({}, { lora: [1] }, { mode: "clear", origins }).origins, undefined);
  });

  it("replace forgets who set the whole of what was there before", () => {
    const origins = { lora: { id: "1", type: "flux-lora" }, pulid: { id: "1", type: "flux-identity" } };
    const flux = { lora: [{ model: "a:b" }], pulid: { images: [picture.url] } };
    const replaced = composed({ lora: [{ model: "c:d" }] }, flux, { mode: "replace", origins });
    assert.deepEqual(Object.keys(replaced.origins ?? {}).sort(), ["lora[0]", "pulid"]);
  });
});

describe("PuLID and ACE++ that the message has already", () => {
  const images = [picture.url];

  it("keep what this node does not set", () => {
    assert.deepEqual(passedOn({ pulid: { images: [picture.uuid] } }, { pulid: { images, idWeight: 2 } }), {
      pulid: { images: [picture.uuid], idWeight: 2 },
    });
  });

  it("need not be set as a whole once more", () => {
    assert.deepEqual(passedOn({ pulid: { idWeight: "1.5" } }, { pulid: { images } }), {
      pulid: { images, idWeight: 1.5 },
    });
    assert.match(refusedAt({ pulid: { idWeight: "1.5" } }, {}).message, /^pulid\.images is missing: /);
    assert.match(
      refusedAt({ pulid: { idWeight: "1.5" } }, { pulid: { trueCFGScale: 1 } }).message,
      /images is missing/,
    );
  });

  it("give way to the other way to say when they start", () => {
    const start = (flux: FluxRequest, pulid: FluxRequest): unknown => passedOn({ pulid }, { pulid: flux })?.pulid;
    assert.deepEqual(start({ images, CFGstartStep: 3 }, { CFGstartStepPercentage: 5 }), {
      images,
      CFGstartStepPercentage: 5,
    });
    assert.deepEqual(start({ images, CFGstartStepPercentage: 5 }, { CFGstartStep: 3 }), { images, CFGstartStep: 3 });
    const { warnings } = composed(
      { pulid: { CFGstartStepPercentage: 9, trueCFGScale: 1 } },
      { pulid: { images, CFGstartStep: 3 } },
    );
    assert.match(String(warnings), /together with pulid\.CFGstartStepPercentage: /);
  });

  it("are held together with what this node sets", () => {
    const local = { acePlusPlus: { images, masks: images, type: "local_editing" } };
    assert.match(
      refusedAt({ acePlusPlus: { type: "portrait" } }, local).message,
      /masks belongs to the type local_editing only, and the type here is portrait/,
    );
    assert.deepEqual(passedOn({ acePlusPlus: { repaintingScale: 0.5 } }, local), {
      acePlusPlus: { ...local.acePlusPlus, repaintingScale: 0.5 },
    });
  });

  it("are put right when they are spelled differently", () => {
    const { flux, warnings } = composed({ pulid: { idWeight: 2 } }, { puLID: { inputImages: images } });
    assert.deepEqual(flux, { pulid: { images, idWeight: 2 } });
    assert.deepEqual(warnings.slice(0, 2), [
      "puLID was taken as pulid, which is how the service's schema spells it.",
      "pulid.inputImages was taken as pulid.images, which is how the service's schema spells it.",
    ]);
    assert.match(
      refusedAt({ pulid: { idWeight: 2 } }, { puLID: { images }, pulid: { images } }).message,
      /^puLID and pulid are the same parameter, but hold different values\. Use pulid only\./,
    );
  });
});

describe("messages that fork", () => {
  const frozen = <Value>(value: Value): Value => {
    if (typeof value === "object" && value !== null && !ArrayBuffer.isView(value)) {
      Object.values(value).forEach(frozen);
      Object.freeze(value);
    }
    return value;
  };

  it("do not see what the other branch adds", () => {
    const flux = frozen({ lora: [{ model: "a:b" }], pulid: { images: [picture.url], CFGstartStep: 1 } });
    const origins = frozen({ "lora[0]": { id: "1", type: "flux-lora" } });
    const before = structuredClone({ flux, origins });
    const left = composed({ lora: [{ model: "left:1" }] }, flux, { origins });
    const right = composed({ lora: [{ model: "right:1" }] }, flux, { origins });
    const third = composed({ pulid: { CFGstartStepPercentage: 9 } }, flux, { origins });
    composed({}, flux, { mode: "clear", origins });
    assert.deepEqual({ flux, origins }, before);
    assert.deepEqual(left.flux?.lora, [{ model: "a:b" }, { model: "left:1" }]);
    assert.deepEqual(right.flux?.lora, [{ model: "a:b" }, { model: "right:1" }]);
    assert.deepEqual(third.flux?.lora, flux.lora);
    assert.notEqual(left.flux?.lora, flux.lora);
  });

  it("pass on what the node has nothing to do with as it is", () => {
    const flux = { inputs: { seedImage: png(8, 8) }, lora: [new Map(), { model: 1 }], strange: new Date(0) };
    const after = passedOn({ lora: [{ model: "a:b" }] }, flux);
    assert.equal(after?.inputs, flux.inputs);
    assert.equal(after?.strange, flux.strange);
    assert.ok(Array.isArray(after?.lora));
    assert.equal(after.lora[0], flux.lora[0]);
    assert.equal(after.lora[1], flux.lora[1]);
  });

  it("leave the dialog's values alone", () => {
    const dialog = frozen({ ipAdapters: [{ model: " runware:56@1 ", guideImage: picture.url, weight: "1" }] });
    assert.ok(passedOn(dialog));
  });
});

describe("entries spread over nodes in any way", () => {
  const air = fc.constantFrom("a:b", "civitai:1@2", "runware:25@1");
  const weight = fc.option(
    fc.integer({ min: -400, max: 400 }).map((hundredths) => hundredths / 100),
    { nil: undefined },
  );
  const entries = { lora: fc.record({ model: air, weight, transformer: fc.constantFrom("high", "low", "both") }) };
  const others = {
    controlNet: fc.record({ model: air, guideImage: fc.constantFrom(picture.url, picture.uuid), weight }),
    ipAdapters: fc.record({ model: air, guideImages: fc.array(fc.constant(picture.url), { minLength: 1 }), weight }),
  };

  for (const [parameter, entry] of Object.entries<fc.Arbitrary<FluxRequest>>({ ...entries, ...others })) {
    it(`make the list that one node would make: ${parameter}`, () => {
      fc.assert(
        fc.property(fc.array(fc.array(entry, { maxLength: 4 }), { maxLength: 5 }), (perNode) => {
          const all = perNode.flat();
          let flux: unknown;
          let origins: unknown;
          for (const [index, own] of perNode.entries()) {
            const node = { id: `n${index}`, type: "flux-lora" };
            ({ flux, origins } = composed({ [parameter]: own }, flux, { parameter, origins, node }));
          }
          const atOnce = passedOn({ [parameter]: all }, undefined, { parameter });
          assert.deepEqual(flux, atOnce);
          const signers = perNode.flatMap((own, index) => own.map(() => `n${index}`));
          const signed = signers.map((id, index) => [`${parameter}[${index}]`, { id, type: "flux-lora" }]);
          assert.deepEqual(origins, signed.length === 0 ? undefined : Object.fromEntries(signed));
          if (all.length > 0) assert.ok(prepare(srpo, flux));
        }),
        { numRuns: 60 },
      );
    });
  }
});

describe("the facts of a composition node", () => {
  it("are those of the models", () => {
    const models = parametersOf(srpo);
    for (const { facts, parameters } of compositions) {
      assert.deepEqual([...new Set(facts.leaves.map(({ path }) => path.split(/[.[]/)[0]))], parameters);
      for (const leaf of facts.leaves) assert.deepEqual(models.leaves.get(leaf.path), leaf);
    }
  });
});
