import { startBenchFlow } from "./flow";

/** Whose rounds are run here, and how many jobs each has. Told to, it runs one and says what a job took. */
export interface ContenderTask {
  name: string;
  jobs: number;
}

const { name, jobs }: ContenderTask = JSON.parse(process.argv[2] ?? "");

async function main(): Promise<void> {
  const flow = await startBenchFlow();
  process.on("message", () => {
    flow.run(name, jobs).then((micros) => process.send?.(micros));
  });
  process.once("disconnect", () => {
    flow.stop().finally(() => process.exit());
  });
  process.send?.("ready");
}

main();
