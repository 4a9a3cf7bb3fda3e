import { ACCOUNT_RANGES } from "../lib/node-red/account-ranges";
import { foldAccountSections } from "./account-sections";
import { isVariable } from "./check";
import { button, element } from "./element";
import { type EditorNode, page, type Translate, type TypedInputType } from "./node-red";

const translator = (node: EditorNode): Translate => node._def._;

const input = (property: string): HTMLInputElement | null =>
  document.querySelector<HTMLInputElement>(`#node-config-input-${property}`);

/** The settings that replace the service's own addresses: each kind of account has its own. */
const addressesOf = (node: EditorNode): string[] => Object.keys(node._def.defaults ?? {}).filter(isAddressSetting);

const isAddressSetting = (property: string): boolean => property.endsWith("Url");

/** What the dialog shows at this moment. */
const shown = (property: string): string => input(property)?.value ?? "";

/** A list of choices that also takes a `${VARIABLE}`; works on an `<input>` that holds the plain value. */
const choiceOrVariable = (
  id: string,
  value: string,
  choices: readonly { value: string; label: string }[],
  t: Translate,
): void => {
  const control = document.querySelector(`#${id}`);
  if (control === null) return;
  const types: TypedInputType[] = [
    { value: "choice", label: "", showLabel: false, options: choices },
    { value: "variable", label: t("account.fromEnvironment"), icon: "red/images/typedInput/env.svg" },
  ];
  const widget = page.$(control).typedInput({ default: "choice", types });
  widget.typedInput("type", choices.some((choice) => choice.value === value) ? "choice" : "variable");
  widget.typedInput("value", value);
  widget.typedInput("width", "70%");
};

/** The settings below that have a choice or a variable; Node-RED does not read their controls by itself. */
const chosen = {
  journal: {
    preset: "true",
    choices: [
      { value: "true", text: "account.on" },
      { value: "false", text: "account.off" },
    ],
  },
  lostAnswer: {
    preset: "report",
    choices: [
      { value: "report", text: "account.report" },
      { value: "repeat", text: "account.repeat" },
    ],
  },
} as const;

const chosenSettings = Object.entries(chosen);

/** Fills the dialog of an account node; called as its `oneditprepare`. */
export const editAccount = (node: EditorNode): void => {
  const t = translator(node);
  // Of a node that never had credentials the server knows nothing, and the editor takes the empty field for a change.
  const known = node.credentials;
  for (const credentials of [known, known?._]) {
    if (isObject(credentials) && !("has_apiKey" in credentials)) Reflect.set(credentials, "has_apiKey", false);
  }
  const environments = ["production", "sandbox"].map((value) => ({ value, label: t(`account.${value}`) }));
  choiceOrVariable("node-config-input-environment", String(node.environment ?? "production"), environments, t);
  for (const [property, { preset, choices }] of chosenSettings) {
    const options = choices.map(({ value, text }) => ({ value, label: t(text) }));
    choiceOrVariable(`fluxwire-account-${property}`, String(node[property] ?? preset), options, t);
  }
  foldAccountSections(t, (property) => checkAccountSetting(node, property, node[property]) === true);

  const host = document.querySelector<HTMLElement>(".fluxwire-account-test");
  if (host === null) return;
  host.dataset.fluxwireAccount = node.id;
  const answer = element("span", { class: "fluxwire-answer", role: "status" });
  const test = button(t("account.test"), "plug", () => {
    test.disabled = true;
    answer.className = "fluxwire-answer";
    answer.textContent = t("account.testing");
    testAccount(node, t, (ok, text) => {
      test.disabled = false;
      answer.classList.add(ok ? "fluxwire-good" : "fluxwire-bad");
      answer.textContent = text;
    });
  });
  test.classList.remove("red-ui-button-small");
  host.replaceChildren(test, answer);
};

/** Takes over what Node-RED does not read by itself; called as `oneditsave`. */
export const saveAccount = (node: EditorNode): void => {
  for (const [property, { preset }] of chosenSettings) {
    const control = document.querySelector(`#fluxwire-account-${property}`);
    if (control === null) continue;
    const value = page.$(control).typedInput("value").trim();
    if (value === String(node[property] ?? preset)) continue;
    node[property] = value === "true" || (value === "false" ? false : value);
  }
  leaveUnsaved(node);
};

/**
 * Hides the empty controls of settings that the node was saved without, by an earlier version or a hand: Node-RED, which
 * reads the controls next, would take them for a change.
 */
const leaveUnsaved = (node: EditorNode): void => {
  for (const property of Object.keys(node._def.defaults ?? {})) {
    const isEmpty = [shown, configNode].some((read) => read(property).trim() === "");
    if (node[property] === undefined && isEmpty) input(property)?.removeAttribute("id");
  }
};

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

const member = (value: unknown, name: string): unknown => (isObject(value) ? Reflect.get(value, name) : undefined);

/** Has the server try the values in the dialog at the service, free of charge, and says in words what came back. */
const testAccount = (node: EditorNode, t: Translate, tell: (ok: boolean, text: string) => void): void => {
  const values = {
    id: node.id,
    environment: shown("environment"),
    ...Object.fromEntries(addressesOf(node).map((property) => [property, shown(property).trim()])),
    proxy: configNode("proxy"),
    tls: configNode("tls"),
    apiKey: shown("apiKey"),
  };
  page.$.ajax({
    url: `flux/${node.type}/test`,
    method: "POST",
    contentType: "application/json",
    data: JSON.stringify(values),
  })
    .done((answer) => {
      if (member(answer, "ok") === true) tell(true, successText(answer, t));
      else tell(false, failureText(answer, t));
    })
    .fail(({ status, responseJSON }) => {
      if (status === 401 || status === 403) tell(false, t("account.refused"));
      else tell(false, failureText(responseJSON, t));
    });
};

/** The id of the chosen config node; the list's "add new" and "none" entries are none. */
const configNode = (property: string): string => {
  const id = document.querySelector<HTMLSelectElement>(`#node-config-input-${property}`)?.value ?? "";
  return id === "_ADD_" ? "" : id;
};

/** The balance, where the service tells it; else what the test has proven and what it has not. */
const successText = (answer: unknown, t: Translate): string => {
  const balance = member(answer, "balance");
  const amount = member(balance, "amount");
  if (typeof amount === "number" || typeof amount === "string") {
    return t("account.balance", { amount, currency: String(member(balance, "currency") ?? "") }).trim();
  }
  const unproven = member(answer, "unproven");
  if (!Array.isArray(unproven) || unproven.length === 0) return t("account.works");
  return t("account.accepted", { unproven: unproven.map((what) => t(`account.unproven.${what}`)).join("; ") });
};

const failureText = (answer: unknown, t: Translate): string => {
  const message = member(answer, "message");
  return typeof message === "string" && message !== "" ? message : t("account.unreachable");
};

const isRange = (property: string): property is keyof typeof ACCOUNT_RANGES => property in ACCOUNT_RANGES;

const isInRange = (property: keyof typeof ACCOUNT_RANGES, value: string): boolean => {
  const { type, minimum, maximum } = ACCOUNT_RANGES[property];
  const number = Number(value);
  return (type === "number" || Number.isInteger(number)) && number >= minimum && number <= maximum;
};

const isAddress = (value: string): boolean =>
  value === "" ||
  /^https:\/\/[^\s/?#]+[^\s?#]*$/i.test(value) ||
  /^http:\/\/(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?(\/[^\s?#]*)?$/i.test(value);

const isOneOf =
  (...values: readonly string[]) =>
  (value: string): boolean =>
    values.includes(value);

const checks: Record<string, (value: string) => boolean> = {
  environment: isOneOf("production", "sandbox"),
  journal: isOneOf("true", "false"),
  lostAnswer: isOneOf("report", "repeat"),
};

const isRight = (property: string, value: string): boolean => {
  if (isAddressSetting(property)) return isAddress(value);
  if (isRange(property)) return isInRange(property, value);
  return checks[property]?.(value) ?? true;
};

/** The validator for the `defaults` of an account node: true, or the reason why not. An emptied field means the default. */
export const checkAccountSetting = (node: EditorNode, property: string, value: unknown): true | string => {
  const text = String(value ?? "").trim();
  const t = translator(node);
  if (text !== "" && !isVariable(text) && !isRight(property, text)) return t(`account.checks.${property}`);
  if (property === "environment" && text !== "sandbox" && !isVariable(text) && !hasKey(node)) {
    return t("account.checks.key");
  }
  return true;
};

/** Whether there is a key, as far as the editor knows: it learns that only when a dialog has been opened. */
const hasKey = (node: EditorNode): boolean => {
  const typed = input("apiKey");
  if (typed !== null && dialogIsOf(node)) return typed.value.trim() !== "";
  if (node.credentials === undefined) return true;
  const { apiKey, has_apiKey: stored } = node.credentials;
  return stored === true || (typeof apiKey === "string" && apiKey !== "");
};

const dialogIsOf = (node: EditorNode): boolean =>
  document.querySelector(`[data-fluxwire-account="${node.id}"]`) !== null;
