import assert from "node:assert/strict";
import { type Editor, inOnePage } from "./browser";
import { account, bucket, composition, falAccount, inference, presign, upload } from "./nodes";
import { registerWithoutBundle, types } from "./template";

/** What a node of another type is saved with when nobody changes anything. */
const untouched = (type: string): object => {
  const { defaults } = registerWithoutBundle(type).definition;
  const values = Object.entries(defaults).map(([property, { value }]) => [property, value]);
  return { id: type, type, z: "tab", x: 200, y: 100, wires: [[]], ...Object.fromEntries(values) };
};

/** Settings with which a dialog shows as much as it can. */
const full: Readonly<Record<string, object>> = {
  "flux-lora": composition("flux-lora", "flux-lora", { "lora.0.model": { type: "str", value: "civitai:1@2" } }),
  "flux-ip-adapter": composition("flux-ip-adapter", "flux-ip-adapter", {
    "ipAdapters.0.guideImages.0": { type: "msg", value: "payload" },
  }),
  "flux-identity": composition("flux-identity", "flux-identity", {}, { method: "acePlusPlus" }),
  "flux-s3-upload": upload("flux-s3-upload", { encryption: "kms", link: "signed" }),
  "flux-s3-presign": presign("flux-s3-presign", { method: "put", putInto: "property" }),
  "fal-flux-srpo": inference("fal-flux-srpo", "fal-flux-srpo", {
    "image_size.width": { type: "num", value: "640" },
  }),
};

const accounts = {
  "runware-account": account,
  "fal-account": falAccount,
  "flux-s3-bucket": { ...bucket, environment: "production" },
};
const onCanvas = types.filter((type) => !(type in accounts));

/**
 * What a person can use in the open dialog: the name that a screen reader says, and, once they have been walked through,
 * whether the focus came there and could be seen.
 */
interface Control {
  name: string;
  html: string;
  isReached: boolean;
  showsFocus: boolean;
}

/** Lists the controls of the open dialog, and watches the focus from then on. */
const watchControls = `(() => {
  const form = $(".red-ui-tray:last .red-ui-tray-body form, .red-ui-tray:last .red-ui-tray-body .dialog-form").first()[0];
  const isVisible = (element) => element.offsetParent !== null && getComputedStyle(element).visibility !== "hidden";
  const textOf = (ids) => ids.split(" ").map((id) => document.getElementById(id)?.textContent ?? "").join(" ").trim();
  const nameOf = (element) =>
    textOf(element.getAttribute("aria-labelledby") ?? "") ||
    (element.getAttribute("aria-label") ?? "").trim() ||
    [...(element.labels ?? [])].map((label) => label.textContent).join(" ").trim() ||
    (element.tagName === "BUTTON" || element.tagName === "A" ? element.textContent.trim() : "") ||
    (element.getAttribute("title") ?? "").trim();
  const lookOf = (element) =>
    [element, element.closest(".red-ui-typedInput-container") ?? element]
      .map((part) => getComputedStyle(part))
      .map((style) => [style.outline, style.boxShadow, style.borderColor, style.backgroundColor, style.textDecoration])
      .join();
  $("<style>").text("* { transition: none !important }").appendTo(form);
  document.activeElement.blur();
  // Node-RED's own first three keep browsers from filling in passwords, and a typed input of one type has no menu.
  const isOurs = (element) => !element.matches("[id^=red-ui-trap-], .red-ui-typedInput-type-select.disabled");
  const elements = [...form.querySelectorAll("input, select, textarea, button, a[href]")].filter(
    (element) => isVisible(element) && !element.disabled && isOurs(element),
  );
  window.controls = elements.map((element) => ({
    element,
    look: lookOf(element),
    name: nameOf(element),
    html: element.cloneNode(false).outerHTML.slice(0, 160),
    isReached: false,
    showsFocus: false,
  }));
  form.addEventListener("focusin", ({ target }) => {
    const control = window.controls.find(({ element }) => element === target);
    if (control === undefined) return;
    control.isReached = true;
    control.showsFocus = lookOf(target) !== control.look;
  });
  elements[0].focus();
  return elements.length;
})()`;

const watchedControls = "controls.map(({ element, look, ...seen }) => seen)";

describe("every dialog of the pack", function () {
  this.timeout(60_000);
  let editor: Editor;
  const nodes = onCanvas
    .map((type) => full[type] ?? untouched(type))
    .map((node, index) => ({ ...node, y: 40 * index }));
  inOnePage([{ id: "tab", type: "tab", label: "Flow" }, ...Object.values(accounts), ...nodes], (opened) => {
    editor = opened;
  });

  for (const type of types) {
    it(`names its controls, and lets Tab reach and show each: ${type}`, async () => {
      const config = accounts[type as keyof typeof accounts];
      await (config ? editor.openAccount(config.id) : editor.open(type));
      await editor.unfoldAll();
      const count = await editor.get<number>(watchControls);
      for (let step = 1; step < count; step++) await editor.page.keyboard.press("Tab");
      const controls = await editor.get<Control[]>(watchedControls);
      const those = (isBad: (control: Control) => boolean): string[] => controls.filter(isBad).map(({ html }) => html);
      assert.deepEqual(
        those(({ name }) => name === ""),
        [],
        "without a name",
      );
      assert.deepEqual(
        those(({ isReached }) => !isReached),
        [],
        "not reached",
      );
      assert.deepEqual(
        those(({ showsFocus }) => !showsFocus),
        [],
        "focus not seen",
      );
      const twice = await editor.get<string[]>(
        `((ids) => ids.filter((id, index) => id !== "" && ids.indexOf(id) !== index))([...document.querySelectorAll(".red-ui-tray [id]")].map(({ id }) => id))`,
      );
      assert.deepEqual(twice, [], "ids");
      await editor.cancel();
    });
  }

  it("stands beside a help that a narrow sidebar has room for", async () => {
    for (const type of types) {
      const [width, needed] = await editor.get<[number, number]>(`(() => {
        RED.sidebar.show("help");
        RED.sidebar.help.show(${JSON.stringify(type)});
        const help = $(".red-ui-help:visible").last().css({ width: "270px" })[0];
        if (!help.textContent.includes("References")) throw new Error("no help of ${type}");
        return [help.clientWidth, help.scrollWidth];
      })()`);
      assert.ok(needed <= width, `${type} needs ${needed} of ${width} pixels`);
    }
  });
});
