import { element } from "../element";
import { editorLanguage } from "../language";
import { page, type Translate } from "../node-red";
import type { Spent } from "./answer";
import { amountOf } from "./words";

/** What each account has spent today. */
export function spentToday(t: Translate): { element: HTMLElement; update: (spent: readonly Spent[]) => void } {
  const lines = element("ul", { role: "list" });
  const host = element("div", { class: "fluxwire-spent" }, element("h4", {}, t("sidebar.spentToday")), lines);
  return {
    element: host,
    update: (all) => {
      const spent = all.filter(({ dollars, unknown }) => dollars > 0 || unknown > 0);
      const none = element("li", {}, t("sidebar.spentNothing"));
      lines.replaceChildren(...(spent.length === 0 ? [none] : spent.map((one) => line(one, t))));
    },
  };
}

function line(spent: Spent, t: Translate): HTMLElement {
  const { environment, dollars, unknown } = spent;
  const unknownCosts = t(`sidebar.unknownCosts_${unknown === 1 ? "one" : "other"}`, { count: unknown });
  return element(
    "li",
    {},
    element("span", { class: "fluxwire-spent-account" }, nameOf(spent, t)),
    element("span", { class: "fluxwire-spent-amount" }, amountOf(dollars, environment, t)),
    ...(unknown === 0 ? [] : [element("span", { class: "fluxwire-spent-unknown" }, unknownCosts)]),
  );
}

/** The names of the account nodes, as the canvas and the dialogs have them. */
function nameOf({ accounts, provider, environment }: Spent, t: Translate): string {
  const place = environment === "sandbox" ? "sandbox" : "production";
  const unnamed = t("sidebar.otherAccount", { provider, environment: t(`sidebar.environments.${place}`) });
  const nodes = accounts.map((id) => page.RED.nodes.node(id)).filter((node) => node !== null);
  const names = nodes.map((node) => (node.name ? page.RED.utils.getNodeLabel(node, unnamed) : unnamed));
  return names.length === 0 ? unnamed : new Intl.ListFormat(editorLanguage()).format(new Set(names));
}
