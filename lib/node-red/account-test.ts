import { type ErrorCode, FluxError } from "../errors";
import { createDispatcher } from "../net/dispatcher";
import { exchange } from "../net/http";
import type { AccountCheck, AccountKind, Addresses } from "../providers/account-kind";
import { type AccountAccess, resolveAccess } from "./account";
import { connectionSettings } from "./connection";
import type { AccountNode } from "./find-account";
import { readAccountSettings } from "./settings";
import { type DialogValues, type FailedTest, failed, secretSource, serveTest } from "./test-button";
import type { NodeAPI } from "./types";

/** A dialog's own values, whether the node is deployed or not. */
interface Dialog {
  environment: string;
  addresses: Addresses;
  proxy: string;
  tls: string;
  apiKey: string;
}

type TestResult = ({ ok: true } & AccountCheck) | FailedTest;

const TEST_TIMEOUT = 15_000;

/** Our own words for what the service's answer means: its body never reaches the editor. */
const SENTENCES: Partial<Record<ErrorCode, string>> = {
  FLUX_AUTH: "The service refuses this key.",
  FLUX_QUOTA: "The key is known, but the account has no credit left.",
  FLUX_RATE_LIMIT: "The service is busy. Try again in a minute.",
  FLUX_NETWORK: "The service cannot be reached. Check the network, the account's addresses, the proxy and TLS.",
  FLUX_TIMEOUT: "The service did not answer in time. Check the network and the proxy.",
  FLUX_PROVIDER: "Something answered, but not like this service. Check the account's addresses.",
};

/** Serves the Test button of an account dialog. */
export function serveAccountTest(RED: NodeAPI, type: string, kind: AccountKind): void {
  serveTest(RED, type, (values) => testAccount(RED, kind, values));
}

async function testAccount(RED: NodeAPI, kind: AccountKind, values: DialogValues): Promise<TestResult> {
  try {
    return { ok: true, ...(await check(RED, kind, values)) };
  } catch (error) {
    if (!(error instanceof FluxError)) throw error;
    return failed(error.code, error.code === "FLUX_CONFIG" ? error.message : (SENTENCES[error.code] ?? error.code));
  }
}

async function check(RED: NodeAPI, kind: AccountKind, values: DialogValues): Promise<AccountCheck> {
  const properties = Object.keys(kind.addresses);
  const dialog = readDialog(values, properties);
  const { environment, addresses: own, proxy, tls } = dialog;
  const access: AccountAccess = {
    settings: readAccountSettings({ environment, ...own }, properties),
    apiKey: keyFor(values, dialog),
    connection: (address) => connectionSettings(RED, { proxy, tls }, address),
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
function keyFor(values: DialogValues, dialog: Dialog): string | undefined {
  const { apiKey, environment } = dialog;
  const source = secretSource(apiKey);
  if (source === "typed") return apiKey;
  if (environment === "sandbox") return undefined;
  const isStored = source === "stored";
  const deployed = values.deployed<AccountNode>();
  if (!isUsualDestination(deployed, dialog, isStored)) {
    throw new FluxError(
      "FLUX_CONFIG",
      "The address, proxy or TLS is not the one that this key is deployed with. Enter the key itself to test it.",
    );
  }
  return isStored ? deployed?.credentials.apiKey : values.resolved(apiKey);
}

/** Where the deployed node sends its key; for a key from the environment also the service itself, straight. */
function isUsualDestination(
  deployed: AccountNode | null,
  { addresses, proxy, tls }: Dialog,
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

const readDialog = (values: DialogValues, properties: readonly string[]): Dialog => ({
  environment: values.resolved(values.text("environment")),
  addresses: Object.fromEntries(properties.map((property) => [property, values.resolved(values.text(property))])),
  proxy: values.nodeId("proxy"),
  tls: values.nodeId("tls"),
  apiKey: values.text("apiKey"),
});
