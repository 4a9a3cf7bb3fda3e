import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openStore } from "../../lib/storage/open-store";
import type { BucketAccess, Store } from "../../lib/storage/store";
import { type Sandbox, startSandbox } from "../../sandbox";
import { direct } from "../net/settings";
import { always, assertWithout, fluxErrorOf } from "../support/scripted-client";
import { type Script, type ScriptedServer, startScriptedServer } from "../support/scripted-server";
import { startTunnelProxy } from "../support/tunnel-proxy";
import { accessTo } from "./storage-support";

const IN_AN_HOUR = 3_600_000;

describe("AWS's own chain of credentials", () => {
  const open: { close(): Promise<void> }[] = [];
  let sandbox: Sandbox;
  let folder: string;
  let before: NodeJS.ProcessEnv;

  beforeEach(async () => {
    sandbox = await startSandbox();
    folder = mkdtempSync(join(tmpdir(), "flux-chain-"));
    before = { ...process.env };
    for (const name of Object.keys(process.env)) if (name.startsWith("AWS_")) delete process.env[name];
    // Nothing of this machine's is found.
    Object.assign(process.env, {
      AWS_SHARED_CREDENTIALS_FILE: join(folder, "credentials"),
      AWS_CONFIG_FILE: join(folder, "config"),
      AWS_EC2_METADATA_DISABLED: "true",
    });
  });
  afterEach(async () => {
    for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
    Object.assign(process.env, before);
    for (const thing of open.splice(0).reverse()) await thing.close();
    await sandbox.close();
    rmSync(folder, { recursive: true });
  });

  const storeWith = (more: Partial<BucketAccess> = {}): Store => {
    const store = openStore(accessTo(sandbox, {}, { credentials: "chain", retries: 0, ...more }));
    open.push(store);
    return store;
  };
  const put = (store: Store) =>
    store.put({ key: "a.png", body: Buffer.from("bytes"), contentType: "image/png" }, { signal: always });
  const serve = async (script: Script): Promise<ScriptedServer> => {
    const server = await startScriptedServer(script);
    open.push(server);
    return server;
  };
  /** The key that the store takes, and only together with this token. */
  const temporaryKey = (token: string, life = IN_AN_HOUR) => {
    sandbox.configure({ s3SessionToken: token });
    const { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey } = sandbox.s3;
    return { AccessKeyId, SecretAccessKey, Token: token, Expiration: new Date(Date.now() + life).toISOString() };
  };

  it("takes them from environment variables", async () => {
    sandbox.configure({ s3SessionToken: "of the environment" });
    Object.assign(process.env, {
      AWS_ACCESS_KEY_ID: sandbox.s3.accessKeyId,
      AWS_SECRET_ACCESS_KEY: sandbox.s3.secretAccessKey,
      AWS_SESSION_TOKEN: "of the environment",
    });
    await put(storeWith());
  });

  it("takes them from the profile that is named, in the shared file", async () => {
    const { accessKeyId, secretAccessKey } = sandbox.s3;
    writeFileSync(
      join(folder, "credentials"),
      [
        "[default]",
        "aws_access_key_id = nobody",
        "aws_secret_access_key = nothing",
        "[pictures]",
        `aws_access_key_id = ${accessKeyId}`,
        `aws_secret_access_key = ${secretAccessKey}`,
      ].join("\n"),
    );
    process.env.AWS_PROFILE = "pictures";
    await put(storeWith());
  });

  it("takes them from the container, past the proxy", async () => {
    const key = temporaryKey("of the container");
    const container = await serve(({ headers }) =>
      headers.authorization === "let me in" ? { json: key } : { status: 403, json: {} },
    );
    Object.assign(process.env, {
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `${container.url}/get-credentials`,
      AWS_CONTAINER_AUTHORIZATION_TOKEN: "let me in",
    });
    const proxy = await startTunnelProxy();
    open.push(proxy);
    await put(storeWith({ connection: { ...direct, proxy: { url: proxy.url } } }));
    assert.deepEqual(
      container.requests.map(({ path }) => path),
      ["/get-credentials"],
    );
    assert(proxy.tunnels.every(({ target }) => !container.url.endsWith(target)));
  });

  it("takes them from the machine's metadata service (IMDSv2), past the proxy", async () => {
    const key = temporaryKey("of the machine");
    const role = "/latest/meta-data/iam/security-credentials/";
    const machine = await serve(({ method, path, headers }) => {
      if (method === "PUT" && path === "/latest/api/token") return { text: "session" };
      if (headers["x-aws-ec2-metadata-token"] !== "session") return { status: 401, text: "" };
      return path === role ? { text: "uploader" } : { json: { Code: "Success", ...key } };
    });
    delete process.env.AWS_EC2_METADATA_DISABLED;
    process.env.AWS_EC2_METADATA_SERVICE_ENDPOINT = machine.url;
    const proxy = await startTunnelProxy();
    open.push(proxy);
    await put(storeWith({ connection: { ...direct, proxy: { url: proxy.url } } }));
    assert.deepEqual(
      machine.requests.map(({ method, path }) => [method, path]),
      [
        ["PUT", "/latest/api/token"],
        ["GET", role],
        ["GET", `${role}uploader`],
      ],
    );
    assert(proxy.tunnels.every(({ target }) => !machine.url.endsWith(target)));
  });

  it("takes them from STS for a web identity, through the proxy", async () => {
    const { AccessKeyId, SecretAccessKey, Token, Expiration } = temporaryKey("of the role");
    const sts = await serve(({ text }) => {
      const asked = new URLSearchParams(text);
      const isRight =
        asked.get("Action") === "AssumeRoleWithWebIdentity" &&
        asked.get("RoleArn") === "arn:aws:iam::123456789012:role/uploader" &&
        asked.get("WebIdentityToken") === "who I am";
      if (!isRight) return { status: 400, text: "<ErrorResponse/>" };
      return {
        headers: { "content-type": "text/xml" },
        text: `<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleWithWebIdentityResult><Credentials><AccessKeyId>${AccessKeyId}</AccessKeyId><SecretAccessKey>${SecretAccessKey}</SecretAccessKey><SessionToken>${Token}</SessionToken><Expiration>${Expiration}</Expiration></Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>`,
      };
    });
    webIdentity(sts.url);
    const proxy = await startTunnelProxy();
    open.push(proxy);
    await put(storeWith({ connection: { ...direct, proxy: { url: proxy.url } } }));
    assert.equal(sts.requests.length, 1);
    assert(proxy.tunnels.some(({ target }) => sts.url.endsWith(target)));
  });

  const webIdentity = (url: string) => {
    const file = join(folder, "token");
    writeFileSync(file, "who I am");
    Object.assign(process.env, {
      AWS_WEB_IDENTITY_TOKEN_FILE: file,
      AWS_ROLE_ARN: "arn:aws:iam::123456789012:role/uploader",
      AWS_ENDPOINT_URL_STS: url,
      AWS_REGION: "us-east-1",
    });
  };

  it("asks again when they have expired, and not before", async () => {
    let life = IN_AN_HOUR;
    const container = await serve((_received, count) => ({ json: temporaryKey(`number ${count}`, life) }));
    process.env.AWS_CONTAINER_CREDENTIALS_FULL_URI = container.url;
    const lasting = storeWith();
    await put(lasting);
    await put(lasting);
    await lasting.sign("GET", "a.png", 60);
    assert.equal(container.requests.length, 1);
    life = -1000;
    const passing = storeWith();
    await put(passing);
    const asked = container.requests.length;
    await put(passing);
    assert(container.requests.length > asked);
  });

  it("signs addresses with the token", async () => {
    sandbox.configure({ s3SessionToken: "of the environment" });
    Object.assign(process.env, {
      AWS_ACCESS_KEY_ID: sandbox.s3.accessKeyId,
      AWS_SECRET_ACCESS_KEY: sandbox.s3.secretAccessKey,
      AWS_SESSION_TOKEN: "of the environment",
    });
    const store = storeWith();
    const answer = await fetch(await store.sign("PUT", "b.png", 60), { method: "PUT", body: "bytes" });
    assert.equal(answer.status, 200);
  });

  describe("that ends without any", () => {
    const assertNothingFound = async (store: Store = storeWith()) => {
      for (const work of [() => put(store), () => store.find("a", always), () => store.sign("GET", "a", 60)]) {
        const error = await fluxErrorOf(work());
        assert.deepEqual([error.code, error.cause.provider, error.cause.billed], ["FLUX_AUTH", "s3", "no"]);
        for (const name of ["AWS_ACCESS_KEY_ID", "AWS_PROFILE", "AWS_WEB_IDENTITY_TOKEN_FILE", "metadata service"]) {
          assert(error.message.includes(name), error.message);
        }
        assertWithout(["who I am"], error);
      }
      assert.equal(sandbox.ledger.requests, 0);
    };

    it("says where it looked", () => assertNothingFound());

    it("says so where nothing listens at the metadata service's address", async () => {
      delete process.env.AWS_EC2_METADATA_DISABLED;
      process.env.AWS_EC2_METADATA_SERVICE_ENDPOINT = "http://127.0.0.1:9";
      await assertNothingFound();
    });

    it("says so soon where the metadata service is silent", async () => {
      const silent = await serve(() => ({ misbehave: "hang" }));
      delete process.env.AWS_EC2_METADATA_DISABLED;
      process.env.AWS_EC2_METADATA_SERVICE_ENDPOINT = silent.url;
      const error = await fluxErrorOf(put(storeWith()));
      assert.equal(error.code, "FLUX_AUTH");
    }).timeout(10_000);

    it("says so when a service refuses them", async () => {
      const sts = await serve(() => ({
        status: 403,
        text: "<ErrorResponse><Error><Code>AccessDenied</Code><Message>who I am</Message></Error></ErrorResponse>",
      }));
      webIdentity(sts.url);
      const error = await fluxErrorOf(put(storeWith()));
      assert.deepEqual([error.code, error.cause.status], ["FLUX_AUTH", 403]);
      assert.match(error.message, /refused it \(403\)/);
      assertWithout(["who I am"], error);
    });

    it("says so when a service cannot be reached, which may pass", async () => {
      webIdentity("http://127.0.0.1:9");
      const error = await fluxErrorOf(put(storeWith()));
      assert.deepEqual([error.code, error.cause.retryable], ["FLUX_AUTH", true]);
      assert.match(error.message, /could not be asked: 127\.0\.0\.1:9 refused the connection/);
    });

    it("is left with the signal's reason", async () => {
      const silent = await serve(() => ({ misbehave: "hang" }));
      process.env.AWS_CONTAINER_CREDENTIALS_FULL_URI = silent.url;
      const abort = new AbortController();
      const work = storeWith().find("a", abort.signal);
      await silent.received(1);
      abort.abort(new Error("the node was closed"));
      await assert.rejects(work, /the node was closed/);
    });
  });
});
