import { ACCOUNT_RANGES } from "../../lib/node-red/account-ranges";
import type { EditorNode, Translate } from "../node-red";
import { isVariable } from "../variable";
import { shown } from "./controls";
import { hasCredential } from "./credentials";
import { drawKeyNote } from "./key-note";
import { type AccountKind, isOneOf, member, onOrOff } from "./kind";
import { currentText } from "./shown-node";

/** The settings that replace the service's own addresses: each service has its own. */
const addressesOf = (node: EditorNode): string[] => Object.keys(node._def.defaults ?? {}).filter(isAddressSetting);

const isAddressSetting = (property: string): boolean => property.endsWith("Url");

/** Keys go over encrypted connections only, or nowhere. */
const isAddress = (value: string): boolean =>
  /^https:\/\/[^\s/?#]+[^\s?#]*$/i.test(value) ||
  /^http:\/\/(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?(\/[^\s?#]*)?$/i.test(value);

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

/** What went wrong, in the editor's language; of a setting that is wrong, the server's own sentence names it. */
const failureText = (message: string, answer: unknown, t: Translate): string => {
  const key = `account.testFailed.${String(member(answer, "code"))}`;
  const text = t(key);
  return text === key ? message : text;
};

/** An account at a service that makes pictures. */
export const serviceAccount: AccountKind = {
  chosen: {
    journal: onOrOff(true),
    lostAnswer: {
      preset: "report",
      choices: [
        { value: "report", text: "account.report" },
        { value: "repeat", text: "account.repeat" },
      ],
    },
  },
  ranges: ACCOUNT_RANGES,
  checks: {
    environment: isOneOf("production", "sandbox"),
    journal: isOneOf("true", "false"),
    lostAnswer: isOneOf("report", "repeat"),
    baseUrl: isAddress,
    queueUrl: isAddress,
    runUrl: isAddress,
    restUrl: isAddress,
  },
  passwords: ["apiKey"],
  texts: [],
  openAtFirst: ["jobs"],
  missing: (node, property) => {
    const environment = currentText(node, "environment");
    const needsKey = property === "environment" && environment !== "sandbox" && !isVariable(environment);
    return needsKey && !hasCredential(node, "apiKey") ? "key" : undefined;
  },
  testValues: (node) => ({
    ...Object.fromEntries(addressesOf(node).map((property) => [property, shown(property).trim()])),
    apiKey: shown("apiKey"),
  }),
  successText,
  failureText,
  prepare: drawKeyNote,
};
