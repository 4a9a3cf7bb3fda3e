import type { FluxRequest } from "../../models/request";
import { RecentMap } from "../../recent-map";
import { promptsIn } from "../prompts";
import { type Quote, quoter } from "../quote";

/** Jobs whose prompts are remembered; beyond that, texts of the service are left out of errors. */
const MOST_JOBS = 2000;

/** Remembers which prompts were sent, so that a text of the service that echoes one can be told. */
export class Prompts {
  readonly #apiKey: string;
  readonly #byJob = new RecentMap<string, readonly string[]>(MOST_JOBS);

  constructor(apiKey: string) {
    this.#apiKey = apiKey;
  }

  remember(id: string, request: FluxRequest): void {
    this.#byJob.set(id, promptsIn(request));
  }

  /** Of a job that another process may have submitted: without prompts, its request is not known here. */
  learn(id: string, request: FluxRequest): void {
    if (this.#byJob.has(id)) return;
    const prompts = promptsIn(request);
    if (prompts.length > 0) this.remember(id, request);
  }

  forget(id: string): void {
    this.#byJob.delete(id);
  }

  /** The filter for texts about these jobs. A job that another process submitted has unknown prompts. */
  quoteFor(ids: readonly string[]): Quote {
    const known = ids.map((id) => this.#byJob.get(id));
    const complete = known.every((prompts) => prompts !== undefined);
    return quoter(this.#apiKey, complete ? known.flatMap((prompts) => prompts ?? []) : undefined);
  }
}
