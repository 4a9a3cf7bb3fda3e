import type { Send } from "../net/http";
import type { Provider } from "./provider";

/** What is left on an account. */
export interface Balance {
  amount: number;
  /** ISO 4217 code: "USD". */
  currency: string;
}

/** Where a service is and how to reach it. */
export interface ServiceOptions {
  baseUrl: string;
  apiKey: string;
  /** Bound to the connections of an account node that is there. */
  send: Send;
  /** The service is a sandbox on this machine, which may be asked more often than a real one. */
  sandbox: boolean;
}

/** A provider whose accounts can be asked for their balance. */
export type AccountProvider = Provider & { balance(signal: AbortSignal): Promise<Balance> };

/** What distinguishes one provider's accounts from another's. */
export interface AccountKind {
  readonly provider: Provider["name"];
  /** As the provider writes its name. */
  readonly title: string;
  readonly baseUrl: string;
  /** Loads the client; called by the first job, so that an unused provider costs nothing at start. */
  load(): Promise<(options: ServiceOptions) => AccountProvider>;
}
