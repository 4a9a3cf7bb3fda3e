import { FluxError } from "../errors";
import type { FluxMessage, Node, NodeAPI, TypedValue } from "./types";

/** Types whose text is the value itself; the schema's types are applied to it later. */
const LITERAL = new Set(["str", "num", "bool"]);

/**
 * The value of a typed input for one message.
 *
 * @param setting the name of the dialog's field, for the error text.
 * @returns undefined when a message property, context value or expression has no value.
 * @throws FluxError FLUX_VALIDATION when an expression fails or a context store cannot be read.
 */
export async function evaluate(
  RED: NodeAPI,
  node: Node,
  { type, value }: TypedValue,
  message: FluxMessage,
  setting: string,
): Promise<unknown> {
  if (type === "none") return undefined;
  if (LITERAL.has(type)) return value;
  try {
    return await evaluateProperty(RED, node, type, value, message);
  } catch (error) {
    throw new FluxError(
      "FLUX_VALIDATION",
      `${setting} (${type} ${value}) could not be evaluated: ${reason(error)}. Nothing was sent.`,
      { parameter: setting, violations: [{ parameter: setting, message: reason(error) }] },
    );
  }
}

function evaluateProperty(
  RED: NodeAPI,
  node: Node,
  type: string,
  value: string,
  message: FluxMessage,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const settle = (error: Error | null, result: unknown) => (error ? reject(error) : resolve(result));
    if (type === "jsonata") {
      RED.util.evaluateJSONataExpression(RED.util.prepareJSONataExpression(value, node), message, settle);
    } else {
      RED.util.evaluateNodeProperty(value, type, node, message, settle);
    }
  });
}

/** JSONata throws plain objects. */
function reason(error: unknown): string {
  if (typeof error === "object" && error !== null && "message" in error)
    return String(error.message).replace(/\.$/, "");
  return String(error);
}
