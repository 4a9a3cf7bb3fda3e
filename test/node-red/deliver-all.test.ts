import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { FluxError } from "../../lib/errors";
import { deliverAll } from "../../lib/node-red/deliver-all";

const PNG = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);
const owner = { provider: "runware", requestId: "the-job", expected: { contentType: "image/jpeg" } };

const connection = { useEnvironmentProxy: false, connectTimeout: 5000, headersTimeout: 5000, bodyTimeout: 5000 };

describe("a paid picture that came inside the answer, though its address was asked for", () => {
  const base64 = PNG.toString("base64");
  const dataURI = `data:image/png;base64,${base64}`;
  const source = { isOld: false, addresses: [], connection, signal: new AbortController().signal };
  const asAddress = (content: object) =>
    deliverAll({ pictures: [{ id: "picture", index: 0, nsfw: false, ...content }], errors: [] }, "url", owner, source);

  for (const [name, content] of Object.entries({ "a data URI": { dataURI }, base64: { base64 } })) {
    it(`is delivered as a data URI, with a warning: ${name}`, async () => {
      const { pictures, warnings, errors } = await asAddress({ contentType: "image/png", ...content });
      assert.deepEqual(
        pictures.map(({ payload, image }) => [payload, image.contentType, image.url]),
        [[dataURI, "image/png", undefined]],
      );
      assert.equal(warnings.length, 1);
      assert.match(warnings[0] ?? "", /data URI/);
      assert.deepEqual(errors, []);
    });
  }

  it("has the type of its bytes where they come without one", async () => {
    const { pictures } = await asAddress({ base64 });
    assert.deepEqual([pictures[0]?.payload, pictures[0]?.image.contentType], [dataURI, "image/png"]);
  });

  it("is an error that says it is paid for when there is nothing of it", async () => {
    await assert.rejects(asAddress({}), (error) => error instanceof FluxError && error.cause.billed === "yes");
  });

  it("is not warned about when its address came too", async () => {
    const url = "https://example.com/a.png";
    const { pictures, warnings } = await asAddress({ url, dataURI });
    assert.deepEqual([pictures[0]?.payload, warnings], [url, []]);
  });
});

describe("a paid picture that is fetched", () => {
  let server: Server;
  let baseUrl: string;
  let answers: { status: number; type: string; body: Buffer | string }[];
  let requests: number;

  beforeEach(async () => {
    requests = 0;
    server = createServer((_request, response) => {
      requests += 1;
      const { status, type, body } = answers.shift() ?? { status: 500, type: "text/plain", body: "" };
      response.writeHead(status, { "content-type": type }).end(body);
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  const fetchOne = () =>
    deliverAll(
      { pictures: [{ id: "picture", index: 0, nsfw: false, url: `${baseUrl}/a.png?signature=secret` }], errors: [] },
      "buffer",
      owner,
      {
        isOld: false,
        addresses: [baseUrl],
        connection,
        signal: new AbortController().signal,
      },
    );

  it("is fetched again when its host fails for a moment", async () => {
    answers = [
      { status: 503, type: "text/plain", body: "busy" },
      { status: 200, type: "image/png", body: PNG },
    ];
    const { pictures } = await fetchOne();
    assert.deepEqual(pictures[0]?.payload, PNG);
    assert.equal(requests, 2);
  });

  it("is not fetched again when it is gone, and the error names the job but no signature", async () => {
    answers = [{ status: 404, type: "text/plain", body: "" }];
    await assert.rejects(
      fetchOne(),
      (error) =>
        error instanceof FluxError &&
        error.cause.billed === "yes" &&
        error.cause.requestId === "the-job" &&
        !error.message.includes("secret"),
    );
    assert.equal(requests, 1);
  });

  it("is not taken for a picture when a page came instead of it", async () => {
    answers = [{ status: 200, type: "image/png", body: "<html>Please log in</html>" }];
    await assert.rejects(fetchOne(), /no picture/);
  });
});
