import { button, element, icon } from "../element";
import { page, type Translate } from "../node-red";
import { hasEnded, type ListedJob } from "./answer";
import { cancelJob, cancelObstacle, rowNote } from "./cancelling";
import { nodeOfJob } from "./node-of-job";
import { thumbnailPlace } from "./thumbnail";
import { costOf, stateOf, timeOf } from "./words";

/** One job in the list. */
export interface JobRow {
  readonly element: HTMLElement;
  /** Shows the job as it is now: what has not changed is not touched, so that focus and selection stay. */
  update(job: ListedJob, now: number): void;
  close(): void;
}

/** @param changed asks for the jobs anew. */
export function jobRow(first: ListedJob, t: Translate, changed: () => void): JobRow {
  let job = first;
  const picture = thumbnailPlace(t);
  const name = element("div", { class: "fluxwire-job-name" });
  const model = element("div", { class: "fluxwire-job-model" });
  const stateIcon = element("span", { class: "fluxwire-job-icon" });
  const state = element("span");
  const stateLine = element("div", { class: "fluxwire-job-state" }, stateIcon, state);
  const time = element("span", { class: "fluxwire-job-time" });
  const cost = element("span", { class: "fluxwire-job-cost" });
  const remarks = element("div", { class: "fluxwire-job-remarks" });
  const note = rowNote(() => (buttons.cancel.hidden ? buttons.copy : buttons.cancel));
  const buttons = {
    cancel: button(t("sidebar.cancel"), "ban", () => cancelJob(job, note, t, changed)),
    copy: button("", "copy", () => {
      const { id } = job;
      note.say(t(page.RED.clipboard.copyText(id) ? "sidebar.copied" : "sidebar.notCopied", { id }));
    }),
    jump: button("", "crosshairs", () => {
      const node = nodeOfJob(job.nodeId, t);
      note.say(node ? "" : t("sidebar.nodeIsGone"));
      node?.reveal();
    }),
  };
  buttons.cancel.classList.add("fluxwire-job-cancel");
  label(buttons.copy, t("sidebar.copy"));
  label(buttons.jump, t("sidebar.jump"));
  const actions = element("div", { class: "fluxwire-job-actions" }, buttons.cancel, buttons.copy, buttons.jump);
  const numbers = element("div", { class: "fluxwire-job-numbers" }, time, cost);
  const facts = element("div", { class: "fluxwire-job-facts" }, name, model, stateLine, numbers, remarks, actions);
  const row = element("li", { class: "fluxwire-job", "data-job": job.id }, picture.element, facts, note.element);

  const showCancel = (nodeName: string): void => {
    const hasFocus = document.activeElement === buttons.cancel;
    buttons.cancel.hidden = hasEnded(job);
    if (hasFocus && buttons.cancel.hidden) buttons.copy.focus();
    const obstacle = cancelObstacle(job, t);
    // It stays reachable with the keyboard and then says why it does nothing.
    buttons.cancel.setAttribute("aria-disabled", String(obstacle !== undefined));
    buttons.cancel.title = obstacle ?? t("sidebar.cancelOf", { node: nodeName });
  };

  return {
    element: row,
    update: (next, now) => {
      if (hasEnded(next) && !hasEnded(job) && note.element.querySelector("button")) note.say("");
      job = next;
      const node = nodeOfJob(job.nodeId, t);
      const nodeName = node?.label ?? t("sidebar.deletedNode");
      setText(name, nodeName);
      name.title = node ? t("sidebar.onFlow", { flow: node.flow }) : t("sidebar.onOtherFlow");
      name.classList.toggle("fluxwire-job-gone", node === undefined);
      buttons.jump.setAttribute("aria-disabled", String(node === undefined));
      setText(model, node?.model ?? job.model);
      model.title = job.model;
      const words = stateOf(job, t);
      if (row.dataset.icon !== words.icon) stateIcon.replaceChildren(icon(words.icon));
      row.dataset.icon = words.icon;
      row.dataset.state = job.state;
      setText(state, words.text);
      setText(time, timeOf(job, now, t));
      setText(cost, costOf(job, t));
      setText(remarks, remarksOf(job, t));
      showCancel(nodeName);
      picture.update(job);
    },
    close: picture.close,
  };
}

const label = (made: HTMLButtonElement, text: string): void => {
  made.setAttribute("aria-label", text);
  made.title = text;
};

/** Assigning the same text would end a selection in it. */
const setText = (host: HTMLElement, text: string): void => {
  if (host.textContent !== text) host.textContent = text;
};

const remarksOf = ({ isLate, isRecovered }: ListedJob, t: Translate): string =>
  [...(isLate ? [t("sidebar.late")] : []), ...(isRecovered ? [t("sidebar.recovered")] : [])].join(" ");
