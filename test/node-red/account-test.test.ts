import assert from "node:assert/strict";
import { type Sandbox, startSandbox } from "../../sandbox";
import { type NodeRedProcess, startNodeRed } from "../support/node-red-process";
import { loggedIn, withUsers } from "../support/users";

/** What the endpoint behind the Test button answers. */
interface TestAnswer {
  ok: boolean;
  balance?: { amount: number; currency: string };
  code?: string;
  message?: string;
}

const UNCHANGED = "__PWRD__";

describe("the Test button of a Runware account", function () {
  this.timeout(60_000);
  let sandbox: Sandbox;
  let nodeRed: NodeRedProcess;
  const baseUrl = () => `${sandbox.url}/v1`;

  async function press(values: Record<string, string>): Promise<TestAnswer> {
    const answer = await fetch(`${nodeRed.url}/flux/runware-account/test`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ id: "new", environment: "production", baseUrl: "", proxy: "", tls: "", ...values }),
    });
    return (await answer.json()) as TestAnswer;
  }

  beforeEach(async () => {
    sandbox = await startSandbox({ settings: { balance: 12.34 } });
    nodeRed = await startNodeRed({
      env: { FLUX_TEST_KEY: "key-from-the-environment" },
      flows: [
        { id: "account", type: "runware-account", baseUrl: baseUrl(), credentials: { apiKey: "stored-key" } },
        { id: "proxy", type: "http proxy", url: "http://127.0.0.1:1", noproxy: [] },
      ],
    });
  });
  afterEach(async () => {
    await nodeRed.stop();
    await sandbox.close();
  });

  it("shows the balance for values that were never deployed", async () => {
    assert.deepEqual(await press({ baseUrl: baseUrl(), apiKey: "fresh-key" }), {
      ok: true,
      balance: { amount: 12.34, currency: "USD" },
    });
  });

  it("shows the balance for the stored key, which the dialog does not know", async () => {
    const answer = await press({ id: "account", baseUrl: baseUrl(), apiKey: UNCHANGED });
    assert.equal(answer.ok, true);
  });

  it("takes keys from the environment and needs none for the sandbox", async () => {
    assert.equal((await press({ id: "account", baseUrl: baseUrl(), apiKey: "${FLUX_TEST_KEY}" })).ok, true);
    assert.equal((await press({ environment: "sandbox", apiKey: "" })).ok, true);
  });

  it("never sends a stored key to an address, or by a way, that it was not deployed with", async () => {
    const elsewhere = await startSandbox();
    const changes: Record<string, string>[] = [{ baseUrl: `${elsewhere.url}/v1` }, { proxy: "proxy" }, { tls: "tls" }];
    for (const changed of changes) {
      const answer = await press({ id: "account", baseUrl: baseUrl(), apiKey: UNCHANGED, ...changed });
      assert.deepEqual([answer.ok, answer.code], [false, "FLUX_CONFIG"]);
      assert.match(answer.message ?? "", /Enter the key itself/);
    }
    assert.equal(elsewhere.ledger.calls("accountManagement"), 0);
    await elsewhere.close();
  });

  it("sends no variable of the environment to an address that somebody typed in", async () => {
    const answer = await press({ baseUrl: baseUrl(), apiKey: "${FLUX_TEST_KEY}" });
    assert.deepEqual([answer.ok, answer.code], [false, "FLUX_CONFIG"]);
    assert.equal(sandbox.ledger.calls("accountManagement"), 0);
  });

  it("says in words what is wrong: a bad key, no key, no network, a dead proxy", async () => {
    const badKey = await press({ baseUrl: baseUrl(), apiKey: "bad-key" });
    assert.deepEqual([badKey.code, badKey.message], ["FLUX_AUTH", "The service refuses this key."]);
    assert.equal((await press({ baseUrl: baseUrl(), apiKey: "" })).code, "FLUX_CONFIG");
    assert.equal((await press({ baseUrl: "http://127.0.0.1:1/v1", apiKey: "k" })).code, "FLUX_NETWORK");
    assert.equal((await press({ baseUrl: baseUrl(), apiKey: "k", proxy: "proxy" })).code, "FLUX_NETWORK");
    assert.equal((await press({ baseUrl: "not an address", apiKey: "k" })).code, "FLUX_CONFIG");
  });

  it("does not let somebody try keys by the hundred", async () => {
    const answers = await Promise.all(
      Array.from({ length: 15 }, (_, n) => press({ baseUrl: baseUrl(), apiKey: `guess-${n}` })),
    );
    assert.ok(answers.some(({ code }) => code === "FLUX_RATE_LIMIT"));
    assert.ok(sandbox.ledger.calls("accountManagement") <= 10);
  });

  it("keeps keys out of the log", async () => {
    await press({ baseUrl: baseUrl(), apiKey: "bad-fresh-key" });
    await press({ id: "account", baseUrl: baseUrl(), apiKey: UNCHANGED });
    assert.doesNotMatch(nodeRed.log(), /bad-fresh-key|stored-key/);
  });
});

describe("somebody who may only look at flows", () => {
  it("may not press the Test button", async function () {
    this.timeout(60_000);
    const nodeRed = await startNodeRed({ flows: [], settings: withUsers({ viewer: "read" }) });
    try {
      const viewer = await loggedIn(nodeRed.url, "viewer", "read");
      const pressed = await fetch(`${nodeRed.url}/flux/runware-account/test`, {
        method: "POST",
        headers: { "content-type": "application/json", ...viewer },
        body: JSON.stringify({ environment: "sandbox" }),
      });
      assert.equal(pressed.status, 401);
    } finally {
      await nodeRed.stop();
    }
  });
});

describe("the Test button of a fal account", function () {
  this.timeout(60_000);
  let sandbox: Sandbox;
  let nodeRed: NodeRedProcess;

  async function press(values: Record<string, string>): Promise<TestAnswer> {
    const answer = await fetch(`${nodeRed.url}/flux/fal-account/test`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        id: "account",
        environment: "production",
        ...sandbox.addresses.fal,
        proxy: "",
        tls: "",
        ...values,
      }),
    });
    return (await answer.json()) as TestAnswer;
  }

  before(async () => {
    sandbox = await startSandbox();
    nodeRed = await startNodeRed({
      flows: [{ id: "account", type: "fal-account", ...sandbox.addresses.fal, credentials: { apiKey: "stored:key" } }],
    });
  });
  after(async () => {
    await nodeRed.stop();
    await sandbox.close();
  });

  it("tells a good key, colon and all, from a bad one, and says what it could not prove", async () => {
    for (const apiKey of ["id:secret", UNCHANGED]) {
      assert.deepEqual(await press({ apiKey }), { ok: true, unproven: ["credit", "model", "direct"] });
    }
    const { ok, code, message } = await press({ apiKey: "bad:secret" });
    assert.deepEqual([ok, code], [false, "FLUX_AUTH"]);
    assert.doesNotMatch(message ?? "", /secret/);
    assert.deepEqual(sandbox.ledger.jobIds(), [], "nothing is paid");
  });

  it("tells that the account is locked", async () => {
    sandbox.arm("locked", { call: "upload" });
    const { ok, code } = await press({ apiKey: "id:secret" });
    assert.deepEqual([ok, code], [false, "FLUX_QUOTA"]);
  });

  it("never sends a stored key to any other address, whichever of the three it is", async () => {
    const elsewhere = await startSandbox();
    for (const property of ["queueUrl", "runUrl", "restUrl"] as const) {
      const answer = await press({ apiKey: UNCHANGED, [property]: elsewhere.addresses.fal[property] ?? "" });
      assert.deepEqual([answer.ok, answer.code], [false, "FLUX_CONFIG"], property);
    }
    assert.equal(elsewhere.ledger.requests, 0);
    await elsewhere.close();
  });
});
