import { button, element } from "../element";
import { type EditorNode, page, type Translate } from "../node-red";
import { configNode, shown } from "./controls";
import { type AccountKind, member } from "./kind";

/** Draws the Test button, with room for its answer beside it. */
export const drawTestButton = (node: EditorNode, kind: AccountKind, t: Translate): void => {
  const host = document.querySelector<HTMLElement>(".fluxwire-account-test");
  if (host === null) return;
  host.dataset.fluxwireAccount = node.id;
  const answer = element("span", { class: "fluxwire-answer", role: "status" });
  const test = button(t("account.test"), "plug", () => {
    test.disabled = true;
    answer.className = "fluxwire-answer";
    answer.textContent = t("account.testing");
    testAccount(node, kind, t, (ok, text) => {
      test.disabled = false;
      answer.classList.add(ok ? "fluxwire-good" : "fluxwire-bad");
      answer.textContent = text;
    });
  });
  test.classList.remove("red-ui-button-small");
  host.replaceChildren(test, answer);
};

/** Has the server try the values in the dialog at the service, free of charge, and says in words what came back. */
const testAccount = (
  node: EditorNode,
  kind: AccountKind,
  t: Translate,
  tell: (ok: boolean, text: string) => void,
): void => {
  const values = {
    id: node.id,
    environment: shown("environment"),
    proxy: configNode("proxy"),
    tls: configNode("tls"),
    ...kind.testValues(node),
  };
  const failureText = (answer: unknown): string => {
    const message = member(answer, "message");
    const isAnswer = typeof message === "string" && message !== "";
    return isAnswer ? kind.failureText(message, answer, t) : t("account.unreachable");
  };
  page.$.ajax({
    url: `flux/${node.type}/test`,
    method: "POST",
    contentType: "application/json",
    data: JSON.stringify(values),
  })
    .done((answer) => {
      if (member(answer, "ok") === true) tell(true, kind.successText(answer, t));
      else tell(false, failureText(answer));
    })
    .fail(({ status, responseJSON }) => {
      if (status === 401 || status === 403) tell(false, t("account.refused"));
      else tell(false, failureText(responseJSON));
    });
};
