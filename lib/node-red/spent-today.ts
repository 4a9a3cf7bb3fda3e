import type { Spent } from "../jobs/costs/costs";
import { isSameService, type PresentService } from "../jobs/service-identity";
import { Account } from "./account";
import type { AccountNode } from "./find-account";
import { keeperOf } from "./keeper-of";
import type { NodeAPI } from "./types";

/** What was spent since midnight with one key, and the account nodes that use it. */
export interface SpentByAccount {
  /** Ids of account nodes; none when no account has the key any more. */
  readonly accounts: readonly string[];
  readonly provider: string;
  readonly environment: string;
  /** US dollars, as far as they are known. */
  readonly dollars: number;
  readonly pictures: number;
  /** Jobs of which nobody knows what they, or some of their pictures, did cost. */
  readonly unknown: number;
}

const ACCOUNT_TYPES = new Set(["runware-account", "fal-account"]);

/**
 * What was spent today, by account: accounts with one key share a sum, and one that has spent nothing has its zeros. An
 * account that cannot be used is left out.
 */
export function spentToday(RED: NodeAPI): SpentByAccount[] {
  const left = new Set(keeperOf(RED).costs.spentToday());
  const sums = groupsOf(RED).map(({ accounts, present }) => {
    const own = [...left].filter(({ service }) => isSameService(service, present));
    for (const one of own) left.delete(one);
    return { accounts, provider: present.provider, environment: present.environment, ...summed(own) };
  });
  const others = [...left].map(({ service: { provider, environment }, ...sum }) => ({
    accounts: [],
    provider,
    environment,
    ...sum,
  }));
  return [...sums, ...others];
}

interface Group {
  accounts: string[];
  present: PresentService;
}

/** Account nodes that are deployed, by what they pay with. */
function groupsOf(RED: NodeAPI): Group[] {
  const groups = new Map<string, Group>();
  RED.nodes.eachNode(({ id, type }) => {
    if (!ACCOUNT_TYPES.has(type)) return;
    const present = presentOf(RED.nodes.getNode(id) as AccountNode | null);
    if (!present) return;
    const key = JSON.stringify(present);
    const group = groups.get(key) ?? { accounts: [], present };
    group.accounts.push(id);
    groups.set(key, group);
  });
  return [...groups.values()];
}

function presentOf(node: AccountNode | null): PresentService | undefined {
  if (!(node?.account instanceof Account)) return undefined;
  try {
    return node.account.present();
  } catch {
    return undefined;
  }
}

function summed(spent: readonly Spent[]): Pick<Spent, "dollars" | "pictures" | "unknown"> {
  const sum = { dollars: 0, pictures: 0, unknown: 0 };
  for (const { dollars, pictures, unknown } of spent) {
    sum.dollars = Math.round((sum.dollars + dollars) * 1e9) / 1e9;
    sum.pictures += pictures;
    sum.unknown += unknown;
  }
  return sum;
}
