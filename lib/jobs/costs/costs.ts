import { modelOfJob } from "../../models/catalogue";
import type { SeenCosts } from "../../models/prices/estimate";
import { isLike, type PricedShape, pricedShape, shapeText } from "../../models/prices/shape";
import { RecentMap } from "../../recent-map";
import { inNanodollars, type Nanodollars } from "../budget/money";
import type { Job, Outcome } from "../job";
import type { Journal } from "../journal/journal";
import type { ServiceIdentity } from "../service-identity";
import { costsText, readCosts } from "./costs-file";
import { DayTotals, type JobTotal } from "./day-totals";
import { CostHistory } from "./history";
import { placeOf } from "./place";

/** Name of the file, in the folder of the journal. */
const FILE = "costs.json";

/** How long what was learnt waits for more before it is written, in ms. */
const PAUSE = 5000;

/** Shapes of requests of which it is remembered what they are here. */
const MOST_ALIKE = 500;

/** What was spent today with one key of one service. */
export interface Spent {
  /** Two processes name the same account differently: `isFor` of an account tells whether it is the one. */
  readonly service: ServiceIdentity;
  /** US dollars, as far as they are known. */
  readonly dollars: number;
  /** Pictures that were made. */
  readonly pictures: number;
  /** Jobs of which nobody knows what they, or some of their pictures, did cost. */
  readonly unknown: number;
}

/** A small file beside the entries of the journal. */
type Beside = Pick<Journal, "readBeside" | "writeBeside">;

/**
 * What jobs did cost: by shape, for estimates, and summed up for today. It is kept in a small file beside the journal,
 * which is written a moment after something was learnt: a crash loses the last seconds of it, and nobody is billed by
 * it. Without a folder it lives in memory only; so it does in a process that found another one at work in the folder.
 */
export class Costs {
  readonly #history = new CostHistory();
  readonly #totals = new DayTotals();
  /** Of requests that the budget takes for alike, which is finer than what is told apart here. */
  readonly #shapes = new RecentMap<string, string | undefined>(MOST_ALIKE);
  readonly #warn: (text: string) => void;
  #beside: Beside | undefined;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> | undefined;
  #isChanged = false;
  #hasWarned = false;

  constructor(warn: (text: string) => void) {
    this.#warn = warn;
  }

  /** Takes back what an earlier process learnt. Never rejects: what cannot be read is begun anew, with a warning. */
  async load(beside: Beside): Promise<void> {
    try {
      const text = await beside.readBeside(FILE);
      if (text !== undefined) {
        const { seen, today } = readCosts(text);
        this.#history.restore(seen);
        this.#totals.restore(today);
      }
    } catch (error) {
      this.#warn(
        `What earlier jobs did cost cannot be read (${FILE}: ${inWords(error)}). Estimates and the total of today begin anew; jobs and results are not touched.`,
      );
    }
    this.#beside = beside;
    if (this.#isChanged) this.#writeSoon();
  }

  /**
   * A job has ended. One that was paid for elsewhere, or before, and is only asked for again costs nothing now.
   *
   * @param isSame whether an identity is that of the account that the job was run with.
   * @param budgeted the request's shape in the budget, where that is known.
   */
  settled(
    job: Job,
    outcome: Outcome,
    isSame: (identity: ServiceIdentity) => boolean = () => false,
    budgeted?: string,
  ): void {
    if (job.isAdopted && !this.#totals.isOpen(job.id)) return;
    const took = takenBy(outcome);
    if (!took || !this.#totals.add(job.id, job.service, took, isSame)) return;
    if (!took.isUnknown && took.pictures > 0) {
      this.#learn(job, budgeted, Math.round(took.nanodollars / took.pictures));
    }
    this.#isChanged = true;
    this.#writeSoon();
  }

  #learn(job: Job, budgeted: string | undefined, perPicture: Nanodollars): void {
    const shape = this.#shapeOf(job, budgeted);
    if (shape !== undefined) this.#history.learn(placeOf(job.service), shape, perPicture);
  }

  #shapeOf({ model: id, request }: Job, budgeted: string | undefined): string | undefined {
    if (budgeted !== undefined && this.#shapes.has(budgeted)) return this.#shapes.get(budgeted);
    const model = modelOfJob(id);
    const shape = model && pricedShape(model, request);
    const text = shape && shapeText(shape);
    if (budgeted !== undefined) this.#shapes.set(budgeted, text);
    return text;
  }

  /**
   * What runs of a shape did cost at a place; undefined when none was seen.
   *
   * @param brought members that nodes upstream bring, so that nobody knows yet how much of each there is.
   */
  seen(place: string, shape: PricedShape, brought: readonly string[] = []): SeenCosts | undefined {
    const text = shapeText(shape);
    if (brought.length === 0) return this.#history.of(place, text);
    return this.#history.of(place, text, (other) => isLike(other, shape, brought));
  }

  /** What was spent since midnight, by service and key. */
  spentToday(): Spent[] {
    return this.#totals.all().map(({ service, nanodollars, pictures, unknown }) => ({
      service,
      dollars: nanodollars / 1e9,
      pictures,
      unknown,
    }));
  }

  /** Resolves once everything learnt so far is on disk, or cannot be written. Never rejects. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    while (this.#isChanged && this.#beside) await this.#write(this.#beside);
    await this.#writing;
  }

  /** The same; what is learnt from now on stays in memory. */
  async close(): Promise<void> {
    await this.flush();
    this.#beside = undefined;
  }

  #writeSoon(): void {
    if (this.#beside) this.#timer ??= setTimeout(() => void this.flush(), PAUSE).unref();
  }

  #write(beside: Beside): Promise<void> {
    this.#writing ??= this.#tryToWrite(beside).finally(() => {
      this.#writing = undefined;
    });
    return this.#writing;
  }

  async #tryToWrite(beside: Beside): Promise<void> {
    this.#isChanged = false;
    const saved = { seen: this.#history.all(), today: this.#totals.saved() };
    try {
      await beside.writeBeside(FILE, costsText(saved));
    } catch (error) {
      if (this.#hasWarned) return;
      this.#hasWarned = true;
      this.#warn(`What jobs did cost cannot be written down (${FILE}: ${inWords(error)}). A restart forgets it.`);
    }
  }
}

/** What an ended job took; undefined where nothing was billed. */
function takenBy(outcome: Outcome): JobTotal | undefined {
  if ("error" in outcome) {
    return outcome.error.cause.billed === "no" ? undefined : { nanodollars: 0, pictures: 0, isUnknown: true };
  }
  const { pictures } = outcome.answer;
  let known = 0;
  let nanodollars = 0;
  for (const { cost } of pictures) {
    if (cost === undefined || !Number.isFinite(cost) || cost < 0) continue;
    known += 1;
    nanodollars += inNanodollars(cost);
  }
  return { nanodollars, pictures: pictures.length, isUnknown: known < pictures.length };
}

const inWords = (error: unknown): string =>
  error instanceof SyntaxError ? "it is damaged" : error instanceof Error ? error.message : String(error);
