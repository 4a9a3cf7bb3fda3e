import { type Figure, inTurns, rounded } from "../figure";
import { startBenchFlow } from "./flow";

/** Jobs of one round. */
const MANY = 10_000;
const FEW = 100;
/** Each of them lasts a second. */
const LASTING = 320;

/** CPU time per job of Node-RED's process, sixteen messages in flight, against a service that answers at once. */
export async function perJob(): Promise<Figure[]> {
  const flow = await startBenchFlow();
  try {
    const cpu = await inTurns({
      minimal: () => flow.run("minimal", MANY),
      selfMade: () => flow.run("self-made", MANY / 3),
      off: () => flow.run("journal off", MANY),
      on: () => flow.run("journal on", MANY),
      fal: () => flow.run("fal sync", MANY),
      falClient: () => flow.run("fal client", MANY / 3),
      minimalBase64: () => flow.run("minimal base64", FEW),
      base64: () => flow.run("pictures", FEW),
    });
    const usual = await inTurns({ usual: () => flow.run("default", LASTING) });
    const minimal = `the minimal node ${rounded(cpu.minimal)} us`;
    const off = `ours ${rounded(cpu.off)} us`;
    return [
      against(
        "CPU per job, sync, journal off, against a minimal node written by hand",
        cpu.off / cpu.minimal,
        1.8,
        `${off}, ${minimal}`,
      ),
      against(
        "the same against a flow of function, http request, function",
        cpu.off / cpu.selfMade,
        0.3,
        `${off}, the flow ${rounded(cpu.selfMade)} us`,
      ),
      against(
        "the same with the journal on, against the minimal node",
        cpu.on / cpu.minimal,
        3.5,
        `ours ${rounded(cpu.on)} us, ${minimal}`,
      ),
      against(
        "fal, sync, journal off, against `@fal-ai/client`",
        cpu.fal / cpu.falClient,
        0.35,
        `ours ${rounded(cpu.fal)} us, the client ${rounded(cpu.falClient)} us`,
      ),
      against(
        "answers with 2 MB of base64, against the minimal node",
        cpu.base64 / cpu.minimalBase64,
        1.2,
        `ours ${rounded(cpu.base64)} us, the minimal node ${rounded(cpu.minimalBase64)} us`,
      ),
      {
        measure: "CPU per job, as by default: async, address, journal on, 1 s at the service",
        reached: rounded(usual.usual / 1000),
        unit: "ms",
        atMost: 1,
        from: "16 in flight, submits and polls included",
      },
    ];
  } finally {
    await flow.stop();
  }
}

const against = (measure: string, ratio: number, atMost: number, from: string): Figure => ({
  measure,
  reached: rounded(ratio),
  unit: "x",
  atMost,
  from,
});
