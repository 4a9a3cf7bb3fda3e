import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { request as forward } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { type Sandbox, startSandbox } from "../../sandbox";
import { startFlow, stopFlows } from "../support/flow";
import { coreNode } from "../support/helper";
import { startTunnelProxy } from "../support/tunnel-proxy";

const prompt = "a lighthouse at dusk";
const flux = { width: 128, height: 128 };
const fixture = (name: string) => join(__dirname, "../net/fixtures", name);

/** The sandbox behind TLS, with a certificate that only its own authority vouches for. */
async function startTlsFront(sandbox: Sandbox): Promise<{ server: Server; url: string }> {
  const certificate = { key: readFileSync(fixture("localhost.key")), cert: readFileSync(fixture("localhost.crt")) };
  const server = createServer(certificate, (request, response) => {
    const { method, headers, url = "/" } = request;
    const onward = forward(new URL(url, sandbox.url), { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    });
    request.pipe(onward);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { server, url: `https://localhost:${(server.address() as AddressInfo).port}` };
}

describe("an account with a proxy node", () => {
  afterEach(stopFlows);

  it("sends every request, downloads included, through that proxy, with its credentials", async () => {
    const proxy = await startTunnelProxy();
    const flow = await startFlow({
      account: { environment: "production", proxy: "proxy" },
      node: { output: "buffer" },
      nodes: [{ id: "proxy", type: "http proxy", url: proxy.url, noproxy: [] }],
      types: [coreNode("network/06-httpproxy")],
      credentials: { proxy: { username: "author", password: "secret" } },
    });
    const { messages, caught } = await flow.send({ payload: prompt, flux });
    assert.equal(caught?.error.message, undefined);
    assert.ok(Buffer.isBuffer(messages[0]?.payload));
    const authorization = `Basic ${Buffer.from("author:secret").toString("base64")}`;
    const target = new URL(flow.sandbox.url).host;
    assert.ok(proxy.tunnels.length >= 2, "one tunnel for the service, one for the picture");
    for (const tunnel of proxy.tunnels) assert.deepEqual(tunnel, { target, authorization });
    await proxy.close();
  });

  it("asks hosts that the proxy node excepts directly", async () => {
    const proxy = await startTunnelProxy();
    const flow = await startFlow({
      account: { environment: "production", proxy: "proxy" },
      nodes: [{ id: "proxy", type: "http proxy", url: proxy.url, noproxy: ["127.0.0.1"] }],
      types: [coreNode("network/06-httpproxy")],
    });
    const { messages } = await flow.send({ payload: prompt, flux });
    assert.equal(messages.length, 1);
    assert.deepEqual(proxy.tunnels, []);
    await proxy.close();
  });

  it("fails without a fallback when the proxy is gone, and nothing was sent", async () => {
    const flow = await startFlow({
      account: { environment: "production", proxy: "proxy", retries: 0 },
      nodes: [{ id: "proxy", type: "http proxy", url: "http://127.0.0.1:1", noproxy: [] }],
      types: [coreNode("network/06-httpproxy")],
    });
    const { caught } = await flow.send({ payload: prompt, flux });
    assert.deepEqual([caught?.error.code, caught?.error.cause.billed], ["FLUX_NETWORK", "no"]);
    assert.equal(flow.sandbox.ledger.calls("imageInference"), 0);
  });
});

describe("a proxy in Node-RED's settings", () => {
  afterEach(stopFlows);

  for (const variable of ["http_proxy", "HTTP_PROXY", "ALL_PROXY"]) {
    it(`is used for accounts without a proxy node (${variable})`, async () => {
      const proxy = await startTunnelProxy();
      const flow = await startFlow({
        account: { environment: "production" },
        settings: { proxyOptions: { env: { [variable]: proxy.url } } },
      });
      const { messages, caught } = await flow.send({ payload: prompt, flux });
      assert.equal(caught?.error.message, undefined);
      assert.equal(messages.length, 1);
      assert.ok(proxy.tunnels.length > 0);
      await proxy.close();
    });
  }
});

describe("an account with a TLS node", () => {
  let sandbox: Sandbox;
  let front: { server: Server; url: string };
  beforeEach(async () => {
    sandbox = await startSandbox({ settings: { latency: 5 } });
    front = await startTlsFront(sandbox);
  });
  afterEach(async () => {
    await stopFlows();
    front.server.closeAllConnections();
    front.server.close();
    await sandbox.close();
  });

  const flowWith = (account: Record<string, unknown>) =>
    startFlow({
      account: { environment: "production", baseUrl: `${front.url}/v1`, retries: 0, ...account },
      nodes: [
        { id: "trusting", type: "tls-config", ca: fixture("localhost.crt"), cert: "", key: "", verifyservercert: true },
        { id: "careless", type: "tls-config", ca: "", cert: "", key: "", verifyservercert: false },
        { id: "broken", type: "tls-config", ca: "/no/such/file", cert: "", key: "", verifyservercert: false },
      ],
      types: [coreNode("network/05-tls")],
    });

  for (const tls of ["trusting", "careless"]) {
    it(`reaches a service that it trusts by that node (${tls})`, async () => {
      const flow = await flowWith({ tls });
      const { messages, caught } = await flow.send({ payload: prompt, flux });
      assert.equal(caught?.error.message, undefined);
      assert.equal(messages.length, 1);
    });
  }

  it("is what it takes: without it the certificate is refused, before anything is sent", async () => {
    const flow = await flowWith({});
    const { caught } = await flow.send({ payload: prompt, flux });
    assert.deepEqual([caught?.error.code, caught?.error.cause.billed], ["FLUX_NETWORK", "no"]);
    assert.equal(sandbox.ledger.calls("imageInference"), 0);
  });

  for (const tls of ["deleted", "broken"]) {
    it(`that is ${tls} is an error, not a connection without it`, async () => {
      const flow = await flowWith({ tls });
      const { caught } = await flow.send({ payload: prompt, flux });
      assert.equal(caught?.error.code, "FLUX_CONFIG");
      assert.equal(sandbox.ledger.calls("imageInference"), 0);
    });
  }
});
