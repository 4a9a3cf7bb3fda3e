import { createHash } from "node:crypto";
import type { Dispatcher } from "undici";
import { FluxError } from "../errors";
import { LATE_PACE, type LatePace, SANDBOX_LATE_PACE } from "../jobs/late";
import { type Service, ServiceRegistry } from "../jobs/service";
import { createDispatcher, type DispatcherSettings } from "../net/dispatcher";
import { exchange } from "../net/http";
import { mayCarryKey } from "../net/key-address";
import type { AccountKind, ServiceOptions } from "../providers/account-kind";
import { sandboxBaseUrl } from "./sandbox-host";
import type { AccountSettings } from "./settings";

/** An account's saved settings with its key and how its requests travel. */
export interface AccountAccess {
  settings: Pick<AccountSettings, "environment" | "baseUrl" | "concurrency" | "line">;
  apiKey: string | undefined;
  /** How requests travel to that address; it may throw FLUX_CONFIG. */
  connection: (baseUrl: string) => ConnectionChoice;
}

/** What an account node says about its connection; the times are ours. */
export type ConnectionChoice = Pick<DispatcherSettings, "proxy" | "tls">;

/** An open account: its service, and where that is. */
export interface OpenAccount {
  service: Service;
  baseUrl: string;
  /** Finished pictures are fetched the way the account's requests travel. */
  connection: DispatcherSettings;
  latePace: LatePace;
}

/** In ms. A sync request is answered when its pictures are made, so its headers come as late as the client waits. */
const TIMES = { connectTimeout: 10_000, headersTimeout: 1_800_000, bodyTimeout: 120_000 };

/** In the sandbox any key will do. */
const SANDBOX_KEY = "sandbox";

const services = new ServiceRegistry<() => Promise<Dispatcher>>();

/** The life of an account node: opened by its first job, closed with the node. */
export class Account {
  readonly #kind: AccountKind;
  readonly #access: AccountAccess;
  #opening: Promise<OpenAccount> | undefined;
  #dispatcher: Promise<Dispatcher> | undefined;
  #leave: (() => Promise<void>) | undefined;
  #closed = false;

  constructor(kind: AccountKind, access: AccountAccess) {
    this.#kind = kind;
    this.#access = access;
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
    const { baseUrl, apiKey, sandbox, connection } = access;
    const create = await this.#kind.load();
    const transport = () => {
      this.#dispatcher ??= createDispatcher(connection);
      return this.#dispatcher;
    };
    const { concurrency, line } = this.#access.settings;
    const { service, leave } = services.join(
      { provider: this.#kind.provider, baseUrl, apiKey },
      { concurrency, line, transport, route: fingerprint(connection) },
      (anyTransport) => {
        const send: ServiceOptions["send"] = async (request) => exchange(await anyTransport()(), request);
        return create({ baseUrl, apiKey, sandbox, send });
      },
    );
    this.#leave = leave;
    if (this.#closed) await this.close();
    return { service, baseUrl, connection, latePace: sandbox ? SANDBOX_LATE_PACE : LATE_PACE };
  }

  /** Leaves the service and closes the connections. Jobs that still run are aborted by their own nodes. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#leave?.();
    const dispatcher = await this.#dispatcher;
    await dispatcher?.destroy();
  }
}

/** Everything that an account's requests need, settled. */
export interface ResolvedAccess {
  baseUrl: string;
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
  const baseUrl = await accountBaseUrl(kind, access.settings);
  // The sandbox is on this machine: a proxy could not reach it.
  const connection = { ...(sandbox ? {} : access.connection(baseUrl)), useEnvironmentProxy: !sandbox, ...TIMES };
  return { baseUrl, apiKey, sandbox, connection };
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
async function accountBaseUrl(kind: AccountKind, settings: AccountAccess["settings"]): Promise<string> {
  const { baseUrl, environment } = settings;
  if (baseUrl === "") return environment === "sandbox" ? sandboxBaseUrl() : kind.baseUrl;
  if (URL.canParse(baseUrl) && mayCarryKey(new URL(baseUrl))) return baseUrl.replace(/\/+$/, "");
  throw new FluxError(
    "FLUX_CONFIG",
    `The account's base URL must begin with https://, because the API key travels with every request; plain http is for this machine only. Nothing was sent.`,
  );
}
