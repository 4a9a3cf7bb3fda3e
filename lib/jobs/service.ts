import { createHash } from "node:crypto";
import type { Provider } from "../providers/provider";
import { Breaker } from "./breaker";
import { Limit } from "./limit";

/** What all account nodes with the same service origin and key have in common. */
export interface Service {
  readonly provider: Provider;
  readonly limit: Limit;
  readonly breaker: Breaker;
}

/** One account node's share in a service. `Transport` is how that account's requests travel (its proxy, its TLS). */
export interface Member<Transport> {
  concurrency: number;
  line: number;
  transport: Transport;
}

/** What identifies a service: jobs are only ever sent where, and with the key, they were accepted for. */
export interface ServiceKey {
  provider: string;
  baseUrl: string;
  apiKey: string;
}

interface Shared<Transport> {
  service: Service;
  members: Set<Member<Transport>>;
}

/**
 * Joins account nodes into shared services. Node-RED clones config nodes inside subflows, so several account nodes with
 * one key are normal; they must not multiply its concurrency or its polling.
 */
export class ServiceRegistry<Transport> {
  readonly #shared = new Map<string, Shared<Transport>>();

  /**
   * Joins the service of `key`, creating it with `create` for the first member. `create` gets a function that gives the
   * transport of a member that is still there.
   *
   * @returns the service, and `leave`, which closes the service when the last member goes.
   */
  join(
    key: ServiceKey,
    member: Member<Transport>,
    create: (transport: () => Transport) => Provider,
  ): { service: Service; leave: () => Promise<void> } {
    const id = fingerprint(key);
    let shared = this.#shared.get(id);
    if (!shared) {
      const members = new Set<Member<Transport>>();
      const service = {
        provider: create(() => {
          const [first] = members;
          if (!first) throw new Error("a service outlived its last account");
          return first.transport;
        }),
        limit: new Limit(member.concurrency, member.line),
        breaker: new Breaker(),
      };
      shared = { service, members };
      this.#shared.set(id, shared);
    }
    shared.members.add(member);
    resize(shared);
    return { service: shared.service, leave: () => this.#leave(id, member) };
  }

  async #leave(id: string, member: Member<Transport>): Promise<void> {
    const shared = this.#shared.get(id);
    if (!shared?.members.delete(member)) return;
    if (shared.members.size > 0) {
      resize(shared);
      return;
    }
    this.#shared.delete(id);
    await shared.service.provider.close();
  }
}

/** Accounts that disagree get the smaller numbers: the key's owner asked for restraint somewhere. */
function resize<Transport>({ service, members }: Shared<Transport>): void {
  const smallest = (pick: (member: Member<Transport>) => number) => Math.min(...[...members].map(pick));
  service.limit.resize(
    smallest((member) => member.concurrency),
    smallest((member) => member.line),
  );
}

/** The key itself is never a map key or a log word; origin is compared without a trailing slash or path letter case. */
function fingerprint({ provider, baseUrl, apiKey }: ServiceKey): string {
  const hash = createHash("sha256").update(apiKey).digest("hex");
  return `${provider} ${new URL(baseUrl).href} ${hash}`;
}
