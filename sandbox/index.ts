import { join } from "node:path";
import type { Addresses } from "../lib/providers/account-kind";
import { configure, reset } from "./admin";
import { balanceOf, type Context } from "./context";
import { Events, type SandboxEvent, type SandboxEvents } from "./events";
import { Faults } from "./faults";
import { Images } from "./images/store";
import { Jobs } from "./jobs";
import { forgetfulJournal, openJournal } from "./journal";
import { Ledger } from "./ledger";
import { restore } from "./restore";
import { deliver } from "./runware/delivery";
import { s3Account } from "./s3/account";
import { openS3 } from "./s3/state";
import { close, letGo, listen, route } from "./server";
import { changeSettings, defaultSettings, type SandboxSettings } from "./settings";

export interface SandboxOptions {
  /** 0 (the default) takes any free port. */
  port?: number;
  /** The interface to listen on; 127.0.0.1 by default. */
  host?: string;
  /** Where jobs, counts and uploads survive the process; without it they are kept in memory. */
  dataDirectory?: string;
  /** Where the store's objects survive the process; by default in `s3`, below the data directory if there is one. */
  s3Directory?: string;
  settings?: Partial<SandboxSettings>;
  /** Does not keep the process alive by itself. */
  unref?: boolean;
  /** Takes the few lines that the sandbox has to say; never prompts or keys. */
  log?: (line: string) => void;
}

/** A running sandbox. */
export interface Sandbox {
  /** `http://127.0.0.1:<port>`; the services' addresses lie below it. */
  readonly url: string;
  /** What an account node's addresses must be to reach it, by provider. */
  readonly addresses: { readonly runware: Addresses; readonly fal: Addresses };
  /** A store for S3 clients, path style, and its only key. */
  readonly s3: {
    /** `http://127.0.0.1:<port>/s3` */
    readonly endpoint: string;
    readonly region: "us-east-1";
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
  };
  readonly settings: Readonly<SandboxSettings>;
  /** What was sent, charged and polled. */
  readonly ledger: Omit<Ledger, "enter" | "reset" | `count${string}`>;
  /** US dollars left. */
  readonly balance: number;
  /** Changes settings while it runs. Throws a RangeError for what is not a setting. */
  configure(changes: Partial<SandboxSettings>): void;
  /**
   * Arms a fault ("503", "429-after=1", "slow=3") for the next `count` requests, or for those with this kind of call:
   * a Runware task type ("getResponse"), one of fal's calls ("status") or an operation of S3 ("PutObject").
   */
  arm(fault: string, options?: { count?: number; call?: string }): void;
  /** Forgets armed faults. */
  disarm(): void;
  /** Ends the work on all jobs that run now; one that comes later, or never ends, is not finished. */
  finish(): void;
  /** Forgets jobs, uploads, counts and faults; settings go back to those it was started with. */
  reset(): void;
  /** Calls `listener` at every such event; the returned function ends it. */
  on<E extends SandboxEvent>(event: E, listener: (detail: SandboxEvents[E]) => void): () => void;
  /** Resolves at the next such event that `matches`. */
  once<E extends SandboxEvent>(event: E, matches?: (detail: SandboxEvents[E]) => boolean): Promise<SandboxEvents[E]>;
  /** Stops, and closes all connections. */
  close(): Promise<void>;
}

/**
 * Starts an offline stand-in for Runware and fal.
 * Rejects with the system's error when the port is taken, and with a RangeError for what is not a setting.
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { port = 0, host = "127.0.0.1", dataDirectory, log = () => {} } = options;
  const startSettings = changeSettings(defaultSettings, options.settings ?? {});
  const journal = dataDirectory === undefined ? forgetfulJournal : openJournal(dataDirectory);
  const closing = new AbortController();
  const events = new Events();
  const context: Context = {
    url: "",
    startSettings,
    settings: startSettings,
    ledger: new Ledger(),
    faults: new Faults(),
    jobs: new Jobs(journal, (job) => {
      events.emit("finished", { id: job.id });
      if (job.service !== "runware") return;
      deliver(job, context).catch(() => log("A finished picture could not be delivered."));
    }),
    s3: openS3(options.s3Directory ?? (dataDirectory === undefined ? undefined : join(dataDirectory, "s3"))),
    images: new Images({ journal, dataDirectory, settings: () => context.settings, log }),
    events,
    journal,
    log,
    closing: closing.signal,
  };
  const { server, url } = await listen(host, port, (request, response) => route(request, response, context)).catch(
    (error: unknown) => {
      journal.close();
      throw error;
    },
  );
  context.url = url;
  if (options.unref) letGo(server);
  restore(context);
  context.settings = changeSettings(context.settings, options.settings ?? {});

  let closed: Promise<void> | undefined;
  return {
    url,
    addresses: {
      runware: { baseUrl: `${url}/v1` },
      fal: { queueUrl: `${url}/fal/queue`, runUrl: `${url}/fal/run`, restUrl: `${url}/fal/rest` },
    },
    s3: { endpoint: `${url}/s3`, ...s3Account },
    get settings() {
      return context.settings;
    },
    ledger: context.ledger,
    get balance() {
      return balanceOf(context);
    },
    configure: (changes) => configure(context, changes),
    arm: (fault, { count, call } = {}) => context.faults.arm(fault, count, call),
    disarm: () => context.faults.clear(),
    finish: () => context.jobs.finishRunning(),
    reset: () => reset(context),
    on: (event, listener) => events.on(event, listener),
    once: (event, matches) => events.once(event, matches),
    close: () => {
      closed ??= stop();
      return closed;
    },
  };

  async function stop(): Promise<void> {
    closing.abort();
    await close(server);
    context.jobs.clear();
    context.s3.close();
    journal.close();
  }
}
