import assert from "node:assert/strict";
import { type Editor, inOnePage } from "./browser";
import { account, composition, falAccount, inference } from "./nodes";

/** Places where nodes do not lie on top of each other. */
let placed = 0;
const place = () => ({ x: 140 + (placed % 6) * 200, y: 60 + 40 * Math.floor(placed++ / 6) });

/** One output that leads to a node, or the wires of all of them. */
type To = string | readonly string[][];
const wired = (to: To) => ({ ...place(), wires: typeof to === "string" ? [[to]] : to });

const node = (id: string, type: string, to: To = [], more: object = {}) => {
  return { id, type, z: "tab", name: id, ...wired(to), ...more };
};
const composing = (id: string, type: string, to: To, params: object, more: object) =>
  composition(id, type, params, { name: id, ...wired(to), ...more });
const model = (id: string, type: string, more: object = {}, params: object = {}) =>
  inference(id, type, params, { name: id, ...wired([]), ...more });

const loraParams = {
  "lora.0.model": { type: "str", value: "civitai:1@2" },
  "lora.0.weight": { type: "num", value: "0.5" },
};
const controlnetParams = {
  "controlNet.0.model": { type: "str", value: "runware:25@1" },
  "controlNet.0.guideImage": { type: "msg", value: "guideImage" },
};
const pulidParams = { "pulid.inputImage": { type: "msg", value: "portrait" } };
const lora = (id: string, to: To, more: object = {}) => composing(id, "flux-lora", to, loraParams, more);
const controlnet = (id: string, to: To, more: object = {}) =>
  composing(id, "flux-controlnet", to, controlnetParams, more);
const identity = (id: string, to: To, more: object = {}) =>
  composing(id, "flux-identity", to, pulidParams, { method: "pulid", ...more });

const passing = (id: string, type: string, to: To, more: object = {}) => {
  const settings = { function: { func: "return msg;", outputs: 1 }, change: { rules: [] } };
  const own: object = type === "function" || type === "change" ? settings[type] : {};
  return node(id, type, to, { ...own, ...more });
};
const switching = (id: string, wires: readonly string[][]) =>
  passing(id, "switch", wires, {
    property: "payload",
    propertyType: "msg",
    rules: wires.map(() => ({ t: "nnull" })),
    checkall: "true",
    outputs: wires.length,
  });
const link = (id: string, type: "link in" | "link out" | "link call", more: object, to: To = []) =>
  node(id, type, to, { links: [], ...more });
const instance = (id: string, of: string, wires: readonly string[][], more: object = {}) =>
  node(id, `subflow:${of}`, wires, more);
const subflow = (id: string, enter: string[], ...leave: [string, number][]) => ({
  id,
  type: "subflow",
  name: id,
  in: [{ x: 50, y: 50, wires: enter.map((to) => ({ id: to })) }],
  out: leave.map(([from, port]) => ({ x: 500, y: 50, wires: [{ id: from, port }] })),
  // Whoever listens to the status gets no requests.
  status: { x: 500, y: 100, wires: leave.map(([from, port]) => ({ id: from, port })) },
});

const onOther = { z: "other" };
const flows = [
  { id: "tab", type: "tab", label: "Flow" },
  { id: "other", type: "tab", label: "Other" },
  { id: "disabled", type: "tab", label: "Disabled", disabled: true },
  account,
  falAccount,

  // Through a chain: a function, a change, a junction, a switch.
  controlnet("pose", "f"),
  passing("f", "function", "c"),
  passing("c", "change", "j"),
  { id: "j", type: "junction", z: "tab", x: 100, y: 600, wires: [["s"]] },
  switching("s", [["can"], ["cannot"], ["off"]]),
  model("can", "runware-flux-srpo"),
  model("cannot", "runware-flux-kontext"),
  model("off", "runware-flux-kontext", { d: true }),

  // Across tabs by links; what returns to its caller goes along no links.
  lora("linked", "leave"),
  link("leave", "link out", { mode: "link", links: ["arrive", "arrive-disabled"] }),
  link("arrive", "link in", { ...onOther, links: ["leave"] }, "far"),
  model("far", "fal-flux-srpo", { ...onOther, mode: "text-to-image" }),
  link("arrive-disabled", "link in", { z: "disabled", links: ["leave"] }, "parked"),
  model("parked", "fal-flux-srpo", { z: "disabled" }),
  lora("parked-composer", "parked", { z: "disabled" }),

  // To what a call leads to, and back.
  identity("face", "call"),
  link("call", "link call", { links: ["service"], linkType: "static", timeout: "30" }, "after-call"),
  model("after-call", "runware-flux-kontext"),
  link("service", "link in", onOther, "stack"),
  lora("stack", "back", { ...onOther, name: "" }),
  link("back", "link out", { ...onOther, mode: "return" }),

  // Into subflows and out of them.
  subflow("house", ["inner-instance"], ["inner-instance", 0], ["in-house", 0]),
  subflow("inner", ["in-inner"], ["in-inner", 0]),
  instance("inner-instance", "inner", [["in-house"]], { z: "house" }),
  lora("in-inner", [], { z: "inner" }),
  model("in-house", "runware-flux-kontext", { z: "house", keepFlux: true }),
  controlnet("into", "house-1"),
  instance("house-1", "house", [["behind-1"], []]),
  instance("house-2", "house", [[], ["behind-2"]]),
  model("behind-1", "runware-flux-krea"),
  model("behind-2", "fal-flux-srpo", { name: "" }),

  // What is taken out on the way.
  lora("early", "renew"),
  lora("renew", "picky", { mode: "replace" }),
  controlnet("canny", "cleared"),
  controlnet("cleared", "renew", { mode: "clear" }),
  model("picky", "fal-flux-srpo"),
  model(
    "own-list",
    "runware-flux-srpo",
    {},
    {
      "lora.0.model": { type: "str", value: "civitai:7@7" },
      "ipAdapters.0.model": { type: "str", value: "runware:56@1" },
    },
  ),
  lora("beside", "own-list"),
  identity("ace", "own-list", { method: "acePlusPlus" }),
];

describe("the dialogs' knowledge of the wires", function () {
  this.timeout(60_000);
  let editor: Editor;
  let saved: string;
  const allNodes = "JSON.stringify(RED.nodes.createCompleteNodeSet())";

  inOnePage(flows, (opened) => {
    editor = opened;
  });
  before(async () => {
    saved = await editor.get(allNodes);
  });

  const wiring = () => editor.page.locator(".fluxwire-wiring");
  /** What the open dialog says. */
  const shown = async () => ({
    lines: await wiring().locator(".fluxwire-line:not(.fluxwire-warning)").allTextContents(),
    warnings: await wiring().locator(".fluxwire-warning").allTextContents(),
  });
  const says = async (id: string) => {
    await editor.open(id);
    const said = await shown();
    await editor.done();
    return said;
  };
  const choose = (property: string, value: string) =>
    editor.page.locator(`[data-property="${property}"] select`).selectOption(value);
  const refuses = (named: string, what: string, takers: string) =>
    `${named} takes no ${what} and refuses messages that bring it. Nodes that take it: ${takers}.`;

  it("names the inference nodes that a composition leads to, and warns of those that cannot take it", async () => {
    assert.deepEqual(await says("pose"), {
      lines: ["leads to: can, cannot"],
      warnings: [refuses("cannot / FLUX Kontext", "ControlNet", "FLUX SRPO, FLUX Krea")],
    });
  });

  it("says nothing where no wire leads to an inference node that is enabled", async () => {
    await editor.open("parked-composer");
    assert.equal(await wiring().isVisible(), false);
    await editor.done();
  });

  it("follows links to other tabs, but not to disabled ones; fal takes nothing of all this", async () => {
    assert.deepEqual(await says("linked"), {
      lines: ["leads to: far"],
      warnings: [refuses("far / FLUX SRPO (fal), text to image", "LoRA", "FLUX SRPO, FLUX Krea, FLUX Kontext")],
    });
    assert.deepEqual(await says("far"), {
      lines: ["composed upstream by:"],
      warnings: ["linked / LoRA: brings LoRA, which this model cannot take. Messages with it are refused."],
    });
  });

  it("follows calls and their return", async () => {
    await editor.open("face");
    const refused = (what: string) => [refuses("after-call / FLUX Kontext", what, "FLUX SRPO, FLUX Krea")];
    assert.deepEqual(await shown(), { lines: ["leads to: after-call"], warnings: refused("PuLID") });
    await choose("method", "acePlusPlus");
    assert.deepEqual((await shown()).warnings, refused("ACE++"));
    await editor.cancel();
    assert.deepEqual(await says("after-call"), {
      lines: ["composed upstream by:", "LoRA civitai:1@2 x0.5: adds LoRA"],
      warnings: ["face / identity: brings PuLID, which this model cannot take. Messages with it are refused."],
    });
  });

  it("follows subflows from inside out and outside in, also one in another", async () => {
    assert.deepEqual(await says("in-inner"), {
      lines: ["leads to: in-house, behind-1, FLUX SRPO (fal)"],
      warnings: [refuses("FLUX SRPO (fal)", "LoRA", "FLUX SRPO, FLUX Krea, FLUX Kontext")],
    });
    assert.deepEqual(await says("into"), {
      lines: ["leads to: in-house, behind-1"],
      warnings: [refuses("in-house / FLUX Kontext", "ControlNet", "FLUX SRPO, FLUX Krea")],
    });
    assert.deepEqual(await says("in-house"), {
      lines: ["composed upstream by:", "in-inner / LoRA: adds LoRA"],
      warnings: ["into / ControlNet: brings ControlNet, which this model cannot take. Messages with it are refused."],
    });
  });

  it("sees what a later node replaces or clears, as chosen in the open dialog", async () => {
    await editor.open("picky");
    assert.deepEqual(await shown(), {
      lines: ["composed upstream by:"],
      warnings: ["renew / LoRA: brings LoRA, which this model cannot take. Messages with it are refused."],
    });
    await editor.unfold("advanced");
    await editor.page.locator('[data-property="allowUnknown"] input').check();
    assert.deepEqual(await shown(), {
      lines: ["composed upstream by:", "renew / LoRA: sets LoRA, in place of any from before"],
      warnings: [],
    });
    await editor.cancel();

    await editor.open("cleared");
    assert.equal(await wiring().isVisible(), false);
    await choose("mode", "add");
    assert.deepEqual(await shown(), {
      lines: ["leads to: picky"],
      warnings: [refuses("picky / FLUX SRPO (fal)", "ControlNet", "FLUX SRPO, FLUX Krea")],
    });
    await choose("mode", "clear");
    assert.equal(await wiring().isVisible(), false);
    await editor.cancel();
  });

  it("says which lists of an inference node give way to what messages bring", async () => {
    await editor.open("own-list");
    const composed = ["composed upstream by:", "beside / LoRA: adds LoRA", "ace / identity: adds ACE++"];
    const givesWay = "LoRA: what a message brings replaces the list in this dialog.";
    assert.deepEqual(await shown(), { lines: [...composed, givesWay], warnings: [] });
    await editor.unfold("composition");
    await editor.page.locator('[data-list="lora"] .fluxwire-remove').click();
    assert.deepEqual(await shown(), { lines: composed, warnings: [] });
    await editor.cancel();
  });

  it("changes nothing when a dialog is closed with Done", async () => {
    assert.equal(await editor.get("RED.nodes.dirty()"), false);
    assert.equal(await editor.get(allNodes), saved);
  });

  it("shows a named node in the workspace, by keyboard too, and the open dialog can still be saved", async () => {
    await editor.open("linked");
    await wiring().getByRole("button", { name: "far" }).first().focus();
    await editor.page.keyboard.press("Enter");
    assert.equal(await editor.get("RED.workspaces.active()"), "other");
    await editor.type("lora.0.weight", "0.75");
    await editor.done();
    const { value } = await editor.get<{ value: string }>("RED.nodes.node('linked').params['lora.0.weight']");
    assert.equal(value, "0.75");
    assert.equal(await editor.get("RED.nodes.node('linked').changed"), true);
    assert.equal(await editor.get("RED.nodes.node('far').changed === true"), false);
  });
});
