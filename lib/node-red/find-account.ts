import { FluxError } from "../errors";
import type { Addresses } from "../providers/account-kind";
import { Account } from "./account";
import type { AccountSettings } from "./settings";
import type { Node, NodeAPI } from "./types";

/** What the inference nodes see of an account node. */
export interface AccountNode extends Node<{ apiKey?: string }> {
  readonly account: Account;
  readonly settings: AccountSettings;
  /** Where this node's key goes, as deployed. */
  readonly destination: { addresses: Addresses; proxy: string; tls: string };
  /** Set when the saved settings cannot be used; every use throws it. */
  readonly problem?: FluxError;
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
      ? "No account is selected in this node. Open it and choose or add one: the sandbox needs no key. Nothing was sent."
      : "The account that this node names is missing or disabled. Nothing was sent.",
  );
}
