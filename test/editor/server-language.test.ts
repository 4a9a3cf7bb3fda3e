import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { type NodeRedOptions, type NodeRedProcess, startNodeRed } from "../support/node-red-process";

const built = resolve(__dirname, "../../dist/nodes/locales");
const set = "nodes/@fluxwire/node-red-flux/flux-lora";
const catalogueOf = (language: string) => JSON.parse(readFileSync(join(built, language, "flux-lora.json"), "utf8"));
const helpOf = (language: string): string => readFileSync(join(built, language, "flux-lora.html"), "utf8");

/** A request that a node refuses, and what the node shows then, in the log. */
const flows = [
  { id: "tab", type: "tab", label: "-" },
  { id: "in", type: "http in", z: "tab", url: "/go", method: "get", wires: [["answer", "refusing"]], x: 1, y: 1 },
  { id: "answer", type: "http response", z: "tab", wires: [], x: 1, y: 1 },
  {
    id: "refusing",
    type: "flux-lora",
    z: "tab",
    mode: "add",
    params: { "lora.0.weight": { type: "num", value: "99" } },
    version: 1,
    wires: [[]],
    x: 1,
    y: 1,
  },
  { id: "status", type: "status", z: "tab", scope: ["refusing"], wires: [["log"]], x: 1, y: 1 },
  {
    id: "log",
    type: "function",
    z: "tab",
    func: "if (msg.status.text) node.warn(`shows ${msg.status.text}.`);",
    outputs: 0,
    wires: [],
    x: 1,
    y: 1,
  },
];

describe("a node's status", () => {
  const shownBy = async (nodeRed: NodeRedProcess): Promise<string | undefined> => {
    const from = nodeRed.log().length;
    await fetch(`${nodeRed.url}/go`);
    const [, text] = await nodeRed.waitForLog(/shows (.*)\./, from);
    return text;
  };

  const cases: Record<string, NodeRedOptions & { text: string }> = {
    "in the language of its system": { env: { LC_ALL: "ja_JP.UTF-8" }, text: "不正な要求" },
    "in the language of its settings, whatever the system's is": {
      env: { LC_ALL: "fr_FR.UTF-8" },
      settings: { lang: "zh-CN" },
      text: "请求无效",
    },
  };
  for (const [name, { text, ...options }] of Object.entries(cases)) {
    it(`is ${name}, also while editors are open in others`, async () => {
      const nodeRed = await startNodeRed({ flows, ...options });
      try {
        assert.equal(await shownBy(nodeRed), text);
        const asked = ["de-DE", "fr-FR", "en-US"].map((language) => nodeRed.get(`/nodes/messages?lng=${language}`));
        await Promise.all(asked);
        assert.equal(await shownBy(nodeRed), text);
      } finally {
        await nodeRed.stop();
      }
    });
  }
});

describe("an editor", () => {
  let nodeRed: NodeRedProcess;
  before(async () => {
    nodeRed = await startNodeRed({ flows });
  });
  after(() => nodeRed.stop());

  for (const [locale, language] of Object.entries({
    "de-DE": "de",
    "de-AT": "de",
    "fr-FR": "fr",
    "fr-CA": "fr",
    ja: "ja",
    "ja-JP": "ja",
    "zh-CN": "zh-CN",
  })) {
    it(`in ${locale} gets the texts in ${language}`, async () => {
      const texts = Object(await nodeRed.get(`/${set}/messages?lng=${locale}`));
      assert.deepEqual(texts.composition.modes, catalogueOf(language).composition.modes);
      assert.notDeepEqual(texts.composition.modes, catalogueOf("en-US").composition.modes);
    });
  }

  it("in a language that the pack does not have gets the English texts and help", async () => {
    const texts = Object(await nodeRed.get(`/${set}/messages?lng=pt-BR`));
    assert.equal(texts.composition, undefined);
    const { composition } = Object(await nodeRed.get(`/${set}/messages?lng=en-US`));
    assert.deepEqual(composition, catalogueOf("en-US").composition);
    const answer = await fetch(`${nodeRed.url}/${set}`, {
      headers: { accept: "text/html", "accept-language": "pt-BR" },
    });
    assert.ok((await answer.text()).includes(helpOf("en-US").trim()));
  });
});
