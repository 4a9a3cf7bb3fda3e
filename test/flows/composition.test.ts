import assert from "node:assert/strict";
import { setImmediate as turn } from "node:timers/promises";
import { type Flow, type FlowOptions, type Message, startFlow, stopFlows } from "../support/flow";
import { coreNode, helper } from "../support/helper";
import { onlyMessage, refusedMessage } from "../support/outcomes";
import { noisePng } from "../support/pictures";

const prompt = "a lighthouse at dusk";
const small = { width: 256, height: 128 };
const guide = "59a2edc2-45e6-429f-be5f-7ded59b92046";
const style = "civitai:102@3";
const film = "civitai:7@9";

const str = (value: string) => ({ type: "str", value });
const num = (value: number) => ({ type: "num", value: String(value) });
const msg = (value: string) => ({ type: "msg", value });

type Step = NonNullable<FlowOptions["chain"]>[number];
type Params = Record<string, { type: string; value: string }>;

const step = (type: string, params: Params, more: Record<string, unknown> = {}): Step => ({
  type,
  version: 1,
  params,
  ...more,
});
const lora = (model: string, weight: number, more: Record<string, unknown> = {}): Step =>
  step("flux-lora", { "lora.0.model": str(model), "lora.0.weight": num(weight) }, more);
const pose = (more: Record<string, unknown> = {}): Step =>
  step("flux-controlnet", { "controlNet.0.model": str("runware:29@1"), "controlNet.0.guideImage": str(guide) }, more);
const reference = (more: Record<string, unknown> = {}): Step =>
  step(
    "flux-ip-adapter",
    { "ipAdapters.0.model": str("runware:56@1"), "ipAdapters.0.guideImages.0": str(guide) },
    more,
  );
const face = (more: Record<string, unknown> = {}): Step =>
  step("flux-identity", { "pulid.images.0": str(guide) }, { method: "pulid", ...more });
const character = (more: Record<string, unknown> = {}): Step =>
  step("flux-identity", { "acePlusPlus.images.0": str(guide) }, { method: "acePlusPlus", ...more });

/** A function node in the chain, as authors write them. */
const edit = (func: string): Step => ({ type: "function", func, outputs: 1, name: "edit" });
const functionNode = coreNode("function/10-function");

const through = (chain: Step[], more: FlowOptions = {}): FlowOptions => ({
  ...more,
  chain,
  types: [functionNode, ...(more.types ?? [])],
});

const delivered = async (flow: Flow, message: Record<string, unknown> = {}): Promise<Message> =>
  onlyMessage(await flow.send({ payload: prompt, flux: { ...small }, ...message }));

/** Sends one message that must be refused before anything reaches the service. */
const refused = async (flow: Flow, message: Record<string, unknown> = {}): Promise<Message> =>
  refusedMessage(flow, await flow.send({ payload: prompt, flux: { ...small }, ...message }));

/** What the service says that it was asked, word for word. */
async function received(flow: Flow, apiKey: string, taskUUID: string): Promise<Record<string, unknown>> {
  const answer = await fetch(String(flow.sandbox.addresses.runware.baseUrl), {
    method: "POST",
    headers: { authorization: `Bearer ${apiKey}`, "content-type": "application/json" },
    body: JSON.stringify([{ taskType: "getTaskDetails", taskUUID }]),
  });
  const { data } = (await answer.json()) as { data: { request: Record<string, unknown>[] }[] };
  return data[0]?.request[0] ?? {};
}

const warnings = (flow: Flow, id: string): string[] =>
  flow
    .callsOf(id)
    .filter(({ method }) => method === "warn")
    .map(({ argument }) => String(argument));

describe("LoRAs along a wire", () => {
  afterEach(stopFlows);

  it("add up in order, several in one node and several nodes in a row", async () => {
    const two = step("flux-lora", {
      "lora.0.model": str(style),
      "lora.0.weight": num(-0.75),
      "lora.1.model": str(film),
      "lora.1.transformer": str("high"),
    });
    const flow = await startFlow(through([two, lora("civitai:1@2", 1.29)]));
    const { job } = await delivered(flow);
    assert.deepEqual(job.request.lora, [
      { model: style, weight: -0.75 },
      { model: film, transformer: "high" },
      { model: "civitai:1@2", weight: 1.29 },
    ]);
    assert.deepEqual(job.warnings, []);
  });

  it("reach the service as plain parameters: nothing says which node set them", async () => {
    const apiKey = "key-of-this-test";
    const flow = await startFlow(through([lora(style, 0.5, { name: "house style" })], { apiKey }));
    const message = await delivered(flow);
    const request = await received(flow, apiKey, message.job.id);
    assert.deepEqual(request.lora, [{ model: style, weight: 0.5 }]);
    assert.doesNotMatch(JSON.stringify(request), /house style|flux-lora|step0/);
    assert.equal("fluxOrigins" in message, false);
    assert.equal("flux" in message, false);
  });

  it("take each field from the message, a context, the environment or an expression", async () => {
    const fields = step("flux-lora", {
      "lora.0.model": msg("style.model"),
      "lora.0.weight": { type: "jsonata", value: "style.strength / 10" },
      "lora.0.transformer": { type: "env", value: "FLUX_TEST_TRANSFORMER" },
      "lora.1.model": { type: "flow", value: "model" },
      "lora.1.weight": { type: "global", value: "weight" },
    });
    const contexts = edit(`flow.set("model", ${JSON.stringify(film)}); global.set("weight", "1.5"); return msg;`);
    process.env.FLUX_TEST_TRANSFORMER = "low";
    try {
      const flow = await startFlow(through([contexts, fields]));
      const { job } = await delivered(flow, { style: { model: style, strength: 7 } });
      assert.deepEqual(job.request.lora, [
        { model: style, weight: 0.7, transformer: "low" },
        { model: film, weight: 1.5 },
      ]);
    } finally {
      delete process.env.FLUX_TEST_TRANSFORMER;
    }
  });

  it("may come as a whole list from the message, which may have none", async () => {
    const flow = await startFlow(through([step("flux-lora", { lora: msg("loras") })]));
    const { job } = await delivered(flow, { loras: [{ model: style, weight: 0.4 }, { model: film }] });
    assert.deepEqual(job.request.lora, [{ model: style, weight: 0.4 }, { model: film }]);
    for (const loras of [undefined, []]) {
      const { job: without } = await delivered(flow, { loras });
      assert.equal(without.request.lora, undefined);
    }
  });

  it("can be edited in between: they are plain data", async () => {
    const weaker = edit("msg.flux.lora[0].weight = 0.25; msg.flux.lora.push({ model: 'civitai:5@5' }); return msg;");
    const flow = await startFlow(through([lora(style, 1), weaker, lora(film, 2)]));
    const { job } = await delivered(flow);
    assert.deepEqual(job.request.lora, [
      { model: style, weight: 0.25 },
      { model: "civitai:5@5" },
      { model: film, weight: 2 },
    ]);
  });

  it("warn when the same model is there twice, at the node that brings it and with the result", async () => {
    const flow = await startFlow(through([lora(style, 1, { name: "first" }), lora(style, 0.5, { name: "second" })]));
    const { job } = await delivered(flow);
    assert.deepEqual(warnings(flow, "step0"), []);
    assert.equal(warnings(flow, "step1").length, 1);
    assert.match(String(warnings(flow, "step1")[0]), /civitai:102@3.*"first"/);
    assert.match(job.warnings.join(), /civitai:102@3/);
    assert.equal((job.request.lora as unknown[]).length, 2);
  });

  it("do not flood the log: of many warnings the first are shown, and all are with the result", async () => {
    const flow = await startFlow(through([step("flux-lora", { lora: msg("loras") })]));
    const { job } = await delivered(flow, { loras: Array.from({ length: 1301 }, () => ({ model: style })) });
    assert.equal(job.warnings.length, 1300);
    for (const id of ["step0", "flux"]) {
      assert.equal(warnings(flow, id).length, 21);
      assert.match(String(warnings(flow, id).at(-1)), /not shown: 1,280/);
    }
  });

  it("take the place of the inference node's own list, with a warning", async () => {
    const flow = await startFlow(
      through([lora(style, 1, { name: "style" })], { node: { params: { "lora.0.model": str(film) } } }),
    );
    const { job } = await delivered(flow);
    assert.deepEqual(job.request.lora, [{ model: style, weight: 1 }]);
    assert.match(job.warnings.join(), /lora/i);
    assert.match(job.warnings.join(), /"style" \/ flux-lora/);
  });
});

describe("what a composition node brings", () => {
  afterEach(stopFlows);

  it("arrives: ControlNet, IP-Adapter and PuLID in one request", async () => {
    const flow = await startFlow(through([lora(style, 1), pose(), reference(), face()]));
    const { job } = await delivered(flow);
    const { lora: loras, controlNet, ipAdapters, pulid } = job.request;
    assert.deepEqual(
      { loras, controlNet, ipAdapters, pulid },
      {
        loras: [{ model: style, weight: 1 }],
        controlNet: [{ model: "runware:29@1", guideImage: guide }],
        ipAdapters: [{ model: "runware:56@1", guideImages: [guide] }],
        pulid: { images: [guide] },
      },
    );
  });

  it("arrives for ACE++, with the warning that the reference has for it", async () => {
    const flow = await startFlow(through([character()]));
    const { job } = await delivered(flow);
    assert.deepEqual(job.request.acePlusPlus, { images: [guide], type: "portrait" });
    assert.match(job.warnings.join(), /runware:102@1/);
  });

  it("keeps what the message asks for besides", async () => {
    const flow = await startFlow(through([pose()]));
    const { job } = await delivered(flow, { flux: { ...small, steps: 9, seed: 0, lora: [{ model: film }] } });
    assert.deepEqual([job.request.steps, job.request.seed, job.request.lora], [9, 0, [{ model: film }]]);
  });

  it("leaves the message's own objects as they are", async () => {
    const flow = await startFlow(through([lora(style, 1), pose(), reference(), face()]));
    const flux = Object.freeze({ ...small, lora: Object.freeze([Object.freeze({ model: film })]) });
    const { job } = await delivered(flow, { flux });
    assert.deepEqual(job.request.lora, [{ model: film }, { model: style, weight: 1 }]);
    assert.deepEqual(flux, { ...small, lora: [{ model: film }] });
  });

  for (const [form, make] of Object.entries({
    "a Buffer": (png: Buffer): unknown => png,
    "a data URI": (png: Buffer): unknown => `data:image/png;base64,${png.toString("base64")}`,
    base64: (png: Buffer): unknown => png.toString("base64"),
    "a web address": (): unknown => "https://example.com/guide.png",
    "the id of a picture": (): unknown => guide,
  })) {
    it(`takes a guide image that is ${form}`, async () => {
      const png = await noisePng(16);
      const fromMessage = step("flux-controlnet", {
        "controlNet.0.model": str("runware:25@1"),
        "controlNet.0.guideImage": msg("guideImage"),
      });
      const flow = await startFlow(through([fromMessage]));
      const { job } = await delivered(flow, { guideImage: make(png) });
      const [entry] = job.request.controlNet as { guideImage: string }[];
      assert.equal(typeof entry?.guideImage, "string");
    });
  }

  it("uploads a large guide image once, however many messages use it", async () => {
    const png = await noisePng(320);
    const fromMessage = step("flux-controlnet", {
      "controlNet.0.model": str("runware:25@1"),
      "controlNet.0.guideImage": msg("guideImage"),
    });
    const flow = await startFlow(through([fromMessage]));
    for (const _ of [1, 2]) await delivered(flow, { guideImage: png });
    assert.equal(flow.sandbox.ledger.calls("imageUpload"), 1);
  });
});

describe("the mode of a composition node", () => {
  afterEach(stopFlows);

  const kinds: readonly { kind: string; make: (more?: Record<string, unknown>) => Step; parameter: string }[] = [
    { kind: "flux-lora", make: (more) => lora(style, 1, more), parameter: "lora" },
    { kind: "flux-controlnet", make: pose, parameter: "controlNet" },
    { kind: "flux-ip-adapter", make: reference, parameter: "ipAdapters" },
    { kind: "flux-identity (PuLID)", make: face, parameter: "pulid" },
    { kind: "flux-identity (ACE++)", make: character, parameter: "acePlusPlus" },
  ];
  const earlier: Readonly<Record<string, unknown>> = {
    lora: [{ model: film }],
    controlNet: [{ model: "runware:27@1", guideImage: guide }],
    ipAdapters: [{ model: "runware:56@2", guideImages: [guide] }],
    pulid: { images: [guide], idWeight: 2 },
    acePlusPlus: { images: [guide], type: "subject", repaintingScale: 0.5 },
  };

  for (const { kind, make, parameter } of kinds) {
    const before = earlier[parameter];
    const isList = Array.isArray(before);

    it(`${kind}: add keeps what is there`, async () => {
      const flow = await startFlow(through([make()]));
      const { job } = await delivered(flow, { flux: { ...small, [parameter]: before } });
      const after = job.request[parameter];
      if (isList) assert.deepEqual((after as unknown[]).slice(0, 1), before);
      else assert.deepEqual(after, before, "only what the node sets itself changes");
      assert.equal(isList ? (after as unknown[]).length : 1, isList ? 2 : 1);
    });

    it(`${kind}: replace puts its own in the place of what is there`, async () => {
      const flow = await startFlow(through([make({ mode: "replace" })]));
      const { job } = await delivered(flow, { flux: { ...small, [parameter]: before } });
      const after = job.request[parameter];
      if (isList) assert.equal((after as unknown[]).length, 1);
      assert.notDeepEqual(after, before);
    });

    it(`${kind}: clear takes away what is there, and nothing else`, async () => {
      const flow = await startFlow(through([make({ mode: "clear" })]));
      const { job } = await delivered(flow, { flux: { ...small, steps: 7, [parameter]: before } });
      assert.equal(parameter in job.request, false);
      assert.equal(job.request.steps, 7);
    });

    it(`${kind}: fal's model refuses it by the node's name, and takes the message once it is cleared`, async () => {
      const fal = { node: { type: "fal-flux-srpo" } };
      const flow = await startFlow(through([make({ name: "culprit" })], fal));
      const { error } = await refused(flow, { flux: undefined });
      assert.match(error.message, new RegExp(`${parameter}.*"culprit" / ${make().type}`));
      await stopFlows();

      const cleared = await startFlow(through([make({ name: "culprit" }), make({ mode: "clear" })], fal));
      const { job } = await delivered(cleared, { flux: undefined });
      assert.equal(job.provider, "fal");
    });
  }

  it("clear looks at nothing that the dialog holds", async () => {
    const broken = step("flux-lora", { "lora.0.model": { type: "jsonata", value: "$error('read')" } });
    const flow = await startFlow(through([{ ...broken, mode: "clear" }]));
    const { job } = await delivered(flow, { flux: { ...small, lora: [{ model: style }] } });
    assert.equal(job.request.lora, undefined);
  });

  it("that is none is refused as a setting", async () => {
    const flow = await startFlow(through([lora(style, 1, { mode: "append" })]));
    const { caught } = await flow.send({ payload: prompt });
    assert.equal(caught?.error.code, "FLUX_CONFIG");
    assert.match(String(caught?.error.message), /mode is "append", but must be one of add, replace, clear/);
  });
});

describe("an error at the inference node", () => {
  afterEach(stopFlows);

  /** Each composition node, and an edit after it that makes its entry one that the model cannot take. */
  const culprits: readonly { make: (more: Record<string, unknown>) => Step; spoil: string; parameter: string }[] = [
    { make: (more) => lora(style, 1, more), spoil: "msg.flux.lora[1].weight = 9", parameter: "lora[1].weight" },
    { make: pose, spoil: "msg.flux.controlNet[0].endStep = 40", parameter: "controlNet[0].endStep" },
    { make: reference, spoil: "msg.flux.ipAdapters[0].weightType = 'loud'", parameter: "ipAdapters[0].weightType" },
    { make: face, spoil: "msg.flux.pulid.CFGstartStep = 28", parameter: "pulid.CFGstartStep" },
    { make: character, spoil: "msg.flux.acePlusPlus.type = 'local_editing'", parameter: "acePlusPlus.masks" },
  ];

  for (const { make, spoil, parameter } of culprits) {
    it(`names the node that set ${parameter}`, async () => {
      const chain = [
        lora(film, 1, { name: "innocent" }),
        make({ name: "culprit" }),
        edit(`${spoil}; msg.flux.steps = 28; return msg;`),
      ];
      const flow = await startFlow(through(chain));
      const { error } = await refused(flow);
      assert.equal(error.source.type, "runware-flux-srpo");
      assert.match(error.message, new RegExp(`"culprit" / ${make({}).type}`));
      assert.doesNotMatch(error.message, /innocent/);
      assert.equal(error.cause.violations[0]?.parameter, parameter);
    });
  }

  it("names the node by its id where it has no name", async () => {
    const flow = await startFlow(through([lora(style, 1), edit("msg.flux.lora[0].weight = 9; return msg;")]));
    assert.match((await refused(flow)).error.message, /node step0 \/ flux-lora/);
  });

  for (const make of [pose, face, character]) {
    it(`names the ${make().type} node whose ${make().method ?? "ControlNet"} Kontext does not have`, async () => {
      const flow = await startFlow(through([make({ name: "culprit" })], { node: { type: "runware-flux-kontext" } }));
      assert.match((await refused(flow)).error.message, new RegExp(`"culprit" / ${make().type}`));
    });
  }

  it("leaves the message as it came, so that it can be tried again", async () => {
    const flow = await startFlow(
      through([lora(style, 1, { name: "style" }), edit("msg.flux.steps = 900; return msg;")]),
    );
    const caught = await refused(flow);
    assert.deepEqual(caught.flux, { ...small, lora: [{ model: style, weight: 1 }], steps: 900 });
    assert.deepEqual(caught.fluxOrigins, { "lora[0]": { id: "step0", type: "flux-lora", name: "style" } });
  });
});

describe("a house style in a subflow", () => {
  afterEach(stopFlows);

  const subflow = [
    {
      id: "house",
      type: "subflow",
      name: "House style",
      in: [{ x: 1, y: 1, wires: [{ id: "look" }] }],
      out: [{ x: 1, y: 1, wires: [{ id: "look", port: 0 }] }],
      env: [{ name: "STRENGTH", type: "num", value: "1" }],
    },
    {
      ...step("flux-lora", { "lora.0.model": str(style), "lora.0.weight": { type: "env", value: "STRENGTH" } }),
      id: "look",
      name: "looks",
      z: "house",
      x: 1,
      y: 1,
      wires: [],
    },
  ];
  const used = (strength: string): Step => ({
    type: "subflow:house",
    x: 1,
    y: 1,
    env: [{ name: "STRENGTH", type: "num", value: strength }],
  });
  const pass = edit("return msg;");

  it("is as strong as each of its uses says", async () => {
    const flow = await startFlow(through([pass, used("0.4")], { nodes: subflow }));
    assert.deepEqual((await delivered(flow)).job.request.lora, [{ model: style, weight: 0.4 }]);
  });

  it("is named in errors by the node inside", async () => {
    const spoil = edit("msg.flux.lora[0].weight = 9; return msg;");
    const flow = await startFlow(through([pass, used("1"), spoil], { nodes: subflow }));
    assert.match((await refused(flow)).error.message, /"looks" \/ flux-lora/);
  });
});

describe("a composition node that is set wrongly", () => {
  afterEach(stopFlows);

  const wrong: readonly { what: string; chain: Step; says: RegExp }[] = [
    { what: "a weight out of range", chain: lora(style, 4.01), says: /lora\[0\]\.weight.*4\.01.*-4 to 4/ },
    { what: "a weight between the steps", chain: lora(style, 0.555), says: /0\.55 and 0\.56/ },
    { what: "no model", chain: step("flux-lora", { "lora.0.weight": num(1) }), says: /lora\[0\]\.model.*missing/ },
    { what: "nothing at all", chain: step("flux-lora", {}), says: /LoRA|lora/ },
    {
      what: "a start in steps and in percent",
      chain: step("flux-controlnet", {
        ...(pose().params as Params),
        "controlNet.0.startStep": num(1),
        "controlNet.0.startStepPercentage": num(10),
      }),
      says: /exclude each other/,
    },
    {
      what: "an end before its start",
      chain: step("flux-controlnet", {
        ...(pose().params as Params),
        "controlNet.0.startStepPercentage": num(50),
        "controlNet.0.endStepPercentage": num(40),
      }),
      says: /greater than/,
    },
    {
      what: "masks without local editing",
      chain: step(
        "flux-identity",
        { ...(character().params as Params), "acePlusPlus.masks.0": str(guide) },
        { method: "acePlusPlus" },
      ),
      says: /local_editing/,
    },
    {
      what: "local editing without a mask",
      chain: step(
        "flux-identity",
        { ...(character().params as Params), "acePlusPlus.type": str("local_editing") },
        { method: "acePlusPlus" },
      ),
      says: /acePlusPlus\.masks/,
    },
  ];

  for (const { what, chain, says } of wrong) {
    it(`says so itself, and passes nothing on: ${what}`, async () => {
      const flow = await startFlow(through([{ ...chain, name: "here" }]));
      const { error, flux } = await refused(flow);
      assert.equal(error.source.id, "step0");
      assert.match(error.message, says);
      assert.deepEqual(flux, small);
      assert.match(
        JSON.stringify(flow.callsOf("step0").filter(({ method }) => method === "status")),
        /FLUX_VALIDATION/,
      );
    });
  }

  it("keeps its error in sight until a message goes through", async () => {
    const flow = await startFlow(
      through([step("flux-lora", { "lora.0.model": msg("style"), "lora.0.weight": num(1) })]),
    );
    await refused(flow);
    await delivered(flow, { style });
    const shown = flow.callsOf("step0").filter(({ method }) => method === "status");
    assert.deepEqual(shown.at(-1)?.argument, {});
  });

  it("refuses what is no picture without a word of its content", async () => {
    const fromMessage = step("flux-controlnet", {
      "controlNet.0.model": str("runware:25@1"),
      "controlNet.0.guideImage": msg("guideImage"),
    });
    const flow = await startFlow(through([fromMessage]));
    for (const guideImage of [Buffer.from("my secret diary"), "/etc/passwd", 7, { type: "Buffer", data: [1] }, ""]) {
      const { error } = await refused(flow, { guideImage });
      assert.match(error.message, /controlNet\[0\]\.guideImage/);
      assert.doesNotMatch(error.message, /diary/);
    }
  });

  for (const [what, flux] of Object.entries({ "a text": "steps: 30", "a list": [1], "a Buffer": Buffer.from("x") })) {
    it(`says that msg.flux is ${what}`, async () => {
      const flow = await startFlow(through([lora(style, 1)]));
      const { error } = await refused(flow, { flux });
      assert.equal(error.source.id, "step0");
      assert.match(error.message, /msg\.flux/);
    });
  }

  it("does not end the process with a message that cannot be read or written", async () => {
    const flow = await startFlow(through([lora(style, 1)]));
    const throwing = new Proxy(
      {},
      {
        ownKeys: () => {
          throw new Error("no");
        },
        getPrototypeOf: () => {
          throw new Error("no");
        },
      },
    );
    flow.receiveAt("step0", { _msgid: "a", flux: throwing });
    flow.receiveAt("step0", Object.freeze({ _msgid: "b", payload: prompt }));
    const polluted = JSON.parse('{"__proto__": {"polluted": true}, "lora": [{"__proto__": {"polluted": true}}]}');
    flow.receiveAt("step0", { _msgid: "c", payload: prompt, flux: polluted });
    await delivered(flow);
    assert.equal(Reflect.get({}, "polluted"), undefined);
  });
});

describe("a message that forks", () => {
  afterEach(stopFlows);

  for (const [how, func, wires] of [
    ["two wires from one output", "return msg;", [["left", "right"]]],
    ["one wire from each of two outputs", "return [msg, msg];", [["left"], ["right"]]],
  ] as const) {
    it(`does not bring one branch's additions into the other: ${how}`, async () => {
      const flow = await startFlow({
        types: [functionNode],
        nodes: [
          { id: "fork", z: "tab", x: 1, y: 1, type: "function", func, outputs: wires.length, wires },
          { z: "tab", x: 1, y: 1, ...lora(style, 1), id: "left", wires: [["flux"]] },
          { z: "tab", x: 1, y: 1, ...lora(film, 2), id: "right", wires: [["flux"]] },
        ],
      });
      const models: string[] = [];
      const both = new Promise<void>((resolve) => {
        flow.onMessage(({ job }) => {
          const entries = job.request.lora as { model: string }[];
          models.push(entries.map(({ model }) => model).join("+"));
          if (models.length === 2) resolve();
        });
      });
      flow.receiveAt("fork", { _msgid: "m", payload: prompt, flux: { ...small, lora: [{ model: "civitai:1@1" }] } });
      await both;
      assert.deepEqual(models.sort(), [`civitai:1@1+${style}`, `civitai:1@1+${film}`].sort());
    });
  }
});

describe("a composition node that is closed while it reads a message", () => {
  afterEach(stopFlows);

  it("sends nothing any more", async () => {
    const flow = await startFlow(through([step("flux-lora", { "lora.0.model": msg("style") })]));
    const node = helper.getNode("step0");
    const closing = new Promise<void>((resolve) => {
      flow.receiveAt("step0", {
        payload: prompt,
        get style() {
          void node?.close(false);
          resolve();
          return style;
        },
      });
    });
    await closing;
    await turn();
    await turn();
    assert.deepEqual(
      flow.callsOf("step0").filter(({ method }) => method === "send"),
      [],
    );
  });
});
