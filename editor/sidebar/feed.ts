import { page } from "../node-red";
import { hasEnded, isJobsAnswer, type JobsAnswer } from "./answer";

/** What came of asking for the jobs. */
export type News = { state: "answered"; answer: JobsAnswer } | { state: "unreachable" | "refused" };

/** How old a list may be while it is shown, in ms. The bell makes it younger; not every connection carries the bell. */
const OLDEST = { withJobsInFlight: 5000, idle: 30_000 };

const TICK = 1000;

/** Asks for the jobs while somebody looks: when the bell rings, and from time to time. */
export class Feed {
  readonly #tell: (news: News) => void;
  readonly #tick: () => void;
  #isShown = false;
  #isAsking = false;
  #isStale = true;
  #askedAt = 0;
  #hasJobsInFlight = false;
  #ticking: number | undefined;

  /**
   * @param host what is looked at.
   * @param tell gets each answer.
   * @param tick called once a second while the host is shown.
   */
  constructor(host: Element, tell: (news: News) => void, tick: () => void) {
    this.#tell = tell;
    this.#tick = tick;
    page.RED.comms.subscribe("fluxwire/jobs", () => this.refresh());
    new IntersectionObserver((entries) => this.#shown(entries.at(-1)?.isIntersecting === true)).observe(host);
  }

  /** There may be something new. Asked for now when the list is shown, otherwise when it is. */
  refresh(): void {
    this.#isStale = true;
    if (this.#isShown) this.#ask();
  }

  #shown(isShown: boolean): void {
    if (isShown === this.#isShown) return;
    this.#isShown = isShown;
    window.clearInterval(this.#ticking);
    if (!isShown) return;
    this.#ticking = window.setInterval(() => this.#look(), TICK);
    this.#look();
  }

  #look(): void {
    this.#tick();
    const oldest = this.#hasJobsInFlight ? OLDEST.withJobsInFlight : OLDEST.idle;
    if (this.#isStale || Date.now() - this.#askedAt >= oldest) this.#ask();
  }

  #ask(): void {
    if (this.#isAsking) return;
    this.#isAsking = true;
    this.#isStale = false;
    this.#askedAt = Date.now();
    page.$.ajax({ url: "flux/jobs", method: "GET", cache: false })
      .done((answer) => {
        if (isJobsAnswer(answer)) this.#told({ state: "answered", answer });
        else this.#failed(0);
      })
      .fail(({ status }) => this.#failed(status));
  }

  #failed(status: number): void {
    // Asked for again in a while, not at once.
    this.#hasJobsInFlight = true;
    this.#isAsking = false;
    this.#isStale = false;
    this.#tell({ state: status === 401 || status === 403 ? "refused" : "unreachable" });
  }

  #told(news: Extract<News, { state: "answered" }>): void {
    this.#isAsking = false;
    this.#hasJobsInFlight = news.answer.jobs.some((job) => !hasEnded(job));
    this.#tell(news);
    // It rang while the answer was on its way.
    if (this.#isStale) this.refresh();
  }
}
