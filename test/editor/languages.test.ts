import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { nodeModels } from "../../lib/models/catalogue";
import { nodeFacts } from "../../lib/models/node-facts";
import { type Editor, inBrowser } from "./browser";
import { account, bucket, composition, falAccount, inference, presign, upload } from "./nodes";
import { leavesOf } from "./texts";

const repository = resolve(__dirname, "../..");
const types = readdirSync(join(repository, "nodes"))
  .filter((file) => file.endsWith(".html"))
  .map((file) => basename(file, ".html"));

const textsOf = (language: string, type: string): Map<string, string> => {
  const folder = type === "flux-sidebar" ? "plugins" : "nodes";
  return leavesOf(
    JSON.parse(readFileSync(join(repository, "dist", folder, "locales", language, `${type}.json`), "utf8")),
  );
};

const typed = (type: string, value: string) => ({ type, value });

/** A node of each type, filled in or wrong in ways that make its dialog say more. */
const nodes = [
  inference("srpo", "runware-flux-srpo", {}),
  inference("kontext", "runware-flux-kontext", { novelty: typed("str", "x") }),
  inference(
    "krea",
    "runware-flux-krea",
    {
      steps: typed("num", "51"),
      width: typed("num", "wide"),
      "lora.0.weight": typed("num", "9"),
      "controlNet.0.startStep": typed("num", "9"),
      hiresFix: typed("bool", "true"),
    },
    { account: "" },
  ),
  inference("fal-srpo", "fal-flux-srpo", { image_size: typed("str", "square_hd") }, { mode: "text-to-image" }),
  inference("preprocess", "runware-preprocess", {}, { wires: [["kontext"]] }),
  composition("lora", "flux-lora", {}, { wires: [["kontext", "krea"]] }),
  composition("control", "flux-controlnet", {}, { wires: [["kontext", "krea"]] }),
  composition("adapter", "flux-ip-adapter", { weight: typed("num", "1") }),
  composition("identity", "flux-identity", {}, { method: "acePlusPlus" }),
  upload("upload"),
  upload("confirm", { mode: "confirm", encryption: "kms", link: "signed", key: typed("str", "{what}") }),
  presign("presign", { wires: [["krea"]], life: "0" }),
  { id: "preview", type: "flux-preview", z: "tab", name: "", count: "0", x: 200, y: 100, wires: [[]] },
];
/** The same of the config nodes; what the sandbox has no use for is only shown in production. */
const inProduction = { environment: "production", concurrency: "0", authentication: "keys" };
const configs = [account, falAccount, bucket].map((config) => ({ ...config, ...inProduction, id: config.type }));
const flows = [{ id: "tab", type: "tab", label: "-" }, ...configs, bucket, ...nodes];

interface Shown {
  /** Every text and every hint on the page, hidden ones too, and why nodes are not valid. */
  everywhere: string[];
  reasons: string[];
  /** Those of the dialog or the sidebar. */
  inside: string[];
}

/** What the page says, apart from what is no text of it: scripts, templates, and what is typed into fields. */
const shownIn = (place: string): string => `(() => {
  const textsIn = (root) => {
    const texts = [];
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT, (node) =>
      /^(script|style|template)$/i.test(node.nodeName) ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT);
    for (let node = walker.currentNode; node; node = walker.nextNode()) {
      if (node.nodeType === Node.TEXT_NODE) texts.push(node.data);
      else for (const name of ["title", "placeholder", "aria-label", "alt"]) texts.push(node.getAttribute(name) ?? "");
    }
    return [...new Set(texts.map((text) => text.trim()).filter((text) => text !== ""))];
  };
  const reasons = [];
  const addReasons = (node) => reasons.push(...(node.validationErrors ?? []).map(String));
  RED.nodes.eachNode(addReasons);
  RED.nodes.eachConfig(addReasons);
  return { everywhere: [...textsIn(document.body), ...reasons], reasons, inside: $("${place}").get().flatMap(textsIn) };
})()`;

/** Opens a dialog with all that can be seen in it: sections unfolded, an element in every list. */
const openWhole = async (editor: Editor, id: string): Promise<Shown> => {
  await (nodes.some((node) => node.id === id) ? editor.open(id) : editor.openAccount(id));
  await editor.unfoldAll();
  await editor.get("$('.fluxwire-add').click() && undefined");
  await editor.unfoldAll();
  const texts = await editor.get<Shown>(shownIn(".red-ui-tray"));
  await editor.cancel();
  return texts;
};

const topics = [
  ...new Set(types.flatMap((type) => [...textsOf("en-US", type).keys()]).map((key) => key.split(".")[0])),
];
/** A key of ours, alone or in a sentence, or a value that was not filled in. */
const raw = new RegExp(String.raw`(?:^|[\s:"'(])(?:${topics.join("|")})\.[A-Za-z][\w.-]*|__\w+__`);

/** What a parameter's value may be called in every language. */
const choices = new Set(
  nodeModels.flatMap((model) => nodeFacts(model).leaves.flatMap((leaf) => leaf.choices ?? [])).map(String),
);

/** The texts of a node that are others in this language, by the English ones. */
const translated = (language: string, type: string): Map<string, string> => {
  const own = textsOf(language, type);
  const all = new Set([...own.values(), ...choices]);
  return new Map(
    [...textsOf("en-US", type)].flatMap(([key, text]) => {
      const other = own.get(key);
      return other === undefined || all.has(text) ? [] : [[text, other] as const];
    }),
  );
};

describe("the editor in a browser whose language is", function () {
  // Every dialog of the pack, one after the other.
  this.timeout(120_000);
  const browser = inBrowser(flows);

  it("any of the pack's is tried with every type of node", () => {
    const opened = new Set([...configs, ...nodes].map(({ type }) => type));
    assert.deepEqual([...opened].sort(), types);
  });

  for (const [locale, language] of Object.entries({
    "en-GB": "en-US",
    "de-DE": "de",
    "fr-FR": "fr",
    ja: "ja",
    "zh-CN": "zh-CN",
  })) {
    it(`${locale} shows every dialog and the sidebar tab in that language, and no text's key`, async () => {
      const editor = await browser.open({ locale });
      const assertInLanguage = ({ everywhere, inside }: Shown, type: string): void => {
        assert.ok(inside.length > 3, type);
        const keys = everywhere.filter((text) => raw.test(text));
        assert.deepEqual(keys, [], type);
        if (language === "en-US") return;
        const others = translated(language, type);
        const left = inside.filter((text) => others.has(text));
        assert.deepEqual(left, [], type);
        const said = new Set(others.values());
        assert.ok(
          inside.some((text) => said.has(text)),
          type,
        );
      };
      for (const { id, type } of [...configs, bucket, ...nodes]) {
        assertInLanguage(await openWhole(editor, id), type);
      }
      const { reasons } = await editor.get<Shown>(shownIn(".red-ui-tray"));
      const known = textsOf(language, "runware-flux-krea");
      assert.ok(
        reasons.some((reason) => reason.includes(known.get("checks.account") ?? "-")),
        reasons.join("\n"),
      );
      await editor.page.evaluate("RED.sidebar.show('fluxwire-sidebar')");
      await editor.page.locator(".fluxwire-jobs-empty:visible p").first().waitFor();
      assertInLanguage(await editor.get<Shown>(shownIn(".fluxwire-sidebar")), "flux-sidebar");
      assert.deepEqual(editor.complaints, []);
      await editor.close();
    });
  }
});
