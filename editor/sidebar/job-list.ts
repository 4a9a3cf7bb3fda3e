import { element } from "../element";
import type { Translate } from "../node-red";
import { hasEnded, type ListedJob } from "./answer";
import { type JobRow, jobRow } from "./job-row";

/** The rows of all jobs, in two lists: those in flight, and those that have ended. */
export interface JobLists {
  readonly element: HTMLElement;
  update(jobs: readonly ListedJob[], now: number): void;
}

/** @param changed asks for the jobs anew. */
export function jobLists(t: Translate, changed: () => void): JobLists {
  const rows = new Map<string, JobRow>();
  const inFlight = section(t("sidebar.inFlight"));
  const recent = section(t("sidebar.recent"));

  const rowOf = (job: ListedJob): JobRow => {
    const row = rows.get(job.id) ?? jobRow(job, t, changed);
    rows.set(job.id, row);
    return row;
  };

  return {
    element: element("div", { class: "fluxwire-jobs" }, inFlight.element, recent.element),
    update: (jobs, now) => {
      const present = new Set(jobs.map(({ id }) => id));
      for (const [id, row] of rows) {
        if (present.has(id)) continue;
        row.close();
        row.element.remove();
        rows.delete(id);
      }
      const placed = jobs.map((job) => {
        const row = rowOf(job);
        row.update(job, now);
        return { hasEnded: hasEnded(job), element: row.element };
      });
      // Now, not before: a button that goes has given the focus to another one of its row.
      const focused = document.activeElement;
      inFlight.fill(placed.filter((one) => !one.hasEnded).map((one) => one.element));
      recent.fill(placed.filter((one) => one.hasEnded).map((one) => one.element));
      // A row that is moved from one list to the other loses the focus on its way.
      const wasInRow =
        focused instanceof HTMLElement && focused.isConnected && focused.closest(".fluxwire-job") !== null;
      if (wasInRow && document.activeElement !== focused) focused.focus();
    },
  };
}

interface Section {
  element: HTMLElement;
  /** Puts rows in their order; those that are where they belong are not moved. */
  fill(rows: readonly HTMLElement[]): void;
}

function section(title: string): Section {
  const count = element("span", { class: "fluxwire-count" });
  const heading = element("h4", { class: "fluxwire-jobs-heading" }, title, count);
  // Without list marks, Safari takes it for a list only when it is told.
  const list = element("ul", { role: "list", "aria-label": title });
  const host = element("div", {}, heading, list);
  host.hidden = true;
  return {
    element: host,
    fill: (rows) => {
      host.hidden = rows.length === 0;
      count.textContent = String(rows.length);
      rows.forEach((row, index) => {
        const there = list.children[index];
        if (there !== row) list.insertBefore(row, there ?? null);
      });
    },
  };
}
