import { createHash } from "node:crypto";
import type { Addresses } from "../providers/account-kind";
import type { Provider } from "../providers/provider";
import { Breaker } from "./breaker";
import { Budget } from "./budget/budget";
import { type BudgetLimits, strictest, strictestLimits } from "./budget/limits";
import { Gate } from "./gate";
import { Limit } from "./limit";

/** What an account node runs its jobs with. The provider belongs to the way there, everything else to the key. */
export interface Service {
  readonly provider: Provider;
  readonly limit: Limit;
  readonly breaker: Breaker;
  readonly gate: Gate;
  readonly budget: Budget;
}

/** One account node's share in a service. `Transport` is how that account's requests travel (its proxy, its TLS). */
export interface Member<Transport> {
  concurrency: number;
  line: number;
  /** Paid requests in any minute; 0: no limit. */
  requestsPerMinute: number;
  budget: BudgetLimits;
  transport: Transport;
  /** The same text for the same proxy and TLS settings: accounts lend each other connections only along one route. */
  route: string;
}

/** What identifies a service: jobs are only ever sent where, and with the key, they were accepted for. */
export interface ServiceKey {
  provider: string;
  addresses: Addresses;
  apiKey: string;
}

/**
 * Ends an account node's share.
 * @returns whether others are left on its route, whose requests may be on its way right now.
 */
export type Leave = () => Promise<boolean>;

/** An account node's share in a service that it has joined. */
interface Share {
  service: Service;
  /** The account is closed, and only its jobs go on: what it allows counts no more, where other accounts say so. */
  retire: () => void;
  leave: Leave;
}

interface Route<Transport> {
  provider: Provider;
  members: Set<Member<Transport>>;
}

/** What is counted by the clock: a deploy, which closes all accounts, must not begin the count anew. */
type Lasting = Pick<Service, "gate" | "budget">;

interface Shared<Transport> extends Omit<Service, "provider"> {
  routes: Map<string, Route<Transport>>;
  retired: WeakSet<Member<Transport>>;
}

/**
 * Joins account nodes into shared services. Node-RED clones config nodes inside subflows, so several account nodes with
 * one key are normal; they must not multiply its concurrency or its polling.
 */
export class ServiceRegistry<Transport> {
  readonly #shared = new Map<string, Shared<Transport>>();
  // By key: as few as a process ever sees.
  readonly #lasting = new Map<string, Lasting>();

  /**
   * Joins the service of `key`, creating it with `create` for the first member of a route. `create` gets a function that
   * gives the transport of a member that is still there.
   *
   * @returns the service; `leave` closes the provider when the last member of its route goes.
   */
  join(key: ServiceKey, member: Member<Transport>, create: (transport: () => Transport) => Provider): Share {
    const id = fingerprint(key);
    const lasting = this.#lasting.get(id) ?? { gate: new Gate(), budget: new Budget() };
    this.#lasting.set(id, lasting);
    const shared = this.#shared.get(id) ?? {
      ...lasting,
      limit: new Limit(member.concurrency, member.line),
      breaker: new Breaker(),
      routes: new Map<string, Route<Transport>>(),
      retired: new WeakSet<Member<Transport>>(),
    };
    const route = shared.routes.get(member.route) ?? newRoute(create);
    shared.routes.set(member.route, route);
    this.#shared.set(id, shared);
    route.members.add(member);
    resize(shared);
    const { limit, breaker, gate, budget } = shared;
    return {
      service: { provider: route.provider, limit, breaker, gate, budget },
      retire: () => {
        shared.retired.add(member);
        resize(shared);
      },
      leave: () => this.#leave(id, member),
    };
  }

  async #leave(id: string, member: Member<Transport>): Promise<boolean> {
    const shared = this.#shared.get(id);
    const route = shared?.routes.get(member.route);
    if (!shared || !route?.members.delete(member)) return false;
    const isShared = route.members.size > 0;
    if (!isShared) shared.routes.delete(member.route);
    if (shared.routes.size === 0) this.#shared.delete(id);
    else resize(shared);
    if (!isShared) await route.provider.close();
    return isShared;
  }
}

function newRoute<Transport>(create: (transport: () => Transport) => Provider): Route<Transport> {
  const members = new Set<Member<Transport>>();
  const provider = create(() => {
    const [first] = members;
    if (!first) throw new Error("a service outlived its last account");
    return first.transport;
  });
  return { provider, members };
}

/** Accounts that disagree get the smaller numbers: the key's owner asked for restraint somewhere. */
function resize<Transport>({ limit, gate, budget, routes, retired }: Shared<Transport>): void {
  const all = [...routes.values()].flatMap((route) => [...route.members]);
  const active = all.filter((member) => !retired.has(member));
  const members = active.length > 0 ? active : all;
  const smallest = (pick: (member: Member<Transport>) => number) => Math.min(...members.map(pick));
  limit.resize(
    smallest((member) => member.concurrency),
    smallest((member) => member.line),
  );
  gate.resize(strictest(members.map((member) => member.requestsPerMinute)));
  budget.limits = strictestLimits(members.map((member) => member.budget));
}

/** The key itself is never a map key or a log word. */
function fingerprint({ provider, addresses, apiKey }: ServiceKey): string {
  const hash = createHash("sha256").update(apiKey).digest("hex");
  const places = Object.entries(addresses).map(([name, address]) => `${name}=${new URL(address).href}`);
  return `${provider} ${places.sort().join(" ")} ${hash}`;
}
