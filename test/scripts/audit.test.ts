import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { resolve } from "node:path";

const repository = resolve(__dirname, "../..");

/** Of undici in every version. */
const advisory = {
  id: 1,
  url: "https://example.com/1",
  title: "Sends keys to strangers",
  severity: "high",
  vulnerable_versions: "*",
  cwe: [],
  cvss: { score: 0, vectorString: null },
};

describe("the audit of what users get", function () {
  this.timeout(60_000);
  let registry: Server;

  const startRegistry = async (answer: RequestListener): Promise<void> => {
    registry = createServer(answer);
    registry.listen(0, "127.0.0.1");
    await once(registry, "listening");
  };

  const audit = async (): Promise<{ status: number; output: string }> => {
    const { port } = registry.address() as AddressInfo;
    const child = spawn(process.execPath, ["--import", "tsx", "scripts/audit.ts"], {
      cwd: repository,
      env: { ...process.env, npm_config_registry: `http://127.0.0.1:${port}`, npm_config_fetch_retries: "0" },
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text) => (output += text));
    const [status] = await once(child, "close");
    return { status, output };
  };

  afterEach(() => {
    registry.closeAllConnections();
    registry.close();
  });

  it("passes when the registry knows of nothing", async () => {
    await startRegistry((_request, response) => response.setHeader("content-type", "application/json").end("{}"));
    const { status, output } = await audit();
    assert.match(output, /^0 packages with known vulnerabilities$/m);
    assert.equal(status, 0);
  });

  it("fails when the registry knows of a vulnerability, and names the package", async () => {
    await startRegistry((request, response) => {
      const isAudit = request.url?.endsWith("/advisories/bulk") ?? false;
      response.statusCode = isAudit ? 200 : 404;
      response.setHeader("content-type", "application/json").end(JSON.stringify(isAudit ? { undici: [advisory] } : {}));
    });
    const { status, output } = await audit();
    assert.match(output, /^high: undici /m);
    assert.equal(status, 1);
  });

  const refusals: [string, RequestListener][] = [
    ["refuses to say", (_request, response) => response.writeHead(405).end()],
    ["hangs up", (request) => request.socket.destroy()],
  ];
  for (const [how, answer] of refusals) {
    it(`says so, and passes, when the registry ${how}`, async () => {
      await startRegistry(answer);
      const { status, output } = await audit();
      assert.match(output, /^Not audited, the registry did not answer: \S/m);
      assert.equal(status, 0);
    });
  }
});
