import type { FluxRequest } from "../../models/request";
import { type Quote, quoter } from "./quote";

/** Jobs whose prompts are remembered; beyond that, texts of the service are left out of errors. */
const MOST_JOBS = 2000;

/** Every text of a request under a name that ends in "Prompt", at any depth: face refinement has prompts of its own. */
function* promptsIn(value: unknown, isPrompt = false): Generator<string> {
  if (typeof value === "string" && isPrompt) yield value;
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return;
  for (const [name, member] of Object.entries(value)) yield* promptsIn(member, isPrompt || /prompt$/i.test(name));
}

/** Remembers which prompts were sent, so that a text of the service that echoes one can be told. */
export class Prompts {
  readonly #apiKey: string;
  readonly #byJob = new Map<string, readonly string[]>();

  constructor(apiKey: string) {
    this.#apiKey = apiKey;
  }

  remember(id: string, request: FluxRequest): void {
    this.#byJob.delete(id);
    this.#byJob.set(id, [...promptsIn(request)]);
    const [oldest] = this.#byJob.keys();
    if (oldest !== undefined && this.#byJob.size > MOST_JOBS) this.#byJob.delete(oldest);
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
