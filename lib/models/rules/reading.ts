import type { Finding, Told } from "./rule";

/** A member of an object; undefined where there is no object or no such member. */
export const member = (owner: unknown, name: string): unknown =>
  typeof owner === "object" && owner !== null && Object.hasOwn(owner, name) ? Reflect.get(owner, name) : undefined;

/** A member when it is a number. */
export const numberIn = (owner: unknown, name: string): number | undefined => {
  const value = member(owner, name);
  return typeof value === "number" ? value : undefined;
};

/** The elements of a list; none where there is no list. */
export const elements = (list: unknown): readonly unknown[] => (Array.isArray(list) ? list : []);

export const warning = (parameter: string, told: Told, message: string): Finding => ({
  level: "warning",
  parameter,
  told,
  message,
});

export const error = (
  parameter: string,
  told: Told,
  message: string,
  more: { value?: unknown; allowed?: string; missing?: string } = {},
): Finding => ({
  level: "error",
  parameter,
  told,
  message,
  ...more,
});
