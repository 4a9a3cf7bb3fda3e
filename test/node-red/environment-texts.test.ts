import assert from "node:assert/strict";
import { type TestButtons, testButtons } from "../support/admin/test-buttons";
import { type ScriptedServer, startScriptedServer } from "../support/scripted-server";

/** What stands in Node-RED's environment, and is nobody's business who may edit an account. */
const environment = {
  PLANTED_WORD: "planted",
  PLANTED_TEXT: 'planted "text" \\ with signs {}',
  PLANTED_DATABASE: "postgres://planted-user:planted-password@planted-host:5432/planted?planted=1",
  PLANTED_ADDRESS: "https://planted.invalid:8443/planted?planted=1",
  PLANTED_PLAIN_ADDRESS: "https://planted.invalid:8443/planted/",
  PLANTED_LONG: `planted-${"x".repeat(300)}`,
  PLANTED_NUMBER: "-17.25",
} as const;

const variables = Object.keys(environment);

describe("the Test button, asked for what stands in Node-RED's environment,", function () {
  this.timeout(120_000);
  let store: ScriptedServer;
  let buttons: TestButtons;

  before(async () => {
    store = await startScriptedServer(() => ({
      status: 404,
      headers: { "content-type": "application/xml" },
      text: "<Error><Code>NoSuchBucket</Code><Message>no</Message></Error>",
    }));
    buttons = await testButtons({
      env: environment,
      flows: [
        { id: "runware", type: "runware-account", credentials: { apiKey: "stored" } },
        {
          id: "bucket",
          type: "flux-s3-bucket",
          endpoint: store.url,
          bucket: "pictures",
          pathStyle: true,
          credentials: { accessKeyId: "id", secretAccessKey: "secret" },
        },
      ],
    });
  });
  after(async () => {
    await buttons?.close();
    await store?.close();
  });

  const press = async (type: string, body: object): Promise<string> => (await buttons.press(type, body)).text;

  /** Of the value nothing may be there but the variable's name. */
  const assertUntold = (answer: string, what: string): void => {
    assert.doesNotMatch(answer.replaceAll(/PLANTED_\w+/g, ""), /planted|17\.25|xxxx/i, `${what}: ${answer}`);
  };

  for (const [type, field] of [
    ["runware-account", "environment"],
    ["runware-account", "baseUrl"],
    ["runware-account", "apiKey"],
    ["fal-account", "queueUrl"],
  ] as const) {
    it(`does not tell it as ${field} of a ${type}`, async () => {
      const usual = { id: "runware", environment: "production", apiKey: "typed" };
      for (const variable of variables) {
        assertUntold(await press(type, { ...usual, [field]: `\${${variable}}` }), variable);
      }
    });
  }

  for (const field of ["environment", "endpoint", "region", "bucket", "pathStyle", "checksums", "testPrefix"]) {
    it(`does not tell it as ${field} of a bucket`, async () => {
      const keys = { accessKeyId: "typed", secretAccessKey: "typed" };
      const usual = { id: "bucket", environment: "production", endpoint: store.url, bucket: "pictures", ...keys };
      for (const variable of variables) {
        assertUntold(await press("flux-s3-bucket", { ...usual, [field]: `\${${variable}}` }), variable);
      }
    });
  }

  it("says which variable it is that cannot be used", async () => {
    const usual = { environment: "${PLANTED_WORD}", apiKey: "typed" };
    assert.match(await press("runware-account", usual), /environment is \\"\$\{PLANTED_WORD\}\\", but must be one of/);
    const bucket = { id: "bucket", endpoint: store.url, accessKeyId: "a", secretAccessKey: "b" };
    const answer = await press("flux-s3-bucket", { ...bucket, bucket: "${PLANTED_WORD}", pathStyle: "true" });
    assert.match(answer, /There is no bucket \\"\$\{PLANTED_WORD\}\\" at/);
  });
});
