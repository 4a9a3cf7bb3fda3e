import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { nodeModels } from "../../lib/models/catalogue";
import { compositions } from "../../lib/models/composition/catalogue";
import type { NodeModel } from "../../lib/models/model";
import { nodeFacts } from "../../lib/models/node-facts";
import { preprocess } from "../../lib/models/preprocess";
import { ACCOUNT_RANGES } from "../../lib/node-red/account-ranges";
import { readPreviewSettings } from "../../lib/node-red/preview/settings";
import { readAccountSettings, readCompositionSettings, readInferenceSettings } from "../../lib/node-red/settings";
import { STORAGE_RANGES } from "../../lib/node-red/storage/ranges";
import { readBucketSettings, readPresignSettings, readUploadSettings } from "../../lib/node-red/storage/settings";
import { fal } from "../../lib/providers/fal";
import { htmlOf, registerWithoutBundle, registrationOf, types } from "./template";

const repository = resolve(__dirname, "../..");

describe("a node's template", () => {
  for (const type of types) {
    describe(type, () => {
      it("can be read without running it, as the Flow Library does", () => {
        const script = registrationOf(type);
        assert.match(script, new RegExp(`RED\\.nodes\\.registerType\\('${type}', \\{`));
        assert.doesNotMatch(script, /\.\.\.|RED\._|`/);
        assert.doesNotMatch(script, /^\s*['"][\w-]+['"]\s*:/m, "a quoted key");
        assert.match(script, /category: '(FLUX|config)'/);
      });

      it("works when the shared dialog code is missing", () => {
        const { name, definition } = registerWithoutBundle(type);
        assert.equal(name, type);
        for (const { value, validate } of Object.values(definition.defaults)) {
          if (validate) assert.equal(typeof validate.call({}, value, {}), "boolean");
        }
        definition.oneditprepare();
        definition.oneditsave();
        assert.ok(definition.label.call({ _def: definition }) !== "");
        if (definition.paletteLabel) assert.equal(definition.label.call({ _def: definition }), definition.paletteLabel);
        assert.equal(definition.label.call({ _def: definition, name: "mine" }), "mine");
      });

      it("gives validators both parameters, so that they may state reasons", () => {
        for (const { validate } of Object.values(registerWithoutBundle(type).definition.defaults)) {
          if (validate) assert.equal(validate.length, 2);
        }
      });

      it("has no handler inside its html and no colour of its own in its form", () => {
        const form = htmlOf(type).replaceAll(/<script type="text\/javascript">[\s\S]*?<\/script>/g, "");
        assert.doesNotMatch(form, /\son\w+=/);
        assert.doesNotMatch(form, /style=|#[0-9a-f]{3,6}\b/i);
      });
    });
  }

  const inference = [
    "name",
    "account",
    "params",
    "promptFrom",
    "imageFrom",
    "output",
    "results",
    "provenance",
    "keepFlux",
    "allowUnknown",
    "timeout",
    "lateResults",
    "idempotencyKeyFrom",
    "version",
  ];
  const defaultsOf = (type: string) => registerWithoutBundle(type).definition.defaults;
  /** What a node is saved with when nobody changes anything. */
  const untouched = (type: string) =>
    Object.fromEntries(Object.entries(defaultsOf(type)).map(([property, { value }]) => [property, value]));

  /** A tool makes one picture of one picture, for the nodes that come after it. */
  const tool = inference
    .filter((property) => !["promptFrom", "results", "provenance", "keepFlux"].includes(property))
    .flatMap((property) => (property === "imageFrom" ? [property, "into"] : [property]));
  const isTool = (model: NodeModel): boolean => "resultInto" in model;

  it("saves the properties that an inference node reads, and no other", () => {
    for (const model of nodeModels) {
      const ofModes = "modes" in model ? ["mode", "delivery"] : [];
      const expected = isTool(model) ? tool : [...ofModes, ...inference];
      assert.deepEqual(Object.keys(defaultsOf(model.type)), expected, model.type);
    }
  });

  it("saves the properties that a composition node reads, and no other", () => {
    for (const { type, parameters } of compositions) {
      const method = parameters.length > 1 ? ["method"] : [];
      assert.deepEqual(Object.keys(defaultsOf(type)), ["name", "mode", ...method, "params", "version"], type);
    }
  });

  /** Without a size there is no picture, so a new node has one where its model has no default. */
  const sizeOf = (model: NodeModel) =>
    Object.fromEntries(
      nodeFacts(model)
        .leaves.filter(({ path, required }) => required && ["width", "height"].includes(path))
        .map(({ path }) => [path, { type: "num", value: "1024" }]),
    );

  it("starts with the settings that hold for a flow which does not have them", () => {
    for (const model of nodeModels) {
      const { type } = model;
      // Where a tool's picture comes from and goes to depends on the tool; its dialog says so.
      const own = isTool(model) ? { imageFrom: { type: "msg", value: "payload" }, into: "guideImage" } : {};
      const expected = readInferenceSettings({ ...own, params: sizeOf(model) });
      assert.deepEqual(readInferenceSettings(untouched(type)), expected, type);
    }
    for (const { type, parameters } of compositions) {
      const { params, mode, method } = readCompositionSettings(untouched(type));
      const [first = ""] = parameters.length > 1 ? parameters : [];
      assert.deepEqual({ mode, method }, { mode: "add", method: first }, type);
      const guide = { "controlNet.0.guideImage": { type: "msg", value: preprocess.resultInto } };
      assert.deepEqual(params, type === "flux-controlnet" ? guide : {}, type);
    }
    for (const [type, addresses] of [
      ["runware-account", ["baseUrl"]],
      ["fal-account", Object.keys(fal.addresses)],
    ] as const) {
      const saved = readAccountSettings(untouched(type), addresses);
      assert.deepEqual({ ...saved, ...readAccountSettings({}, addresses) }, saved, type);
    }
  });

  it("gives storage nodes what holds for a flow that has no settings of theirs, and saves no other property", () => {
    const withoutBucket = (settings: object) => ({ ...settings, bucket: "" });
    for (const [type, read, others] of [
      ["flux-s3-bucket", readBucketSettings, ["name", "proxy", "tls"]],
      ["flux-s3-upload", readUploadSettings, ["name"]],
      ["flux-s3-presign", readPresignSettings, ["name"]],
    ] as const) {
      const properties = Object.keys(defaultsOf(type));
      const own = Object.fromEntries(
        Object.entries(untouched(type)).filter(([name]) => !others.includes(name as never)),
      );
      assert.deepEqual(withoutBucket(read({ ...own, bucket: "shop" })), withoutBucket(read({ bucket: "shop" })), type);
      assert.deepEqual(properties.sort(), [...Object.keys(read({ bucket: "shop" })), ...others].sort(), type);
    }
  });

  it("gives a preview node what holds for a flow that has no settings of its", () => {
    const { name: _name, ...own } = untouched("flux-preview");
    assert.deepEqual(readPreviewSettings(own), readPreviewSettings({}));
    assert.deepEqual(Object.keys(own).sort(), Object.keys(readPreviewSettings({})).sort());
  });

  it("gives storage nodes the buckets to choose from", () => {
    for (const type of ["flux-s3-upload", "flux-s3-presign"]) assert.match(htmlOf(type), /type: 'flux-s3-bucket'/);
  });

  it("gives a node the accounts of its service to choose from", () => {
    for (const { type } of nodeModels) {
      assert.match(htmlOf(type), new RegExp(`type: '${type.split("-")[0]}-account'`));
    }
  });

  it("keeps the key out of the flow file", () => {
    const limits = ["requestsPerMinute", "dollarsPerHour", "dollarsPerDay", "picturesPerHour", "picturesPerDay"];
    const journal = ["journal", "keepResults", "keepAbsent", "cancelAfter"];
    const jobs = ["concurrency", "line", "timeout", "retries", ...limits, "pricePerPicture", "prices", ...journal];
    const saved = {
      "runware-account": ["name", "environment", "baseUrl", ...jobs, "proxy", "tls"],
      "fal-account": ["name", "environment", ...Object.keys(fal.addresses), "lostAnswer", ...jobs, "proxy", "tls"],
    };
    for (const [type, properties] of Object.entries(saved)) {
      const { defaults, credentials } = registerWithoutBundle(type).definition;
      assert.deepEqual(Object.keys(defaults), properties);
      assert.equal(credentials?.apiKey?.type, "password");
    }
    const bucket = registerWithoutBundle("flux-s3-bucket").definition;
    const kinds = Object.entries(bucket.credentials ?? {}).map(([name, { type }]) => [name, type]);
    assert.deepEqual(kinds, [
      ["accessKeyId", "text"],
      ["secretAccessKey", "password"],
      ["sessionToken", "password"],
    ]);
    for (const name of Object.keys(bucket.credentials ?? {})) assert.equal(name in bucket.defaults, false, name);
  });

  it("shows in an emptied number what then holds", () => {
    for (const type of ["runware-account", "fal-account"]) {
      const input = (attribute: string) =>
        new RegExp(`id="node-config-input-(\\w+)" ${attribute} data-preset="(\\d+)"`, "g");
      const withNumber = [...htmlOf(type).matchAll(input('placeholder="\\d+"'))];
      const inWords = [...htmlOf(type).matchAll(input('data-i18n="\\[placeholder\\]account\\.(?:noLimit|notKnown)"'))];
      assert.deepEqual(
        new Map([...withNumber, ...inWords].map(([, property, preset]) => [property, Number(preset)])),
        new Map(Object.entries(ACCOUNT_RANGES).map(([property, range]) => [property, range.default])),
      );
      for (const [input = "", , preset] of withNumber) assert.match(input, new RegExp(`placeholder="${preset}"`));
      for (const [, , preset] of inWords) assert.equal(preset, "0");
    }
    const { retries } = STORAGE_RANGES;
    assert.match(
      htmlOf("flux-s3-bucket"),
      new RegExp(`id="node-config-input-retries" placeholder="${retries.default}" data-preset="${retries.default}"`),
    );
  });

  it("takes colours of the dialogs from the editor's theme only", () => {
    const folder = join(repository, "editor");
    const styles = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".css"));
    const style = styles.map((file) => readFileSync(join(folder, file), "utf8")).join("\n");
    const painting =
      /^\s*(?:[\w-]*color|background|border(?:-(?:left|right|top|bottom))?|outline|box-shadow|fill|stroke): ([^;]+);/gm;
    for (const [declaration, value = ""] of style.matchAll(painting)) {
      assert.match(value, /var\(--red-ui-|^(none|inherit|currentcolor|transparent|0)$/i, declaration.trim());
    }
    assert.doesNotMatch(style, /#[0-9a-f]{3,8}\b(?=[^{]*;)|\b(rgba?|hsla?|oklch|color-mix)\(/i);
  });
});
