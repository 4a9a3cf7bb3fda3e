import type { Estimate } from "../../lib/models/prices/estimate";
import { element, icon } from "../element";
import { models } from "../models";
import { type EditorNode, page, type Translate } from "../node-red";
import type { OpenSettings } from "../open-settings";
import type { Values } from "../params";
import { composingNow } from "../wiring/now";
import { askedIn } from "./asked";
import { estimateInWords } from "./words";

/** After a change, how long the author may go on typing before the server is asked, in ms. */
const PAUSE = 300;

interface EstimateLine {
  element: HTMLElement;
  /** Something in the dialog has changed. */
  refresh(): void;
}

/**
 * The line in the dialog of an inference node that says what a run may cost.
 *
 * @param values those of the dialog as they are now.
 */
export const estimateLine = (
  node: EditorNode,
  settings: Pick<OpenSettings, "read" | "watch">,
  values: () => Values,
): EstimateLine => {
  const t = node._def._;
  const model = models[node.type];
  const composing = composingNow();
  const text = element("span", { class: "fluxwire-estimate-text", role: "status", "aria-live": "polite" });
  const line = element("div", { class: "fluxwire-estimate" }, icon("money"), text);
  /** Reading the same again helps nobody who listens. */
  const say = (words: string): void => {
    if (text.textContent !== words) text.textContent = words;
  };
  const asked = (): object | undefined => {
    if (model === undefined) return undefined;
    const context = { mode: settings.read("mode"), allowUnknown: settings.read("allowUnknown") };
    const brought = composing.composers(node.id, context).filter(({ takesIt }) => takesIt);
    const names = [...new Set(brought.map(({ parameter }) => parameter))];
    return askedIn(node, model, settings, values(), names);
  };
  const refresh = askAfter(line, asked, say, t);
  settings.watch(refresh);
  page.$("#node-input-account").on("change", refresh);
  refresh();
  return { element: line, refresh };
};

/** Asks the server a moment after the last change, one question at a time. A dialog that was closed asks no more. */
const askAfter = (
  line: HTMLElement,
  question: () => object | undefined,
  say: (words: string) => void,
  t: Translate,
): (() => void) => {
  let timer: number | undefined;
  let last = "";
  let isAsking = false;
  let isOutdated = false;
  const ask = (): void => {
    // The refused request would stand in the page's console as well.
    if (!page.RED.user.hasPermission("flux.read")) {
      say(t("estimate.refused"));
      return;
    }
    const body = JSON.stringify(question());
    if (!line.isConnected || body === undefined || body === last) return;
    if (isAsking) {
      isOutdated = true;
      return;
    }
    isAsking = true;
    last = body;
    const answered = (words: string): void => {
      isAsking = false;
      say(words);
      const isNext = isOutdated;
      isOutdated = false;
      if (isNext) ask();
    };
    page.$.ajax({ url: "flux/estimate", method: "POST", contentType: "application/json", data: body })
      .done((answer) => answered(estimateInWords(answer as Estimate, t).join(" ")))
      .fail(() => {
        // The next change asks again, whatever it is.
        last = "";
        answered(t("estimate.unreachable"));
      });
  };
  return (): void => {
    window.clearTimeout(timer);
    timer = window.setTimeout(ask, PAUSE);
  };
};
