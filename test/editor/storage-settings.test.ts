import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { bucketAccount } from "../../editor/account/bucket";
import { checkAccountSetting } from "../../editor/account/check";
import type { EditorNode } from "../../editor/node-red";
import { areHosts, areTags, checkStorageSetting } from "../../editor/storage/check";
import { keyPreview, templateReason, usableFields } from "../../editor/storage/key-preview";
import { isSet } from "../../editor/storage/read-setting";
import { JOB_FIELDS, KEY_FIELDS, LONGEST_KEY } from "../../lib/storage/key-template";
import { translator } from "../../scripts/build-catalogues";
import { bucket, presign, upload } from "./nodes";

const built = resolve(__dirname, "../../dist/nodes/locales/en-US");
const translate = (type: string) => translator(JSON.parse(readFileSync(join(built, `${type}.json`), "utf8")));

/** A node as the editor holds it; what a new one has are the defaults. */
const editorNode = (node: { type: string }, more: object = {}): EditorNode => {
  const defaults = Object.fromEntries(Object.entries(node).map(([property, value]) => [property, { value }]));
  return { id: "node", ...node, ...more, _def: { _: translate(node.type), defaults } };
};

describe("the preview of a key", () => {
  const now = new Date("2026-02-03T04:05:06Z");
  const shown = (template: string, use: "upload" | "direct" | "address" = "upload") =>
    keyPreview(template, use, now).key;

  it("shows every field filled in, dates in UTC", () => {
    const template = KEY_FIELDS.map((field) => `{${field}}`).join("/");
    assert.doesNotMatch(shown(template), /[{}]/);
    assert.equal(shown("{date}/{year}-{month}-{day}T{hour}:{minute}"), "2026-02-03/2026-02-03T04:05");
    assert.equal(shown("{provider}/{index}.{ext}"), "runware/0.jpg");
  });

  it("names a message's property where its value is not known yet", () => {
    assert.equal(shown("{msg.order.id}/{index}"), "(msg.order.id)/0");
  });

  it("shows the key as it will be, without what no key may have", () => {
    assert.equal(shown("/a//../b\u0007/{index}/"), "a/_/b-/0");
  });

  it("leaves open what only the job of a direct upload tells, and says so", () => {
    assert.deepEqual(keyPreview("{year}/{jobId}.{ext}", "direct", now), {
      key: "2026/{jobId}.{ext}",
      isOpen: true,
      isCut: false,
    });
    assert.equal(keyPreview("{year}/fixed.jpg", "direct", now).isOpen, false);
  });

  it("tells a key that is longer than a store takes, in bytes", () => {
    assert.equal(keyPreview("ü".repeat(LONGEST_KEY / 2), "upload", now).isCut, false);
    assert.equal(keyPreview("ü".repeat(LONGEST_KEY / 2 + 1), "upload", now).isCut, true);
  });

  it("offers the fields that are known by then, and no others", () => {
    assert.deepEqual(usableFields("upload"), [...KEY_FIELDS]);
    assert.deepEqual(
      usableFields("direct"),
      KEY_FIELDS.filter((field) => field !== "seed"),
    );
    assert.deepEqual(
      usableFields("address"),
      KEY_FIELDS.filter((field) => field !== "seed" && !JOB_FIELDS.has(field)),
    );
  });

  it("says in words what is wrong with a template", () => {
    const reason = (template: string, use: "upload" | "direct" | "address" = "upload") =>
      templateReason(template, use, translate("flux-s3-upload"));
    assert.equal(reason("{provider}/{jobId}.{ext}"), undefined);
    assert.equal(reason("${KEY}"), undefined);
    for (const empty of ["", "  ", "/", "//"]) assert.equal(reason(empty), "there is no key left");
    assert.equal(reason("{jobId"), "a { or } has no counterpart");
    assert.match(reason("{customer}") ?? "", /^\{customer\} is no field/);
    assert.equal(reason("{seed}", "direct"), "{seed} is not known when the address is made");
    assert.equal(reason("{jobId}", "address"), "{jobId} is not known when the address is made");
    assert.equal(reason("{jobId}", "direct"), undefined);
  });
});

describe("a storage node's settings", () => {
  const problem = (node: ReturnType<typeof upload>, property: string, value: unknown, more: object = {}) =>
    checkStorageSetting(editorNode(node, { ...more, [property]: value }), property);

  it("take variables, and what stands in the dialog when it is opened for the first time", () => {
    for (const node of [upload("a"), presign("b")]) {
      const others = ["id", "z", "name", "bucket", "x", "y", "wires"];
      const properties = Object.keys(node).filter((name) => !others.includes(name));
      for (const property of properties.filter((name) => !["type", "into", "source", "key", "object"].includes(name))) {
        assert.equal(problem(node as never, property, "${X}"), true, property);
        assert.equal(problem(node as never, property, Reflect.get(node, property)), true, property);
      }
      assert.equal(problem(node as never, "key", { type: "str", value: "${KEY}" }), true);
    }
  });

  it("are told what is wrong with them", () => {
    for (const [property, value] of [
      ["concurrency", "0"],
      ["concurrency", "1.5"],
      ["timeout", "0.5"],
      ["maxMegabytes", "51201"],
      ["encryption", "aes"],
      ["acl", "öffentlich"],
      ["cacheControl", "a\nb"],
      ["tags", "shop"],
      ["allowedHosts", "http://images.lan"],
      ["source", { type: "msg", value: "" }],
      ["mode", "download"],
    ] as const) {
      assert.equal(typeof problem(upload("a"), property, value), "string", `${property}: ${value}`);
    }
    assert.equal(
      problem(upload("a"), "linkLife", "604801", { link: "signed" }),
      "Link works: a whole number from 1 to 604,800 seconds",
    );
    assert.equal(problem(upload("a"), "key", { type: "str", value: "{" }), "Key: a { or } has no counterpart");
    assert.equal(problem(upload("a"), "key", { type: "msg", value: "" }), "Key: say where it comes from");
  });

  it("are not asked about where they have no effect", () => {
    assert.equal(problem(upload("a"), "key", { type: "str", value: "{" }, { mode: "confirm" }), true);
    assert.equal(problem(upload("a"), "kmsKey", "ö"), true);
    assert.equal(typeof problem(upload("a"), "kmsKey", "ö", { encryption: "kms" }), "string");
    assert.equal(problem(upload("a"), "linkLife", "0"), true);
    const key = { type: "str", value: "{jobId}" };
    assert.equal(checkStorageSetting(editorNode(presign("b"), { key }), "key"), true);
    assert.equal(
      checkStorageSetting(editorNode(presign("b"), { key, putInto: "property" }), "key"),
      "Key: {jobId} is not known when the address is made",
    );
    assert.equal(
      checkStorageSetting(editorNode(presign("b"), { key, putInto: "property", method: "get" }), "key"),
      true,
    );
  });

  it("take tags as pairs, each name once, with fields in their values", () => {
    for (const right of ["", "a=b", "a=b, c=\nd={model}", "a=b=c", "${TAGS}"]) assert.ok(areTags(right), right);
    const eleven = Array.from({ length: 11 }, (_, index) => `t${index}=x`).join();
    for (const wrong of ["a", "=b", "a=b, a=c", "a=\u007b", "a={nothing}", "a?=b", eleven, `${"n".repeat(129)}=x`]) {
      assert.equal(areTags(wrong), false, wrong);
    }
  });

  it("take hosts, with and without a port", () => {
    for (const right of ["", "images.lan", "10.0.0.5:8080 [fd00::1]:9000,nas", "${HOSTS}"]) {
      assert.ok(areHosts(right), right);
    }
    for (const wrong of ["http://nas", "nas/path", "nas:", "a@b"]) assert.equal(areHosts(wrong), false, wrong);
  });

  it("are counted where they are not those of a new node", () => {
    const node = editorNode(upload("a"));
    const counted = (property: string, value: unknown): boolean => isSet(node, () => value, property);
    assert.equal(counted("timeout", "300"), false);
    assert.equal(counted("timeout", 300), false);
    assert.equal(counted("timeout", ""), false);
    assert.equal(counted("timeout", undefined), false);
    assert.equal(counted("timeout", "60"), true);
    assert.equal(counted("metadata", false), true);
  });
});

describe("a bucket's settings", () => {
  // A page on which no dialog is open: what is saved counts.
  before(() => Reflect.set(globalThis, "document", { querySelector: () => null }));
  after(() => Reflect.deleteProperty(globalThis, "document"));

  const reason = (property: string, value: unknown, more: object = {}) =>
    checkAccountSetting(editorNode(bucket, { environment: "production", ...more, [property]: value }), property, value);

  it("need a name outside of the sandbox", () => {
    assert.equal(reason("bucket", ""), "Bucket: needed outside the sandbox");
    assert.equal(reason("bucket", "", { environment: "sandbox" }), true);
    assert.equal(reason("bucket", "", { environment: "${WHERE}" }), true);
    assert.equal(reason("bucket", "shop"), true);
    assert.match(String(reason("bucket", "ab")), /at least 3/);
  });

  it("take plain http on this machine and in the local network only", () => {
    for (const right of [
      "",
      "https://s3.example.com",
      "https://example.com/storage/v1/s3",
      "http://127.0.0.1:7480",
      "http://localhost:9000/",
      "http://minio:9000",
      "http://store.lan",
      "http://10.1.2.3:9000",
      "http://172.20.0.2",
      "http://192.168.1.5:9000",
      "http://[::1]:9000",
      "${ENDPOINT}",
    ]) {
      assert.equal(reason("endpoint", right), true, right);
    }
    for (const wrong of [
      "s3.example.com",
      "http://s3.example.com",
      "http://172.32.0.2",
      "http://10.example.com",
      "https://user:password@s3.example.com",
      "https://s3.example.com/?a=b",
      "ftp://minio",
    ]) {
      assert.match(String(reason("endpoint", wrong)), /^Endpoint: https/, wrong);
    }
    assert.equal(reason("publicBaseUrl", "http://cdn.example.com/pictures"), true);
  });

  it("take numbers, switches and choices of their own, or variables", () => {
    for (const [property, wrong] of [
      ["region", "eu central"],
      ["retries", "21"],
      ["pathStyle", "perhaps"],
      ["checksums", "always"],
      ["authentication", "password"],
    ] as const) {
      assert.equal(typeof reason(property, wrong), "string", property);
      assert.equal(reason(property, "${X}"), true, property);
    }
  });
});

describe("what a bucket's test answers", () => {
  const t = translate("flux-s3-bucket");

  it("is said in words: what worked, and whether nothing need be overwritten", () => {
    const steps = ["write", "read", "delete"];
    assert.equal(
      bucketAccount.successText({ ok: true, steps, conditional: true }, t),
      'Works: writes, reads and deletes. "Never overwrite" can be relied on.',
    );
    assert.match(
      bucketAccount.successText({ ok: true, steps, conditional: false }, t),
      /"Never overwrite" cannot: this store overwrites all the same/,
    );
  });

  it("names the step that was refused, the permission that it needs and what was left behind", () => {
    const said = (answer: object) => bucketAccount.failureText("The store refuses.", answer, t);
    assert.equal(
      said({ step: "write", permission: "s3:PutObject" }),
      "Writing failed. It needs the permission s3:PutObject. The store refuses.",
    );
    assert.equal(
      said({ step: "delete", permission: "s3:DeleteObject", leftover: "test/a" }),
      "Writing and reading work, deleting failed. It needs the permission s3:DeleteObject. The store refuses. The test's object is still there: test/a.",
    );
    assert.equal(said({ code: "FLUX_AUTH" }), "The store refuses.");
    assert.equal(
      bucketAccount.failureText("Give it s3:GetObject.", { step: "read", permission: "s3:GetObject" }, t),
      "Writing works, reading failed. Give it s3:GetObject.",
    );
  });
});
