import assert from "node:assert/strict";
import { FluxError } from "../../lib/errors";
import { migrate } from "../../lib/node-red/migrations";
import { readAccountSettings, readInferenceSettings } from "../../lib/node-red/settings";

const isConfigError = (error: unknown) => error instanceof FluxError && error.code === "FLUX_CONFIG";

describe("a saved inference node", () => {
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
  })) {
    it(`with ${name} set to ${JSON.stringify(value)} is refused with the name of the setting`, () => {
      assert.throws(
        () => readAccountSettings({ [name]: value }, ["baseUrl"]),
        (error) => isConfigError(error) && String(error).includes(name),
      );
    });
  }
});
