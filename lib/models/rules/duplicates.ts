import { describe, named } from "../wording/wording";
import { elements, member } from "./reading";
import type { Finding, Rule, Warning } from "./rule";

/** The lists whose elements name a model. */
const lists = ["lora", "controlNet", "ipAdapters"];

/** What is twice in a list: two nodes may have added the same model to one request. */
export function* modelsTwice(list: string, of: unknown): Iterable<Finding & Warning> {
  const seen = new Map<string, string>();
  for (const [index, element] of elements(of).entries()) {
    const model = member(element, "model");
    if (typeof model !== "string") continue;
    const parameter = `${list}[${index}].model`;
    const other = seen.get(model);
    if (other === undefined) seen.set(model, parameter);
    else {
      const shown = describe(model, { path: parameter, kind: "model", group: "composition" });
      yield {
        level: "warning",
        parameter,
        other,
        told: { key: "modelTwice", others: { other } },
        message: `${named(parameter)} is ${shown}, the same as ${named(other)}: both are sent.`,
      };
    }
  }
}

export const sameModelTwice: Rule = function* (request) {
  for (const list of lists) {
    if (elements(request[list]).length > 1) yield* modelsTwice(list, request[list]);
  }
};
