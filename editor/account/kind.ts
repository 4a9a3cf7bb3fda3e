import type { EditorNode, Translate } from "../node-red";
import type { ChosenSetting } from "./controls";

/** What the dialogs of one kind of account have that others do not. */
export interface AccountKind {
  chosen: Readonly<Record<string, ChosenSetting>>;
  ranges: Readonly<Record<string, { type: string; minimum: number; maximum: number }>>;
  /** Settings with rules of their own. What is empty or a `${VARIABLE}` is not asked about. */
  checks: Readonly<Record<string, (value: string) => boolean>>;
  /** Credentials that the server does not give out. */
  passwords: readonly string[];
  /** Credentials that everybody may read. */
  texts: readonly string[];
  openAtFirst: readonly string[];
  /** What is needed beside a setting and is not there: a text of the catalogue's `account.checks`. */
  missing(node: EditorNode, property: string): string | undefined;
  /** What the Test button sends beside what it sends for every account. */
  testValues(node: EditorNode): Record<string, string>;
  successText(answer: unknown, t: Translate): string;
  /** What went wrong, where the server answered with a sentence of its own. */
  failureText(message: string, answer: unknown, t: Translate): string;
  /** Called once the dialog's controls are there. */
  prepare?(node: EditorNode): void;
}

/** The member of an answer, which may be anything. */
export const member = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;

export const isOneOf =
  (...values: readonly string[]) =>
  (value: string): boolean =>
    values.includes(value);

/** A switch in a dialog. */
export const onOrOff = (preset: boolean): ChosenSetting => ({
  preset: String(preset),
  choices: [
    { value: "true", text: "account.on" },
    { value: "false", text: "account.off" },
  ],
});
