import assert from "node:assert/strict";
import { noisePng } from "../support/pictures";
import { PASSWORD, withUsers } from "../support/users";
import { type Editor, inBrowser, inOnePage } from "./browser";
import { deploy } from "./canvas";
import { account, inference, preview } from "./nodes";

/** A button that sends what the test tells it to. */
const inject = (id: string, to: string, more: object = {}) => ({
  id,
  type: "inject",
  z: "tab",
  name: "",
  props: [{ p: "payload" }],
  payload: "",
  payloadType: "str",
  repeat: "",
  crontab: "",
  once: false,
  x: 100,
  y: 100,
  wires: [[to]],
  ...more,
});

/** A preview node, and a button in front of it that has the same name with "go-" before it. */
const pair = (id: string, y: number, more: object = {}) => [
  inject(`go-${id}`, id, { y }),
  preview(id, { x: 300, y, ...more }),
];

/** Presses a button: its messages bring these values. */
const press = async (editor: Editor, id: string, values: Record<string, unknown>): Promise<void> => {
  const props = Object.entries(values).map(([p, value]) =>
    typeof value === "string" ? { p, vt: "str", v: value } : { p, vt: "json", v: JSON.stringify(value) },
  );
  const data = JSON.stringify(JSON.stringify({ __user_inject_props__: props }));
  await editor.get(`new Promise((resolve, reject) => {
    $.ajax({ url: "inject/${id}", method: "POST", contentType: "application/json", data: ${data} }).then(() => resolve(), reject);
  })`);
};

const dataUri = async (side: number, seed?: number): Promise<string> =>
  `data:image/png;base64,${(await noisePng(side, seed)).toString("base64")}`;

/** How many pictures are under a node on the canvas. */
const waitFor = (editor: Editor, id: string, count: number) =>
  editor.page.waitForFunction(`document.querySelectorAll("#${id} .fluxwire-picture image").length === ${count}`);

const hrefs = (editor: Editor, id: string) =>
  editor.get<string[]>(
    `[...document.querySelectorAll("#${id} .fluxwire-picture image")].map((image) => image.getAttribute("href"))`,
  );

/** Whether the page still has what such an address stands for. */
const isThere = (editor: Editor, href = "") =>
  editor.get<boolean>(`new Promise((resolve) => {
    const image = new Image();
    image.onload = () => resolve(true);
    image.onerror = () => resolve(false);
    image.src = ${JSON.stringify(href)};
  })`);

const enlarged = ".fluxwire-enlarged";

describe("pictures under a preview node", function () {
  this.timeout(60_000);
  let editor: Editor;
  const { open } = inOnePage(
    [
      { id: "tab", type: "tab", label: "First" },
      { id: "other", type: "tab", label: "Second" },
      account,
      inject("go-model", "flux", { y: 60, payload: "a lighthouse" }),
      inference(
        "flux",
        "runware-flux-srpo",
        Object.fromEntries(
          [
            ["width", "768"],
            ["height", "512"],
            ["numberResults", "2"],
            ["seed", "7"],
          ].map(([name = "", value]) => [name, { type: "num", value }]),
        ),
        { x: 260, y: 60, wires: [["model"]] },
      ),
      preview("model", { x: 460, y: 60 }),
      ...pair("tabs", 200),
      ...pair("deleted", 360),
      ...pair("moved", 520),
      ...pair("off", 680),
      ...pair("nsfw", 840),
      ...pair("bad", 1000),
      ...pair("keys", 1160),
      ...pair("trace", 1320),
      ...pair("plain", 1640),
      ...pair("unseen", 1800),
      { id: "look", type: "subflow", name: "look", in: [{ x: 40, y: 40, wires: [{ id: "inner" }] }], out: [] },
      preview("inner", { z: "look" }),
      inject("go-use", "use", { y: 1480 }),
      { id: "use", type: "subflow:look", z: "tab", name: "", x: 300, y: 1480, wires: [] },
    ],
    (page) => {
      editor = page;
    },
  );
  /** Nothing that this node type does may make the flow one that is to be deployed. */
  const assertUnchanged = async (): Promise<void> => {
    assert.equal(await editor.get("RED.nodes.dirty()"), false);
    assert.equal(await editor.get("RED.nodes.filterNodes({}).some(({ changed }) => changed)"), false);
  };

  it("appear when a message has passed, and change nothing about the flow", async () => {
    await editor.get("$.post('inject/go-model').then(() => {})");
    await waitFor(editor, "model", 2);
    const [box] = await editor.get<{ width: number; height: number }[]>(
      "[...document.querySelectorAll('#model .fluxwire-picture image')].map((image) => image.getBBox()).map(({ width, height }) => ({ width, height }))",
    );
    assert.deepEqual(box, { width: 96, height: 64 });
    for (const href of await hrefs(editor, "model")) assert.match(href, /^blob:/);
    await assertUnchanged();
  });

  it("are enlarged by a click, with what can be copied, and go with another", async () => {
    const { page } = editor;
    // What a button says is read while it is pressed: two seconds later it says again what it copies.
    await page.evaluate(`{
      document.addEventListener("copy", () => { window.copied = document.activeElement.value });
      document.addEventListener("click", ({ target }) => { window.said = target.closest("[data-copies]")?.textContent });
    }`);
    await page.locator("#model .fluxwire-picture").first().click();
    assert.equal(await editor.get("document.querySelector('.fluxwire-enlarged').getAttribute('role')"), "dialog");
    await page.waitForFunction("document.querySelector('.fluxwire-enlarged img').naturalWidth === 768");
    const copy = async (what: string): Promise<string> => {
      await page.click(`${enlarged} [data-copies=${what}]`);
      assert.equal((await editor.get<string>("window.said")).trim(), "Copied");
      return editor.get<string>("window.copied");
    };
    const first = await copy("seed");
    assert.match(await copy("url"), /^http:\/\/127\.0\.0\.1:\d+\//);
    const { positivePrompt, width } = JSON.parse(await copy("request"));
    assert.deepEqual([positivePrompt, width], ["a lighthouse", 768]);
    await page.keyboard.press("ArrowRight");
    await page.waitForFunction("document.querySelectorAll('.fluxwire-enlarged [data-copies]').length === 3");
    const second = await copy("seed");
    assert.deepEqual([first, second].sort(), ["7", "8"]);
    await page.click(`${enlarged} img`);
    assert.equal(await page.locator(enlarged).count(), 0);
    await assertUnchanged();
  });

  it("can be looked at with the keyboard alone: from the dialog, and by an action", async () => {
    const { page } = editor;
    await press(editor, "go-keys", { payload: await dataUri(40), image: { seed: 5 } });
    await waitFor(editor, "keys", 1);
    await editor.open("keys");
    const strip = page.locator(".fluxwire-last-pictures button");
    await strip.focus();
    await page.keyboard.press("Enter");
    await page.waitForSelector(`${enlarged} [data-copies=seed]`);
    for (const stop of ["seed", "close", "seed"]) {
      await page.keyboard.press("Tab");
      const label = await editor.get<string>("document.activeElement.dataset.copies ?? 'close'");
      assert.equal(label, stop, "the focus stays in the dialog");
    }
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Escape");
    assert.equal(await page.locator(enlarged).count(), 0, "also after what had the focus was replaced");
    assert.equal(await strip.evaluate((element) => element === document.activeElement), true, "the focus comes back");
    await editor.done();
    await editor.get("RED.view.select('keys')");
    await editor.get("RED.actions.invoke('fluxwire:show-preview')");
    await page.waitForSelector(enlarged);
    await page.keyboard.press("Escape");
    await assertUnchanged();
  });

  it("are there again after another tab was shown, without being fetched again", async () => {
    await press(editor, "go-tabs", { payload: await dataUri(40) });
    await waitFor(editor, "tabs", 1);
    const before = await hrefs(editor, "tabs");
    await editor.get("RED.workspaces.show('other')");
    await editor.page.waitForFunction("document.querySelectorAll('.fluxwire-picture').length === 0");
    await editor.get("RED.workspaces.show('tab')");
    await waitFor(editor, "tabs", 1);
    assert.deepEqual(await hrefs(editor, "tabs"), before);
  });

  it("that came while another tab was shown are there when one comes back", async () => {
    await editor.get("RED.workspaces.show('other')");
    const heard = editor.get("new Promise((resolve) => RED.comms.subscribe('fluxwire/preview/tabs', () => resolve()))");
    await press(editor, "go-tabs", { payload: await dataUri(40, 2) });
    await heard;
    await editor.get("RED.workspaces.show('tab')");
    await waitFor(editor, "tabs", 2);
  });

  it("of a subflow's instance are shown in the subflow's definition", async () => {
    await press(editor, "go-use", { payload: await dataUri(40, 3) });
    await editor.get("RED.workspaces.show('look')");
    await waitFor(editor, "inner", 1);
    await press(editor, "go-use", { payload: await dataUri(40, 4) });
    await waitFor(editor, "inner", 2);
    await editor.get("RED.workspaces.show('tab')");
    await waitFor(editor, "tabs", 2);
    await assertUnchanged();
  });

  it("go with a deleted node, and come back when that is undone", async () => {
    await press(editor, "go-deleted", { payload: await dataUri(40) });
    await waitFor(editor, "deleted", 1);
    const [href = ""] = await hrefs(editor, "deleted");
    await editor.get(`{
      const revoke = URL.revokeObjectURL;
      window.revoked = [];
      URL.revokeObjectURL = (address) => { window.revoked.push(address); revoke.call(URL, address); };
    }`);
    await editor.get("RED.view.select('deleted')");
    await editor.get("RED.actions.invoke('core:delete-selection')");
    assert.deepEqual(await editor.get("window.revoked"), [href], "its memory is given back");
    await editor.get("RED.actions.invoke('core:undo')");
    await waitFor(editor, "deleted", 1);
    await assertUnchanged();
  });

  it("move with their node, and back when that is undone", async () => {
    await press(editor, "go-moved", { payload: await dataUri(40) });
    await waitFor(editor, "moved", 1);
    await editor.get("RED.view.reveal('moved')");
    const { page } = editor;
    const place = "Math.round(document.querySelector('#moved .fluxwire-picture').getBoundingClientRect().left)";
    const before = await editor.get<number>(place);
    const { x, y } = (await page.locator("#moved rect.red-ui-flow-node").boundingBox()) ?? assert.fail("no node");
    await page.mouse.move(x + 60, y + 15);
    await page.mouse.down();
    for (const step of [20, 40, 60]) await page.mouse.move(x + 60 + step, y + 15);
    await page.mouse.up();
    await page.waitForFunction(`${place} === ${before + 60}`);
    await editor.get("RED.actions.invoke('core:undo')");
    await page.waitForFunction(`${place} === ${before}`);
    await assertUnchanged();
  });

  it("leave at once when they are switched off", async () => {
    await press(editor, "go-off", { payload: await dataUri(40) });
    await waitFor(editor, "off", 1);
    await editor.open("off");
    await editor.page.uncheck("[data-property=show] input");
    await editor.done();
    await waitFor(editor, "off", 0);
    await editor.get("RED.actions.invoke('core:undo')");
    await waitFor(editor, "off", 1);
  });

  it("that were flagged as NSFW are blurred until somebody asks for them", async () => {
    const { page } = editor;
    await press(editor, "go-nsfw", { payload: await dataUri(40), image: { nsfw: true } });
    await waitFor(editor, "nsfw", 1);
    assert.match(
      await editor.get("getComputedStyle(document.querySelector('#nsfw .fluxwire-picture image')).filter"),
      /blur/,
    );
    assert.equal(await editor.text("#nsfw .fluxwire-picture-note"), "NSFW");
    await editor.get("RED.view.reveal('nsfw')");
    await page.locator("#nsfw .fluxwire-picture").click();
    const filter = () =>
      editor.get<string>("getComputedStyle(document.querySelector('.fluxwire-enlarged img')).filter");
    assert.match(await filter(), /blur/);
    await page.click(`${enlarged} .fluxwire-enlarged-reveal`);
    assert.equal(await filter(), "none");
    await page.keyboard.press("Escape");
  });

  it("that were flagged are blurred when they are enlarged where there was no encoder to make them small", async () => {
    const { page } = editor;
    await page.route("**/flux/preview/plain", async (route) => {
      const answer = (await (await route.fetch()).json()) as { pictures: object[] };
      await route.fulfill({ json: { pictures: answer.pictures.map((one) => ({ ...one, problem: "noEncoder" })) } });
    });
    await press(editor, "go-plain", { payload: await dataUri(40), image: { nsfw: true } });
    await page.waitForSelector("#plain .fluxwire-picture-note");
    await editor.get("RED.view.reveal('plain')");
    await page.locator("#plain .fluxwire-picture").click();
    await page.waitForSelector(`${enlarged} img`);
    assert.match(await editor.get("getComputedStyle(document.querySelector('.fluxwire-enlarged img')).filter"), /blur/);
    assert.equal(await page.locator(`${enlarged} .fluxwire-enlarged-reveal`).count(), 1);
    await page.keyboard.press("Escape");
  });

  it("that cannot be had leave a note, which a click explains; what a message says stays text", async () => {
    const { page } = editor;
    const address = "http://127.0.0.1:1/<img src=x onerror=alert(1)>.png?signature=secret";
    await press(editor, "go-bad", { payload: encodeURI(address) });
    await page.waitForSelector("#bad .fluxwire-picture-note");
    await editor.get("RED.view.reveal('bad')");
    await page.locator("#bad .fluxwire-picture").click();
    const said = await editor.text(".fluxwire-enlarged-problem");
    assert.match(said, /Allowed hosts/);
    assert.doesNotMatch(said, /secret/);
    await page.keyboard.press("Escape");
  });

  it("that cannot be had are explained once, in the letters of the editor, and in the dialog within their frame", async () => {
    const { page } = editor;
    await press(editor, "go-unseen", { payload: "http://127.0.0.1:1/none.png" });
    await page.waitForSelector("#unseen .fluxwire-picture-note");
    await editor.open("unseen");
    const overflow = await editor.get<number[]>(
      "[...document.querySelectorAll('.fluxwire-last-pictures .fluxwire-picture-note')].map((note) => Math.max(note.scrollWidth - note.clientWidth, note.scrollHeight - note.clientHeight))",
    );
    assert.deepEqual(overflow, [0]);
    await page.click(".fluxwire-last-pictures button");
    const said = await editor.text(".fluxwire-enlarged-problem");
    assert.notEqual(said, "");
    assert.ok(!(await editor.text(".fluxwire-enlarged-caption")).includes(said), "not below it as well");
    const lettersOf = (selector: string) =>
      editor.get<string>(`getComputedStyle(document.querySelector(${JSON.stringify(selector)})).fontFamily`);
    assert.equal(await lettersOf(".fluxwire-enlarged-caption"), await lettersOf("#red-ui-editor"));
    await page.keyboard.press("Escape");
    await editor.cancel();
  });

  it("leave no trace in what is exported or deployed", async () => {
    await press(editor, "go-trace", { payload: await dataUri(40) });
    await waitFor(editor, "trace", 1);
    const saved = await editor.get<object[]>("RED.nodes.createExportableNodeSet([RED.nodes.node('trace')])");
    assert.deepEqual(saved, [preview("trace", { x: 300, y: 1320 })]);
    assert.doesNotMatch(await editor.get("JSON.stringify(RED.nodes.createCompleteNodeSet())"), /blob:|data:image/);
  });

  it("survive a deploy of their node", async () => {
    await editor.get("RED.nodes.dirty(true)");
    await deploy(editor);
    await press(editor, "go-trace", { payload: await dataUri(40, 2) });
    await waitFor(editor, "trace", 2);
  });

  it("are there when the editor is opened anew", async () => {
    const again = await open();
    await waitFor(again, "model", 2);
    await waitFor(again, "trace", 2);
    assert.deepEqual(again.complaints, []);
    await again.close();
  });
});

describe("pictures where Node-RED has users", function () {
  this.timeout(60_000);
  const browser = inBrowser(
    [{ id: "tab", type: "tab", label: "First" }, ...pair("seen", 100)],
    withUsers({ author: "*" }),
  );

  it("are seen by who has logged in, and by nobody else", async () => {
    const editor = await browser.open({ user: { name: "author", password: PASSWORD } });
    await press(editor, "go-seen", { payload: await dataUri(40) });
    await waitFor(editor, "seen", 1);
    const [href] = await hrefs(editor, "seen");
    assert.equal(await isThere(editor, href), true);
    const picture = await editor.get<string>("document.querySelector('#seen .fluxwire-picture').dataset.picture");
    for (const place of ["", `/${picture}`, `/${picture}/large`, `/${picture}/details`]) {
      const address = new URL(`flux/preview/seen${place}`, editor.page.url());
      assert.equal((await fetch(address)).status, 401, place);
      const [status, type, sniff] = await editor.get<unknown[]>(
        `fetch("${address}", { headers: { authorization: "Bearer " + RED.settings.get("auth-tokens").access_token } })
          .then(({ status, headers }) => [status, headers.get("content-type"), headers.get("x-content-type-options")])`,
      );
      assert.equal(status, 200);
      if (place === `/${picture}`) assert.deepEqual([type, sniff], ["image/webp", "nosniff"]);
    }
    const elsewhere = await editor.get(
      `fetch("flux/preview/seen/../../x", { headers: { authorization: "Bearer " + RED.settings.get("auth-tokens").access_token } }).then(({ status }) => status)`,
    );
    assert.equal(elsewhere, 404);
  });
});
