/*
 * Requests and fragments as Runware's three model pages show them (runware.ai/docs/models), spellings and all. Prompts
 * are our own and shorter; `<lora-model-air>` and the like stand for a real identifier.
 */

const kontextPicture = "https://assets.runware.ai/assets/inputs/d63ac405-965e-4874-81fc-ead3474ddd46.jpg";

/** Whole tasks of the Kontext page. */
export const kontextTasks: readonly Record<string, unknown>[] = [
  {
    taskType: "imageInference",
    taskUUID: "da3533af-ea2f-48e3-ae3d-7cb4b1918a28",
    referenceImages: [kontextPicture],
    model: "runware:106@1",
    positivePrompt: "the same bench, but inside a greenhouse",
    width: 1248,
    height: 832,
    seed: 17513,
    steps: 28,
    scheduler: "default",
    CFGScale: 7.5,
  },
  {
    taskType: "imageInference",
    taskUUID: "a49e0ce1-5e01-49c7-9878-8a0b5f138399",
    referenceImages: [kontextPicture],
    model: "runware:106@1",
    positivePrompt: "a railway compartment of a hundred years ago",
    width: 1248,
    height: 832,
    seed: 8455,
    steps: 28,
    scheduler: "Euler",
    CFGScale: 7.5,
  },
  {
    taskType: "imageInference",
    taskUUID: "131b86d2-9034-45bd-8385-5e7b5cbff62e",
    referenceImages: [kontextPicture],
    model: "runware:106@1",
    positivePrompt: "the same person in a gown of ice",
    seed: 15789,
    steps: 28,
    scheduler: "Euler",
    CFGScale: 7.5,
  },
  {
    taskType: "imageInference",
    taskUUID: "283e76ba-6434-4c1b-86a0-e1829ce848bf",
    referenceImages: [kontextPicture],
    model: "runware:106@1",
    positivePrompt: "the dancer at a masked ball",
    seed: 60280,
    steps: 28,
    scheduler: "default",
    CFGScale: 7.5,
  },
];

/** Fragments of the SRPO and Krea pages. */
export const fragments: Readonly<Record<string, Record<string, unknown>>> = {
  lora: { lora: [{ model: "civitai:652699@993999", weight: 0.8 }] },
  controlNet: {
    controlNet: [
      {
        model: "runware:25@1",
        guideImage: "c64351d5-4c59-42f7-95e1-eace013eddab",
        weight: 0.7,
        startStep: 0,
        endStep: 20,
        controlMode: "controlnet",
      },
    ],
  },
  ipAdapters: {
    ipAdapters: [
      { model: "runware:55@1", guideImages: ["c64351d5-4c59-42f7-95e1-eace013eddab"], weight: 0.75 },
      { model: "runware:55@2", guideImages: ["d7e8f9a0-2b5c-4e7f-a1d3-9c8b7a6e5d4f"], weight: 0.5 },
    ],
  },
  "ACE++, creation": {
    acePlusPlus: { type: "portrait", images: ["59a2edc2-45e6-429f-be5f-7ded59b92046"], repaintingScale: 0.5 },
  },
  "hiresFix, simple": { hiresFix: true },
  "hiresFix, configured": { hiresFix: { model: "runware:esrgan@ultrasharp", steps: 15, strength: 0.6 } },
  layerDiffuse: { outputFormat: "png", advancedFeatures: { layerDiffuse: true } },
  PuLID: {
    puLID: { images: ["59a2edc2-45e6-429f-be5f-7ded59b92046"], idWeight: 1, trueCFGScale: 1.5, CFGStartStep: 3 },
  },
};

/** The one example that SRPO and Krea cannot take: they have no referenceImages. */
export const aceEditing: Record<string, unknown> = {
  referenceImages: ["59a2edc2-45e6-429f-be5f-7ded59b92046"],
  acePlusPlus: {
    type: "local_editing",
    images: ["59a2edc2-45e6-429f-be5f-7ded59b92046"],
    masks: ["90422a52-f186-4bf4-a73b-0a46016a8330"],
    repaintingScale: 0.7,
  },
};
