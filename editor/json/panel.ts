import type { Model, NodeModel } from "../../lib/models/model";
import { problemLine } from "../checking/field-lines";
import type { ReadSetting } from "../checking/node-settings";
import { readMode } from "../checking/node-settings";
import { button, element } from "../element";
import { page, type Translate } from "../node-red";
import type { Values } from "../params";
import { controlId } from "../row";
import { asTyped } from "../saved-node";
import { isVariable } from "../variable";
import { placeholder } from "./placeholder";
import { readExample } from "./read-example";
import { requestText } from "./show-request";
import { isTaken, type Taken, takeExample } from "./take-example";

/** What the panel reads from and writes to. */
interface JsonPanel {
  model: NodeModel;
  values(): Values;
  setting: ReadSetting;
  t: Translate;
  /** Replaces the values of the dialog. */
  apply(taken: Taken): void;
}

/** The endpoint whose request is shown; where the message decides, the one for a prompt alone unless a picture is set. */
const shownModel = (model: NodeModel, setting: ReadSetting, values: Values): Model => {
  if (!("modes" in model)) return model;
  const { "text-to-image": text, "image-to-image": image } = model.modes;
  const mode = readMode(setting);
  if (mode !== undefined) return model.modes[mode];
  const source = setting("imageFrom");
  const hasSource = typeof source === "object" && source !== null && Reflect.get(source, "type") !== "none";
  return hasSource || (image.imageParameter !== undefined && values.has(image.imageParameter)) ? image : text;
};

/** What would not be the example's own: an author sees what of this Node-RED a service is to get. */
const boundIn = ({ values, settings }: Taken): string[] =>
  [...values, ...settings].flatMap(([name, value]) => {
    const typed = asTyped(value);
    if (typed === undefined) return [];
    if (isVariable(typed.value)) return [`${name} ${typed.value}`];
    return ["str", "num", "bool", "none"].includes(typed.type) ? [] : [`${name} ${placeholder(typed)}`];
  });

/** What is about to happen, line by line. */
const planLines = (taken: Taken, isUnknownTaken: boolean, t: Translate): string[] => {
  const { count, respelt, owned, unknown } = taken;
  const bound = boundIn(taken);
  const listed = (names: readonly string[]): string => names.join(", ");
  return [
    t("json.plan", { count }),
    ...(owned.length === 0 ? [] : [t("json.owned", { names: listed(owned) })]),
    ...respelt.map(([given, as]) => t("json.respelt", { given, as })),
    ...(unknown.length === 0
      ? []
      : [t(isUnknownTaken ? "json.unknownTaken" : "json.unknown", { names: listed(unknown) })]),
    ...(bound.length === 0 ? [] : [t("json.bound", { names: listed(bound) })]),
  ];
};

/** The name that the palette has for a node type. */
const nodeName = (type: string): string => {
  const label = page.RED.nodes.getType(type)?.paletteLabel;
  return typeof label === "string" ? label : type;
};

const textArea = (attributes: Readonly<Record<string, string>>): HTMLTextAreaElement =>
  element("textarea", { id: controlId(), class: "fluxwire-json-text", spellcheck: "false", ...attributes });

/** A button, and the panel that it opens: the request as JSON, and a field for an example that fills the dialog. */
export const jsonPanel = (panel: JsonPanel): { button: HTMLElement; element: HTMLElement; refresh(): void } => {
  const { t } = panel;
  const body = element("div", { class: "fluxwire-json", id: controlId() });
  body.hidden = true;
  const open = button(t("json.open"), "code", () => {
    body.hidden = !body.hidden;
    open.setAttribute("aria-expanded", String(!body.hidden));
    refresh();
  });
  open.classList.add("fluxwire-json-open");
  open.setAttribute("aria-expanded", "false");
  open.setAttribute("aria-controls", body.id);

  const shown = textArea({ rows: "10", readonly: "" });
  const endpoint = element("span", { class: "fluxwire-hint" });
  const copied = element("span", { class: "fluxwire-hint", role: "status" });
  const copy = button(t("json.copy"), "clipboard", () => {
    copied.textContent = t(page.RED.clipboard.copyText(shown.value) ? "json.copied" : "json.notCopied");
  });
  const pasted = textArea({ rows: "5", placeholder: t("json.pasteHere") });
  pasted.classList.add("fluxwire-json-paste");
  const plan = element("div", { class: "fluxwire-json-plan", role: "status" });
  let ready: Taken | undefined;
  const apply = button(t("json.apply"), "check", () => {
    if (ready === undefined) return;
    panel.apply(ready);
    pasted.value = "";
    judge();
    refresh();
  });
  const judge = (): void => {
    ready = undefined;
    plan.replaceChildren(...(pasted.value.trim() === "" ? [] : judged(pasted.value)));
    apply.disabled = ready === undefined;
  };
  const refuse = (text: string): HTMLElement[] => [problemLine({ level: "error" }, text)];
  const judged = (text: string): HTMLElement[] => {
    const example = readExample(text);
    if ("reason" in example) {
      const { reason, ...place } = example;
      const why = t(`json.unreadable.${reason}`);
      return refuse(place.line === undefined ? why : t("json.at", { why, ...place }));
    }
    const result = takeExample(panel.model, example, panel.setting);
    if (!isTaken(result)) {
      const { asked, node } = result;
      return refuse(
        node === undefined ? t("json.noNode", { asked }) : t("json.otherNode", { asked, node: nodeName(node) }),
      );
    }
    ready = result;
    const isUnknownTaken =
      result.unknown.length > 0 && [...result.values.keys()].some((path) => result.unknown.includes(path));
    return planLines(result, isUnknownTaken, t).map((line) => element("div", {}, line));
  };
  pasted.addEventListener("input", judge);
  judge();

  const refresh = (): void => {
    if (body.hidden) return;
    const model = shownModel(panel.model, panel.setting, panel.values());
    copied.textContent = "";
    shown.value = requestText(model, panel.values(), panel.setting);
    endpoint.textContent = t("json.for", { model: model.id });
  };
  body.append(
    element(
      "div",
      { class: "fluxwire-json-heading" },
      element("label", { for: shown.id }, t("json.shown")),
      endpoint,
      copied,
      copy,
    ),
    shown,
    element("div", { class: "fluxwire-hint" }, t("json.placeholders")),
    element("div", { class: "fluxwire-json-heading" }, element("label", { for: pasted.id }, t("json.paste")), apply),
    pasted,
    plan,
  );
  return { button: open, element: body, refresh };
};
