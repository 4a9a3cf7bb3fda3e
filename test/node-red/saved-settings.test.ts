import assert from "node:assert/strict";
import { FluxError } from "../../lib/errors";
import { migrate } from "../../lib/node-red/migrations";
import { readAccountSettings, readInferenceSettings } from "../../lib/node-red/settings";
import { readBucketSettings, readPresignSettings, readUploadSettings } from "../../lib/node-red/storage/settings";

const isConfigError = (error: unknown) => error instanceof FluxError && error.code === "FLUX_CONFIG";

describe("a saved inference node", () => {
  it("of a version that knew no idempotency keys takes them from msg.idempotencyKey", () => {
    for (const saved of [{}, { version: 1, lateResults: false }]) {
      const { idempotencyKeyFrom } = readInferenceSettings(saved);
      assert.deepEqual(idempotencyKeyFrom, { type: "msg", value: "idempotencyKey" });
    }
  });

  it("may name another property for the idempotency key, as a typed value or in plain words, or none", () => {
    const typed = { type: "jsonata", value: "payload.order.id" };
    for (const [saved, expected] of [
      [{ version: 1, idempotencyKeyFrom: typed }, typed],
      [{ idempotencyKeyFrom: "order" }, { type: "msg", value: "order" }],
      [{ idempotencyKeyFrom: "" }, { type: "none", value: "" }],
    ] as const) {
      assert.deepEqual(readInferenceSettings(saved).idempotencyKeyFrom, expected);
    }
  });

  it("needs nothing but its type: everything has a default", () => {
    assert.deepEqual(readInferenceSettings({ id: "n", type: "runware-flux-srpo" }).promptFrom, {
      type: "msg",
      value: "payload",
    });
  });

  it("written by hand, without a version and with bare property names, still works", () => {
    const migrated = migrate({ promptFrom: "topic", imageFrom: "picture" });
    assert.deepEqual(migrated, {
      promptFrom: { type: "msg", value: "topic" },
      imageFrom: { type: "msg", value: "picture" },
      version: 1,
    });
  });

  it("of the current version is read as it is", () => {
    const saved = { version: 1, promptFrom: { type: "flow", value: "p" }, params: {} };
    assert.deepEqual(migrate(saved), saved);
  });

  it("of a newer version is refused rather than misread", () => {
    assert.throws(() => migrate({ version: 2 }), isConfigError);
  });

  it("is not changed by being read", () => {
    const saved = Object.freeze({ timeout: "30", params: Object.freeze({}) });
    assert.equal(readInferenceSettings(saved).timeout, 30);
    assert.equal(saved.timeout, "30");
  });
});

describe("a saved account", () => {
  it("takes numbers that came from the environment as text", () => {
    const settings = readAccountSettings({ concurrency: "8", line: "0", timeout: "90.5", retries: "2" }, ["baseUrl"]);
    assert.deepEqual(
      [settings.concurrency, settings.line, settings.timeout, settings.retries, settings.environment],
      [8, 0, 90.5, 2, "production"],
    );
  });

  it("of a version without limits, budget and journal has no limits, and keeps a journal", () => {
    const { environment, addresses, concurrency, line, timeout, retries, ...later } = readAccountSettings({}, []);
    assert.deepEqual(later, {
      cancelAfter: 60,
      requestsPerMinute: 0,
      dollarsPerHour: 0,
      dollarsPerDay: 0,
      picturesPerHour: 0,
      picturesPerDay: 0,
      pricePerPicture: 0,
      prices: [],
      journal: true,
      keepResults: 24,
      keepAbsent: 7,
      lostAnswer: "report",
    });
  });

  it("with an address that may hold a key is refused, and the key is not shown", () => {
    for (const baseUrl of [
      "https://example.com/v1?key=planted",
      "https://planted:planted@example.com/v1",
      "https://planted@example.com",
      "https://example.com/#planted",
      "ftp://example.com/planted",
    ]) {
      assert.throws(
        () => readAccountSettings({ baseUrl }, ["baseUrl"]),
        ({ message }: Error) =>
          /^The account node.* baseUrl must be an address/.test(message) && !/planted/.test(message),
        baseUrl,
      );
    }
    for (const baseUrl of ["https://example.com", "https://example.com/@me/v1/", "http://[::1]:8080/v1"]) {
      assert.equal(readAccountSettings({ baseUrl }, ["baseUrl"]).addresses.baseUrl, baseUrl);
    }
  });

  it("takes limits, budget and journal as the dialog or the environment writes them", () => {
    const saved = {
      requestsPerMinute: "30",
      dollarsPerHour: "0.5",
      dollarsPerDay: "",
      picturesPerDay: "100",
      pricePerPicture: "0.0038",
      journal: "false",
      keepResults: "0",
      keepAbsent: "0",
      lostAnswer: "repeat",
    };
    assert.throws(() => readAccountSettings(saved, []), /keepAbsent is "0", but must be at least 1/);
    const settings = readAccountSettings({ ...saved, keepAbsent: "1.5" }, []);
    assert.deepEqual(
      [settings.requestsPerMinute, settings.dollarsPerHour, settings.dollarsPerDay, settings.picturesPerDay],
      [30, 0.5, 0, 100],
    );
    assert.deepEqual(
      [settings.pricePerPicture, settings.journal, settings.keepResults, settings.keepAbsent, settings.lostAnswer],
      [0.0038, false, 0, 1.5, "repeat"],
    );
  });

  it("takes a price table as the dialog, a hand or the environment writes it", () => {
    const prices = [
      { model: "runware-flux-krea", width: "1024", height: "768", steps: "28", dollars: "0.0098" },
      { model: "", width: "", height: "", steps: "", dollars: ".5" },
      { steps: 4, dollars: 1e-7 },
    ];
    assert.deepEqual(readAccountSettings({ prices }, [], ["runware-flux-krea"]).prices, [
      { model: "runware-flux-krea", width: 1024, height: 768, steps: 28, dollars: 0.0098 },
      { dollars: 0.5 },
      { steps: 4, dollars: 1e-7 },
    ]);
  });

  for (const [wrong, prices] of [
    ["list of at most 200 rows", "all free"],
    ["row 1: must be an object", [5]],
    ['row 2: dollars is "free", but must be', [{ dollars: "1" }, { steps: "2", dollars: "free" }]],
    ['dollars is "0", but must be a number of US dollars above 0', [{ dollars: "0" }]],
    ['dollars is "-1", but must be', [{ dollars: "-1" }]],
    ['dollars is "", but must be', [{ model: "krea" }]],
    ['model is "krea", but must be one of krea-node, or nothing', [{ model: "krea", dollars: "1" }]],
    ['steps is "2.5", but must be a whole number', [{ steps: "2.5", dollars: "1" }]],
    ['width is "wide", but must be a whole number of pixels', [{ width: "wide", height: "1", dollars: "1" }]],
    ["width and height belong together", [{ width: "1024", dollars: "1" }]],
    ["row 3: is for the same pictures as row 1", [{ dollars: "1" }, { steps: "2", dollars: "1" }, { dollars: "2" }]],
    ["dollars names the variable PRICE, which the environment does not have", [{ dollars: "${PRICE}" }]],
  ] as const) {
    it(`with prices ${JSON.stringify(prices)} is refused with the row and what would be right`, () => {
      assert.throws(
        () => readAccountSettings({ prices }, [], ["krea-node"]),
        (error) => isConfigError(error) && String(error).includes(wrong),
      );
    });
  }

  it("treats an emptied field as its default", () => {
    assert.equal(readAccountSettings({ concurrency: "", timeout: "" }, ["baseUrl"]).timeout, 600);
  });

  for (const [name, value] of Object.entries({
    concurrency: "many",
    line: -1,
    timeout: 0.5,
    retries: 1.5,
    environment: "staging",
    baseUrl: "ftp://example.test",
    requestsPerMinute: -1,
    dollarsPerHour: "five",
    dollarsPerDay: -0.01,
    picturesPerHour: 2.5,
    picturesPerDay: 1e9,
    pricePerPicture: 1001,
    journal: "perhaps",
    keepResults: 721,
    keepAbsent: 366,
    cancelAfter: -1,
    lostAnswer: "pay",
  })) {
    it(`with ${name} set to ${JSON.stringify(value)} is refused with the name of the setting`, () => {
      assert.throws(
        () => readAccountSettings({ [name]: value }, ["baseUrl"]),
        (error) => isConfigError(error) && String(error).includes(name),
      );
    });
  }
});

describe("a saved storage node", () => {
  const bucket = { bucket: "shop" };

  it("needs nothing but its bucket: everything else has a default", () => {
    assert.deepEqual(readBucketSettings(bucket), {
      environment: "production",
      endpoint: "",
      region: "us-east-1",
      bucket: "shop",
      pathStyle: false,
      publicBaseUrl: "",
      checksums: "required",
      authentication: "keys",
      retries: 3,
      testPrefix: "node-red-flux-test/",
    });
    const { source, key, concurrency, timeout, maxMegabytes } = readUploadSettings(bucket);
    assert.deepEqual(
      { source, key, concurrency, timeout, maxMegabytes },
      {
        source: { type: "msg", value: "payload" },
        key: { type: "str", value: "{provider}/{jobId}-{index}.{ext}" },
        concurrency: 4,
        timeout: 300,
        maxMegabytes: 512,
      },
    );
    const { method, putInto, object, life, into } = readPresignSettings(bucket);
    assert.deepEqual(
      { method, putInto, object, life, into },
      { method: "put", putInto: "flux", object: { type: "msg", value: "s3" }, life: 3600, into: "payload" },
    );
  });

  it("is read as the dialog or the environment writes it: numbers and switches as text, emptied fields as their default", () => {
    const { pathStyle, retries, testPrefix, region } = readBucketSettings({
      ...bucket,
      pathStyle: "true",
      retries: "0",
      testPrefix: "",
      region: "",
    });
    assert.deepEqual([pathStyle, retries, testPrefix, region], [true, 0, "node-red-flux-test/", "us-east-1"]);
    const saved = { metadata: "false", neverOverwrite: "true", linkLife: "60", timeout: "0.5e2", concurrency: "" };
    const { metadata, neverOverwrite, linkLife, timeout, concurrency } = readUploadSettings(saved);
    assert.deepEqual([metadata, neverOverwrite, linkLife, timeout, concurrency], [false, true, 60, 50, 4]);
  });

  it("of a sandbox may leave its name to the sandbox", () => {
    assert.equal(readBucketSettings({ environment: "sandbox", bucket: "" }).bucket, "");
  });

  for (const [read, name, value] of [
    [readBucketSettings, "endpoint", "s3.example.com"],
    [readBucketSettings, "endpoint", "https://s3.example.com/?x=y"],
    [readBucketSettings, "region", "eu central"],
    [readBucketSettings, "bucket", "a"],
    [readBucketSettings, "bucket", "shop/folder"],
    [readBucketSettings, "checksums", "always"],
    [readBucketSettings, "authentication", "password"],
    [readBucketSettings, "retries", "21"],
    [readUploadSettings, "mode", "download"],
    [readUploadSettings, "encryption", "rot13"],
    [readUploadSettings, "linkLife", "604801"],
    [readUploadSettings, "concurrency", "0"],
    [readUploadSettings, "maxMegabytes", "0"],
    [readUploadSettings, "key", "a.jpg"],
    [readPresignSettings, "method", "delete"],
    [readPresignSettings, "life", "1.5"],
    [readPresignSettings, "putInto", "payload"],
  ] as const) {
    it(`with ${name} set to ${JSON.stringify(value)} is refused with the name of the setting`, () => {
      assert.throws(
        () => read({ ...bucket, [name]: value }),
        (error) => isConfigError(error) && String(error).includes(name),
      );
    });
  }
});
