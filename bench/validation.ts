import type * as Preparing from "../lib/models/preparing/prepare";
import type * as Rules from "../lib/models/preparing/run-rules";
import type { FluxRequest } from "../lib/models/request";
import type * as Models from "../lib/models/srpo";
import { built } from "./built";
import { type Figure, inTurns, rounded } from "./figure";
import { fullRequest, plainRequest, usualRequest } from "./full-request";

const { srpo } = built<typeof Models>("lib/models/srpo");
const { prepareRequest } = built<typeof Preparing>("lib/models/preparing/prepare");
const { runRules } = built<typeof Rules>("lib/models/preparing/run-rules");

const prompt = "A small harbour town at dawn, fishing boats, mist over the water, 35 mm photograph";

const prepare = (flux: FluxRequest) =>
  prepareRequest(srpo, {
    dialog: {},
    prompt: { value: prompt, source: "msg.payload" },
    flux,
    output: "url",
    allowUnknown: false,
  });

const CALLS = 5000;

/** Microseconds of processor time per call. */
const costOf = (work: () => unknown): number => {
  const begun = process.cpuUsage();
  for (let call = 0; call < CALLS; call += 1) work();
  const { user, system } = process.cpuUsage(begun);
  return (user + system) / CALLS;
};

/** What checking a request costs before it is paid for. */
export const validation = async (): Promise<Figure[]> => {
  const { request } = prepare(fullRequest);
  const task = { ...request, ...srpo.dialect.standIn };
  const costs = await inTurns({
    checked: () => costOf(() => srpo.validate(task) && runRules(srpo, request, [], new Set())),
    full: () => costOf(() => prepare(fullRequest)),
    usual: () => costOf(() => prepare(usualRequest)),
    plain: () => costOf(() => prepare(plainRequest)),
    copied: () => costOf(() => JSON.parse(JSON.stringify(fullRequest))),
  });
  const figure = (measure: string, reached: number, from: string, atMost?: number): Figure => ({
    measure,
    reached: rounded(reached),
    unit: "us",
    ...(atMost !== undefined && { atMost }),
    from,
  });
  const copied = `copying the full request as JSON takes ${rounded(costs.copied)} us`;
  return [
    figure("validation of a full request (all features, LoRA, ControlNet)", costs.checked, "its schema and rules", 25),
    figure("the same request from a message to what may be paid for", costs.full, copied),
    figure("that of a request with two LoRAs, a ControlNet and accelerators", costs.usual, copied),
    figure("that of a request with size and steps only", costs.plain, copied),
  ];
};
