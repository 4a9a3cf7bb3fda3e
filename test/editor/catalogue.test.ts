import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { type ErrorCode, FluxError } from "../../lib/errors";
import { nodeModels } from "../../lib/models/catalogue";
import { compositions } from "../../lib/models/composition/catalogue";
import { presetSizes } from "../../lib/models/fragments/fal/size";
import { nodeFacts } from "../../lib/models/node-facts";
import { preprocess } from "../../lib/models/preprocess";
import { type Activity, type Ending, JobStatus } from "../../lib/node-red/job-status";
import { beginUpload, type UploadRun } from "../../lib/node-red/storage/upload-run";
import { UploadStatus } from "../../lib/node-red/storage/upload-status";
import type { Node, NodeAPI } from "../../lib/node-red/types";
import { fal } from "../../lib/providers/fal";
import { KEY_FIELDS } from "../../lib/storage/key-template";

const repository = resolve(__dirname, "../..");
const built = join(repository, "dist/nodes/locales/en-US");

const catalogueOf = (type: string): unknown => JSON.parse(readFileSync(join(built, `${type}.json`), "utf8"));
const textAt = (catalogue: unknown, key: string): unknown => {
  let found = catalogue;
  for (const name of key.split("."))
    found = typeof found === "object" && found !== null ? Reflect.get(found, name) : undefined;
  return found;
};
/** The catalogue of the sidebar, in which the texts are that nodes share. */
const sharedTexts: unknown = JSON.parse(
  readFileSync(join(repository, "dist/plugins/locales/en-US/flux-sidebar.json"), "utf8"),
);
/** A text about a parameter, as a node's dialog finds it. */
const parameterText = (type: string, key: string): unknown =>
  textAt(catalogueOf(type), `parameters.${key}`) ?? textAt(sharedTexts, `parameters.${key}`);
/** What a node's dialog and help are made of, by node type. */
const models = nodeModels.map((model) => ({ type: model.type, facts: nodeFacts(model) }));
const withParameters = [...models, ...compositions];
const nodeTypes = readdirSync(join(repository, "nodes"))
  .filter((file) => file.endsWith(".html"))
  .map((file) => file.slice(0, -".html".length));

const isErrorCode = (text: string): text is ErrorCode => text.startsWith("FLUX_");
/** Every code, from the source: at run time there is no list of them. */
const errorCodes = (): ErrorCode[] => {
  const source = readFileSync(join(repository, "lib/errors.ts"), "utf8");
  return [...new Set(source.match(/FLUX_[A-Z_]+/g))].filter(isErrorCode);
};

describe("the built catalogues", () => {
  it("name and explain every parameter of every model", () => {
    for (const { type, facts } of withParameters) {
      for (const { path } of facts.leaves) {
        const key = path.replaceAll("[]", "");
        const label = parameterText(type, `${key}.label`);
        const help = parameterText(type, `${key}.help`);
        assert.ok(typeof label === "string" && label !== "", `${type}: ${path} has no label`);
        assert.ok(typeof help === "string" && help.endsWith("."), `${type}: ${path} has no help`);
      }
    }
  });

  it("name every kind of guide image, and the ControlNets of which the service tells a name", () => {
    const choicesAt = (type: string, key: string) => Object.values(Object(parameterText(type, `${key}.choices`)));
    const kinds = preprocess.facts.leaves.find(({ path }) => path === "model")?.choices ?? [];
    const names = choicesAt("runware-preprocess", "model").map((name) => String(name).split(" ")[0]);
    assert.deepEqual(
      names,
      kinds.map((kind) => String(kind).split("@")[1]),
    );
    assert.equal(parameterText("flux-controlnet", "controlNet.model.choices.runware_25_1"), "canny");
    assert.equal(choicesAt("runware-flux-srpo", "controlNet.model").length, 7);
  });

  it("hold only those parameters of their own that are worded otherwise than in the others", () => {
    const own = nodeTypes.filter((type) => textAt(catalogueOf(type), "parameters") !== undefined);
    assert.deepEqual(own.sort(), ["flux-s3-presign", "runware-preprocess"]);
    assert.deepEqual(Object.keys(Object(textAt(catalogueOf("runware-preprocess"), "parameters"))), ["model"]);
  });

  it("give an account nothing but what its dialog says", () => {
    for (const type of [...nodeTypes.filter((name) => name.endsWith("-account")), "flux-s3-bucket"]) {
      assert.deepEqual(Object.keys(Object(catalogueOf(type))), ["account"], type);
    }
    assert.equal(textAt(catalogueOf("runware-account"), "account.label.queueUrl"), undefined);
    assert.equal(textAt(catalogueOf("fal-account"), "account.label.baseUrl"), undefined);
  });

  it("give the pixels of every size that fal has a name for", () => {
    for (const [preset, { width, height }] of Object.entries(presetSizes)) {
      assert.match(
        String(parameterText("fal-flux-srpo", `image_size.choices.${preset}`)),
        new RegExp(`, ${width} x ${height}$`),
      );
    }
  });

  it("name the addresses of fal that an account uses unless it is told others", () => {
    for (const [property, address] of Object.entries(fal.addresses)) {
      assert.equal(textAt(catalogueOf("fal-account"), `account.placeholder.${property}`), address);
    }
  });

  it("have a name short enough for the canvas for every error", () => {
    const codes = errorCodes();
    assert.ok(codes.length >= 13);
    for (const { type } of models) {
      for (const code of codes) {
        const name = textAt(catalogueOf(type), `status.error.${code}`);
        assert.ok(typeof name === "string" && name.length < 20, `${type}: ${code}`);
      }
    }
  });

  it("name and explain every setting of a storage node, and say what is wrong with it", () => {
    const html = (type: string) => readFileSync(join(repository, "dist/nodes", `${type}.html`), "utf8");
    for (const type of ["flux-s3-upload", "flux-s3-presign"]) {
      const catalogue = catalogueOf(type);
      const checked = [...html(type).matchAll(/checkStorageSetting\(this, '(\w+)'\)/g)].map(([, name = ""]) => name);
      assert.ok(checked.length >= 6);
      const ticked = [...html(type).matchAll(/^\s*(\w+): \{ value: (?:true|false) \}/gm)].map(([, name = ""]) => name);
      for (const name of [...checked, ...ticked]) {
        assert.equal(typeof textAt(catalogue, `storage.${name}`), "string", `${type}: ${name}`);
        assert.match(String(textAt(catalogue, `storage.${name}Help`)), /\.$/, `${type}: ${name}`);
      }
      for (const name of checked) {
        const reason = name === "into" ? textAt(catalogueOf("flux-s3-presign"), "checks.into") : undefined;
        assert.equal(typeof (reason ?? textAt(catalogue, `storage.checks.${name}`)), "string", `${type}: ${name}`);
      }
    }
    for (const field of [...KEY_FIELDS, "msg"]) {
      assert.equal(typeof textAt(catalogueOf("flux-s3-upload"), `storage.fields.${field}`), "string", field);
    }
  });

  it("have every text that the templates ask for", () => {
    for (const type of nodeTypes) {
      const template = readFileSync(join(repository, "dist/nodes", `${type}.html`), "utf8");
      for (const [, key = ""] of template.matchAll(/data-i18n="(?:\[\w+\])?([^"]+)"/g)) {
        assert.equal(typeof textAt(catalogueOf(type), key), "string", `${type}: ${key}`);
      }
    }
  });
});

describe("the status texts", () => {
  /** The keys below an object of texts: `waiting`, `error.FLUX_BUSY`. */
  const keysBelow = (texts: unknown): string[] =>
    Object.entries(Object(texts)).flatMap(([key, value]) =>
      typeof value === "string" ? [key] : keysBelow(value).map((below) => `${key}.${below}`),
    );

  const drawn = () => new Promise((resolve) => setImmediate(resolve));
  const node = { status: () => undefined } as unknown as Node;

  /** Stands for Node-RED's catalogue, and writes down what it is asked for. */
  const listening = () => {
    const asked = new Set<string>();
    const translate = (key: string): string => {
      asked.add(key);
      return key;
    };
    return { asked, translate: translate as NodeAPI["_"] };
  };

  const allErrors = (): FluxError[] => {
    // Over the account's own budget, for a while or for good, is something else than without credit at the service.
    const today = new Date();
    const tomorrow = new Date(today.getFullYear(), today.getMonth(), today.getDate() + 1);
    const opening = [today, tomorrow].map((time) => ({ opensAt: time.toISOString() }));
    const causes = [{ provider: "runware" }, {}, { parameter: "steps" }, ...opening];
    return errorCodes().flatMap((code) => causes.map((cause) => new FluxError(code, "", cause)));
  };

  /** The keys that an inference node's status asks for, whatever happens there. */
  const askedFor = async (): Promise<string[]> => {
    const { asked, translate } = listening();
    let activity: Activity = { waiting: 0, running: 0 };
    // A line of its own for each: one that changes all the time is drawn only now and then.
    const show = async (change: (line: JobStatus) => void) => {
      const line = new JobStatus(node, translate, () => activity);
      change(line);
      await drawn();
      line.close();
    };
    const endings = allErrors().map((error): Ending => ({ outcome: "failed", job: "a", error }));
    for (const pictures of [1, 2]) {
      for (const cost of [undefined, 0.01]) {
        endings.push({ outcome: "delivered", job: "job", pictures, seconds: 1, cost });
      }
    }
    for (const ending of endings) await show((line) => line.ended(ending));
    for (const waiting of [0, 1]) {
      for (const running of [0, 1, 2]) {
        for (const percent of [undefined, 50]) {
          for (const queuePosition of [undefined, 0]) {
            activity = { waiting, running, percent, queuePosition };
            await show((line) => line.changed());
          }
        }
      }
    }
    return [...asked].sort();
  };

  /** The same of an upload node. */
  const askedForUploading = async (): Promise<string[]> => {
    const { asked, translate } = listening();
    const runs: UploadRun[] = [];
    const show = async (change: (line: UploadStatus) => void) => {
      const line = new UploadStatus(node, translate, runs);
      change(line);
      await drawn();
      line.close();
    };
    const confirming = { ...beginUpload(), isConfirming: true };
    const states = [
      { ...beginUpload(), waiting: 1 },
      { ...beginUpload(), storing: 1, sent: 1, total: 2 },
      { ...beginUpload(), storing: 1, sent: 1, total: undefined },
      { ...beginUpload(), storing: 1, waiting: 1 },
      { ...beginUpload(), storing: 2 },
      confirming,
    ];
    for (const run of states) {
      runs.splice(0, 1, run);
      await show((line) => line.changed());
    }
    runs.pop();
    for (const ending of [...allErrors(), { pictures: 1, bytes: 1 }, { pictures: 2, bytes: 1 }]) {
      await show((line) => line.ended(ending));
    }
    return [...asked].sort();
  };

  it("are those that a node can show, all of them and no others", async () => {
    const there = (type: string): string[] =>
      keysBelow(textAt(catalogueOf(type), "status"))
        .map((key) => `status.${key}`)
        .sort();
    const asked = await askedFor();
    assert.ok(asked.length > 15);
    for (const { type } of models) assert.deepEqual(there(type), asked, type);
    assert.deepEqual(there("flux-s3-upload"), await askedForUploading());
    assert.deepEqual(
      there("flux-s3-presign"),
      asked.filter((key) => key.startsWith("status.error.")),
    );
  });
});

describe("the built help", () => {
  for (const type of nodeTypes) {
    it(`of ${type} belongs to the node and starts with one short paragraph`, () => {
      const help = readFileSync(join(built, `${type}.html`), "utf8");
      assert.match(help, new RegExp(`data-help-name="${type}"`));
      const intro = /<p>([\s\S]*?)<\/p>/.exec(help)?.[1] ?? "";
      assert.ok(intro.length > 0 && intro.length <= 130, `${intro.length} characters`);
    });
  }

  it("lists every parameter that can be set, with its range", () => {
    for (const { type, facts } of withParameters) {
      const help = readFileSync(join(built, `${type}.html`), "utf8");
      for (const leaf of facts.leaves) {
        const row = `<dt>${leaf.path} <`;
        const isPrompt = leaf.path === "positivePrompt" || leaf.path === "prompt";
        assert.equal(help.includes(row), !leaf.owned && !isPrompt, `${type}: ${leaf.path}`);
      }
      if (!type.startsWith("runware-flux-")) continue;
      assert.match(help, /<dt>steps <span class="property-type">1 to 50<\/span>/);
      assert.match(help, /<dt>CFGScale <span class="property-type">0 to 20 in steps of 0\.01<\/span>/);
      assert.match(help, /<dt>seed <span class="property-type">0 to 9223372036854775807<\/span>/);
    }
  });

  it("names the known models beside their identifiers", () => {
    const help = readFileSync(join(built, "flux-controlnet.html"), "utf8");
    assert.match(help, /<code>runware:25@1<\/code> \(canny\), <code>runware:26@1<\/code> \(tile\)/);
    assert.match(help, /<code>runware:98@1<\/code><\/dd>/);
  });

  it("says in which of fal's modes a parameter counts, and where its range differs", () => {
    const help = readFileSync(join(built, "fal-flux-srpo.html"), "utf8");
    for (const row of [
      'num_inference_steps <span class="property-type">1 to 50, default 28; with a picture 10 to 50, default 40<',
      'image_size <span class="property-type">text to image only; default landscape_4_3<',
      'image_size.width <span class="property-type">text to image only; 1 to 14142 px, default 512<',
      'image_url <span class="property-type">needed; image to image only<',
      'strength <span class="property-type">image to image only; 0.01 to 1, default 0.95<',
      'guidance_scale <span class="property-type">1 to 20, default 4.5<',
    ]) {
      assert.ok(help.includes(`<dt>${row}`), row);
    }
  });
});
