import { FluxError } from "../errors";
import type { AccountKind } from "../providers/account-kind";
import { Account } from "./account";
import { serveAccountTest } from "./account-test";
import { connectionSettings } from "./connection";
import { type AccountSettings, readAccountSettings } from "./settings";
import type { Node, NodeAPI, NodeDef } from "./types";

/** An account's saved properties, as Node-RED hands them over. */
interface AccountDef extends NodeDef {
  proxy?: string;
  tls?: string;
}

/** What the inference nodes see of an account node. */
export interface AccountNode extends Node<{ apiKey?: string }> {
  readonly account: Account;
  readonly settings: AccountSettings;
  /** Where this node's key goes, as deployed. */
  readonly destination: { baseUrl: string; proxy: string; tls: string };
  /** Set when the saved settings cannot be used; every use throws it. */
  readonly problem?: FluxError;
}

/** Registers an account node type: the connection, the key and the limits that its inference nodes share. */
export function accountNode(RED: NodeAPI, type: string, kind: AccountKind): void {
  function AccountNodeType(this: AccountNode, config: AccountDef) {
    RED.nodes.createNode(this, config);
    const opened = openable(() => readAccountSettings(config));
    if ("problem" in opened) {
      Object.assign(this, opened);
      this.error(opened.problem.message);
      return;
    }
    const { settings } = opened;
    const account = new Account(kind, {
      settings,
      apiKey: this.credentials?.apiKey,
      connection: () => connectionSettings(RED, config),
    });
    const destination = { baseUrl: settings.baseUrl, proxy: config.proxy ?? "", tls: config.tls ?? "" };
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

/**
 * The account that an inference node names.
 * @throws FluxError FLUX_CONFIG when there is none, it is disabled, or its settings cannot be used.
 */
export function findAccount(RED: NodeAPI, id: string): AccountNode {
  const node = id === "" ? null : (RED.nodes.getNode(id) as AccountNode | null);
  if (node?.problem) throw node.problem;
  if (node?.account instanceof Account) return node;
  throw new FluxError(
    "FLUX_CONFIG",
    id === ""
      ? "No account is selected in this node. Nothing was sent."
      : "The account that this node names is missing or disabled. Nothing was sent.",
  );
}
