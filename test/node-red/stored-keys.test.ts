import assert from "node:assert/strict";
import { type TestButtons, testButtons } from "../support/admin/test-buttons";
import { type ScriptedServer, startScriptedServer } from "../support/scripted-server";
import { startTunnelProxy, type TunnelProxy } from "../support/tunnel-proxy";

const UNCHANGED = "__PWRD__";

/** What is stored here and must not arrive anywhere that somebody names who does not know it. */
const KEYS = {
  runware: "planted-key-of-runware",
  fal: "planted-id-of-fal:planted-secret-of-fal",
  accessKeyId: "PLANTEDACCESSKEYID",
  secretAccessKey: "planted-secret-access-key",
  sessionToken: "planted-session-token",
  proxyUser: "planted-user-of-a-proxy",
  proxyPassword: "planted-password-of-a-proxy",
} as const;

interface TestAnswer {
  ok: boolean;
  code?: string;
  message?: string;
}

describe("a stored key", function () {
  this.timeout(120_000);
  /** Where the keys are deployed to go. */
  let home: ScriptedServer;
  /** What somebody else listens at. */
  let elsewhere: ScriptedServer;
  let proxy: TunnelProxy;
  let buttons: TestButtons;

  const users = {
    reader: "read",
    "reader of the pack": "flux.read",
    canceller: "flux.write",
    "keeper of Runware": "runware-account.write",
    "keeper of fal": "fal-account.write",
    "keeper of buckets": "flux-s3-bucket.write",
  } as const;
  type User = keyof typeof users;

  before(async () => {
    const answer = { status: 200, json: {} };
    [home, elsewhere, proxy] = await Promise.all([
      startScriptedServer(() => answer),
      startScriptedServer(() => answer),
      startTunnelProxy(),
    ]);
    const { runware, fal, accessKeyId, secretAccessKey, sessionToken, proxyUser, proxyPassword } = KEYS;
    const fals = { queueUrl: `${home.url}/queue`, runUrl: `${home.url}/run`, restUrl: `${home.url}/rest` };
    const flows = [
      { id: "runware", type: "runware-account", baseUrl: `${home.url}/v1`, credentials: { apiKey: runware } },
      { id: "runware-usual", type: "runware-account", credentials: { apiKey: runware } },
      { id: "fal", type: "fal-account", ...fals, credentials: { apiKey: fal } },
      { id: "fal-usual", type: "fal-account", credentials: { apiKey: fal } },
      {
        id: "bucket",
        type: "flux-s3-bucket",
        endpoint: home.url,
        bucket: "pictures",
        pathStyle: true,
        credentials: { accessKeyId, secretAccessKey, sessionToken },
      },
      {
        id: "proxy",
        type: "http proxy",
        url: proxy.url,
        noproxy: [],
        credentials: { username: proxyUser, password: proxyPassword },
      },
      { id: "proxy-elsewhere", type: "http proxy", url: elsewhere.url, noproxy: [] },
      { id: "tls", type: "tls-config", verifyservercert: false },
    ];
    const env = { PLANTED_ADDRESS: elsewhere.url, PLANTED_KEY: KEYS.runware };
    buttons = await testButtons({ flows, env }, users);
  });
  after(async () => {
    await buttons?.close();
    await Promise.all([home?.close(), elsewhere?.close(), proxy?.close()]);
  });
  afterEach(() => {
    for (const came of [home.requests, elsewhere.requests, proxy.tunnels]) came.length = 0;
  });

  async function press(user: User, type: string, body: object): Promise<TestAnswer | number> {
    const { status, text } = await buttons.press(type, body, user);
    return status === 200 ? JSON.parse(text) : status;
  }

  /** All that came to somebody else, by whatever way. */
  const arrived = (): string => JSON.stringify([elsewhere.requests, proxy.tunnels]);

  const assertNothingArrived = (): void => assert.doesNotMatch(arrived(), /planted/i);

  const runwareAt = (baseUrl: string) => ({ id: "runware", environment: "production", apiKey: UNCHANGED, baseUrl });

  it("arrives where it is deployed to go, and nowhere else: so these tests would see it", async () => {
    await press("keeper of Runware", "runware-account", runwareAt(`${home.url}/v1`));
    assert.match(JSON.stringify(home.requests), /planted-key-of-runware/);
    await press("keeper of Runware", "runware-account", {
      ...runwareAt(`${elsewhere.url}/v1`),
      apiKey: "planted-typed",
    });
    assert.match(arrived(), /planted-typed/);
  });

  it("is not sent for somebody who may only look, cancel, or edit something else", async () => {
    const here = `${elsewhere.url}/v1`;
    const { url } = elsewhere;
    const fal = { id: "fal", environment: "production", apiKey: UNCHANGED, queueUrl: url, runUrl: url, restUrl: url };
    const bucket = { id: "bucket", endpoint: url, accessKeyId: UNCHANGED, secretAccessKey: UNCHANGED };
    const keepers = { "runware-account": "keeper of Runware", "fal-account": "keeper of fal" } as Record<string, User>;
    for (const user of Object.keys(users) as User[]) {
      for (const [type, body] of [
        ["runware-account", runwareAt(here)],
        ["fal-account", fal],
        ["flux-s3-bucket", bucket],
      ] as const) {
        if (user === (keepers[type] ?? "keeper of buckets")) continue;
        assert.equal(await press(user, type, body), 401, `${user}: ${type}`);
      }
    }
    assert.deepEqual([elsewhere.requests, home.requests, proxy.tunnels], [[], [], []]);
  });

  const refusedFor = async (user: User, type: string, bodies: readonly object[]): Promise<void> => {
    for (const body of bodies) {
      const answer = await press(user, type, body);
      assert.ok(typeof answer === "object", JSON.stringify(body));
      assert.deepEqual([answer.ok, answer.code], [false, "FLUX_CONFIG"], `${JSON.stringify(body)}: ${answer.message}`);
    }
    assertNothingArrived();
    assert.deepEqual(home.requests, [], "nor is anything said where it belongs");
  };

  it("of Runware goes to no address, proxy or TLS of somebody who may edit accounts, however they are written", async () => {
    const at = `${home.url}/v1`;
    await refusedFor("keeper of Runware", "runware-account", [
      runwareAt(`${elsewhere.url}/v1`),
      runwareAt(`${at}/../../v1`),
      runwareAt("${PLANTED_ADDRESS}"),
      runwareAt(at.replace("http://", `http://x@`)),
      { ...runwareAt(at), proxy: "proxy-elsewhere" },
      { ...runwareAt(at), tls: "tls" },
      { ...runwareAt(at), id: "runware-usual" },
      { ...runwareAt(`${elsewhere.url}/v1`), apiKey: " __PWRD__ " },
      { ...runwareAt(`${elsewhere.url}/v1`), apiKey: "${PLANTED_KEY}" },
    ]);
  });

  it("is not that of another node, of another type, or of none", async () => {
    await refusedFor(
      "keeper of Runware",
      "runware-account",
      ["fal-usual", "fal", "bucket", "proxy", "nobody", "", "__proto__", "constructor"].map((id) => ({
        ...runwareAt(""),
        id,
      })),
    );
  });

  it("of Runware is not sent to fal", async () => {
    const usual = { environment: "production", apiKey: UNCHANGED, queueUrl: "", runUrl: "", restUrl: "" };
    await refusedFor(
      "keeper of fal",
      "fal-account",
      ["runware-usual", "runware", "bucket", "proxy"].map((id) => ({ ...usual, id })),
    );
  });

  it("of fal goes to none of three addresses that somebody names", async () => {
    const at = { queueUrl: `${home.url}/queue`, runUrl: `${home.url}/run`, restUrl: `${home.url}/rest` };
    const fal = { id: "fal", environment: "production", apiKey: UNCHANGED };
    await refusedFor(
      "keeper of fal",
      "fal-account",
      ["queueUrl", "runUrl", "restUrl"].map((property) => ({ ...fal, ...at, [property]: elsewhere.url })),
    );
  });

  it("of a bucket signs nothing for another endpoint, and its token goes to none", async () => {
    const bucket = {
      id: "bucket",
      environment: "production",
      endpoint: home.url,
      region: "us-east-1",
      bucket: "pictures",
      pathStyle: "true",
      authentication: "keys",
      accessKeyId: UNCHANGED,
      secretAccessKey: UNCHANGED,
      sessionToken: UNCHANGED,
    };
    await refusedFor("keeper of buckets", "flux-s3-bucket", [
      { ...bucket, endpoint: elsewhere.url },
      { ...bucket, endpoint: "${PLANTED_ADDRESS}" },
      { ...bucket, endpoint: "" },
      { ...bucket, proxy: "proxy-elsewhere" },
      { ...bucket, tls: "tls" },
      { ...bucket, authentication: "chain" },
      { ...bucket, id: "runware" },
      { ...bucket, id: "nobody", endpoint: elsewhere.url },
      { ...bucket, endpoint: elsewhere.url, secretAccessKey: "typed", accessKeyId: "typed" },
    ]);
  });

  it("of a proxy goes to that proxy alone", async () => {
    const typed = { environment: "production", apiKey: "typed", baseUrl: `${elsewhere.url}/v1` };
    await press("keeper of Runware", "runware-account", { ...typed, proxy: "proxy" });
    assert.match(
      JSON.stringify(proxy.tunnels),
      new RegExp(Buffer.from(`${KEYS.proxyUser}:`).toString("base64").slice(0, 20)),
    );
    assert.doesNotMatch(JSON.stringify(elsewhere.requests), /planted|proxy-authorization/i);
    for (const other of ["runware", "bucket", "tls"]) {
      const answer = await press("keeper of Runware", "runware-account", { ...typed, proxy: other });
      assert.ok(typeof answer === "object" && answer.code === "FLUX_CONFIG", other);
    }
  });

  it("is not followed to where an answer leads", async () => {
    const leading = await startScriptedServer(() => ({ status: 307, headers: { location: elsewhere.url }, text: "" }));
    try {
      const body = { ...runwareAt(`${leading.url}/v1`), apiKey: "planted-typed" };
      const answer = await press("keeper of Runware", "runware-account", body);
      assert.ok(typeof answer === "object" && !answer.ok);
      assert.match(JSON.stringify(leading.requests), /planted-typed/);
      assertNothingArrived();
    } finally {
      await leading.close();
    }
  });
});
