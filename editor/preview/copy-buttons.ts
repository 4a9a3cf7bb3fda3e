import type { PreviewDetails } from "../../lib/node-red/preview/preview-picture";
import { button } from "../element";
import { page } from "../node-red";
import { previewText } from "./preview-text";

/** How long a button says that it has copied, in ms. */
const SAID = 2000;

/** A button for each thing that can be copied of a picture. */
export const copyButtons = ({ url, seed, request }: PreviewDetails): HTMLButtonElement[] => [
  ...copyButton("url", url),
  ...copyButton("seed", seed),
  ...copyButton("request", request),
];

const copyButton = (name: keyof PreviewDetails, text: string | undefined): HTMLButtonElement[] => {
  if (text === undefined) return [];
  const label = previewText(`preview.copy.${name}`);
  const made = button(label, "clipboard", () => {
    const isCopied = page.RED.clipboard.copyText(text);
    made.focus();
    say(previewText(isCopied ? "preview.copied" : "preview.notCopied"));
    setTimeout(() => say(label), SAID);
  });
  made.dataset.copies = name;
  made.setAttribute("aria-live", "polite");
  const say = (what: string): void => {
    made.lastChild?.replaceWith(` ${what}`);
  };
  return [made];
};
