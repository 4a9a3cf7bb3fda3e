import assert from "node:assert/strict";
import { GetObjectCommand, HeadObjectCommand, ListObjectsV2Command, PutObjectCommand } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { dechunk } from "../../sandbox/s3/chunked";
import { canonicalRequest, requestSignature, signingKey } from "../../sandbox/s3/signature";
import { clientOf, closeStores, contentOf, openStore, refusal, send, sendPlain } from "./s3-support";

const object = { Bucket: "pictures", Key: "a b/ü+😀 (1)!'*~.txt" };
const body = Buffer.from("a red lighthouse");

describe("the sandbox's store, asked by AWS's client", () => {
  afterEach(closeStores);

  it("takes the right key, in a header and in an address", async () => {
    const client = clientOf(await openStore());
    const address = await getSignedUrl(client, new PutObjectCommand(object), { expiresIn: 60 });
    assert.equal((await sendPlain(address, "PUT", {}, body)).status, 200);
    const { Body } = await client.send(new GetObjectCommand(object));
    assert.equal(await Body?.transformToString(), body.toString());
    const shown = await sendPlain(await getSignedUrl(client, new GetObjectCommand(object)), "GET");
    assert.deepEqual(shown.body, body);
    assert.equal((await sendPlain(await getSignedUrl(client, new HeadObjectCommand(object)), "HEAD")).status, 200);
  });

  for (const [what, changes, expected] of [
    ["a wrong secret", { secretAccessKey: "another" }, "403 SignatureDoesNotMatch"],
    ["an unknown key", { accessKeyId: "another" }, "403 InvalidAccessKeyId"],
    ["a session token that nobody gave", { sessionToken: "another" }, "400 InvalidToken"],
    ["an expired session token", { sessionToken: "expired-yesterday" }, "400 ExpiredToken"],
  ] as const) {
    it(`refuses ${what}`, async () => {
      const sandbox = await openStore();
      const client = clientOf(sandbox, { credentials: { ...sandbox.s3, ...changes } });
      assert.equal(await refusal(client.send(new PutObjectCommand({ ...object, Body: body }))), expected);
      const address = await getSignedUrl(client, new PutObjectCommand(object));
      const { status, code } = await sendPlain(address, "PUT", {}, body);
      assert.equal(`${status} ${code}`, expected);
      const { KeyCount } = await clientOf(sandbox).send(new ListObjectsV2Command({ Bucket: "pictures" }));
      assert.equal(KeyCount, 0);
    });
  }

  it("wants the session token that is set, and no other", async () => {
    const sandbox = await openStore();
    sandbox.configure({ s3SessionToken: "the token" });
    const put = (sessionToken?: string) => {
      const credentials = { ...sandbox.s3, ...(sessionToken === undefined ? {} : { sessionToken }) };
      return refusal(clientOf(sandbox, { credentials }).send(new PutObjectCommand({ ...object, Body: body })));
    };
    assert.equal(await put("the token"), "no refusal");
    assert.equal(await put("another"), "400 InvalidToken");
    assert.equal(await put(), "403 InvalidAccessKeyId");
  });

  it("refuses another region", async () => {
    const client = clientOf(await openStore(), { region: "eu-west-1" });
    const put = client.send(new PutObjectCommand({ ...object, Body: body }));
    assert.equal(await refusal(put), "400 AuthorizationHeaderMalformed");
  });

  it("refuses a clock that is 16 minutes off, and tells its own time", async () => {
    const sandbox = await openStore();
    for (const minutes of [-16, 16]) {
      sandbox.configure({ s3ClockSkew: minutes * 60 });
      const answer = await send(sandbox, { method: "GET", path: "/s3/pictures?list-type=2" });
      assert.deepEqual([answer.status, answer.code], [403, "RequestTimeTooSkewed"]);
      const told = (Date.parse(answer.headers.date ?? "") - Date.now()) / 60_000;
      assert.equal(Math.round(told), minutes);
    }
    sandbox.configure({ s3ClockSkew: 14 * 60 });
    assert.equal((await send(sandbox, { method: "GET", path: "/s3/pictures?list-type=2" })).status, 200);
  });
});

describe("a signed address of the sandbox's store", () => {
  afterEach(closeStores);

  it("works for its method and its object only", async () => {
    const client = clientOf(await openStore());
    const address = await getSignedUrl(client, new PutObjectCommand({ Bucket: "pictures", Key: "a.jpg" }));
    for (const [url, method] of [
      [address, "GET"],
      [address, "DELETE"],
      [address.replace("a.jpg", "b.jpg"), "PUT"],
      [address.replace("X-Amz-Expires=900", "X-Amz-Expires=9000"), "PUT"],
      [`${address}&x-amz-acl=public-read`, "PUT"],
      [address.replace(/(X-Amz-Signature=)[0-9a-f]/, "$1x"), "PUT"],
      [address.replace("127.0.0.1", "localhost"), "PUT"],
    ] as const) {
      const { status, code } = await sendPlain(url, method, {}, method === "PUT" ? body : undefined);
      assert.deepEqual([status, code], [403, "SignatureDoesNotMatch"], `${method} ${url}`);
    }
    assert.equal((await sendPlain(address, "PUT", { "content-type": "image/jpeg" }, body)).status, 200);
  });

  it("expires, and does not work before its time", async () => {
    const client = clientOf(await openStore());
    const sign = (signingDate: Date) =>
      getSignedUrl(client, new PutObjectCommand(object), { expiresIn: 60, signingDate });
    const expired = await sendPlain(await sign(new Date(Date.now() - 61_000)), "PUT", {}, body);
    assert.deepEqual([expired.status, expired.code], [403, "AccessDenied"]);
    assert.match(expired.text, /<Message>Request has expired<\/Message>/);
    const early = await sendPlain(await sign(new Date(Date.now() + 960_000)), "PUT", {}, body);
    assert.deepEqual([early.status, early.code], [403, "AccessDenied"]);
  });

  it("lives for seven days at most", async () => {
    const client = clientOf(await openStore());
    const address = await getSignedUrl(client, new PutObjectCommand(object), { expiresIn: 604_800 });
    assert.equal((await sendPlain(address, "PUT", {}, body)).status, 200);
    const longer = await sendPlain(address.replace("604800", "604801"), "PUT", {}, body);
    assert.deepEqual([longer.status, longer.code], [400, "AuthorizationQueryParametersError"]);
  });

  it("that carries the checksum of another content is no use", async () => {
    const sandbox = await openStore();
    const client = clientOf(sandbox, { requestChecksumCalculation: "WHEN_SUPPORTED" });
    const address = await getSignedUrl(client, new PutObjectCommand({ Bucket: "pictures", Key: "a.jpg" }));
    const { status, code } = await sendPlain(address, "PUT", {}, body);
    assert.deepEqual([status, code], [400, "BadDigest"]);
    assert.equal(await contentOf(sandbox, "a.jpg"), undefined);
  });

  it("is refused together with a signature in the header", async () => {
    const sandbox = await openStore();
    const address = await getSignedUrl(clientOf(sandbox), new PutObjectCommand(object));
    const { status, code } = await sendPlain(address, "PUT", { authorization: "AWS4-HMAC-SHA256 x" }, body);
    assert.deepEqual([status, code], [400, "InvalidArgument"]);
  });
});

describe("a stranger to the sandbox's store", () => {
  afterEach(closeStores);

  it("may look at objects where that is set, and nothing else", async () => {
    const sandbox = await openStore();
    await send(sandbox, { method: "PUT", path: "/s3/pictures/a.jpg", body });
    const ask = async (method: string, path: string) => {
      const { status, code } = await sendPlain(`${sandbox.s3.endpoint}/${path}`, method);
      return code ?? status;
    };
    assert.equal(await ask("GET", "pictures/a.jpg"), "AccessDenied");
    sandbox.configure({ s3PublicRead: true });
    assert.equal(await ask("GET", "pictures/a.jpg"), 200);
    assert.equal(await ask("HEAD", "pictures/a.jpg"), 200);
    assert.equal(await ask("GET", "pictures/none.jpg"), "NoSuchKey");
    for (const [method, path] of [
      ["PUT", "pictures/a.jpg"],
      ["DELETE", "pictures/a.jpg"],
      ["GET", "pictures?list-type=2"],
      ["POST", "pictures/a.jpg?uploads"],
      ["PUT", "another"],
    ] as const) {
      assert.equal(await ask(method, path), "AccessDenied", `${method} ${path}`);
    }
  });

  it("may look at an object that was made public", async () => {
    const sandbox = await openStore();
    await send(sandbox, { method: "PUT", path: "/s3/pictures/a.jpg", body, headers: { "x-amz-acl": "public-read" } });
    assert.deepEqual((await sendPlain(`${sandbox.s3.endpoint}/pictures/a.jpg`, "GET")).body, body);
  });
});

describe("a signed request to the sandbox's store", () => {
  afterEach(closeStores);

  it("signs all of Amazon's headers that it has, its host, and the hash of its content", async () => {
    const sandbox = await openStore();
    const put = { method: "PUT", path: "/s3/pictures/a.jpg", body };
    const unsigned = await send(sandbox, { ...put, unsigned: { "x-amz-acl": "public-read" } });
    assert.deepEqual([unsigned.status, unsigned.code], [403, "AccessDenied"]);
    const elsewhere = await send(sandbox, { ...put, unsigned: { host: "s3.example.com" } });
    assert.deepEqual([elsewhere.status, elsewhere.code], [403, "SignatureDoesNotMatch"]);
    const anywhere = await send(sandbox, { ...put, leavesHostOut: true });
    assert.deepEqual([anywhere.status, anywhere.code], [403, "AccessDenied"]);
    const another = await send(sandbox, { ...put, day: "20200101" });
    assert.deepEqual([another.status, another.code], [403, "SignatureDoesNotMatch"], "a key of another day");
    const other = await send(sandbox, { ...put, damage: (content) => Buffer.from(content).fill("x", 0, 1) });
    assert.deepEqual([other.status, other.code], [400, "XAmzContentSHA256Mismatch"]);
    assert.equal(await contentOf(sandbox, "a.jpg"), undefined);
    assert.equal((await send(sandbox, { ...put, payload: "UNSIGNED-PAYLOAD" })).status, 200);
  });

  it("signs every path as it is sent, and each parameter", async () => {
    const sandbox = await openStore();
    for (const path of ["a//b", "a/../b", "./a", "%2e%2e/%2e%2e/a", "a%20b", "a+b", "%F0%9F%98%80"]) {
      const whole = `/s3/pictures/${path}`;
      assert.equal((await send(sandbox, { method: "PUT", path: whole, body })).status, 200, path);
      assert.deepEqual(await contentOf(sandbox, path), body);
    }
  });
});

describe("the signatures that AWS publishes as examples", () => {
  const scope = { day: "20130524", region: "us-east-1", service: "s3" };
  const timestamp = "20130524T000000Z";
  const key = signingKey("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", scope);
  const chunks = (signatures: readonly string[], trailer = "") =>
    `${["10000", "400", "0"]
      .map((size, index) => {
        const content = "a".repeat(Number.parseInt(size, 16));
        return `${size};chunk-signature=${signatures[index]}\r\n${content}${content && "\r\n"}`;
      })
      .join("")}${trailer}\r\n`;

  async function* inPieces(text: string): AsyncGenerator<Buffer> {
    for (let start = 0; start < text.length; start += 999) yield Buffer.from(text.slice(start, start + 999));
  }

  async function read(text: string, seed: string, trailers: string[] = []) {
    const pieces = dechunk(inPieces(text), { seal: { key, timestamp, scope, seed }, trailers });
    let size = 0;
    let next = await pieces.next();
    for (; !next.done; next = await pieces.next()) size += next.value.length;
    return { size, trailer: [...next.value] };
  }

  it("are those of a request", () => {
    const headers = new Map([
      ["host", "examplebucket.s3.amazonaws.com"],
      ["range", "bytes=0-9"],
      ["x-amz-content-sha256", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
      ["x-amz-date", timestamp],
    ]);
    const canonical = canonicalRequest({
      method: "GET",
      rawPath: "/test.txt",
      query: [],
      headers,
      signedHeaders: [...headers.keys()],
      payload: headers.get("x-amz-content-sha256") ?? "",
    });
    assert.equal(
      requestSignature(key, timestamp, scope, canonical),
      "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
    );
  });

  it("are those of content in chunks", async () => {
    const text = chunks([
      "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
      "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
      "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9",
    ]);
    const seed = "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9";
    assert.deepEqual(await read(text, seed), { size: 66_560, trailer: [] });
    await assert.rejects(read(text.replace("aa\r", "ab\r"), seed), { code: "SignatureDoesNotMatch" });
  });

  it("are those of content in chunks with a trailer", async () => {
    const text = chunks(
      [
        "b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2",
        "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7",
        "2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992",
      ],
      "x-amz-checksum-crc32c:sOO8/Q==\r\n" +
        "x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n",
    );
    const seed = "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e";
    const trailer = [["x-amz-checksum-crc32c", "sOO8/Q=="]];
    assert.deepEqual(await read(text, seed, ["x-amz-checksum-crc32c"]), { size: 66_560, trailer });
    const changed = text.replace("sOO8", "sOO9");
    await assert.rejects(read(changed, seed, ["x-amz-checksum-crc32c"]), { code: "SignatureDoesNotMatch" });
  });
});
