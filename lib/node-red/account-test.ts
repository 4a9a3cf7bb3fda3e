import { type ErrorCode, FluxError } from "../errors";
import { createDispatcher } from "../net/dispatcher";
import { exchange } from "../net/http";
import type { AccountCheck, AccountKind, Addresses } from "../providers/account-kind";
import { type AccountAccess, resolveAccess } from "./account";
import { connectionSettings } from "./connection";
import type { AccountNode } from "./find-account";
import { readAccountSettings } from "./settings";
import type { NodeAPI } from "./types";

/** What a dialog sends: its own values, whether the node is deployed or not. */
interface TestBody {
  id: string;
  environment: string;
  addresses: Addresses;
  proxy: string;
  tls: string;
  apiKey: string;
}

type TestResult = ({ ok: true } & AccountCheck) | { ok: false; code: ErrorCode; message: string };

/** What the editor sends in place of a stored password that was not touched. */
const UNCHANGED = "__PWRD__";

/** A value that stands in the environment. */
const VARIABLE = /^\$\{(\S+)\}$/;

const TEST_TIMEOUT = 15_000;

/** A person does not press the button more often; a script that guesses keys would. */
const TESTS_PER_MINUTE = 10;

/** Our own words for what the service's answer means: its body never reaches the editor. */
const SENTENCES: Partial<Record<ErrorCode, string>> = {
  FLUX_AUTH: "The service refuses this key.",
  FLUX_QUOTA: "The key is known, but the account has no credit left.",
  FLUX_RATE_LIMIT: "The service is busy. Try again in a minute.",
  FLUX_NETWORK: "The service cannot be reached. Check the network, the account's addresses, the proxy and TLS.",
  FLUX_TIMEOUT: "The service did not answer in time. Check the network and the proxy.",
  FLUX_PROVIDER: "Something answered, but not like this service. Check the account's addresses.",
};

/** Serves the Test button of an account dialog: `POST flux/<type>/test` on the admin API. */
export function serveAccountTest(RED: NodeAPI, type: string, kind: AccountKind): void {
  const mayTest = rateLimit(TESTS_PER_MINUTE);
  RED.httpAdmin.post(`/flux/${type}/test`, RED.auth.needsPermission(`${type}.write`), (request, response) => {
    const result = mayTest()
      ? testAccount(RED, kind, readBody(request.body, Object.keys(kind.addresses)))
      : Promise.resolve(failed("FLUX_RATE_LIMIT", "Too many tests. Wait a minute."));
    result.then(
      (answer) => response.json(answer),
      () => response.json(failed("FLUX_PROVIDER", "The test itself failed. Node-RED's log may tell more.")),
    );
  });
}

async function testAccount(RED: NodeAPI, kind: AccountKind, body: TestBody): Promise<TestResult> {
  try {
    return { ok: true, ...(await check(RED, kind, body)) };
  } catch (error) {
    if (!(error instanceof FluxError)) throw error;
    return failed(error.code, error.code === "FLUX_CONFIG" ? error.message : (SENTENCES[error.code] ?? error.code));
  }
}

async function check(RED: NodeAPI, kind: AccountKind, body: TestBody): Promise<AccountCheck> {
  const deployed = RED.nodes.getNode(body.id) as AccountNode | null;
  const values = {
    ...body,
    addresses: mapped(body.addresses, (address) => resolved(RED, deployed, address)),
    environment: resolved(RED, deployed, body.environment),
  };
  const settings = readAccountSettings(
    { environment: values.environment, ...values.addresses },
    Object.keys(kind.addresses),
  );
  const access: AccountAccess = {
    settings,
    apiKey: keyFor(RED, deployed, values),
    connection: (address) => connectionSettings(RED, { proxy: body.proxy, tls: body.tls }, address),
  };
  const { addresses, apiKey, sandbox, connection } = await resolveAccess(kind, access);
  const [create, dispatcher] = await Promise.all([kind.load(), createDispatcher(connection)]);
  const provider = create({ addresses, apiKey, sandbox, send: (request) => exchange(dispatcher, request) });
  try {
    return await provider.check(AbortSignal.timeout(TEST_TIMEOUT));
  } catch (error) {
    throw error instanceof FluxError ? error : new FluxError("FLUX_TIMEOUT", "no answer in time");
  } finally {
    await provider.close();
    await dispatcher.destroy();
  }
}

/**
 * The key to test with. A key that the dialog does not hold itself, stored or in the environment, goes only where its
 * owner sends it anyway: somebody who may edit this dialog but does not know the key could otherwise have it delivered
 * to an address of his own.
 */
function keyFor(RED: NodeAPI, deployed: AccountNode | null, values: TestBody): string | undefined {
  const { apiKey, environment } = values;
  const isStored = apiKey === UNCHANGED;
  if (!isStored && !VARIABLE.test(apiKey)) return apiKey;
  if (environment === "sandbox") return undefined;
  if (!isUsualDestination(deployed, values, isStored)) {
    throw new FluxError(
      "FLUX_CONFIG",
      "The address, proxy or TLS is not the one that this key is deployed with. Enter the key itself to test it.",
    );
  }
  return isStored ? deployed?.credentials.apiKey : resolved(RED, deployed, apiKey);
}

/** Where the deployed node sends its key; for a key from the environment also the service itself, straight. */
function isUsualDestination(
  deployed: AccountNode | null,
  { addresses, proxy, tls }: TestBody,
  isStored: boolean,
): boolean {
  const saved = deployed?.destination;
  const all = Object.entries(addresses);
  const isDeployed =
    saved !== undefined &&
    all.every(([property, address]) => (saved.addresses[property] ?? "") === address) &&
    saved.proxy === proxy &&
    saved.tls === tls;
  const isStraight = all.every(([, address]) => address === "") && proxy === "" && tls === "";
  return isDeployed || (!isStored && isStraight);
}

/** `${NAME}` as Node-RED resolves it when it deploys: the node's group and flow first, then the environment. */
function resolved(RED: NodeAPI, deployed: AccountNode | null, text: string): string {
  const name = VARIABLE.exec(text)?.[1];
  if (name === undefined) return text;
  const value: unknown = deployed ? RED.util.getSetting(deployed, name) : process.env[name];
  return value === undefined ? text : String(value);
}

const mapped = (addresses: Addresses, change: (address: string) => string): Addresses =>
  Object.fromEntries(Object.entries(addresses).map(([property, address]) => [property, change(address)]));

function readBody(body: unknown, properties: readonly string[]): TestBody {
  const fields: Record<string, unknown> = typeof body === "object" && body !== null ? { ...body } : {};
  const text = (name: string): string => (typeof fields[name] === "string" ? fields[name] : "");
  return {
    id: text("id"),
    environment: text("environment"),
    addresses: Object.fromEntries(properties.map((property) => [property, text(property).trim()])),
    proxy: text("proxy").replace(/^_ADD_$/, ""),
    tls: text("tls").replace(/^_ADD_$/, ""),
    apiKey: text("apiKey").trim(),
  };
}

const failed = (code: ErrorCode, message: string): TestResult => ({ ok: false, code, message });

function rateLimit(perMinute: number): () => boolean {
  let recent: number[] = [];
  return () => {
    const now = Date.now();
    recent = recent.filter((time) => now - time < 60_000);
    if (recent.length >= perMinute) return false;
    recent.push(now);
    return true;
  };
}
