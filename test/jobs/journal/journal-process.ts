/** A process of its own with a journal; told what to do by its parent. */
import { openJournal } from "../../../lib/jobs/journal/open";
import type { Order, Reply } from "./other-process";

const reply = (message: Reply): void => {
  process.send?.(message);
};

async function main(): Promise<void> {
  const [, , folder = "", pace = "{}", staysOpen] = process.argv;
  const warnings: string[] = [];
  // As Node-RED's server does: opening a journal alone keeps no process alive either.
  const server = setInterval(() => undefined, 1e6);
  const journal = await openJournal({
    folder,
    largest: 1e9,
    whatIsKept: () => () => true,
    warn: (text) => warnings.push(text),
    pace: JSON.parse(pace),
  });
  clearInterval(server);
  reply({ found: journal.found.map(({ job, state }) => `${job} ${state}`), warnings });
  if (staysOpen === undefined) {
    // Nothing but the journal is left: it must not keep the process alive.
    await journal.write({ job: "last", state: "waiting" });
    process.disconnect();
    return;
  }
  process.on("message", async ({ job, state, picture }: Order) => {
    const data = picture === undefined ? undefined : Buffer.alloc(300_000, picture);
    try {
      await journal.write({ job, state, data }, state === "waiting");
      reply({ warnings });
    } catch (error) {
      reply({ warnings, error: String(error) });
    }
  });
}

void main();
