import assert from "node:assert/strict";
import { type Sandbox, startSandbox } from "../../sandbox";
import { bucketIn } from "../support/bucket";
import { type NodeRedProcess, startNodeRed } from "../support/node-red-process";

/** What the endpoint behind the Test button answers. */
interface TestAnswer {
  ok: boolean;
  steps?: string[];
  conditional?: boolean;
  code?: string;
  message?: string;
  step?: string;
  permission?: string;
  leftover?: string;
}

const UNCHANGED = "__PWRD__";

describe("the Test button of a bucket", function () {
  this.timeout(60_000);
  let sandbox: Sandbox;
  let nodeRed: NodeRedProcess;

  /** The dialog of the deployed bucket, as it was opened, with some fields changed. */
  async function press(values: Record<string, string | boolean> = {}): Promise<TestAnswer> {
    const { endpoint, region, accessKeyId } = sandbox.s3;
    const answer = await fetch(`${nodeRed.url}/flux/flux-s3-bucket/test`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        id: "bucket",
        environment: "production",
        endpoint,
        region,
        bucket: "pictures",
        pathStyle: "true",
        checksums: "required",
        authentication: "keys",
        testPrefix: "trial/",
        proxy: "",
        tls: "",
        accessKeyId,
        secretAccessKey: UNCHANGED,
        sessionToken: "",
        ...values,
      }),
    });
    return (await answer.json()) as TestAnswer;
  }

  const calls = (): number => sandbox.ledger.calls("PutObject");

  beforeEach(async () => {
    sandbox = await startSandbox();
    const { endpoint, region, accessKeyId, secretAccessKey } = sandbox.s3;
    const bucket = { type: "flux-s3-bucket", endpoint, region, bucket: "pictures", pathStyle: true };
    nodeRed = await startNodeRed({
      env: { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, MY_SECRET: secretAccessKey },
      flows: [
        { ...bucket, id: "bucket", credentials: { accessKeyId, secretAccessKey } },
        { ...bucket, id: "chained", authentication: "chain" },
        { id: "proxy", type: "http proxy", url: "http://127.0.0.1:1", noproxy: [] },
      ],
    });
  });
  afterEach(async () => {
    await nodeRed.stop();
    await sandbox.close();
  });

  it("writes, reads and deletes with the stored secret, and leaves nothing", async () => {
    assert.deepEqual(await press(), { ok: true, steps: ["write", "read", "delete"], conditional: true });
    assert.deepEqual(await bucketIn(sandbox).keys(), []);
  });

  it("needs nothing for the sandbox, and takes a secret of the environment where it is deployed", async () => {
    const none = { accessKeyId: "", secretAccessKey: "", endpoint: "", bucket: "" };
    assert.equal((await press({ ...none, id: "new", environment: "sandbox" })).ok, true);
    assert.equal((await press({ secretAccessKey: "${MY_SECRET}" })).ok, true);
  });

  it("takes AWS's own chain only to where it is deployed", async () => {
    const chain = { authentication: "chain", accessKeyId: "", secretAccessKey: "" };
    const { ok, code, message } = await press({ ...chain, id: "chained" });
    // A chain's keys may come with a token, which travels only over https or to this machine.
    assert.deepEqual([ok, code], [true, undefined], message);
    const before = calls();
    const elsewhere = await press({ ...chain, id: "new" });
    assert.deepEqual([elsewhere.ok, elsewhere.code], [false, "FLUX_CONFIG"]);
    assert.equal(calls(), before);
  });

  it("never uses a stored secret, or one of the environment, at an endpoint or on a way that it was not deployed with", async () => {
    const other = await startSandbox();
    const changes: Record<string, string>[] = [
      { endpoint: other.s3.endpoint },
      { endpoint: "" },
      { proxy: "proxy" },
      { tls: "tls" },
      { id: "new" },
    ];
    for (const secretAccessKey of [UNCHANGED, "${MY_SECRET}"]) {
      for (const changed of changes) {
        if (secretAccessKey !== UNCHANGED && changed.endpoint === "") continue;
        const { ok, code, message } = await press({ secretAccessKey, ...changed });
        assert.deepEqual([ok, code], [false, "FLUX_CONFIG"], JSON.stringify(changed));
        assert.match(String(message), /Enter the keys themselves/);
      }
    }
    assert.deepEqual([other.ledger.calls("PutObject"), calls()], [0, 0]);
    await other.close();
  });

  it("tells nobody else what stands in the environment, by its name as bucket, region or prefix", async () => {
    const other = await startSandbox();
    const { endpoint } = other.s3;
    for (const name of ["bucket", "region", "testPrefix"]) {
      const typed = { secretAccessKey: "typed", [name]: "${MY_SECRET}" };
      const elsewhere = await press({ ...typed, endpoint });
      assert.deepEqual([elsewhere.ok, elsewhere.code], [false, "FLUX_CONFIG"], name);
      assert.match(String(elsewhere.message), /Deploy the bucket first/);
    }
    assert.equal(other.ledger.calls("PutObject"), 0);
    assert.equal((await press({ testPrefix: "${MY_SECRET}" })).ok, true, "where it is deployed, it may");
    await other.close();
  });

  it("says which of the three is refused, and what permission that needs", async () => {
    for (const [call, step, permission] of [
      ["PutObject", "write", "s3:PutObject"],
      ["GetObject", "read", "s3:GetObject"],
      ["DeleteObject", "delete", "s3:DeleteObject"],
    ] as const) {
      sandbox.arm("denied", { count: 5, call });
      const answer = await press();
      assert.deepEqual([answer.ok, answer.step, answer.permission], [false, step, permission], answer.message);
      assert.equal(answer.leftover !== undefined, step === "delete");
      sandbox.disarm();
    }
  });

  it("says when the store would overwrite although it was told not to", async () => {
    sandbox.configure({ s3IfNoneMatch: "ignored" });
    assert.equal((await press()).conditional, false);
  });

  it("says in words what is wrong: a bad secret, no key, no network, no bucket, an endpoint on the internet without TLS", async () => {
    const wrong = await press({ secretAccessKey: "fresh-wrong-secret" });
    assert.equal(wrong.code, "FLUX_AUTH");
    assert.equal((await press({ accessKeyId: "", secretAccessKey: "" })).code, "FLUX_CONFIG");
    assert.equal((await press({ bucket: "" })).code, "FLUX_CONFIG");
    assert.equal((await press({ endpoint: "http://127.0.0.1:1", secretAccessKey: "typed" })).code, "FLUX_NETWORK");
    assert.equal((await press({ endpoint: "http://s3.example.com", secretAccessKey: "typed" })).code, "FLUX_CONFIG");
    sandbox.configure({ s3AutoCreate: false });
    const missing = await press({ bucket: "nobodys" });
    assert.equal(missing.code, "FLUX_STORAGE");
    assert.match(String(missing.message), /nobodys/);
    assert.doesNotMatch(nodeRed.log() + JSON.stringify([wrong, missing]), /fresh-wrong-secret|sandbox-secret/);
  });

  it("does not let somebody try keys by the hundred", async () => {
    const answers = await Promise.all(Array.from({ length: 15 }, (_, n) => press({ secretAccessKey: `guess-${n}` })));
    assert.ok(answers.some(({ code }) => code === "FLUX_RATE_LIMIT"));
  });
});
