import assert from "node:assert/strict";
import type { Case, CaseGroup } from "../case";
import { generatedBuffer } from "../content";
import { holds } from "../expectations";

const LIMIT = 1024;

const named = (what: string, name: string): Case => ({
  title: `a key with ${what} names the same object everywhere`,
  run: async ({ open, key: folder, signal, store: { client, bucket } }) => {
    const store = open();
    const key = `${folder}/${name}`.slice(0, LIMIT);
    const body = generatedBuffer(100);
    const stored = await store.put({ key, body, contentType: "image/png" }, { signal });
    assert.equal(stored.key, key);
    await holds(store, key, body, body.length);
    const { ListObjectsV2Command } = await import("@aws-sdk/client-s3");
    const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: folder }));
    assert.deepEqual(
      Contents.map((object) => object.Key),
      [key],
    );
    const written = Buffer.from("written by somebody else");
    const answer = await fetch(await store.sign("PUT", key, 60), { method: "PUT", body: written });
    assert.equal(answer.status, 200);
    assert.deepEqual(await store.read(key, signal), written);
    await store.remove(key, signal);
    assert.equal(await store.find(key, signal), undefined);
  },
});

export const keys: CaseGroup = {
  title: "Keys",
  cases: [
    named("spaces", "a small harbour town.png"),
    named("umlauts", "Häfen/Größe Ärmelkanal.png"),
    named("letters of other scripts and accents of their own", "港町 e\u0301.png"),
    named("emoji", "boats \u{1F6A4}\u{1F30A}.png"),
    named("`+`", "1+1=2.png"),
    named("`%`", "100%, %20 and %2F.png"),
    named("all other signs of a keyboard", `a'b"(c)*!~&=?#[]{}|\\^<>,;:@$\`_.png`),
    named("1,024 bytes", "k".repeat(LIMIT)),
  ],
};
