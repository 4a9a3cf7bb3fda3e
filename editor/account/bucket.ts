import { STORAGE_RANGES } from "../../lib/node-red/storage/ranges";
import { element } from "../element";
import { type EditorNode, page, type Translate } from "../node-red";
import { isVariable } from "../variable";
import { input, shown, shownChoice } from "./controls";
import { hasCredential } from "./credentials";
import { type AccountKind, isOneOf, member, onOrOff } from "./kind";
import { currentText } from "./shown-node";

/** An address without a query. */
const isAddress = (value: string): boolean => /^https?:\/\/[^\s/?#@]+(\/[^\s?#]*)?$/i.test(value);

/** Names without a dot, those that the internet does not have, private IPv4 addresses, and IPv6, of which the node decides. */
const HOUSE =
  /^http:\/\/([^\s/?#@.:[\]]+|[^\s/?#@]+\.(local|internal|lan|home\.arpa|localhost)|(10|127|172\.(1[6-9]|2\d|3[01])|192\.168)(\.\d{1,3})+|\[[\da-f:]+\])(:\d+)?(\/|$)/i;

/** The secret key never travels, only signatures made with it: a store in the house may do without encryption. */
const isEndpoint = (value: string): boolean => isAddress(value) && (/^https:/i.test(value) || HOUSE.test(value));

const chosen = {
  pathStyle: onOrOff(false),
  checksums: {
    preset: "required",
    choices: [
      { value: "required", text: "account.checksums.required" },
      { value: "supported", text: "account.checksums.supported" },
    ],
  },
  authentication: {
    preset: "keys",
    choices: [
      { value: "keys", text: "account.authentication.keys" },
      { value: "chain", text: "account.authentication.chain" },
    ],
  },
} as const;

/** Outside of the sandbox, a bucket needs its name, and keys where they are not looked for elsewhere. */
const missing = (node: EditorNode, property: string): string | undefined => {
  const environment = currentText(node, "environment");
  if (environment === "sandbox" || isVariable(environment)) return undefined;
  if (property === "bucket") return currentText(node, "bucket") === "" ? "noBucket" : undefined;
  if (property !== "authentication" || !["", "keys"].includes(currentText(node, "authentication"))) return undefined;
  return ["accessKeyId", "secretAccessKey"].every((name) => hasCredential(node, name)) ? undefined : "noKeys";
};

/** What the test did, and what a node may rely on. */
const successText = (answer: unknown, t: Translate): string =>
  `${t("account.tried")} ${t(member(answer, "conditional") === true ? "account.conditional" : "account.unconditional")}`;

const text = (value: unknown): string => (typeof value === "string" ? value : "");

/** Which of the three steps failed and what it needs; then the server's own sentence, and what the test left behind. */
const failureText = (message: string, answer: unknown, t: Translate): string => {
  const [step, permission, leftover] = ["step", "permission", "leftover"].map((name) => text(member(answer, name)));
  return [
    ...(step ? [t(`account.failed.${step}`)] : []),
    ...(permission && !message.includes(permission) ? [t("account.needs", { permission })] : []),
    message,
    ...(leftover ? [t("account.leftover", { key: leftover })] : []),
  ].join(" ");
};

const TESTED = ["endpoint", "region", "bucket", "publicBaseUrl", "testPrefix"] as const;
const CREDENTIALS = ["accessKeyId", "secretAccessKey", "sessionToken"] as const;

/** Shows only what counts: in the sandbox the bucket's name, and of the ways to authenticate the chosen one's settings. */
const showWhatCounts = (dialog: Element, note: HTMLElement): void => {
  const isSandbox = shown("environment") === "sandbox";
  const sections = dialog.querySelector<HTMLElement>(".fluxwire-sections");
  if (sections) sections.hidden = isSandbox;
  note.hidden = !isSandbox;
  const authentication = shownChoice("authentication");
  for (const part of dialog.querySelectorAll<HTMLElement>("[data-authentication]")) {
    // What the environment decides about may need either.
    part.hidden = isOneOf("keys", "chain")(authentication ?? "") && part.dataset.authentication !== authentication;
  }
  const bucket = input("bucket");
  if (bucket) bucket.placeholder = isSandbox ? "pictures" : "";
};

const prepare = (node: EditorNode): void => {
  const t = node._def._;
  const dialog = document.querySelector(".fluxwire-bucket");
  if (dialog === null) return;
  const note = element("div", { class: "form-tips" }, t("account.sandboxNote"));
  dialog.querySelector(".fluxwire-account-test")?.after(note);
  const follow = (): void => showWhatCounts(dialog, note);
  // Node-RED's own widgets tell of changes by jQuery only.
  page.$(dialog).on("change", follow);
  const [environment, bucket] = [input("environment"), input("bucket")];
  // What the sandbox can do without is no longer wrong there.
  if (environment) page.$(environment).on("change", () => bucket?.dispatchEvent(new Event("change")));
  follow();
};

/** A bucket in a store that speaks S3. */
export const bucketAccount: AccountKind = {
  chosen,
  ranges: { retries: STORAGE_RANGES.retries },
  checks: {
    environment: isOneOf("production", "sandbox"),
    endpoint: isEndpoint,
    publicBaseUrl: isAddress,
    region: (value) => /^[A-Za-z0-9-]{1,64}$/.test(value),
    bucket: (value) => /^(?![.-])[A-Za-z0-9._-]{3,255}$/.test(value),
    pathStyle: isOneOf("true", "false"),
    checksums: isOneOf("required", "supported"),
    authentication: isOneOf("keys", "chain"),
  },
  passwords: ["secretAccessKey", "sessionToken"],
  texts: ["accessKeyId"],
  openAtFirst: ["place", "access"],
  missing,
  testValues: () => ({
    ...Object.fromEntries([...TESTED, ...CREDENTIALS].map((property) => [property, shown(property).trim()])),
    ...Object.fromEntries(Object.keys(chosen).map((property) => [property, shownChoice(property) ?? ""])),
  }),
  successText,
  failureText,
  prepare,
};
