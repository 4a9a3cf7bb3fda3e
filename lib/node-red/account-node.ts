import { FluxError } from "../errors";
import { nodeTypesOf } from "../models/catalogue";
import type { AccountKind } from "../providers/account-kind";
import { Account } from "./account";
import { serveAccountTest } from "./account-test";
import { connectionSettings } from "./connection";
import type { AccountNode } from "./find-account";
import { type AccountSettings, readAccountSettings } from "./settings";
import type { NodeAPI, NodeDef } from "./types";

/** An account's saved properties, as Node-RED hands them over. */
interface AccountDef extends NodeDef {
  proxy?: string;
  tls?: string;
}

/** Registers an account node type: the connection, the key and the limits that its inference nodes share. */
export function accountNode(RED: NodeAPI, type: string, kind: AccountKind): void {
  function AccountNodeType(this: AccountNode, config: AccountDef) {
    RED.nodes.createNode(this, config);
    const opened = openable(() => readAccountSettings(config, Object.keys(kind.addresses), nodeTypesOf(kind.provider)));
    if ("problem" in opened) {
      Object.assign(this, opened);
      this.error(opened.problem.message);
      return;
    }
    const { settings } = opened;
    const account = new Account(kind, {
      settings,
      apiKey: this.credentials?.apiKey,
      connection: (address) => connectionSettings(RED, config, address),
    });
    const destination = { addresses: settings.addresses, proxy: config.proxy ?? "", tls: config.tls ?? "" };
    Object.assign(this, { account, settings, destination });
    this.on("close", (_removed: boolean, done: () => void) => {
      account.close().then(done, done);
    });
  }
  RED.nodes.registerType<AccountNode, AccountDef, object, { apiKey?: string }>(type, AccountNodeType, {
    credentials: { apiKey: { type: "password" } },
  });
  serveAccountTest(RED, type, kind);
}

function openable(read: () => AccountSettings): { settings: AccountSettings } | { problem: FluxError } {
  try {
    return { settings: read() };
  } catch (error) {
    if (error instanceof FluxError) return { problem: error };
    throw error;
  }
}
