import { button, element } from "../element";
import { page, type Translate } from "../node-red";
import { hasEnded, type ListedJob } from "./answer";

/** How a row tells, and asks, below its buttons. */
export interface RowNote {
  /** Says something; nothing clears it. */
  say(text: string): void;
  /** Asks something, with the buttons that answer it. */
  ask(question: string, ...answers: readonly HTMLButtonElement[]): void;
}

/** Why a job cannot be cancelled by this user now; undefined when it can. */
export function cancelObstacle({ isParked, state }: ListedJob, t: Translate): string | undefined {
  if (!page.RED.user.hasPermission("flux.write")) return t("sidebar.mayNotCancel");
  // What was not sent yet is nobody's but ours.
  return isParked && state !== "waiting" ? t("sidebar.notCancelled.away") : undefined;
}

/** Cancels a job, at once while it waits, otherwise once the user knows that it may be billed all the same. */
export function cancelJob(job: ListedJob, note: RowNote, t: Translate, changed: () => void): void {
  const obstacle = cancelObstacle(job, t);
  const send = (): void => sendCancel(job.id, note, t, changed);
  if (obstacle !== undefined) note.say(obstacle);
  else if (hasEnded(job)) note.say(t("sidebar.notCancelled.ended"));
  else if (job.state === "waiting") send();
  else {
    const keep = button(t("sidebar.keep"), "", () => note.say(""));
    note.ask(t("sidebar.sure"), button(t("sidebar.cancelSure"), "", send), keep);
    keep.focus();
  }
}

function sendCancel(id: string, note: RowNote, t: Translate, changed: () => void): void {
  note.say(t("sidebar.cancelling"));
  page.$.ajax({ url: `flux/jobs/${encodeURIComponent(id)}/cancel`, method: "POST" })
    .done((answer) => note.say(t(`sidebar.cancelled.${member(answer, "billed", ["no", "yes"]) ?? "unknown"}`)))
    .fail(({ status, responseJSON }) => {
      const reason = member(responseJSON, "reason", ["ended", "unknown", "away", "account", "failed"]);
      const isRefused = status === 401 || status === 403;
      note.say(t(isRefused ? "sidebar.mayNotCancel" : `sidebar.notCancelled.${reason ?? "unreachable"}`));
    })
    .always(changed);
}

/** A member of an answer, when it is one of the words that there are texts for. */
function member(answer: unknown, name: string, words: readonly string[]): string | undefined {
  const value: unknown = typeof answer === "object" && answer !== null ? Reflect.get(answer, name) : undefined;
  return words.find((word) => word === value);
}

/**
 * The place of a row's note.
 * @param home gets the focus when it was on an answer that goes.
 */
export function rowNote(home: () => HTMLElement): RowNote & { element: HTMLElement } {
  const host = element("div", { class: "fluxwire-job-note", role: "status" });
  const fill = (...content: readonly (Node | string)[]): void => {
    const hadFocus = host.contains(document.activeElement);
    host.replaceChildren(...content);
    if (hadFocus) home().focus();
  };
  return {
    element: host,
    say: fill,
    ask: (question, ...answers) => fill(question, element("div", { class: "fluxwire-job-answers" }, ...answers)),
  };
}
