import type { ErrorCode } from "../errors";
import { type ResolvedTexts, withoutResolved } from "./resolved-texts";
import type { Node, NodeAPI } from "./types";

/** What went wrong, for the dialog. */
export interface FailedTest {
  ok: false;
  code: ErrorCode;
  message: string;
}

/** What the editor sends in place of a stored password that was not touched. */
const UNCHANGED = "__PWRD__";

/** A value that stands in the environment. */
const VARIABLE = /^\$\{(\S+)\}$/;

/** A person does not press the button more often; a script that guesses keys would. */
const TESTS_PER_MINUTE = 10;

/**
 * Serves the Test button of a config node's dialog: `POST flux/<type>/test` on the admin API.
 * @param test gets the dialog's own values, whether the node is deployed or not; what it throws is not shown.
 */
export function serveTest<Result extends object>(
  RED: NodeAPI,
  type: string,
  test: (body: DialogValues) => Promise<Result | FailedTest>,
): void {
  const mayTest = rateLimit(TESTS_PER_MINUTE);
  RED.httpAdmin.post(`/flux/${type}/test`, RED.auth.needsPermission(`${type}.write`), (request, response) => {
    const values = new DialogValues(RED, type, request.body);
    const result = mayTest()
      ? test(values)
      : Promise.resolve(failed("FLUX_RATE_LIMIT", "Too many tests. Wait a minute."));
    result.then(
      (answer) => response.json(values.withoutResolved(answer)),
      () => response.json(failed("FLUX_PROVIDER", "The test itself failed. Node-RED's log may tell more.")),
    );
  });
}

export const failed = (code: ErrorCode, message: string): FailedTest => ({ ok: false, code, message });

/** What a dialog sent: anything, until it is read. */
export class DialogValues {
  readonly #RED: NodeAPI;
  readonly #type: string;
  readonly #fields: Readonly<Record<string, unknown>>;
  readonly #resolved: ResolvedTexts = new Map();

  constructor(RED: NodeAPI, type: string, body: unknown) {
    this.#RED = RED;
    this.#type = type;
    this.#fields = typeof body === "object" && body !== null ? { ...body } : {};
  }

  /** A text as it was typed, without the space around it; empty when there is none. */
  text(name: string): string {
    const value = this.#fields[name];
    return typeof value === "string" ? value.trim() : typeof value === "boolean" ? String(value) : "";
  }

  /** The id of a selected config node; empty when none is. */
  nodeId(name: string): string {
    return this.text(name).replace(/^_ADD_$/, "");
  }

  /** The node whose dialog it is, as it is deployed. One of another type has secrets that are not this dialog's. */
  deployed<Deployed extends Node>(): Deployed | null {
    const node = this.#RED.nodes.getNode(this.text("id")) as Deployed | null;
    return node?.type === this.#type ? node : null;
  }

  /** A text, or what stands in the environment where it names a variable. */
  resolved(text: string): string {
    const value = resolved(this.#RED, this.deployed(), text);
    if (value !== text) this.#resolved.set(value, text);
    return value;
  }

  /** An answer that names the variables again instead of what they hold: who may press the button may not read those. */
  withoutResolved<Answer extends object>(answer: Answer): object {
    return withoutResolved(answer, this.#resolved);
  }
}

/** `${NAME}` as Node-RED resolves it when it deploys: the node's group and flow first, then the environment. */
export function resolved(RED: NodeAPI, deployed: Node | null, text: string): string {
  const name = VARIABLE.exec(text)?.[1];
  if (name === undefined) return text;
  const value: unknown = deployed ? RED.util.getSetting(deployed, name) : process.env[name];
  return value === undefined ? text : String(value);
}

/** Where a secret of a dialog comes from. */
export type SecretSource = "typed" | "stored" | "environment";

export const secretSource = (typed: string): SecretSource =>
  typed === UNCHANGED ? "stored" : VARIABLE.test(typed) ? "environment" : "typed";

function rateLimit(perMinute: number): () => boolean {
  let recent: number[] = [];
  return () => {
    const now = Date.now();
    recent = recent.filter((time) => now - time < 60_000);
    if (recent.length >= perMinute) return false;
    recent.push(now);
    return true;
  };
}
