import { inTurns } from "../figure";
import { startBenchFlow } from "./flow";

/** Jobs of a round, by the contender. What it prints: microseconds of CPU time for each job, by the contender. */
const task: Record<string, number> = JSON.parse(process.argv[2] ?? "");

async function main(): Promise<void> {
  const flow = await startBenchFlow();
  const rounds = Object.entries(task).map(([name, jobs]) => [name, () => flow.run(name, jobs)] as const);
  console.log(JSON.stringify(await inTurns(Object.fromEntries(rounds))));
  await flow.stop();
}

main();
