import { randomUUID } from "node:crypto";
import { EventEmitter } from "node:events";
import { createContext, runInContext } from "node:vm";
import fc from "fast-check";
import { anythingWith } from "../anything";
import { computed, listOf, objectOf, plain, type Recipe, recipe, withMembers } from "./recipe";
import { thrown } from "./unreadable";

/** Names that break into objects, and names that mean something on the way. */
export const names = fc.oneof(
  fc.constantFrom("__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "toJSON", "then", "length"),
  fc.constantFrom("0", "id", "type", "data", "url", "key", "bucket", "model", "image", "location", "request", "seed"),
  fc.constantFrom("lora", "controlNet", "ipAdapters", "pulid", "inputs", "seedImage", "width", "height", "steps"),
  fc.string({ maxLength: 12 }),
);

class Instance {
  readonly model = "a:b@1";
  get width(): number {
    throw new Error("looked at");
  }
  toJSON(): never {
    throw new Error("written as JSON");
  }
  toString(): never {
    throw new Error("written");
  }
}

const revoked = (target: object): object => {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
};

const nested = (levels: number, wrap: (inside: unknown) => unknown): unknown => {
  let value: unknown = 1;
  for (let level = 0; level < levels; level += 1) value = wrap(value);
  return value;
};

/** What answers something else each time, and throws at last. */
const fickle = (): (() => unknown) => {
  let reads = 0;
  return () => {
    reads += 1;
    if (reads > 4) throw new Error("read too often");
    return [undefined, "a fox", 7, { id: "a" }][reads - 1];
  };
};

const cycle = (): object => {
  const one: Record<string, unknown> = { model: "a:b@1" };
  const other = { one, list: [one] };
  return Object.assign(one, { self: one, other });
};

/** A long list without elements, with the one that is named. */
const sparse = (length: number, at: number): unknown[] => {
  const list: unknown[] = [];
  list.length = length;
  list[at] = "a";
  return list;
};

/** The beginning of a PNG file of that size, and nothing of the picture. */
const pngHead = (width: number, height: number): Buffer => {
  const file = Buffer.alloc(64);
  Buffer.from("89504e470d0a1a0a0000000d49484452", "hex").copy(file);
  file.writeUInt32BE(width, 16);
  file.writeUInt32BE(height, 20);
  return file;
};

/** What stands for `msg.req` and `msg.res`: streams and methods around a socket. */
const exchange = (): object => {
  const response = Object.assign(new EventEmitter(), { _res: {}, send: thrown, headersSent: false });
  return Object.assign(response, { req: response, res: response, socket: { _handle: response } });
};

const SINGLE: readonly Recipe[] = [
  recipe("a revoked proxy", () => revoked({})),
  recipe("a revoked list", () => revoked([])),
  recipe(
    "a proxy that throws at every look",
    () =>
      new Proxy(
        {},
        { get: thrown, has: thrown, ownKeys: thrown, getPrototypeOf: thrown, getOwnPropertyDescriptor: thrown },
      ),
  ),
  recipe("a proxy with every member", () => new Proxy({}, { get: (_target, name) => String(name), has: () => true })),
  recipe(
    "a proxy with endless names",
    () => new Proxy({}, { ownKeys: () => Array.from({ length: 5000 }, (_, index) => `p${index}`) }),
  ),
  recipe(
    "a proxy of a list that lies about its length",
    () => new Proxy([1], { get: (target, name) => (name === "length" ? 2 ** 32 : Reflect.get(target, name)) }),
  ),
  computed("throws", "steps", thrown),
  computed("throws", "model", thrown),
  recipe("{get id: something else each time}", () =>
    Object.defineProperty({}, "id", { enumerable: true, get: fickle() }),
  ),
  recipe("{get width: something else each time}", () =>
    Object.defineProperty({}, "width", { enumerable: true, get: fickle() }),
  ),
  recipe("an instance", () => new Instance()),
  recipe("a cycle", cycle),
  recipe("a list that holds itself", () => {
    const list: unknown[] = [];
    list.push(list);
    return list;
  }),
  recipe("objects, 300 deep", () => nested(300, (inside) => ({ inside }))),
  recipe("objects, 20,000 deep", () => nested(20_000, (inside) => ({ inside }))),
  recipe("lists, 20,000 deep", () => nested(20_000, (inside) => [inside])),
  recipe("one object, 2 ** 60 times", () => nested(60, (inside) => ({ one: inside, other: inside }))),
  recipe("a list of 20,000 holes", () => sparse(20_000, 19_999)),
  recipe("a list of 20,000 numbers", () => Array.from({ length: 20_000 }, (_, index) => index)),
  recipe("5,000 members", () => Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`p${index}`, index]))),
  recipe("text of 2,000,000 characters", () => "x".repeat(2_000_000)),
  recipe("base64 of 2,000,000 characters", () => "iVBORw0KGgo".padEnd(2_000_000, "A")),
  recipe("a data URI of 2,000,000 characters", () => "data:image/png;base64,iVBORw0KGgo".padEnd(2_000_000, "A")),
  recipe("a data URI of 2,000,000 commas", () => "data:image/png".padEnd(2_000_000, ",")),
  recipe("text of 2,000,000 spaces", () => " ".repeat(2_000_000)),
  recipe("half of a character", () => "\ud83d"),
  recipe("control characters", () => "\0\b\u001b[2J\u2028\u202e\r\nX-Header: 1"),
  recipe("$t(", () => "$t$t(status.running) ${HOME} {{msg}} %s <script>alert(1)</script>"),
  recipe("a symbol", () => Symbol("s")),
  recipe("a function", () => thrown),
  recipe("a class", () => Instance),
  // One that rejects would leave its rejection to Node-RED, which calls msg.hasOwnProperty().
  recipe("an async function", () => async () => "late"),
  recipe("a promise that is never kept", () => new Promise(() => {})),
  // biome-ignore lint/suspicious/noThenProperty: it is what this one is about.
  recipe("a thenable that throws", () => ({ then: thrown })),
  recipe("an object that throws as text", () => ({ [Symbol.toPrimitive]: thrown, toString: thrown, valueOf: thrown })),
  recipe("an object that iterates for ever", () => ({
    *[Symbol.iterator]() {
      for (;;) yield 1;
    },
  })),
  recipe("an invalid date", () => new Date(Number.NaN)),
  recipe("a map with itself as key", () => {
    const map = new Map();
    return map.set(map, map);
  }),
  recipe("a set", () => new Set([1, {}])),
  recipe("a weak map", () => new WeakMap()),
  recipe("an error", () => Object.assign(new Error("mine"), { code: "FLUX_VALIDATION", cause: { billed: "yes" } })),
  recipe("a regular expression", () => /(a+)+$/g),
  recipe("shared memory", () => new SharedArrayBuffer(64)),
  recipe("bytes in shared memory", () => new Uint8Array(new SharedArrayBuffer(64))),
  recipe("a Buffer over shared memory", () => Buffer.from(new SharedArrayBuffer(64))),
  recipe("a Buffer without bytes", () => Buffer.alloc(0)),
  recipe("a Buffer of 2,000,000 bytes", () => Buffer.alloc(2_000_000, "x")),
  recipe("a Buffer with members", () =>
    Object.assign(Buffer.from("x"), { toString: thrown, type: "Buffer", data: [] }),
  ),
  recipe("a Buffer that lies about its length", () => Object.defineProperty(pngHead(8, 8), "length", { value: 1e9 })),
  recipe("a Buffer that was detached", () => {
    const bytes = new Uint8Array(64);
    structuredClone(bytes, { transfer: [bytes.buffer] });
    return bytes;
  }),
  recipe("floats", () => new Float64Array([Number.NaN, Number.POSITIVE_INFINITY])),
  recipe("a DataView", () => new DataView(new ArrayBuffer(8))),
  recipe("the head of a PNG", () => pngHead(64, 64)),
  recipe("the head of a PNG of 4 Gigapixels", () => pngHead(65_535, 65_535)),
  recipe("a JSON Buffer", () => ({ type: "Buffer", data: [137, 80, 78, 71] })),
  recipe("a JSON Buffer that throws", () => ({ type: "Buffer", data: revoked([]) })),
  recipe("poison", () => JSON.parse('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}')),
  recipe("an object without a prototype", () => Object.assign(Object.create(null), { model: "a:b@1", constructor: 1 })),
  recipe("an object of another realm", () => runInContext("({ steps: 20, list: [1], self: this })", createContext({}))),
  recipe("an object that is its prototype's", () => Object.create({ model: "a:b@1", steps: 3 })),
  recipe("a frozen object", () => Object.freeze({ steps: 20, lora: Object.freeze([]) })),
  recipe("a sealed object", () => Object.seal({ steps: 20 })),
  recipe("boxed values", () => [Object("a fox"), Object(1), Object(1n), Object(Symbol("s"))]),
  recipe("arguments", () =>
    (function withArguments(..._given: unknown[]) {
      // biome-ignore lint/complexity/noArguments: it is what this one is about.
      return arguments;
    })("a", 1),
  ),
  recipe("an HTTP exchange", exchange),
  recipe("this process", () => ({ env: new Proxy({}, {}), exit: thrown })),
  recipe("a UUID", () => randomUUID()),
  plain(2n ** 64n),
  plain(Number.NaN),
  plain(Number.POSITIVE_INFINITY),
  plain(-0),
  plain(1e308),
  plain(5e-324),
  plain(2 ** 53),
  plain("http://127.0.0.1:1/picture.png"),
  plain("http://[::ffff:127.0.0.1]:1/picture.png"),
  plain("file:///etc/passwd"),
  plain("javascript:alert(1)"),
  plain(`http://127.0.0.1:1/${"a".repeat(20_000)}`),
  plain("../../../../etc/passwd"),
];

const anything = anythingWith(names, 2).map(plain);
const single = fc.constantFrom(...SINGLE);

/** A value that has been made unchangeable, or stands behind something else. */
const WRAPPERS: readonly ((inside: Recipe) => Recipe)[] = [
  (inside) => recipe(`frozen ${inside.text}`, () => Object.freeze(withMembers({}, { inside, steps: inside }))),
  (inside) => recipe(`a proxy of ${inside.text}`, () => new Proxy(withMembers({}, { inside, model: inside }), {})),
  (inside) => recipe(`a JSON Buffer of ${inside.text}`, () => withMembers({ type: "Buffer" }, { data: inside })),
  (inside) => computed(inside.text, "model", () => inside.make()),
  (inside) =>
    recipe(`a Map of ${inside.text}`, () => {
      const made = inside.make();
      return new Map([[made, made]]);
    }),
];

const wrapped = (inside: fc.Arbitrary<Recipe>): fc.Arbitrary<Recipe> =>
  fc.tuple(fc.constantFrom(...WRAPPERS), inside).map(([wrap, one]) => wrap(one));

/** Whatever may stand somewhere in a message, up to so many levels of it. */
export const hostile = (levels: number): fc.Arbitrary<Recipe> => {
  if (levels === 0) return fc.oneof(single, anything);
  const inside = hostile(levels - 1);
  return fc.oneof(
    { weight: 4, arbitrary: single },
    { weight: 2, arbitrary: anything },
    { weight: 2, arbitrary: fc.dictionary(names, inside, { maxKeys: 5 }).map(objectOf) },
    { weight: 1, arbitrary: fc.array(inside, { maxLength: 4 }).map(listOf) },
    { weight: 1, arbitrary: wrapped(inside) },
  );
};
