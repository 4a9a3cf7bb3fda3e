import fc from "fast-check";
import { objectOf, plain, type Recipe, recipe, textOf, withMembers } from "./recipe";
import { hostile, names } from "./values";

/** Members of a message that any of the nodes reads or writes. */
const READ = [
  "payload",
  "picture",
  "image",
  "job",
  "s3",
  "s3Expected",
  "parts",
  "topic",
  "req",
  "res",
  "resume",
  "cancel",
  "idempotencyKey",
  "flux",
  "fluxOrigins",
  "_msgid",
  "guides",
  "links",
  "kind",
  "model",
  "weight",
  "steps",
  "error",
  "complete",
  "status",
  "filename",
] as const;

/** A PNG file of one pixel. */
const PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

const png = recipe("a PNG", () => Buffer.from(PIXEL, "base64"));

const prompts = fc.constantFrom("a fox", "a heron in the rain", "a lighthouse at dusk").map(plain);

/** What a node has use for, so that many messages get further than to their first look. */
const good: Partial<Record<(typeof READ)[number], fc.Arbitrary<Recipe>>> = {
  payload: fc.oneof(prompts, fc.constantFrom(png, plain([PIXEL, PIXEL]), plain(`data:image/png;base64,${PIXEL}`))),
  picture: fc.constantFrom(png, plain(PIXEL)),
  image: fc.constantFrom(plain({ id: "one", index: 0, seed: 7, width: 64, height: 64, nsfw: false })),
  job: fc.constantFrom(
    plain({ id: "job-1", provider: "runware", model: "runware:111@1", acceptedAt: "2026-01-01T00:00:00Z" }),
    plain({ request: { positivePrompt: "a fox", width: 64 } }),
  ),
  s3: fc.constantFrom(plain("there.png"), plain({ bucket: "pictures", key: "there.png" }), plain(["there.png"])),
  s3Expected: fc.constantFrom(plain({ bucket: "pictures", key: "there.png" }), plain("there.png")),
  parts: fc.constantFrom(plain({ id: "p", type: "array", index: 0, count: 2 })),
  topic: fc.constantFrom(plain("fox"), plain("../../up"), plain("ü +%20{x}")),
  idempotencyKey: fc.constantFrom("__proto__", "constructor", "one", "two").map(plain),
  flux: fc.constantFrom<Recipe>(
    plain({ steps: 20 }),
    plain({ lora: [{ model: "civitai:1@2", weight: 0.5 }] }),
    plain({ numberResults: 2 }),
    plain({ num_images: 2 }),
    plain({ seed: 1n, __proto__: null }),
    plain({ stepps: 20 }),
  ),
  fluxOrigins: fc.constantFrom(plain({ "lora[0]": { id: "a", type: "flux-lora", name: "style" } })),
  _msgid: fc.constantFrom(plain("one"), plain("one"), plain("__proto__")),
  guides: fc.constantFrom(plain({}), plain([])),
  links: fc.constantFrom(plain({})),
  kind: fc.constantFrom(plain("edges"), plain("__proto__"), plain("constructor")),
  model: fc.constantFrom(plain("civitai:1@2")),
  weight: fc.constantFrom(plain(0.5), plain("0.5")),
  resume: fc.constantFrom(plain(null), plain({ provider: "nobody", id: "00000000-0000-4000-8000-000000000000" })),
  cancel: fc.constantFrom(plain(false), plain("a-job-of-nobody")),
};

/** How often a member is there, of 10: those that decide what becomes of a message are there more often. */
const SHARE: Partial<Record<(typeof READ)[number], number>> = {
  payload: 9,
  picture: 7,
  flux: 5,
  model: 6,
  weight: 4,
  s3: 6,
  kind: 5,
  topic: 6,
  resume: 1,
  cancel: 1,
  steps: 1,
};
const USUAL_SHARE = 2;

/** Of these, what is hostile would be the end of most messages. */
const MOSTLY_GOOD = new Set<string>(["payload", "picture", "model", "weight", "s3", "kind"]);

const member = (name: (typeof READ)[number]): fc.Arbitrary<Recipe | null> => {
  const share = SHARE[name] ?? USUAL_SHARE;
  const bad = hostile(2);
  const value = good[name]
    ? fc.oneof({ weight: MOSTLY_GOOD.has(name) ? 4 : 1, arbitrary: good[name] }, { weight: 1, arbitrary: bad })
    : bad;
  return fc.oneof({ weight: share, arbitrary: value }, { weight: 10 - share, arbitrary: fc.constant(null) });
};

/** A member that is not the same at each look, or throws at a later one. */
const FICKLE: readonly ((member: Recipe) => () => unknown)[] = [
  () => () => {
    throw new Error("looked at");
  },
  (value) => {
    let reads = 0;
    return () => {
      reads += 1;
      return reads % 2 === 1 ? value.make() : undefined;
    };
  },
  (value) => {
    let reads = 0;
    return () => {
      reads += 1;
      if (reads > 2) throw new Error("looked at for the third time");
      return value.make();
    };
  },
];

/** What a whole message may be. */
const SHAPES: readonly { text: string; shape: (message: object) => object }[] = [
  { text: "frozen", shape: Object.freeze },
  { text: "sealed", shape: Object.seal },
  { text: "not extensible", shape: Object.preventExtensions },
  { text: "without a prototype", shape: (message) => Object.setPrototypeOf(message, null) },
  { text: "an instance", shape: (message) => Object.setPrototypeOf(message, new (class Message {})()) },
  { text: "its prototype's", shape: (message) => Object.create(message) },
  { text: "behind a proxy", shape: (message) => new Proxy(message, {}) },
  {
    text: "behind a proxy without names",
    shape: (message) => new Proxy(message, { ownKeys: () => [], getOwnPropertyDescriptor: () => undefined }),
  },
  {
    text: "behind a proxy that takes nothing",
    shape: (message) =>
      new Proxy(message, { set: () => false, defineProperty: () => false, deleteProperty: () => false }),
  },
];

const shape = fc.option(fc.constantFrom(...SHAPES), { freq: 6, nil: undefined });

/** One of the members is computed when it is read: its name, and which way. */
const trap = fc.option(
  fc.tuple(fc.constantFrom(...READ.filter((name) => name !== "_msgid")), fc.constantFrom(...FICKLE.keys())),
  { freq: 6, nil: undefined },
);

/** A message that a node may get from anybody. */
export const hostileMessages: fc.Arbitrary<Recipe> = fc
  .tuple(
    fc.record(Object.fromEntries(READ.map((name) => [name, member(name)]))),
    fc.dictionary(names, hostile(1), { maxKeys: 3 }),
    shape,
    trap,
  )
  .map(([read, others, outside, inside]) => {
    const there = Object.entries(read).flatMap(([name, value]) => (value ? [[name, value] as const] : []));
    const members = { ...others, ...Object.fromEntries(there) };
    const [name = "", way = 0] = inside ?? [];
    const computed = inside ? `, ${name} computed (${way})` : "";
    const text = `${textOf(members)}${computed}${outside ? `, ${outside.text}` : ""}`;
    return recipe(text, () => {
      const message = withMembers({}, members);
      const get = FICKLE[way]?.(members[name] ?? objectOf({}));
      if (inside) Object.defineProperty(message, name, { enumerable: true, configurable: true, get });
      return outside ? outside.shape(message) : message;
    });
  });
