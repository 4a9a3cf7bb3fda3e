import { FluxError } from "../errors";
import type { ValueOrPromise } from "../value-or-promise";
import type { FluxMessage, Node, NodeAPI, TypedValue } from "./types";

/** Types whose text is the value itself; the schema's types are applied to it later. */
const LITERAL = new Set(["str", "num", "bool"]);

const isLiteral = ({ type }: TypedValue): boolean => LITERAL.has(type);

/** Whether a typed input has the same value for every message. */
export const isConstant = (typed: TypedValue): boolean =>
  isLiteral(typed) || typed.type === "json" || typed.type === "none";

/** Characters of an author's expression or message that an error repeats. */
const LONGEST_QUOTE = 200;

/** Expressions and stores of contexts answer when they like; one that never did would hold up all messages behind it. */
const LATER = new Set(["jsonata", "flow", "global"]);

/** For one of them, in ms. */
const PATIENCE = 30_000;
const TOO_LATE = Symbol("too late");

/** A value in a box: a promise would wait for one that is a promise itself, or only looks like one. */
export interface Evaluated {
  /** undefined when a message property, context value or expression has no value. */
  value: unknown;
}

/**
 * The value of a typed input for one message: at once, except of the types that answer when they like.
 *
 * @param setting the name of the dialog's field, for the error text.
 * @throws FluxError FLUX_VALIDATION when an expression fails or does not end, or a context store cannot be read; where the
 *   value comes later, its promise rejects with it.
 */
export function evaluate(
  RED: NodeAPI,
  node: Node,
  typed: TypedValue,
  message: FluxMessage,
  setting: string,
): ValueOrPromise<Evaluated> {
  const { type, value } = typed;
  if (type === "none") return { value: undefined };
  if (isLiteral(typed)) return { value };
  const refuse = (error: unknown): never => {
    throw refused(typed, setting, reason(error, type));
  };
  if (LATER.has(type)) return inTime(evaluateLater(RED, node, typed, message)).catch(refuse);
  try {
    return { value: RED.util.evaluateNodeProperty(value, type, node, message) };
  } catch (error) {
    return refuse(error);
  }
}

const refused = ({ type, value }: TypedValue, setting: string, problem: string): FluxError =>
  new FluxError(
    "FLUX_VALIDATION",
    `${setting} (${type} ${value.slice(0, LONGEST_QUOTE)}) could not be evaluated: ${problem}. Nothing was sent.`,
    { parameter: setting, violations: [{ parameter: setting, message: problem }] },
  );

function evaluateLater(
  RED: NodeAPI,
  node: Node,
  { type, value }: TypedValue,
  message: FluxMessage,
): Promise<Evaluated> {
  return new Promise((resolve, reject) => {
    const settle = (error: Error | null, result: unknown) =>
      error ? reject(error) : resolve(result instanceof Result ? result : { value: result });
    if (type === "jsonata") {
      RED.util.evaluateJSONataExpression(prepared(RED, node, value), message, settle);
    } else {
      RED.util.evaluateNodeProperty(value, type, node, message, settle);
    }
  });
}

/**
 * What an expression gave. Node-RED 4.1 and 5 walk through it when it is a list or an object: to the end of a list
 * that holds nothing but its length, through accessors, and they give objects of the message another prototype.
 * Instances of a class are left alone.
 */
class Result implements Evaluated {
  readonly value: unknown;
  constructor(value: unknown) {
    this.value = value;
  }
}

type Expression = ReturnType<NodeAPI["util"]["prepareJSONataExpression"]>;

/** By node, which a deploy makes anew, and by text. */
const expressions = new WeakMap<Node, Map<string, Expression>>();

/** Reading an expression takes longer than evaluating it: once, as Node-RED's own nodes do. */
function prepared(RED: NodeAPI, node: Node, text: string): Expression {
  const ofNode = expressions.get(node) ?? new Map<string, Expression>();
  expressions.set(node, ofNode);
  const expression = ofNode.get(text) ?? withResult(RED.util.prepareJSONataExpression(text, node));
  ofNode.set(text, expression);
  return expression;
}

/** Node-RED evaluates it by this method, and reads what it knows of it from the same object. */
function withResult(expression: Expression): Expression {
  const evaluate = expression.evaluate.bind(expression);
  return Object.assign(expression, {
    evaluate: async (...given: Parameters<typeof evaluate>) => new Result(await evaluate(...given)),
  });
}

/** Rejects with TOO_LATE after the patience. */
async function inTime(evaluated: Promise<Evaluated>): Promise<Evaluated> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(TOO_LATE), PATIENCE);
  });
  try {
    return await Promise.race([evaluated, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** The code of JSONata's `$error()`: the text is the flow author's own. */
const RAISED_BY_AUTHOR = "D3137";

/** What went wrong, without the engines' own texts: they quote the value, which may be a prompt or a picture. */
function reason(error: unknown, type: string): string {
  if (error === TOO_LATE) return `it had no value after ${PATIENCE / 1000} s`;
  const member = (name: string): unknown =>
    typeof error === "object" && error !== null ? Reflect.get(error, name) : undefined;
  if (type !== "jsonata") return type === "json" ? "it is not valid JSON" : "the value cannot be read";
  if (member("code") === RAISED_BY_AUTHOR) return String(member("message")).slice(0, LONGEST_QUOTE).replace(/\.$/, "");
  const position = member("position");
  const place = typeof position === "number" ? ` at character ${position}` : "";
  return `JSONata stopped with error ${String(member("code") ?? "unknown")}${place}`;
}
