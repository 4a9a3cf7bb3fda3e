import { prepareRequest } from "../lib/models/preparing/prepare";
import type { FluxRequest } from "../lib/models/request";
import { srpo } from "../lib/models/srpo";
import type { Figure } from "./figure";
import { measure } from "./measure";

const prompt = "A small harbour town at dawn, fishing boats, mist over the water, 35 mm photograph";

/** A request of the size that a well-wired flow sends. */
const request: FluxRequest = {
  width: 1024,
  height: 768,
  steps: 28,
  CFGScale: 3.5,
  seed: 1234567890,
  scheduler: "Default",
  numberResults: 2,
  outputFormat: "JPG",
  outputQuality: 90,
  lora: [
    { model: "civitai:652699@993999", weight: 0.8 },
    { model: "civitai:123456@654321", weight: 0.4 },
  ],
  controlNet: [
    {
      model: "runware:25@1",
      guideImage: "59a2edc2-45e6-429f-be5f-7ded59b92046",
      weight: 0.7,
      startStep: 2,
      endStep: 20,
      controlMode: "balanced",
    },
  ],
  acceleratorOptions: { fbCache: true, fbCacheThreshold: 0.25, cacheStartStep: 2, cacheEndStep: 24 },
};

const prepare = (flux: FluxRequest): unknown =>
  prepareRequest(srpo, {
    dialog: {},
    prompt: { value: prompt, source: "msg.payload" },
    flux,
    output: "buffer",
    allowUnknown: false,
  });

/** A picture of 20 million characters, as a message may bring it. */
const picture = `data:image/png;base64,iVBORw0KGgo${"A".repeat(20_000_000)}`;
const withPicture: FluxRequest = { inputs: { seedImage: picture }, strength: 0.6 };
const bareScan = /^data:image\/png;base64,[A-Za-z0-9+/]+={0,2}$/;

/** What checking a request costs before it is paid for. */
export const validation = async (): Promise<Figure[]> => [
  await measure(
    "a full request, against copying it",
    2000,
    () => prepare(request),
    () => JSON.parse(JSON.stringify(request)),
  ),
  await measure(
    "a picture of 20 MB, against a bare scan",
    3,
    () => prepare(withPicture),
    () => bareScan.test(picture),
  ),
];
