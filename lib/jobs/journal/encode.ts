import { types } from "node:util";
import { MARK, type OutsideForm } from "./marks";
import { labelOf, quoted } from "./quoted";
import { withoutKeys } from "./signed-address";

/** Larger texts (characters) and Buffers (bytes) go into files of their own. */
const LARGEST_INSIDE = 256 * 1024;

/** No message that people make is deeper; what is deeper would overflow the stack. */
const DEEPEST = 200;

/** Values in one object or array, with all that is inside it. More would block the event loop for long. */
const MOST_VALUES = 200_000;

/** Values looked at in one message, when what is too large is entered again and again. */
const MOST_VISITS = 2 * MOST_VALUES;

/** A text or Buffer that belongs into a file of its own. Nobody changes Buffers in place, so it is kept by reference. */
export interface Outside {
  readonly content: string | Uint8Array;
  readonly as: "text" | "buffer" | "bytes";
}

/** JSON text, in which the marks of files stand where `Outside` does: their hashes are not known yet. */
export type Encoded = readonly (string | Outside)[];

/**
 * Takes what can be kept of a value, in this turn: it may be changed afterwards. What cannot be kept (functions,
 * sockets, class instances, cycles, what throws, what is too deep or too large) is marked as dropped in its place.
 * Never throws, never changes the value.
 */
export function encode(value: unknown): Encoded {
  const encoder = new Encoder();
  try {
    encoder.add(value, 0);
    return encoder.parts();
  } catch {
    return [DROPPED];
  }
}

/** The mark of a file, once its hash is known. */
export const fileMark = (form: OutsideForm, sha256: string): string =>
  `{"${MARK}":"file","form":"${form}","sha256":"${sha256}"}`;

const mark = (kind: string, member?: string, value?: unknown): string =>
  member === undefined
    ? `{"${MARK}":"${kind}"}`
    : `{"${MARK}":"${kind}",${JSON.stringify(member)}:${JSON.stringify(value)}}`;

const DROPPED = mark("dropped");
const UNDEFINED = mark("undefined");

class Encoder {
  #text = "";
  readonly #parts: (string | Outside)[] = [];
  // The containers that are being written, from the outermost on.
  readonly #around: object[] = [];
  // Whether the value that was added last was dropped whole.
  #hasDropped = false;
  // Values in the containers that are being written, and values looked at.
  #values = 0;
  #visits = 0;

  parts(): Encoded {
    if (this.#parts.length === 0) return [this.#text];
    return [...this.#parts, this.#text];
  }

  add(value: unknown, depth: number): void {
    this.#values += 1;
    this.#visits += 1;
    this.#hasDropped = false;
    switch (typeof value) {
      case "string":
        this.#addText(value);
        return;
      case "boolean":
        this.#text += value;
        return;
      case "number":
        this.#text +=
          Number.isFinite(value) && !Object.is(value, -0) ? value : mark("number", "text", numberText(value));
        return;
      case "bigint":
        this.#text += mark("bigint", "digits", value.toString());
        return;
      case "undefined":
        this.#text += UNDEFINED;
        return;
      case "object":
        if (value === null) this.#text += "null";
        else this.#addObject(value, depth);
        return;
      default:
        this.#drop();
    }
  }

  #drop(): void {
    this.#text += DROPPED;
    this.#hasDropped = true;
  }

  #addText(text: string): void {
    const cut = withoutKeys(text);
    if (cut !== undefined && cut.length <= LARGEST_INSIDE) this.#text += mark("address", "cut", cut);
    else if (cut !== undefined) this.#drop();
    else if (text.length > LARGEST_INSIDE) this.#addOutside({ content: text, as: "text" });
    else this.#text += quoted(text);
  }

  #addOutside(outside: Outside): void {
    this.#parts.push(this.#text, outside);
    this.#text = "";
  }

  /** All of it, or a mark that says that it was dropped. */
  #addObject(value: object, depth: number): void {
    const text = this.#text;
    const parts = this.#parts.length;
    const values = this.#values;
    try {
      // What a proxy does when it is looked at cannot be bounded.
      if (types.isProxy(value)) this.#drop();
      else if (types.isUint8Array(value)) this.#addBytes(value);
      else if (types.isDate(value)) this.#addDate(value);
      else if (depth < DEEPEST && this.#visits <= MOST_VISITS && isPlain(value) && !this.#isAround(value, depth)) {
        this.#around[depth] = value;
        if (Array.isArray(value)) this.#addArray(value, depth);
        else this.#addMembers(value as Record<string, unknown>, depth);
        this.#hasDropped = false;
      } else this.#drop();
    } catch {
      this.#parts.length = parts;
      this.#values = values;
      this.#text = text;
      this.#drop();
    }
  }

  #isAround(value: object, depth: number): boolean {
    for (let above = 0; above < depth; above += 1) if (this.#around[above] === value) return true;
    return false;
  }

  #addDate(date: Date): void {
    const ms = Date.prototype.getTime.call(date);
    this.#text += mark("date", "ms", Number.isNaN(ms) ? null : ms);
  }

  #addBytes(bytes: Uint8Array): void {
    const as = Buffer.isBuffer(bytes) ? "buffer" : "bytes";
    if (bytes.byteLength > LARGEST_INSIDE) this.#addOutside({ content: bytes, as });
    else
      this.#text += mark(
        as,
        "base64",
        Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64"),
      );
  }

  #addArray(items: readonly unknown[], depth: number): void {
    const { length } = items;
    const before = this.#values;
    if (length > MOST_VALUES) throw TOO_LARGE;
    this.#text += "[";
    for (let index = 0; index < length; index += 1) {
      if (index > 0) this.#text += ",";
      this.add(memberOf(items, index), depth + 1);
      if (this.#values - before > MOST_VALUES) throw TOO_LARGE;
    }
    this.#text += "]";
  }

  #addMembers(object: Record<string, unknown>, depth: number): void {
    const before = this.#values;
    const names = Object.keys(object);
    if (names.length > MOST_VALUES) throw TOO_LARGE;
    const isMarkLike = Object.hasOwn(object, MARK);
    this.#text += isMarkLike ? `{"${MARK}":"object","members":{` : "{";
    let isFirst = true;
    let hasMethods = false;
    let isShell = true;
    for (const name of names) {
      const value = memberOf(object, name);
      if (value === undefined) continue;
      this.#text += isFirst ? labelOf(name) : `,${labelOf(name)}`;
      isFirst = false;
      this.add(value, depth + 1);
      if (!this.#hasDropped) isShell = false;
      if (typeof value === "function") hasMethods = true;
      if (this.#values - before > MOST_VALUES) throw TOO_LARGE;
    }
    // What is left of `msg.res`, methods around a socket, would be taken for the thing itself.
    if (isShell && hasMethods) throw EMPTY_SHELL;
    this.#text += isMarkLike ? "}}" : "}";
  }
}

/** A member that throws when it is read does not take its siblings with it: a symbol is dropped like one. */
function memberOf(container: object, key: string | number): unknown {
  try {
    return (container as Record<string | number, unknown>)[key];
  } catch {
    return UNREADABLE;
  }
}

const UNREADABLE = Symbol("unreadable");

const TOO_LARGE = new Error("too many values");
const EMPTY_SHELL = new Error("nothing inside can be kept");

const numberText = (value: number): string => (Object.is(value, -0) ? "-0" : String(value));

/**
 * Arrays, and objects made by a literal: also by one in another realm, where function nodes run, whose prototypes are
 * not ours.
 */
function isPlain(value: object): boolean {
  if (Array.isArray(value)) return true;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || (!types.isProxy(prototype) && Object.getPrototypeOf(prototype) === null);
}
