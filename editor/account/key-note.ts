import { element, icon } from "../element";
import { type EditorNode, page } from "../node-red";
import { isVariable } from "../variable";
import { input, shown } from "./controls";

/** Says below the key whether one is needed, and where it is had: what a person who is new here asks first. */
export const drawKeyNote = (node: EditorNode): void => {
  const host = document.querySelector<HTMLElement>(".fluxwire-key-note");
  const [environment, key] = [input("environment"), input("apiKey")];
  if (host === null || environment === null || key === null) return;
  const t = node._def._;
  const note = element("span", { role: "status" });
  const { keys } = host.dataset;
  const link = element("a", { href: keys, target: "_blank", rel: "noreferrer" }, t("account.getKey"), " ");
  link.append(icon("external-link"));
  const follow = (): void => {
    const isSandbox = shown("environment") === "sandbox";
    const isMissing = shown("apiKey").trim() === "";
    const mayBeEither = isVariable(shown("environment").trim());
    const text = isSandbox ? "sandbox" : mayBeEither ? "variable" : isMissing ? "missing" : "given";
    note.textContent = t(`account.keyNotes.${text}`);
    link.hidden = isSandbox;
    key.placeholder = isSandbox ? t("account.notNeeded") : "";
  };
  host.replaceChildren(note, " ", link);
  // Node-RED's own widgets tell of changes by jQuery only.
  page.$(environment).on("change", follow);
  key.addEventListener("input", () => {
    follow();
    // A key makes right what was wrong with the environment.
    environment.dispatchEvent(new Event("change"));
  });
  follow();
};
