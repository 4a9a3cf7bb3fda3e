import type { FluxRequest } from "../lib/models/request";

const picture = (name: string): string => `https://pictures.example.com/${name}.png`;

/** Only what everybody sets. */
export const plainRequest: FluxRequest = { width: 1024, height: 768, steps: 28 };

/** A request of the size that a well-wired flow sends. */
export const usualRequest: FluxRequest = {
  ...plainRequest,
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

/** Every feature that FLUX.1 SRPO has at Runware, as far as they go together. */
export const fullRequest: FluxRequest = {
  ...usualRequest,
  negativePrompt: "people, text, watermark",
  promptWeighting: "compel",
  trueCFGScale: 2,
  inputs: { seedImage: picture("seed"), maskImage: picture("mask") },
  strength: 0.6,
  maskMargin: 64,
  outpaint: { top: 128, right: 64, bottom: 128, left: 64 },
  lora: [
    { model: "civitai:652699@993999", weight: 0.8, transformer: "both" },
    { model: "civitai:123456@654321", weight: 0.4, transformer: "low" },
  ],
  controlNet: ["runware:25@1", "runware:26@1"].map((model) => ({
    model,
    guideImage: picture("pose"),
    weight: 0.7,
    startStep: 2,
    endStep: 20,
    controlMode: "balanced",
  })),
  ipAdapters: [
    {
      model: "runware:56@1",
      guideImages: [picture("style"), picture("colours")],
      weight: 0.5,
      combineMethod: "concat",
      embedScaling: "kv",
      weightType: "normal",
      weightComposition: 0.5,
    },
  ],
  pulid: { images: [picture("face")], idWeight: 1, CFGstartStep: 4 },
  acePlusPlus: {
    type: "local_editing",
    images: [picture("face")],
    masks: [picture("mask")],
    repaintingScale: 0.5,
  },
  hiresFix: { model: "runware:504@1", steps: 10, strength: 0.5, upscaleFactor: 4 },
  layerDiffuse: true,
  outputFormat: "PNG",
  numberResults: 1,
  ultralytics: {
    positivePrompt: "a friendly face",
    negativePrompt: "blurred",
    steps: 20,
    CFGScale: 3,
    strength: 0.3,
    confidence: 0.9,
    maskBlur: 4,
    maskPadding: 16,
  },
  safety: { checkContent: true, mode: "fast" },
  ttl: 3600,
  webhookURL: "https://flows.example.com/hook",
  acceleratorOptions: {
    fbCache: true,
    fbCacheThreshold: 0.25,
    teaCache: true,
    teaCacheDistance: 0.5,
    dbCache: true,
    dbCacheThreshold: 0.25,
    dbCacheSkipInterval: 5,
    cacheStartStep: 2,
    cacheEndStep: 24,
    cacheMaxConsecutiveSteps: 3,
  },
};
