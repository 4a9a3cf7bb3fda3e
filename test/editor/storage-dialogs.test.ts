import assert from "node:assert/strict";
import { type Editor, inOnePage } from "./browser";
import { bucket, falAccount, inference, presign, upload } from "./nodes";

const typed = (type: string, value: string) => ({ type, value });

/** What a hand might write: next to nothing. */
const sparse = (id: string, type: string) => ({
  id,
  type,
  z: "tab",
  name: "",
  bucket: "bucket",
  x: 200,
  y: 100,
  wires: [[]],
});

const production = { ...bucket, environment: "production", bucket: "shop", pathStyle: true };
const variables = { mode: "${MODE}", link: "${LINK}", metadata: "${METADATA}", timeout: "${TIME}" };

const flows = [
  { id: "tab", type: "tab", label: "Flow" },
  falAccount,
  bucket,
  { ...production, id: "keyed", endpoint: "http://127.0.0.1:9", name: "shop" },
  { ...production, id: "chained", authentication: "chain" },
  { ...production, id: "keyless" },
  { ...bucket, id: "edited" },
  { ...bucket, id: "wrong", retries: "-1" },
  { id: "sparse-bucket", type: "flux-s3-bucket", name: "", environment: "sandbox" },
  upload("upload"),
  upload("typing"),
  upload("full", { mode: "upload", encryption: "kms", tags: "a=b", link: "signed", timeout: "60" }),
  upload("variables", variables),
  upload("bad", { key: typed("str", "{customer}"), concurrency: "0", bucket: "" }),
  upload("elsewhere", { key: typed("msg", "key") }),
  sparse("sparse-upload", "flux-s3-upload"),
  presign("direct", { wires: [["far"]] }),
  presign("get", { method: "get", bucket: "keyed" }),
  presign("switching"),
  presign("taken", { method: "head", into: "job" }),
  sparse("sparse-presign", "flux-s3-presign"),
  inference("far", "fal-flux-srpo", {}, { name: "far" }),
];

describe("the dialogs of storage", function () {
  this.timeout(60_000);
  let editor: Editor;
  inOnePage(flows, (opened) => {
    editor = opened;
  });

  const property = (id: string, name: string) => editor.get<unknown>(`RED.nodes.node('${id}').${name}`);
  const row = (name: string) => editor.page.locator(`[data-property="${name}"]`);
  const shownRows = () =>
    editor.get<string[]>(
      "$('[data-property]').filter((_, row) => !row.hidden).get().map((row) => row.dataset.property)",
    );
  const choose = (name: string, value: string) => row(name).locator("select").selectOption(value);
  const key = () => editor.page.locator('[data-property="key"] input.red-ui-typedInput-input');
  const preview = () => editor.text(".fluxwire-preview");
  const setting = (name: string) => editor.page.locator(`#node-config-input-${name}`);
  const chooseIn = async (name: string, entry: string) => {
    await editor.page.locator(`#${name} + .red-ui-typedInput-container .red-ui-typedInput-option-trigger`).click();
    await editor.pick(entry);
  };
  /** As it would be deployed; where a node lies, Node-RED 5 shifts with the width of its label. */
  const saved = async (id: string) => {
    const { x: _, ...node } = await editor.get<Record<string, unknown>>(
      `RED.nodes.createCompleteNodeSet().find((node) => node.id === '${id}')`,
    );
    return node;
  };

  it("open without a complaint, and closing them with Done changes nothing", async () => {
    const before = await editor.get("JSON.stringify(RED.nodes.createCompleteNodeSet())");
    const nodes = ["upload", "full", "variables", "bad", "elsewhere", "sparse-upload"];
    for (const id of [...nodes, "direct", "get", "taken", "sparse-presign"]) {
      await editor.open(id);
      await editor.unfoldAll();
      await editor.done();
    }
    for (const id of ["bucket", "keyed", "chained", "keyless", "wrong", "sparse-bucket"]) {
      await editor.openAccount(id);
      await editor.unfoldAll();
      await editor.done();
    }
    assert.equal(await editor.get("RED.nodes.dirty()"), false);
    assert.equal(await editor.get("JSON.stringify(RED.nodes.createCompleteNodeSet())"), before);
  });

  it("are in the palette, with an icon and a label that says what the node does to which bucket", async () => {
    for (const [type, label] of [
      ["flux-s3-upload", "S3 upload"],
      ["flux-s3-presign", "S3 presign"],
    ]) {
      const entry = editor.page.locator(`#red-ui-palette-FLUX [data-palette-type="${type}"]`);
      assert.equal(((await entry.textContent()) ?? "").replaceAll(/\s+/g, " ").trim(), label);
      const style = (await entry.locator(".red-ui-palette-icon").getAttribute("style")) ?? "";
      assert.match(style, new RegExp(`icons/@fluxwire/node-red-flux/${type}\\.svg`));
    }
    const label = (id: string) => editor.get<string>(`RED.utils.getNodeLabel(RED.nodes.node('${id}'))`);
    assert.equal(await label("upload"), "upload to pictures (sandbox)");
    assert.equal(await label("sparse-upload"), "upload to pictures (sandbox)");
    assert.equal(await label("bad"), "upload");
    assert.equal(await label("direct"), "PUT pictures (sandbox)");
    assert.equal(await label("get"), "GET shop");
  });

  it("stay narrow enough for a small screen", async () => {
    await editor.page.setViewportSize({ width: 1280, height: 800 });
    await editor.openAccount("chained");
    await editor.unfoldAll();
    assert.ok(Number(await editor.get("$('.red-ui-tray').width()")) < 640, "the notes do not widen the dialog");
    const outside = await editor.get<string[]>(
      `$('.fluxwire-section').get().filter((part) => part.scrollWidth > part.clientWidth).map((part) => part.dataset.group)`,
    );
    assert.deepEqual(outside, []);
    await editor.cancel();
    await editor.page.setViewportSize({ width: 1400, height: 1000 });
  });

  describe("of a bucket", () => {
    it("show in the sandbox the bucket's name alone, and keep the rest for production", async () => {
      await editor.openAccount("edited");
      const sections = editor.page.locator(".fluxwire-bucket .fluxwire-sections");
      assert.equal(await sections.isVisible(), false);
      assert.match(await editor.text(".fluxwire-bucket > .form-tips"), /Only the bucket's name counts/);
      assert.equal(await setting("bucket").getAttribute("placeholder"), "pictures");
      await chooseIn("node-config-input-environment", "production: the store below");
      assert.equal(await sections.isVisible(), true);
      assert.equal(await editor.page.locator(".fluxwire-bucket > .form-tips").isVisible(), false);
      await setting("endpoint").fill("https://s3.example.com");
      await chooseIn("fluxwire-account-pathStyle", "on");
      await chooseIn("node-config-input-environment", "sandbox: on this machine, free");
      await editor.done();
      const { endpoint, pathStyle, environment, checksums } = await saved("edited");
      assert.deepEqual(
        { endpoint, pathStyle, environment, checksums },
        { endpoint: "https://s3.example.com", pathStyle: true, environment: "sandbox", checksums: "required" },
      );
    });

    it("ask for keys, or name where the chain looks for them", async () => {
      await editor.openAccount("keyless");
      const keys = editor.page.locator('[data-authentication="keys"]');
      const chain = editor.page.locator('[data-authentication="chain"]');
      assert.deepEqual([await keys.isVisible(), await chain.isVisible()], [true, false]);
      await chooseIn("fluxwire-account-authentication", "what this machine has (AWS chain)");
      assert.deepEqual([await keys.isVisible(), await chain.isVisible()], [false, true]);
      for (const source of ["environment", "profile", "web identity", "ECS", "IMDS"]) {
        assert.ok(((await chain.textContent()) ?? "").includes(source), source);
      }
      await editor.cancel();
    });

    it("say which settings cannot be used, and that keys are missing", async () => {
      assert.deepEqual(await property("wrong", "validationErrors"), ["Retries: a whole number from 0 to 20"]);
      await editor.openAccount("keyless");
      await editor.done();
      assert.deepEqual(await property("keyless", "validationErrors"), [
        "Access key ID and secret key: needed outside the sandbox",
      ]);
      assert.deepEqual(await property("chained", "validationErrors"), []);
    });

    it("keep the keys out of the flow, and take them for there once they are entered", async () => {
      await editor.openAccount("keyed");
      await setting("accessKeyId").fill("AKIAEXAMPLE");
      await setting("secretAccessKey").fill("secret/example");
      await editor.done();
      assert.deepEqual(await property("keyed", "validationErrors"), []);
      const { credentials: _, ...flow } = await saved("keyed");
      assert.doesNotMatch(JSON.stringify(flow), /EXAMPLE|example\b/);
      await editor.openAccount("keyed");
      assert.equal(await setting("accessKeyId").inputValue(), "AKIAEXAMPLE");
      await editor.cancel();
    });

    const test = async (id: string): Promise<{ isGood: boolean; text: string }> => {
      await editor.openAccount(id);
      await editor.page.click(".fluxwire-account-test button");
      await editor.page.waitForSelector(".fluxwire-answer.fluxwire-good, .fluxwire-answer.fluxwire-bad");
      const isGood = await editor.page.locator(".fluxwire-answer.fluxwire-good").isVisible();
      const text = await editor.text(".fluxwire-answer");
      await editor.cancel();
      return { isGood, text };
    };

    it("say beside the Test button that the sandbox's store works", async () => {
      assert.deepEqual(await test("bucket"), {
        isGood: true,
        text: 'Works: writes, reads and deletes. "Never overwrite" can be relied on.',
      });
    });

    it("say beside the Test button why a store does not work", async () => {
      const { isGood, text } = await test("keyless");
      assert.equal(isGood, false);
      assert.match(text, /access key/);
    });
  });

  describe("of an upload", () => {
    it("show while somebody types what a key becomes", async () => {
      await editor.open("typing");
      assert.match(await preview(), /^for example runware\/[\da-f-]{36}-0\.jpg$/);
      await key().fill("shop/{index}.{ext}");
      assert.equal(await preview(), "for example shop/0.jpg");
      await key().fill("shop/../{index");
      assert.equal(await preview(), "a { or } has no counterpart");
      await key().fill("shop/{nobody}");
      assert.match(await preview(), /^\{nobody\} is no field/);
      await key().fill("shop//{msg.order.id}.png");
      assert.equal(await preview(), "for example shop/(msg.order.id).png");
      await key().press("Tab");
      await editor.done();
      assert.deepEqual(await property("typing", "key"), typed("str", "shop//{msg.order.id}.png"));
      assert.equal(await property("typing", "valid"), true);
    });

    it("put a field where the caret is, by a click", async () => {
      await editor.open("typing");
      await key().fill("a/b");
      await key().evaluate((input: HTMLInputElement) => input.setSelectionRange(2, 2));
      await editor.page.locator(".fluxwire-fields").getByRole("button", { name: "{seed}" }).click();
      assert.equal(await key().inputValue(), "a/{seed}b");
      assert.equal(await preview(), "for example a/4815162342b");
      await editor.page.locator(".fluxwire-fields").getByRole("button", { name: "{msg. ...}" }).click();
      await editor.done();
      assert.deepEqual(await property("typing", "key"), typed("str", "a/{seed}{msg.topic}b"));
    });

    it("have no preview for a key that comes from elsewhere", async () => {
      await editor.open("elsewhere");
      assert.equal(await editor.page.locator(".fluxwire-preview").isVisible(), false);
      assert.equal(await editor.page.locator(".fluxwire-fields").isVisible(), false);
      await row("key").locator(".red-ui-typedInput-type-select").click();
      await editor.pick("template");
      assert.equal(await editor.page.locator(".fluxwire-fields").isVisible(), true);
      await editor.cancel();
    });

    it("hide what only an upload needs while a direct one is to be confirmed", async () => {
      await editor.open("upload");
      await choose("mode", "confirm");
      assert.deepEqual(await shownRows(), ["mode", "link", "sidecar", "timeout"]);
      assert.equal(await editor.page.locator('[data-group="object"]').isVisible(), false);
      await choose("mode", "upload");
      await editor.unfoldAll();
      const rows = await shownRows();
      for (const name of ["kmsKey", "linkLife"]) assert.ok(!rows.includes(name), name);
      await choose("encryption", "kms");
      await choose("link", "signed");
      const more = await shownRows();
      for (const name of ["kmsKey", "linkLife"]) assert.ok(more.includes(name), name);
      await editor.cancel();
    });

    it("say in the heading of a folded section how much is set", async () => {
      await editor.open("full");
      const remarks = await Promise.all(
        ["object", "result", "behaviour"].map((group) => editor.text(`[data-group="${group}"] .fluxwire-count`)),
      );
      assert.deepEqual(remarks, ["2 set", "1 set", "1 set"]);
      await editor.cancel();
    });

    it("offer the usual names and take any other", async () => {
      await editor.open("upload");
      await editor.unfold("object");
      const offered = (name: string) =>
        row(name).evaluate((line) => [...line.querySelectorAll("option")].map(({ value }) => value));
      assert.ok((await offered("storageClass")).includes("STANDARD_IA"));
      assert.ok((await offered("acl")).includes("public-read"));
      await row("storageClass").locator("input").fill("EXPRESS");
      await row("tags").locator("textarea").fill("project=shop,\nmodel={model}");
      await row("promptInMetadata").locator("input").check();
      await editor.done();
      const { storageClass, tags, promptInMetadata, ...others } = await saved("upload");
      assert.deepEqual([storageClass, tags, promptInMetadata], ["EXPRESS", "project=shop,\nmodel={model}", true]);
      const { storageClass: _class, tags: _tags, promptInMetadata: _prompt, x: _, ...expected } = upload("upload");
      assert.deepEqual(others, expected);
    });

    it("say in the red triangle what is wrong", async () => {
      assert.deepEqual(await property("bad", "validationErrors"), [
        "Bucket: choose one",
        "Key: {customer} is no field; take one of those below, or msg. and the name of a property",
        "Pictures at once: a whole number from 1 to 100",
      ]);
      assert.deepEqual(await property("variables", "validationErrors"), []);
    });

    it("keep variables when something else changes", async () => {
      await editor.open("variables");
      await row("source").locator("input.red-ui-typedInput-input").fill("picture");
      await row("source").locator("input.red-ui-typedInput-input").press("Tab");
      await editor.done();
      for (const [name, value] of Object.entries(variables)) assert.equal(await property("variables", name), value);
      assert.deepEqual(await property("variables", "source"), typed("msg", "picture"));
    });
  });

  describe("of a presigned address", () => {
    it("warn that fal refuses what is to be written by the service itself", async () => {
      await editor.open("direct");
      const warning = editor.page.locator(".fluxwire-warning");
      assert.equal(
        await warning.textContent(),
        "far / FLUX SRPO (fal) takes no uploadEndpoint and refuses messages that bring it. Nodes that take it: FLUX SRPO, FLUX Krea, FLUX Kontext.",
      );
      await choose("putInto", "property");
      assert.equal(await warning.count(), 0);
      await editor.cancel();
      await editor.open("far");
      assert.match(await editor.text(".fluxwire-wiring"), /brings uploadEndpoint, which this model cannot take/);
      await editor.cancel();
    });

    it("show what each method needs, and of the key's fields those that are known by then", async () => {
      await editor.open("switching");
      assert.deepEqual(await shownRows(), ["method", "putInto", "key", "life"]);
      assert.equal(await preview(), "becomes {provider}/{jobId}.{ext} (the job fills in what is in braces)");
      const fields = () => editor.page.locator(".fluxwire-fields button").allTextContents();
      assert.ok((await fields()).includes("{jobId}") && !(await fields()).includes("{seed}"));
      await choose("putInto", "property");
      assert.deepEqual(await shownRows(), ["method", "putInto", "key", "life", "into"]);
      assert.equal(await preview(), "{provider} is not known when the address is made");
      assert.ok(!(await fields()).includes("{jobId}"));
      await choose("method", "get");
      assert.deepEqual(await shownRows(), ["method", "object", "checkExists", "life", "into"]);
      await row("into").locator("input.red-ui-typedInput-input").fill("link");
      await row("into").locator("input.red-ui-typedInput-input").press("Tab");
      await row("checkExists").locator("input").uncheck();
      await editor.done();
      const changes = { method: "get", putInto: "property", into: "link", checkExists: false };
      const { x: _, ...expected } = presign("switching", changes);
      assert.deepEqual(await saved("switching"), expected);
      assert.equal(await property("switching", "valid"), true);
    });

    it("keep the address out of properties that mean something else", async () => {
      assert.deepEqual(await property("taken", "validationErrors"), [
        "Address into: msg.job is taken, choose another property",
      ]);
    });
  });

  it("explain themselves in the help", async () => {
    const helps = {
      "flux-s3-bucket": ["A bucket in any store", "s3:PutObject", "AbortIncompleteMultipartUpload", "web identity"],
      "flux-s3-upload": ["Stores pictures", "location", "contentType", "{jobId}", "FLUX_STORAGE", "s3Expected"],
      "flux-s3-presign": ["Signs addresses", "uploadEndpoint", "s3Expected", "FLUX_STORAGE"],
    };
    for (const [type, words] of Object.entries(helps)) {
      await editor.get(`RED.sidebar.help.show('${type}')`);
      const [first] = words;
      const help = (await editor.page.locator(".red-ui-help").filter({ hasText: first }).first().textContent()) ?? "";
      for (const word of words) assert.ok(help.includes(word), `${type}: ${word}`);
    }
  });
});
