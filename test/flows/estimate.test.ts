import assert from "node:assert/strict";
import { type Flow, startFlow, stopFlows } from "../support/flow";
import { helper } from "../support/helper";
import { onlyMessage } from "../support/outcomes";
import { noisePng } from "../support/pictures";

const num = (value: number) => ({ type: "num", value: String(value) });
const sized = { width: num(1024), height: num(1024), steps: num(28) };
const krea = { type: "runware-flux-krea", account: "account", params: sized, mode: "auto" };

const post = async (body: object): Promise<{ status: number; body: Record<string, unknown> }> => {
  const { status, body: answer } = await helper.request().post("/flux/estimate").send(body);
  return { status, body: answer };
};

/** What a run of a dialog may cost. */
const estimateOf = async (body: object): Promise<Record<string, unknown>> => {
  const answer = await post({ ...krea, ...body });
  assert.equal(answer.status, 200);
  return answer.body;
};

const start = (options: Parameters<typeof startFlow>[0] = {}): Promise<Flow> =>
  startFlow({ node: { type: "runware-flux-krea" }, ...options });

const production = { environment: "production" };

describe("the estimate of what a run costs", () => {
  afterEach(stopFlows);

  it("is the median of what runs like it did cost, whatever their prompts and seeds", async () => {
    const flow = await start({ node: { type: "runware-flux-krea", params: sized, results: "all" } });
    assert.equal((await estimateOf({})).source, "unknown");
    for (const payload of ["a lighthouse", "a boat", "a gull"])
      onlyMessage(await flow.send({ payload, flux: { seed: 3 } }));
    onlyMessage(await flow.send({ payload: "a large one", flux: { width: 2048 } }));
    assert.deepEqual(
      await estimateOf({ params: { ...sized, numberResults: num(2), seed: { type: "msg", value: "s" } } }),
      {
        source: "seen",
        perPicture: 0.0098,
        pictures: 2,
        total: 0.0196,
        count: 3,
        low: 0.0098,
        high: 0.0098,
        at: { width: 1024, height: 1024, steps: 28 },
      },
    );
  });

  it("takes the service's own defaults for what is not set, and a picture to start from for a feature", async () => {
    const flow = await start({ node: { type: "runware-flux-krea" } });
    const params = { width: num(512), height: num(512) };
    onlyMessage(await flow.send({ payload: "a lighthouse", flux: { width: 512, height: 512 } }));
    assert.equal((await estimateOf({ params })).source, "seen");
    assert.equal((await estimateOf({ params, image: true })).source, "unknown");
    assert.equal(
      (await estimateOf({ params: { ...params, hiresFix: { type: "bool", value: "true" } } })).source,
      "unknown",
    );
  });

  it("is that of runs with LoRAs where nodes upstream bring some", async () => {
    const flow = await start({
      node: { type: "runware-flux-krea", params: sized },
      chain: [{ type: "flux-lora", params: { "lora.0.model": { type: "str", value: "civitai:1@1" } } }],
    });
    onlyMessage(await flow.send({ payload: "a lighthouse" }));
    assert.equal((await estimateOf({})).source, "unknown");
    assert.equal((await estimateOf({ brought: ["lora"] })).source, "seen");
    assert.equal((await estimateOf({ brought: ["lora"], ...production })).source, "unknown");
  });

  it("of a preprocessor is that of its kind", async () => {
    const flow = await start({ node: { type: "runware-preprocess", imageFrom: { type: "msg", value: "payload" } } });
    onlyMessage(await flow.send({ payload: await noisePng(64) }));
    const asked = { type: "runware-preprocess", params: {}, image: true };
    assert.equal((await estimateOf(asked)).source, "seen");
    const depth = { model: { type: "str", value: "runware:controlnet-preprocess@depth" } };
    assert.equal((await estimateOf({ ...asked, params: depth })).source, "unknown");
    const fromMessage = { model: { type: "msg", value: "kind" } };
    assert.deepEqual((await estimateOf({ ...asked, params: fromMessage })).unknownBecause, {
      reason: "elsewhere",
      parameters: ["model"],
    });
  });

  it("is the published price at exactly the size and the steps that it is published for, outside of the sandbox", async () => {
    await start();
    const { source, perPicture } = await estimateOf(production);
    assert.deepEqual([source, perPicture], ["list", 0.0098]);
    const others = [
      { params: { ...sized, steps: num(29) } },
      { params: { ...sized, width: num(512) } },
      { params: { width: num(1024), height: num(1024) } },
      { params: { ...sized, promptWeighting: { type: "str", value: "compel" } } },
      { type: "runware-flux-srpo" },
      { image: true },
      { environment: "sandbox" },
    ];
    for (const other of others) {
      const answer = await estimateOf({ ...production, ...other });
      assert.deepEqual(
        [answer.source, answer.unknownBecause],
        ["unknown", { reason: "noPrice" }],
        JSON.stringify(other),
      );
    }
  });

  it("of a production account never comes from what the sandbox charged", async () => {
    const flow = await start({ node: { type: "runware-flux-krea", params: { ...sized, steps: num(20) } } });
    onlyMessage(await flow.send({ payload: "a lighthouse" }));
    const params = { ...sized, steps: num(20) };
    assert.equal((await estimateOf({ params })).source, "seen");
    assert.equal((await estimateOf({ params, ...production })).source, "unknown");
  });

  it("is what the account's table says before it is the published price, and the row that says most counts", async () => {
    const prices = [
      { dollars: "0.5" },
      { width: "1024", height: "1024", dollars: "0.4" },
      { model: "runware-flux-krea", dollars: "0.3" },
      { model: "runware-flux-krea", width: "1024", height: "1024", dollars: "0.2" },
      { model: "runware-flux-krea", width: "1024", height: "1024", steps: "40", dollars: "0.1" },
    ];
    await start({ account: { prices } });
    const dollars = async (body: object) => (await estimateOf(body)).perPicture;
    assert.equal((await estimateOf(production)).source, "table");
    assert.equal(await dollars({}), 0.2);
    assert.equal(await dollars({ params: { ...sized, steps: num(40) } }), 0.1);
    assert.equal(await dollars({ params: { ...sized, width: num(512) } }), 0.3);
    assert.equal(await dollars({ type: "runware-flux-srpo" }), 0.4);
    assert.equal(await dollars({ type: "runware-flux-kontext", params: {} }), 0.5);
    assert.equal(await dollars({ prices: [{ dollars: "7" }] }), 7, "as the account's dialog has it, not deployed yet");
    const fromMessage = { ...sized, width: { type: "msg", value: "w" }, steps: { type: "jsonata", value: "1" } };
    assert.equal(await dollars({ params: fromMessage }), 0.3, "a row that does not ask for what is not known");
  });

  it("takes a variable of the environment from the deployed table, and tells none to whoever may look at flows", async () => {
    const prices = [{ dollars: "${FLUX_TEST_PRICE}" }];
    process.env.FLUX_TEST_PRICE = "13";
    try {
      await start({ account: { prices } });
      assert.equal((await estimateOf(production)).perPicture, 13);
      assert.equal((await estimateOf({ ...production, prices })).perPicture, 0.0098, "the published price");
    } finally {
      delete process.env.FLUX_TEST_PRICE;
    }
  });

  it("is unknown where a message, a context, an expression or the environment decides, and names what", async () => {
    await start();
    for (const type of ["msg", "flow", "global", "env", "jsonata"]) {
      const { source, unknownBecause } = await estimateOf({ params: { ...sized, height: { type, value: "x" } } });
      assert.deepEqual([source, unknownBecause], ["unknown", { reason: "elsewhere", parameters: ["height"] }]);
    }
    const answer = await estimateOf({ params: { ...sized, steps: { type: "num", value: "${STEPS}" } }, ...production });
    assert.deepEqual(answer.unknownBecause, { reason: "elsewhere", parameters: ["steps"] });
  });

  it("knows the price of a picture, and no total, where the message says how many pictures", async () => {
    await start();
    const params = { ...sized, numberResults: { type: "msg", value: "n" }, scheduler: { type: "msg", value: "s" } };
    const answer = await estimateOf({ params, ...production });
    assert.deepEqual([answer.perPicture, answer.pictures, answer.total], [0.0098, undefined, undefined]);
  });

  it("at fal is what the account's table says for the endpoint's size and steps", async () => {
    await start({
      node: { type: "fal-flux-srpo" },
      account: { prices: [{ model: "fal-flux-srpo", width: "1024", height: "768", steps: "28", dollars: "0.025" }] },
    });
    const fal = { type: "fal-flux-srpo", params: { num_images: num(3) } };
    const { source, total, at } = await estimateOf(fal);
    assert.deepEqual([source, total, at], ["table", 0.075, { width: 1024, height: 768, steps: 28 }]);
    const { unknownBecause } = await estimateOf({ ...fal, image: true });
    assert.deepEqual(unknownBecause, { reason: "noPrice" });
  });

  it("says that there is no account where none is chosen, or one that is not known", async () => {
    await start();
    for (const account of ["", "nowhere"]) {
      assert.deepEqual((await estimateOf({ account })).unknownBecause, { reason: "noAccount" });
    }
    assert.equal((await estimateOf({ account: "new", ...production })).source, "list", "one that is not deployed yet");
  });

  const hostile: [string, object][] = [
    ["nothing", {}],
    ["a list", []],
    ["another node type", { ...krea, type: "inject" }],
    ["a type from the prototype", { ...krea, type: "constructor" }],
    ["an account that is an object", { ...krea, account: { a: 1 } }],
    ["params that are a text", { ...krea, params: "width" }],
    ["params that are a list", { ...krea, params: [1] }],
    ["a parameter that is no typed value", { ...krea, params: { width: 5 } }],
    ["a parameter whose value is an object", { ...krea, params: { width: { type: "num", value: {} } } }],
    ["a mode that is a number", { ...krea, mode: 5 }],
    ["an environment that is a list", { ...krea, environment: [] }],
    [
      "more parameters than any dialog has",
      { ...krea, params: Object.fromEntries(Array.from({ length: 2001 }, (_, n) => [`p${n}`, num(1)])) },
    ],
    ["a name as long as a novel", { ...krea, params: { ["x".repeat(5000)]: num(1) } }],
    ["names upstream that are numbers", { ...krea, brought: [1] }],
  ];
  for (const [what, body] of hostile) {
    it(`refuses ${what} with a sentence`, async () => {
      await start();
      const answer = await post(body);
      assert.equal(answer.status, 400);
      assert.match(String(answer.body.message), /^\S.*\.$/);
    });
  }

  it("is not confused by parameters that are named like parts of every object", async () => {
    await start();
    const params = {
      ...sized,
      "__proto__.width": num(1),
      "constructor.prototype.x": num(2),
      "lora.9999.model": num(1),
    };
    const { status } = await post({
      ...krea,
      params: JSON.parse(JSON.stringify(params)),
      prices: [{ __proto__: 1 }, 5, null],
    });
    assert.equal(status, 200);
    assert.equal(Reflect.get({}, "x"), undefined);
  });
});
