import type { FluxRequest } from "../../models/request";
import type { DispatcherSettings } from "../../net/dispatcher";
import type { Addresses } from "../../providers/account-kind";
import type { Job } from "../job";
import type { LatePace } from "../late";
import type { Service } from "../service";
import type { ServiceIdentity } from "../service-identity";

/** What a job is run with: its account and the settings of its node, as they are now. */
export interface RunContext {
  service: Service;
  /** The service's addresses, and how the account's requests travel: finished pictures are fetched the same way. */
  addresses: Addresses;
  connection: DispatcherSettings;
  /** Ms from submit to FLUX_TIMEOUT. */
  deadline: number;
  retries: number;
  latePace: LatePace;
  /** A result that comes after the deadline is delivered; otherwise the job is cancelled, where that can be done. */
  lateResults: boolean;
  /** The author prefers paying again to an unknown outcome. */
  repeatLost: boolean;
  /** Whether the account is the one that a job was accepted for. */
  isFor(identity: ServiceIdentity): boolean;
  /**
   * A job's request as it leaves now: signatures, which nobody writes down, are made at the last moment.
   * @throws FluxError FLUX_CONFIG when that cannot be done any more.
   */
  asSent(job: Job): Promise<FluxRequest>;
  /** Tells of a job in the log, in the name of its node. */
  warn(text: string): void;
  /** Keeps the account's connections open until the returned function is called. */
  hold(): () => Promise<void>;
}

/** A node that is there: it gets messages back, and says how their jobs are run. */
export interface Recipient {
  /** Gives a message to the node's input; its handler then asks for the claim. */
  receive(message: object): void;
  /** @throws FluxError FLUX_CONFIG when the account cannot be used. */
  context(job: Job): Promise<RunContext>;
}
