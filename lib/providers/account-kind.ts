import type { Send } from "../net/http";
import type { Signal } from "../signal";
import type { Provider } from "./provider";

/** What is left on an account. */
export interface Balance {
  amount: number;
  /** ISO 4217 code: "USD". */
  currency: string;
}

/** What a free call could prove about an account; that it ended without an error means that the key is accepted. */
export interface AccountCheck {
  /** Where the service tells it. */
  balance?: Balance;
  /** What no free call can prove: that there is credit left, that the key may run the models, that the direct address is right. */
  unproven?: readonly ("credit" | "model" | "direct")[];
}

/** A service's addresses, by the saved property of the account node that replaces each: `baseUrl`, `queueUrl`. */
export type Addresses = Readonly<Record<string, string>>;

/** Where a service is and how to reach it. */
export interface ServiceOptions {
  addresses: Addresses;
  apiKey: string;
  /** Bound to the connections of an account node that is there. */
  send: Send;
  /** The service is a sandbox on this machine, which may be asked more often than a real one. */
  sandbox: boolean;
}

/** A provider whose accounts can be tested without paying. */
export type AccountProvider = Provider & { check(signal: Signal): Promise<AccountCheck> };

/** What distinguishes one provider's accounts from another's. */
export interface AccountKind {
  readonly provider: Provider["name"];
  /** As the provider writes its name. */
  readonly title: string;
  /** The service's own addresses. */
  readonly addresses: Addresses;
  /** How long an idle connection is kept for the next request, in ms. */
  readonly keepAlive: number;
  /** Loads the client; called by the first job, so that an unused provider costs nothing at start. */
  load(): Promise<(options: ServiceOptions) => AccountProvider>;
}
