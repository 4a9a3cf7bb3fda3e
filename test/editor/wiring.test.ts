import assert from "node:assert/strict";
import { type Composing, readComposing } from "../../editor/wiring/composing";
import { type FlowNode, type Graph, inputOf, outputOf, type Wire } from "../../editor/wiring/graph";
import type { Kinds } from "../../editor/wiring/roles";
import { nodeModels } from "../../lib/models/catalogue";
import { compositions } from "../../lib/models/composition/catalogue";
import { nodeFacts } from "../../lib/models/node-facts";
import { preprocess } from "../../lib/models/preprocess";

type Settings = Readonly<Record<string, unknown>>;

const kinds: Kinds = {
  parameters: (type) => compositions.find((composition) => composition.type === type)?.parameters,
  inference: (type, mode) => {
    if (type === preprocess.type) return { facts: preprocess.facts, ignoresRequests: true };
    const model = nodeModels.find((known) => known.type === type);
    if (model === undefined) return undefined;
    const endpoint = "modes" in model && mode === "text-to-image" ? model.modes["text-to-image"] : undefined;
    return { facts: endpoint?.facts ?? nodeFacts(model), ignoresRequests: false };
  },
};

/** Nodes of one tab or subflow, by id: the type or type and settings. */
type Nodes = Record<string, string | [type: string, settings: Settings]>;

/** Wires as one draws them: `"a -> b -> c"`, `"a:1 -> b"` from the second output, `"in"` and `"out:0"` of a subflow. */
const readWires = (flow: string, chains: readonly string[]): Wire[] =>
  chains.flatMap((chain) => {
    const ends = chain.split("->").map((end) => end.trim());
    return ends.slice(1).map((to, index): Wire => {
      const [from = "", port = "0"] = (ends[index] ?? "").split(":");
      const [target = "", targetPort = "0"] = to.split(":");
      return {
        from: from === "in" ? inputOf(flow) : from,
        port: Number(port),
        to: target === "out" ? outputOf(flow, Number(targetPort)) : target,
      };
    });
  });

/** The flows of a test; `tab` and `other` are tabs, every other flow is the definition of a subflow. */
const flows = (content: Record<string, [Nodes, ...string[]]>): Composing => {
  const nodes = Object.entries(content).flatMap(([flow, [inFlow]]) =>
    Object.entries(inFlow).map(([id, said]): FlowNode => {
      const [type, settings] = typeof said === "string" ? [said, {}] : said;
      return { id, type, flow, settings };
    }),
  );
  const graph: Graph = {
    nodes: new Map(nodes.map((node) => [node.id, node])),
    subflows: new Set(Object.keys(content).filter((flow) => flow !== "tab" && flow !== "other")),
    wires: Object.entries(content).flatMap(([flow, [, ...chains]]) => readWires(flow, chains)),
  };
  return readComposing(graph, kinds);
};

const pipe = { lora: "flux-lora", srpo: "runware-flux-srpo" };
const reached = (composing: Composing, id = "lora", settings?: Settings): string[] =>
  composing.destinations(id, settings).map((destination) => destination.id);
const composers = (composing: Composing, id = "srpo"): string[] =>
  composing.composers(id).map((composer) => `${composer.id}: ${composer.mode} ${composer.parameter}`);

/** Both dialogs must say the same. */
const assertLeads = (composing: Composing, to: readonly string[], from = "lora"): void => {
  assert.deepEqual(reached(composing, from), to);
  for (const id of to) {
    assert.ok(
      composing.composers(id).some((composer) => composer.id === from),
      id,
    );
  }
};

describe("where a composed request goes", () => {
  it("is through any chain of nodes and every one of their outputs", () => {
    const nodes = { ...pipe, change: "change", split: "switch", point: "junction", krea: "runware-flux-krea" };
    const tab = flows({ tab: [nodes, "lora -> change -> split:0 -> srpo", "split:1 -> point -> krea"] });
    assertLeads(tab, ["srpo", "krea"]);
  });

  it("is nowhere without a wire, and not against its direction", () => {
    const tab = flows({ tab: [{ ...pipe, debug: "debug" }, "srpo -> lora -> debug"] });
    assertLeads(tab, []);
    assert.deepEqual(composers(tab), []);
  });

  it("is found in loops, once", () => {
    const tab = flows({ tab: [{ ...pipe, wait: "delay" }, "lora -> wait -> srpo", "wait -> lora", "wait -> wait"] });
    assertLeads(tab, ["srpo"]);
  });

  it("is not on behind a node that is disabled", () => {
    const tab = flows({ tab: [{ ...pipe }, "lora -> off -> srpo"] });
    assertLeads(tab, []);
    assert.deepEqual(reached(tab, "off"), []);
  });

  it("is across tabs by all links of a link node, whichever end knows of them", () => {
    const composing = flows({
      tab: [{ lora: "flux-lora", leave: ["link out", { links: ["first"] }] }, "lora -> leave"],
      other: [
        {
          first: "link in",
          second: ["link in", { links: ["leave", "gone"] }],
          srpo: "runware-flux-srpo",
          krea: "runware-flux-krea",
        },
        "first -> srpo",
        "second -> krea",
      ],
    });
    assertLeads(composing, ["srpo", "krea"]);
  });

  it("is not along the links of a link node that returns to its caller", () => {
    const returns = { leave: ["link out", { mode: "return", links: ["enter"] }] } satisfies Nodes;
    const composing = flows({
      tab: [{ ...pipe, ...returns, enter: "link in" }, "lora -> leave", "enter -> srpo"],
    });
    assertLeads(composing, []);
  });
});

describe("a composed request at a link call", () => {
  const handler = {
    enter: "link in",
    work: "function",
    back: ["link out", { mode: "return" }],
  } satisfies Nodes;
  const call = ["link call", { links: ["enter"] }] satisfies [string, Settings];

  it("goes to the called node and back to the call, not to other calls", () => {
    const composing = flows({
      tab: [{ ...pipe, call, again: call, krea: "runware-flux-krea" }, "lora -> call -> srpo", "again -> krea"],
      other: [handler, "enter -> work -> back"],
    });
    assertLeads(composing, ["srpo"]);
    assert.deepEqual(composers(composing, "krea"), []);
  });

  it("goes back to every call when it was composed in what they call", () => {
    const composing = flows({
      tab: [
        { srpo: "runware-flux-srpo", krea: "runware-flux-krea", call, again: call },
        "call -> srpo",
        "again -> krea",
      ],
      other: [{ ...handler, lora: "flux-lora" }, "enter -> lora -> work -> back"],
    });
    assertLeads(composing, ["srpo", "krea"]);
  });

  it("does not go back to calls of something else, or where nothing was called", () => {
    const composing = flows({
      tab: [{ srpo: "runware-flux-srpo", call, inject: "inject" }, "call -> srpo", "inject -> lora"],
      other: [{ ...handler, lora: "flux-lora" }, "enter -> work -> back", "lora -> work"],
    });
    assertLeads(composing, []);
  });

  it("does not get past a call whose target never returns, or is named by the message", () => {
    const dynamic = ["link call", { links: ["enter"], linkType: "dynamic" }] satisfies [string, Settings];
    const { back: _, ...oneWay } = handler;
    assertLeads(flows({ tab: [{ ...pipe, ...oneWay, call }, "lora -> call -> srpo", "enter -> work"] }), []);
    assertLeads(
      flows({ tab: [{ ...pipe, ...handler, call: dynamic }, "lora -> call -> srpo", "enter -> work -> back"] }),
      [],
    );
  });

  it("goes through calls within calls, and calls of oneself, and always ends", () => {
    const composing = flows({
      tab: [{ ...pipe, call, krea: "runware-flux-krea" }, "lora -> call -> srpo"],
      other: [
        { ...handler, self: call, inner: ["link call", { links: ["deep"] }], deep: "link in", deepest: "function" },
        "enter -> work -> back",
        "work -> self -> krea",
        "self -> inner -> back",
        "deep -> deepest -> back",
      ],
    });
    assertLeads(composing, ["srpo", "krea"]);
  });

  it("ends where everything calls everything", () => {
    const names = Array.from({ length: 12 }, (_, index) => `f${index}`);
    const functions = names.map((name): [Nodes, ...string[]] => [
      {
        [name]: "link in",
        [`${name}-back`]: ["link out", { mode: "return" }],
        ...Object.fromEntries(names.map((other) => [`${name}-${other}`, ["link call", { links: [other] }]])),
      },
      ...names.map((other) => `${name} -> ${name}-${other} -> ${name}-back`),
      `${name} -> ${name}-back`,
    ]);
    const nodes = Object.assign({}, ...functions.map(([inFlow]) => inFlow));
    const wires = functions.flatMap(([, ...chains]) => chains);
    const composing = flows({
      tab: [{ ...pipe, ...nodes, start: ["link call", { links: ["f0"] }] }, "lora -> start -> srpo", ...wires],
    });
    assertLeads(composing, ["srpo"]);
  });
});

describe("a composed request at a subflow", () => {
  const subflow = "subflow:style";

  it("goes in where an instance is wired, and out of the output that it comes to", () => {
    const nodes = { ...pipe, box: subflow, krea: "runware-flux-krea", kontext: "runware-flux-kontext" };
    const composing = flows({
      tab: [nodes, "lora -> box:0 -> srpo", "box:1 -> krea"],
      style: [{ work: "function", other: "inject" }, "in -> work -> out:1", "other -> out:0", "in -> kontext"],
    });
    assertLeads(composing, ["kontext", "krea"]);
  });

  it("reaches an inference node inside of it", () => {
    const composing = flows({
      tab: [{ lora: "flux-lora", box: subflow }, "lora -> box"],
      style: [{ srpo: "runware-flux-srpo" }, "in -> srpo -> out"],
    });
    assertLeads(composing, ["srpo"]);
  });

  it("leads out of every instance when it was composed inside, and only out of its own when it came in", () => {
    const nodes = {
      before: "flux-controlnet",
      first: subflow,
      second: subflow,
      srpo: "runware-flux-srpo",
      krea: "runware-flux-krea",
    };
    const composing = flows({
      tab: [nodes, "before -> first -> srpo", "second -> krea"],
      style: [{ lora: "flux-lora" }, "in -> lora -> out"],
    });
    assertLeads(composing, ["srpo", "krea"]);
    assertLeads(composing, ["srpo"], "before");
    assert.deepEqual(composers(composing), ["before: add controlNet", "lora: add lora"]);
  });

  it("goes through a wire from the input to an output", () => {
    const tab: [Nodes, string] = [{ ...pipe, box: subflow }, "lora -> box -> srpo"];
    assertLeads(flows({ tab, style: [{}, "in -> out"] }), ["srpo"]);
  });

  it("goes through subflows in subflows, both ways", () => {
    const composing = flows({
      tab: [{ outside: "flux-controlnet", box: subflow, srpo: "runware-flux-srpo" }, "outside -> box -> srpo"],
      style: [{ inner: "subflow:inner", krea: "runware-flux-krea" }, "in -> inner:0 -> out:0", "inner:1 -> krea"],
      inner: [{ lora: "flux-lora" }, "in -> lora -> out:0", "lora -> out:1"],
    });
    assertLeads(composing, ["krea", "srpo"]);
    assertLeads(composing, ["krea", "srpo"], "outside");
  });

  it("calls out of a subflow, returns into it, and leaves by the instance that it came in", () => {
    const composing = flows({
      tab: [
        { ...pipe, first: subflow, second: subflow, krea: "runware-flux-krea" },
        "lora -> first -> srpo",
        "second -> krea",
      ],
      style: [{ call: ["link call", { links: ["enter"] }] }, "in -> call -> out"],
      other: [
        { enter: "link in", back: ["link out", { mode: "return" }], kontext: "runware-flux-kontext" },
        "enter -> back",
        "enter -> kontext",
      ],
    });
    assertLeads(composing, ["kontext", "srpo"]);
  });

  it("ends where a subflow holds itself", () => {
    const composing = flows({
      tab: [{ ...pipe, box: subflow }, "lora -> box -> srpo"],
      style: [{ itself: subflow }, "in -> itself -> out", "in -> out"],
    });
    assertLeads(composing, ["srpo"]);
  });
});

describe("what is left of a composed request", () => {
  const chain = (between: string | [string, Settings], composer: string | [string, Settings] = "flux-lora") =>
    flows({ tab: [{ lora: composer, between, srpo: "runware-flux-srpo" }, "lora -> between -> srpo"] });

  it("is nothing behind an inference node that took it, unless that keeps msg.flux", () => {
    assertLeads(chain("runware-flux-krea"), ["between"]);
    assertLeads(chain(["runware-flux-krea", { keepFlux: false }]), ["between"]);
    assertLeads(chain(["runware-flux-krea", { keepFlux: "${KEEP}" }]), ["between"]);
    assertLeads(chain(["runware-flux-krea", { keepFlux: true }]), ["between", "srpo"]);
    assertLeads(chain(["fal-flux-srpo", { keepFlux: "true" }]), ["between", "srpo"]);
  });

  it("is all of it behind a preprocessing node, which is no destination itself", () => {
    assertLeads(chain("runware-preprocess"), ["srpo"]);
    assert.deepEqual(chain("runware-preprocess").composers("between"), []);
  });

  it("is nothing behind a node for the same parameter that replaces or clears", () => {
    for (const mode of ["replace", "clear"]) {
      assertLeads(chain(["flux-lora", { mode }]), []);
      assertLeads(chain(["flux-ip-adapter", { mode }]), ["srpo"]);
    }
    assertLeads(chain(["flux-lora", { mode: "add" }]), ["srpo"]);
    assertLeads(chain(["flux-lora", { mode: "${MODE}" }]), ["srpo"]);
    assert.deepEqual(composers(chain(["flux-lora", { mode: "replace" }])), ["between: replace lora"]);
    assert.deepEqual(composers(chain(["flux-lora", { mode: "clear" }])), []);
  });

  it("depends on the method of an identity node", () => {
    assertLeads(chain(["flux-identity", { mode: "clear", method: "acePlusPlus" }], "flux-identity"), ["srpo"]);
    assertLeads(chain(["flux-identity", { mode: "clear" }], "flux-identity"), []);
    const ace = ["flux-identity", { method: "acePlusPlus" }] satisfies [string, Settings];
    assertLeads(chain(["flux-identity", { mode: "clear", method: "acePlusPlus" }], ace), []);
    assert.deepEqual(composers(chain("change", ace)), ["lora: add acePlusPlus"]);
    assert.deepEqual(composers(chain("change", ["flux-identity", { method: "${METHOD}" }])), []);
    assert.deepEqual(composers(chain("change", ["flux-identity", { method: "other" }])), []);
  });

  it("is nothing behind a change node that deletes, moves or overwrites msg.flux", () => {
    const change = (...rules: unknown[]) => chain(["change", { rules }]);
    assertLeads(change({ t: "delete", p: "flux", pt: "msg" }), []);
    assertLeads(change({ t: "delete", p: "flux.lora", pt: "msg" }), []);
    assertLeads(change({ t: "move", p: "flux", pt: "msg", to: "kept", tot: "msg" }), []);
    assertLeads(change({ t: "set", p: "flux", pt: "msg", to: "{}", tot: "json" }), []);
    assertLeads(change({ t: "set", p: "flux", pt: "msg", to: "$merge([flux])", tot: "jsonata" }), ["srpo"]);
    assertLeads(change({ t: "delete", p: "flux.controlNet", pt: "msg" }), ["srpo"]);
    assertLeads(change({ t: "delete", p: "flux", pt: "flow" }, null, "x"), ["srpo"]);
    assertLeads(chain(["change", { rules: "none" }]), ["srpo"]);
  });

  it("is nothing when the node itself clears, as saved or in the open dialog", () => {
    const wired = flows({ tab: [{ ...pipe }, "lora -> srpo"] });
    assert.deepEqual(reached(wired, "lora", { mode: "clear" }), []);
    const clearing = flows({ tab: [{ ...pipe, lora: ["flux-lora", { mode: "clear" }] }, "lora -> srpo"] });
    assertLeads(clearing, []);
    assert.deepEqual(reached(clearing, "lora", { mode: "replace" }), ["srpo"]);
    assert.deepEqual(composers(clearing), []);
  });
});

describe("who can take a composed request", () => {
  const all = {
    srpo: "runware-flux-srpo",
    krea: "runware-flux-krea",
    kontext: "runware-flux-kontext",
    fal: "fal-flux-srpo",
  } satisfies Nodes;
  const takers = (composer: string, settings: Settings = {}, nodes: Nodes = all): string[] => {
    const wires = Object.keys(nodes).map((id) => `composer -> ${id}`);
    const composing = flows({ tab: [{ ...nodes, composer: [composer, settings] }, ...wires] });
    const destinations = composing.destinations("composer");
    for (const { id, takesIt } of destinations) assert.equal(composing.composers(id)[0]?.takesIt, takesIt);
    return destinations.filter(({ takesIt }) => takesIt).map(({ id }) => id);
  };

  it("is read off the models", () => {
    assert.deepEqual(takers("flux-lora"), ["srpo", "krea", "kontext"]);
    assert.deepEqual(takers("flux-controlnet"), ["srpo", "krea"]);
    assert.deepEqual(takers("flux-ip-adapter"), ["srpo", "krea", "kontext"]);
    assert.deepEqual(takers("flux-identity"), ["srpo", "krea"]);
    assert.deepEqual(takers("flux-identity", { method: "acePlusPlus" }), ["srpo", "krea"]);
  });

  it("is everyone who sends unknown parameters", () => {
    const nodes = {
      on: ["fal-flux-srpo", { allowUnknown: true }],
      written: ["fal-flux-srpo", { allowUnknown: "true" }],
      variable: ["fal-flux-srpo", { allowUnknown: "${ALLOW}" }],
      off: ["fal-flux-srpo", { allowUnknown: "false" }],
    } satisfies Nodes;
    assert.deepEqual(takers("flux-lora", {}, nodes), ["on", "written", "variable"]);
  });

  it("may depend on the mode, as saved or in the open dialog", () => {
    const facts = compositions.find(({ type }) => type === "flux-lora")?.facts ?? {
      leaves: [],
      lists: [],
      objects: [],
    };
    const moody: Kinds = {
      ...kinds,
      inference: (_, mode) => ({ facts: mode === "with" ? facts : preprocess.facts, ignoresRequests: false }),
      parameters: (type) => (type === "flux-lora" ? ["lora"] : undefined),
    };
    const node = (id: string, type: string, settings: Settings): [string, FlowNode] => [
      id,
      { id, type, flow: "tab", settings },
    ];
    const composing = readComposing(
      {
        nodes: new Map([node("lora", "flux-lora", {}), node("model", "x", { mode: "with" })]),
        subflows: new Set(),
        wires: [{ from: "lora", port: 0, to: "model" }],
      },
      moody,
    );
    assert.deepEqual(composing.destinations("lora"), [{ id: "model", parameter: "lora", takesIt: true }]);
    assert.equal(composing.composers("model", { mode: "without" })[0]?.takesIt, false);
  });

  it("names those upstream in the order in which messages meet them", () => {
    const composing = flows({
      tab: [
        {
          last: "flux-ip-adapter",
          first: "flux-lora",
          middle: "flux-controlnet",
          srpo: "runware-flux-srpo",
          change: "change",
        },
        "first -> change -> middle -> last -> srpo",
      ],
    });
    assert.deepEqual(composers(composing), ["first: add lora", "middle: add controlNet", "last: add ipAdapters"]);
  });

  it("is Runware for a picture that is to be written into a bucket, and not fal", () => {
    const composing = flows({
      tab: [
        { sign: "flux-s3-presign", srpo: "runware-flux-srpo", far: "fal-flux-srpo", tool: "runware-preprocess" },
        "sign -> tool -> srpo",
        "sign -> far",
      ],
    });
    assert.deepEqual(composing.destinations("sign"), [
      { id: "far", parameter: "uploadEndpoint", takesIt: false },
      { id: "srpo", parameter: "uploadEndpoint", takesIt: true },
    ]);
    assert.deepEqual(composers(composing), ["sign: replace uploadEndpoint"]);
    assert.deepEqual(reached(composing, "sign", { putInto: "property" }), []);
    for (const method of ["get", "head", "${METHOD}"]) assert.deepEqual(reached(composing, "sign", { method }), []);
  });

  it("is nobody for nodes that are of no such kind, or that are gone", () => {
    const composing = flows({ tab: [{ ...pipe, change: "change" }, "change -> srpo -> change -> lora"] });
    for (const id of ["srpo", "change", "gone"]) assert.deepEqual(composing.destinations(id), []);
    for (const id of ["lora", "change", "gone"]) assert.deepEqual(composing.composers(id), []);
  });
});
