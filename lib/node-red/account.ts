import { createHash } from "node:crypto";
import type { Dispatcher } from "undici";
import { FluxError } from "../errors";
import type { BudgetLimits } from "../jobs/budget/limits";
import { LATE_PACE, type LatePace, SANDBOX_LATE_PACE } from "../jobs/late";
import { type Leave, type Service, ServiceRegistry } from "../jobs/service";
import { identityOf, isSameService, type PresentService, type ServiceIdentity } from "../jobs/service-identity";
import { createDispatcher, type DispatcherSettings } from "../net/dispatcher";
import { exchange } from "../net/http";
import { mayCarryKey } from "../net/key-address";
import type { AccountKind, Addresses, ServiceOptions } from "../providers/account-kind";
import { sandboxAddresses } from "./sandbox-host";
import type { AccountSettings } from "./settings";

/** An account's saved settings with its key and how its requests travel. */
export interface AccountAccess {
  settings: Pick<AccountSettings, "environment" | "addresses" | "concurrency" | "line" | "requestsPerMinute"> &
    BudgetLimits;
  apiKey: string | undefined;
  /** How requests travel to that address; it may throw FLUX_CONFIG. */
  connection: (address: string) => ConnectionChoice;
}

/** What an account node says about its connection; the times are ours. */
export type ConnectionChoice = Pick<DispatcherSettings, "proxy" | "tls">;

/** An open account: its service, and where that is. */
export interface OpenAccount {
  service: Service;
  addresses: Addresses;
  /** Finished pictures are fetched the way the account's requests travel. */
  connection: DispatcherSettings;
  latePace: LatePace;
  /** What jobs are accepted for: this service, environment and key. */
  identity: ServiceIdentity;
  /** Whether that is still what a job was accepted for. */
  isFor(identity: ServiceIdentity): boolean;
  /** Keeps the service open beyond the account node's closing, until the returned function is called. */
  hold(): () => Promise<void>;
}

/** In ms. A sync request is answered when its pictures are made, so its headers come as late as the client waits. */
const TIMES = { connectTimeout: 10_000, headersTimeout: 1_800_000, bodyTimeout: 120_000 };

/** In the sandbox any key will do; this one is no word that the sandbox uses, because keys are taken out of its texts. */
const SANDBOX_KEY = "key-of-the-sandbox";

const services = new ServiceRegistry<() => Dispatcher | Promise<Dispatcher>>();

/** The life of an account node: opened by its first job, closed with the node. */
export class Account {
  readonly #kind: AccountKind;
  readonly #access: AccountAccess;
  #opening: Promise<OpenAccount> | undefined;
  #opened: OpenAccount | undefined;
  #dispatcher: Dispatcher | Promise<Dispatcher> | undefined;
  #leave: Leave | undefined;
  #retire = () => {};
  #closed = false;
  #holds = 0;

  constructor(kind: AccountKind, access: AccountAccess) {
    this.#kind = kind;
    this.#access = access;
  }

  /** What `open` resolves with, once it has. */
  get opened(): OpenAccount | undefined {
    return this.#opened;
  }

  /**
   * Joins the service of this account's address and key.
   * @throws FluxError FLUX_CONFIG when the account cannot be used as it is set.
   */
  open(): Promise<OpenAccount> {
    this.#opening ??= this.#open().catch((error: unknown) => {
      this.#opening = undefined;
      throw error;
    });
    return this.#opening;
  }

  async #open(): Promise<OpenAccount> {
    const access = await resolveAccess(this.#kind, this.#access);
    const { addresses, apiKey, sandbox, connection } = access;
    const create = await this.#kind.load();
    const transport = () => {
      this.#dispatcher ??= createDispatcher(connection).then((created) => {
        this.#dispatcher = created;
        return created;
      });
      return this.#dispatcher;
    };
    const { settings } = this.#access;
    const { concurrency, line, requestsPerMinute } = settings;
    const { service, retire, leave } = services.join(
      { provider: this.#kind.provider, addresses, apiKey },
      { concurrency, line, requestsPerMinute, budget: settings, transport, route: fingerprint(connection) },
      (anyTransport) => {
        const send: ServiceOptions["send"] = (request) => {
          const dispatcher = anyTransport()();
          if (!(dispatcher instanceof Promise)) return exchange(dispatcher, request);
          return dispatcher.then((created) => exchange(created, request));
        };
        return create({ addresses, apiKey, sandbox, send });
      },
    );
    this.#leave = leave;
    this.#retire = retire;
    if (this.#closed) await this.close();
    const latePace = sandbox ? SANDBOX_LATE_PACE : LATE_PACE;
    const present = presentService(this.#kind, this.#access);
    const own = identityOf(present);
    this.#opened = {
      service,
      addresses,
      connection,
      latePace,
      identity: own,
      isFor: (identity) => identity === own || isSameService(identity, present),
      hold: () => this.#hold(),
    };
    return this.#opened;
  }

  /**
   * The service, environment and key that its jobs are accepted for now. Nothing is opened for that.
   * @throws FluxError FLUX_CONFIG when the account cannot be used as it is set.
   */
  present(): PresentService {
    return presentService(this.#kind, this.#access);
  }

  #hold(): () => Promise<void> {
    this.#holds += 1;
    let held = true;
    return async () => {
      if (!held) return;
      held = false;
      this.#holds -= 1;
      if (this.#closed) await this.close();
    };
  }

  /**
   * Leaves the service and closes the connections, once nobody holds them any more. Jobs that still run are aborted by
   * their own nodes; those of other accounts go on.
   */
  async close(): Promise<void> {
    this.#closed = true;
    const leave = this.#leave;
    this.#retire();
    if (this.#holds > 0 || !leave) return;
    this.#leave = undefined;
    this.#retire = () => {};
    const isShared = await leave();
    const dispatcher = await this.#dispatcher;
    // Accounts that share the route may have paid requests under way on these connections, which then end with those.
    if (isShared) dispatcher?.close().catch(() => {});
    else await dispatcher?.destroy();
  }
}

/** @throws FluxError FLUX_CONFIG when the account cannot be used as it is set. */
const presentService = (kind: AccountKind, access: AccountAccess): PresentService => ({
  ...placeIn(kind, access.settings),
  apiKey: accountKey(kind, access),
});

/**
 * Where an account's jobs go, whatever its key.
 * @throws FluxError FLUX_CONFIG when a key would travel in the clear.
 */
export const placeIn = (
  { provider, addresses: usual }: AccountKind,
  { environment, addresses }: Pick<AccountSettings, "environment" | "addresses">,
): Omit<PresentService, "apiKey"> => ({
  provider,
  environment,
  // The port of the sandbox inside Node-RED changes with each start.
  addresses: environment === "sandbox" ? addresses : settledAddresses(usual, addresses),
});

/** Everything that an account's requests need, settled. */
export interface ResolvedAccess {
  addresses: Addresses;
  apiKey: string;
  sandbox: boolean;
  connection: DispatcherSettings;
}

/**
 * Works out where an account's requests go, with which key, and how.
 * @throws FluxError FLUX_CONFIG when the account cannot be used as it is set.
 */
export async function resolveAccess(kind: AccountKind, access: AccountAccess): Promise<ResolvedAccess> {
  const sandbox = access.settings.environment === "sandbox";
  const apiKey = accountKey(kind, access);
  const addresses = await accountAddresses(kind, access.settings);
  // One route for all of a service's addresses; they differ in their host only.
  const [first = ""] = Object.values(addresses);
  const connection = {
    // The sandbox is on this machine: a proxy could not reach it.
    ...(sandbox ? {} : access.connection(first)),
    useEnvironmentProxy: !sandbox,
    keepAlive: kind.keepAlive,
    ...TIMES,
  };
  return { addresses, apiKey, sandbox, connection };
}

/** Connection settings as a short text that gives nothing away: they hold keys and passwords. */
const fingerprint = (connection: DispatcherSettings): string =>
  createHash("sha256").update(JSON.stringify(connection)).digest("hex");

/** @throws FluxError FLUX_CONFIG when the account has no key. */
function accountKey({ title }: AccountKind, { settings, apiKey }: AccountAccess): string {
  if (apiKey) return apiKey;
  if (settings.environment === "sandbox") return SANDBOX_KEY;
  throw new FluxError(
    "FLUX_CONFIG",
    `The account node has no ${title} API key. Enter one, or switch the account to the sandbox. Nothing was sent.`,
  );
}

/** @throws FluxError FLUX_CONFIG when the key would travel in the clear. */
async function accountAddresses(kind: AccountKind, settings: AccountAccess["settings"]): Promise<Addresses> {
  const { addresses, environment } = settings;
  return settledAddresses(
    environment === "sandbox" ? await sandboxAddresses(kind.provider) : kind.addresses,
    addresses,
  );
}

/** @throws FluxError FLUX_CONFIG when the key would travel in the clear. */
const settledAddresses = (usual: Addresses, own: Addresses): Addresses =>
  Object.fromEntries(
    Object.entries(usual).map(([property, address]) => [property, checkedAddress(property, own[property]) ?? address]),
  );

/** An address as it is used, without a slash at its end; undefined when none is set. */
function checkedAddress(property: string, address: string | undefined): string | undefined {
  if (address === undefined || address === "") return undefined;
  if (URL.canParse(address) && mayCarryKey(new URL(address))) return address.replace(/\/+$/, "");
  throw new FluxError(
    "FLUX_CONFIG",
    `The account's ${property} must begin with https://, because the API key travels with every request; plain http is for this machine only. Nothing was sent.`,
  );
}
