import assert from "node:assert/strict";
import { Thumbnails } from "../../lib/node-red/admin/thumbnails";
import { closeHosts, host } from "../support/hosts";
import { resolveAsEver, resolveTo } from "../support/names";
import { noisePng } from "../support/pictures";
import { privateHosts } from "../support/private-hosts";

const connection = { useEnvironmentProxy: false, connectTimeout: 5000, headersTimeout: 5000, bodyTimeout: 5000 };

describe("the sidebar's thumbnail of a picture at an address", () => {
  afterEach(() => {
    resolveAsEver();
    closeHosts();
  });

  /** Of a picture whose service is at `service`. */
  const thumbnailAt = (url: string, service: string) =>
    new Thumbnails().of("job", async () => ({ url, addresses: [`http://${service}/v1`], connection }));

  it("is not fetched from a private network: by its address, a DNS name or a redirect", async () => {
    const png = await noisePng(16);
    let taken = 0;
    const inside = await host((_request, response) => {
      taken += 1;
      response.end(png);
    });
    let location = "";
    const service = await host((_request, response) => response.writeHead(302, { location }).end());
    const [, port] = inside.split(":");
    resolveTo(() => ["127.0.0.1"]);
    for (const address of [...Object.values(privateHosts), "pictures.example"]) {
      location = `http://${address}:${port}/a.png`;
      assert.equal(await thumbnailAt(location, service), undefined, address);
      assert.equal(await thumbnailAt(`http://${service}/`, service), undefined, `a redirect to ${address}`);
    }
    assert.equal(taken, 0);
    location = `http://${inside}/a.png`;
    assert.equal(await thumbnailAt(location, service), undefined);
    await thumbnailAt(location, inside);
    assert.equal(taken, 1, "the service's own host is no private one");
  });
});
