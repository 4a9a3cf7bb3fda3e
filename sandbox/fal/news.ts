import { pauseUntil } from "../pause";

/** What a look at a job finds. */
export interface Look {
  body: StatusBody;
  isDone: boolean;
}

interface StatusBody {
  status: string;
  logs?: object[];
  [further: string]: unknown;
}

/** Milliseconds between two looks, and between two signs of life when there is no news. */
const usualPace = { look: 100, signOfLife: 15_000 };

/**
 * Server-sent events about a job: a line of data whenever there is news, a comment when there was none for long. Ends
 * when the job is done, or with the signal.
 * @param look at the job; of its log only what comes after so many lines
 */
export async function* newsOf(
  look: (linesTold: number) => Look,
  end: AbortSignal,
  pace = usualPace,
): AsyncGenerator<string> {
  let told = "";
  let lines = 0;
  let quietSince = Date.now();
  while (!end.aborted) {
    const { body, isDone } = look(lines);
    const news = JSON.stringify(body);
    if (news !== told) {
      yield `data: ${news}\n\n`;
      lines += body.logs?.length ?? 0;
      // Lines are told once: without them the same state is no news.
      told = JSON.stringify(body.logs === undefined ? body : { ...body, logs: [] });
      quietSince = Date.now();
    }
    if (isDone) return;
    if (Date.now() >= quietSince + pace.signOfLife) {
      yield ": still there\n\n";
      quietSince = Date.now();
    }
    await pauseUntil(Date.now() + pace.look, end);
  }
}
