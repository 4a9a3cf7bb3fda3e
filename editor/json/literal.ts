/** Where a text cannot be read, and why: a text of the catalogue's `json.unreadable`. */
export class Unreadable extends Error {
  constructor(
    readonly reason: "value" | "key" | "colon" | "comma" | "string" | "end" | "deep",
    readonly at: number,
  ) {
    super(reason);
  }
}

/** What an example has in the place of a value and is none: a function, a variable. It is left out. */
const NO_VALUE: unique symbol = Symbol("no value");

/** Deeper than any request. */
const DEEPEST = 30;

const words: Readonly<Record<string, unknown>> = {
  true: true,
  false: false,
  null: null,
  True: true,
  False: false,
  None: null,
  undefined: NO_VALUE,
};

const escapes: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", b: "\b", f: "\f", v: "\v", "0": "\0" };

/** Reads literals of JSON, JavaScript and Python at a position of a text. Nothing is ever evaluated. */
export class LiteralReader {
  readonly #text: string;
  #at: number;

  constructor(text: string, at: number) {
    this.#text = text;
    this.#at = at;
  }

  get at(): number {
    return this.#at;
  }

  /** White space, and comments of all three languages. */
  skipBlank(): void {
    // Each alternative takes as much as it can at once: what is remembered of a repetition has no room for millions.
    const blank = /(?:\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\/|#[^\n]*)*/y;
    blank.lastIndex = this.#at;
    this.#at += blank.exec(this.#text)?.[0].length ?? 0;
  }

  value(depth = 0): unknown {
    if (depth > DEEPEST) throw new Unreadable("deep", this.#at);
    this.skipBlank();
    const first = this.#text[this.#at];
    if (first === undefined) throw new Unreadable("end", this.#at);
    if (first === "{") return this.#object(depth);
    if (first === "[") return this.#list(depth);
    if (first === '"' || first === "'" || first === "`") return this.#string();
    return this.#word();
  }

  /** `name: value, ...` up to the closing bracket, or to the end of the text where there is none. */
  members(closing: "}" | "", depth = 0): Record<string, unknown> {
    const members: Record<string, unknown> = {};
    for (;;) {
      this.skipBlank();
      if (this.#ends(closing)) return members;
      const name = this.#name();
      this.skipBlank();
      if (this.#text[this.#at] !== ":") throw new Unreadable("colon", this.#at);
      this.#at += 1;
      const value = this.value(depth + 1);
      // Defined, not assigned: a member may be called __proto__.
      if (value !== NO_VALUE)
        Object.defineProperty(members, name, { value, enumerable: true, writable: true, configurable: true });
      this.#separate(closing);
    }
  }

  #object(depth: number): Record<string, unknown> {
    this.#at += 1;
    return this.members("}", depth);
  }

  #list(depth: number): unknown[] {
    this.#at += 1;
    const elements: unknown[] = [];
    for (;;) {
      this.skipBlank();
      if (this.#ends("]")) return elements;
      const value = this.value(depth + 1);
      if (value !== NO_VALUE) elements.push(value);
      this.#separate("]");
    }
  }

  /** Whether the end is reached; steps over the closing bracket. */
  #ends(closing: string): boolean {
    if (this.#at >= this.#text.length) {
      if (closing === "") return true;
      throw new Unreadable("end", this.#at);
    }
    if (closing === "" || this.#text[this.#at] !== closing) return false;
    this.#at += 1;
    return true;
  }

  /** A comma, which may follow the last one too. */
  #separate(closing: string): void {
    this.skipBlank();
    const next = this.#text[this.#at];
    if (next === ",") this.#at += 1;
    else if (next !== undefined && next !== closing) throw new Unreadable("comma", this.#at);
  }

  #name(): string {
    const first = this.#text[this.#at];
    if (first === '"' || first === "'") return this.#string();
    const name = this.#match(/[A-Za-z_$][\w$]*/y);
    if (name === undefined) throw new Unreadable("key", this.#at);
    return name;
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  #string(): string {
    const start = this.#at;
    const quote = this.#text[start] ?? "";
    let read = "";
    for (this.#at += 1; this.#at < this.#text.length; this.#at += 1) {
      const character = this.#text[this.#at] ?? "";
      if (character === quote) {
        this.#at += 1;
        return read;
      }
      // What a template puts in is not known.
      const isPutIn = quote === "`" && character === "$" && this.#text[this.#at + 1] === "{";
      if (isPutIn || (character === "\n" && quote !== "`")) throw new Unreadable("string", start);
      read += character === "\\" ? this.#escaped() : character;
    }
    throw new Unreadable("string", start);
  }

  #escaped(): string {
    this.#at += 1;
    const kind = this.#text[this.#at] ?? "";
    if (kind !== "u" && kind !== "x") return escapes[kind] ?? (kind === "\n" ? "" : kind);
    const length = kind === "u" ? 4 : 2;
    const digits = this.#text.slice(this.#at + 1, this.#at + 1 + length);
    if (!new RegExp(`^[0-9a-f]{${length}}$`, "i").test(digits)) throw new Unreadable("string", this.#at);
    this.#at += length;
    return String.fromCharCode(Number.parseInt(digits, 16));
  }

  /** A number, a word that stands for a value, or what is no value: code, which is stepped over. */
  #word(): unknown {
    const start = this.#at;
    const number = this.#match(/[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?n?(?![\w.])/iy);
    if (number !== undefined) return exact(number);
    const word = this.#match(/[A-Za-z_$][\w$]*(?=\s*(?:[,}\]]|$|\/[/*]|#))/y);
    if (word !== undefined && Object.hasOwn(words, word)) return words[word];
    if (word === undefined && !/[A-Za-z_$(]/.test(this.#text[start] ?? "")) throw new Unreadable("value", start);
    this.#at = start;
    this.#stepOver();
    return NO_VALUE;
  }

  /** Code up to the comma or bracket that ends it. */
  #stepOver(): void {
    const open: string[] = [];
    while (this.#at < this.#text.length) {
      const character = this.#text[this.#at] ?? "";
      if (open.length === 0 && ",}]".includes(character)) return;
      if (character === '"' || character === "'") {
        this.#string();
        continue;
      }
      if ("([{".includes(character)) open.push(character);
      if (")]}".includes(character) && open.pop() === undefined) throw new Unreadable("value", this.#at);
      this.#at += 1;
    }
  }
}

/** A number where a number keeps every digit, otherwise its digits. */
const exact = (text: string): number | string => {
  const digits = text.replace(/n$/, "").replace(/^\+/, "");
  const number = Number(digits);
  return /^-?\d+$/.test(digits) && !Number.isSafeInteger(number) ? digits : number;
};
