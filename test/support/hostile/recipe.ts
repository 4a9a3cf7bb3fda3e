import fc from "fast-check";

/**
 * How something hostile is made, with words for it: a message that a test fails on is printed without a look at it, and
 * made anew for every run, since nodes write on messages.
 */
export interface Recipe {
  readonly text: string;
  make(): unknown;
  [fc.toStringMethod](): string;
}

export const recipe = (text: string, make: () => unknown): Recipe => ({ text, make, [fc.toStringMethod]: () => text });

/** Characters of a value; what repeats a run is the seed and the path, not the text. */
const LONGEST_TEXT = 300;

/** A value that is what it says. */
export const plain = (value: unknown): Recipe => {
  const text = fc.stringify(value);
  return recipe(text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}...` : text, () => value);
};

/** Sets a member whatever its name is: assigning `__proto__` would change the prototype. */
const define = (owner: object, name: string, member: PropertyDescriptor): void => {
  Object.defineProperty(owner, name, { enumerable: true, configurable: true, ...member });
};

/** Puts members on an object, each made by its recipe. */
export const withMembers = (owner: object, members: Readonly<Record<string, Recipe>>): object => {
  for (const [name, member] of Object.entries(members)) define(owner, name, { value: member.make(), writable: true });
  return owner;
};

export const textOf = (members: Readonly<Record<string, Recipe>>): string =>
  `{${Object.entries(members)
    .map(([name, member]) => `${JSON.stringify(name)}: ${member.text}`)
    .join(", ")}}`;

export const objectOf = (members: Readonly<Record<string, Recipe>>): Recipe =>
  recipe(textOf(members), () => withMembers({}, members));

export const listOf = (items: readonly Recipe[]): Recipe =>
  recipe(`[${items.map(({ text }) => text).join(", ")}]`, () => items.map((item) => item.make()));

/** A member that is computed when it is read. */
export const computed = (text: string, name: string, get: () => unknown): Recipe =>
  recipe(`{get ${name}: ${text}}`, () => {
    const owner = {};
    define(owner, name, { get });
    return owner;
  });
