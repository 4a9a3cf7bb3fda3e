import assert from "node:assert/strict";
import { runInNewContext } from "node:vm";
import { decode } from "../../../lib/jobs/journal/decode";
import { encode } from "../../../lib/jobs/journal/encode";
import type { ReadData } from "../../../lib/jobs/journal/journal";

/** What a value is after it was written and read; it must fit into its line. */
function kept(value: unknown): Promise<ReadData> {
  const encoded = encode(value);
  const text = encoded.map((part) => (typeof part === "string" ? part : assert.fail("needs a file"))).join("");
  return decode(JSON.parse(text), () => assert.fail("needs a file"));
}

describe("what the journal keeps of a message", () => {
  it("is what JSON can hold, as it is", async () => {
    const message = { a: [1, "two", true, null, { deep: [[]] }], "": "", "ünï \ud800 \n": -1.5e-300 };
    assert.deepEqual(await kept(message), { value: message, dropped: [], cut: [] });
  });

  it("is any text, and any name of a member, the first time and again", async () => {
    const units = Array.from({ length: 0x10000 }, (_, unit) => `${String.fromCharCode(unit)} x`);
    const pairs = ["😀", "a😀b", "\ude00\ud83d", '"', "\\", "\u2028", "\u007f"];
    const message = Object.fromEntries([...units, ...pairs, "long".repeat(100)].map((text) => [text, text]));
    for (let time = 0; time < 2; time += 1) assert.deepEqual((await kept(message)).value, message);
  });

  it("is Buffers as Buffers, bytes as bytes and dates as dates, wherever they are", async () => {
    const message = {
      payload: Buffer.from([0, 255]),
      list: [new Date(5), { bytes: new Uint8Array([1, 2]) }, Buffer.alloc(0)],
    };
    const { value, dropped } = await kept(message);
    assert.deepEqual(value, message);
    assert.deepEqual(dropped, []);
    assert.ok(Buffer.isBuffer((value as typeof message).payload));
    const { value: invalid } = await kept(new Date(Number.NaN));
    assert.ok(invalid instanceof Date && Number.isNaN(invalid.getTime()));
  });

  it("is numbers that JSON does not know, and big integers", async () => {
    const numbers = [-0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 2n ** 70n];
    assert.deepEqual((await kept(numbers)).value, numbers);
  });

  it("leaves undefined members out, and items in their places", async () => {
    // biome-ignore lint/suspicious/noSparseArray: that is what is tested
    const { value, dropped } = await kept({ a: undefined, b: [undefined, , 1] });
    assert.deepEqual(value, { b: [undefined, undefined, 1] });
    assert.equal(Object.hasOwn(value as object, "a"), false);
    assert.deepEqual(dropped, []);
  });

  it("is objects that a function node made, whose prototypes are another realm's", async () => {
    const message = runInNewContext("({ list: [{ at: new Date(5) }], nothing: Object.create(null) })");
    const { value, dropped } = await kept(message);
    assert.deepEqual(value, { list: [{ at: new Date(5) }], nothing: {} });
    assert.deepEqual(dropped, []);
  });

  it("names what it cannot keep, and keeps what is around it", async () => {
    class Socket {}
    const loop: Record<string, unknown> = { name: "loop" };
    loop.self = loop;
    const message = {
      req: new Socket(),
      res: { send() {}, status: 200 },
      list: [Symbol("no"), new Map(), /x/, new Float32Array(2), 1],
      loop,
      proxy: new Proxy({}, {}),
      get angry() {
        throw new Error("no");
      },
      error: new Error("no"),
      payload: "kept",
    };
    const { value, dropped } = await kept(message);
    assert.deepEqual(value, {
      res: { status: 200 },
      list: [undefined, undefined, undefined, undefined, 1],
      loop: { name: "loop" },
      payload: "kept",
    });
    assert.deepEqual(dropped, [
      "req",
      "res.send",
      "list[0]",
      "list[1]",
      "list[2]",
      "list[3]",
      "loop.self",
      "proxy",
      "angry",
      "error",
    ]);
  });

  it("drops whole an object of methods around a socket, as msg.res is one", async () => {
    class Socket {}
    const res = { _res: new Socket(), send() {}, status() {} };
    assert.deepEqual(await kept({ res, payload: "kept", list: [res, 1], empty: {}, dull: { socket: res._res } }), {
      value: { payload: "kept", list: [undefined, 1], empty: {}, dull: {} },
      dropped: ["res", "list[0]", "dull.socket"],
      cut: [],
    });
  });

  it("keeps an object that is there twice, twice", async () => {
    const shared = { a: 1 };
    assert.deepEqual((await kept({ one: shared, other: shared })).value, { one: { a: 1 }, other: { a: 1 } });
  });

  it("never throws, whatever it is given", async () => {
    const hostile = new Proxy(
      {},
      {
        ownKeys: () => assert.fail("asked"),
        get: () => assert.fail("asked"),
        getPrototypeOf: () => assert.fail("asked"),
      },
    );
    const revoked = Proxy.revocable({}, {});
    revoked.revoke();
    const lengthy = Object.defineProperty(Buffer.from("x"), "byteLength", {
      get() {
        throw new Error("no");
      },
    });
    const values = [hostile, revoked.proxy, lengthy, Object.create(hostile), () => undefined, Symbol("no")];
    for (const value of values) {
      assert.deepEqual(await kept(value), { value: undefined, dropped: [""], cut: [] });
      assert.deepEqual((await kept({ value, other: 1 })).value, { other: 1 });
    }
  });

  it("bounds what is too deep", async () => {
    let deep: unknown = "bottom";
    for (let level = 0; level < 100_000; level += 1) deep = { deep };
    const { dropped } = await kept({ deep, payload: 1 });
    assert.equal(dropped.length, 1);
    assert.match(dropped[0] ?? "", /^deep\.deep\.deep/);
  });

  it("bounds what is entered again and again", async () => {
    let laughs: unknown = ["lol"];
    for (let level = 0; level < 60; level += 1) laughs = [laughs, laughs];
    const { value, dropped } = await kept({ laughs, payload: 1 });
    assert.equal((value as { payload: number }).payload, 1);
    assert.ok(dropped.length > 0);
  });

  it("drops whole what has too many values, not its end", async () => {
    const many = Object.fromEntries(Array.from({ length: 1000 }, (_, row) => [`row${row}`, new Array(300).fill(1)]));
    const { value, dropped } = await kept({ list: new Array(1_000_000).fill(0), many, payload: 1 });
    assert.deepEqual(value, { payload: 1 });
    assert.deepEqual(dropped, ["list", "many"]);
  });

  it("keeps members named __proto__ and constructor as members, and touches no prototype", async () => {
    const message = JSON.parse('{"__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 1}}}');
    const { value } = await kept(message);
    assert.deepEqual(Object.keys(value as object), ["__proto__", "constructor"]);
    assert.equal(Object.getPrototypeOf(value), Object.prototype);
    assert.equal((value as { polluted?: number }).polluted, undefined);
    assert.equal(({} as { polluted?: number }).polluted, undefined);
  });

  it("keeps objects that look like its own marks", async () => {
    const message = {
      date: { $kept: "date", ms: 5 },
      file: { $kept: "file", form: "buffer", sha256: "0".repeat(64) },
      nested: { $kept: { $kept: "object", members: { $kept: "dropped" } }, other: Buffer.from("x") },
      text: '{"$kept":"dropped"}',
    };
    assert.deepEqual(await kept(message), { value: message, dropped: [], cut: [] });
  });

  it("is what the message was when it was written, and never changes it", async () => {
    const message = { list: [1], nested: { payload: "before" } };
    const encoded = encode(Object.freeze(message));
    message.list.push(2);
    message.nested.payload = "after";
    assert.equal(encoded.join(""), '{"list":[1],"nested":{"payload":"before"}}');
  });

  it("is addresses without what may be a key in them, and says which", async () => {
    const message = {
      seedImage: "https://bucket.example/a.png?X-Amz-Signature=secret",
      images: ["https://example.com/a.png?width=5", "https://me:secret@example.com/b.png"],
    };
    const { value, cut } = await kept(message);
    assert.deepEqual(value, {
      seedImage: "https://bucket.example/a.png",
      images: ["https://example.com/a.png?width=5", "https://example.com/b.png"],
    });
    assert.deepEqual(cut, ["seedImage", "images[1]"]);
  });
});
