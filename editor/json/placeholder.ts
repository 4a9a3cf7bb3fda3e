import type { Typed } from "../node-red";

/*
 * A value that is not known before a message comes stands in the request as what it comes from: "<msg.size>". What the
 * environment replaces is written as it is: "${SIZE}".
 */

const places: readonly string[] = ["msg", "flow", "global", "env"];

export const placeholder = ({ type, value }: Typed): string =>
  places.includes(type) ? `<${type}.${value}>` : `<${type}: ${value}>`;

/** The typed value that a placeholder stands for; undefined of everything else. */
export const readPlaceholder = (value: unknown): Typed | undefined => {
  if (typeof value !== "string") return undefined;
  const [, type, , text] = /^<(msg|flow|global|env|jsonata)(\.|: )([\s\S]+)>$/.exec(value) ?? [];
  return type === undefined || text === undefined ? undefined : { type, value: text };
};
