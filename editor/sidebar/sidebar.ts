import { button, element } from "../element";
import { page, type Translate } from "../node-red";
import type { JobsAnswer } from "./answer";
import { Feed, type News } from "./feed";
import { jobLists } from "./job-list";
import { spentToday } from "./spent";

/** Fills the sidebar tab; once, however often it is called. */
export function fillSidebar(host: HTMLElement, t: Translate): void {
  if (host.dataset.filled !== undefined) return;
  host.dataset.filled = "";
  const refresh = (): void => feed.refresh();
  const spent = spentToday(t);
  const trouble = element("div", { class: "fluxwire-jobs-trouble", role: "status" });
  const lists = jobLists(t, refresh);
  const empty = emptyState(t);
  const loading = element("div", { class: "fluxwire-jobs-empty" }, t("sidebar.loading"));
  host.replaceChildren(spent.element, trouble, loading, empty, lists.element);
  spent.element.hidden = true;
  empty.hidden = true;

  let last: { answer: JobsAnswer; at: number } | undefined;
  const draw = (): void => {
    if (!last) return;
    const { answer, at } = last;
    lists.update(answer.jobs, answer.now + (Date.now() - at));
  };
  const told = (news: News): void => {
    const text = news.state === "answered" ? "" : t(`sidebar.${news.state}`);
    if (trouble.textContent !== text) trouble.textContent = text;
    loading.hidden = true;
    if (news.state !== "answered") return;
    last = { answer: news.answer, at: Date.now() };
    spent.element.hidden = false;
    spent.update(news.answer.spent);
    empty.hidden = news.answer.jobs.length > 0;
    draw();
  };
  const feed: Feed = new Feed(host, told, draw);
}

/** What there is to be seen here, and how to get there. */
function emptyState(t: Translate): HTMLElement {
  const open = button(t("sidebar.openExamples"), "download", () =>
    page.RED.actions.invoke("core:show-examples-import-dialog"),
  );
  return element(
    "div",
    { class: "fluxwire-jobs-empty" },
    element("p", {}, t("sidebar.empty")),
    element("p", {}, t("sidebar.emptyExamples")),
    open,
  );
}
