import { sameModelTwice } from "./duplicates";
import { ipAdaptersOfOtherModels, negativePromptIgnored } from "./guidance";
import { acePlusPlusMasks, acePlusPlusModel, pulidTrueCfg } from "./identity";
import { sideLeftOut } from "./image-size";
import { settingsOfOthers, thresholdsInOrder } from "./preprocessors";
import { noReferenceImages, unusualSize } from "./reference-images";
import { layerDiffuseFormat, ttlNeedsUrl, uploadOneResult } from "./result";
import type { Rule } from "./rule";
import { maskMarginWithoutMask, maskNeedsSeedImage, outpaintFits, strengthWithoutSeedImage } from "./source-image";
import { cacheSteps, controlNetSteps, pulidStartStep } from "./steps";

/** Of Runware's. */
const everyModel: readonly Rule[] = [
  cacheSteps,
  negativePromptIgnored,
  ipAdaptersOfOtherModels,
  sameModelTwice,
  ttlNeedsUrl,
  uploadOneResult,
];

/** Of what a composition node sets, whatever model it is for. */
export const controlNetRules: readonly Rule[] = [controlNetSteps];
export const ipAdapterRules: readonly Rule[] = [ipAdaptersOfOtherModels];
export const identityRules: readonly Rule[] = [pulidTrueCfg, acePlusPlusMasks, acePlusPlusModel];

/** SRPO and Krea. */
export const textToImageRules: readonly Rule[] = [
  ...everyModel,
  controlNetSteps,
  pulidStartStep,
  pulidTrueCfg,
  acePlusPlusMasks,
  acePlusPlusModel,
  maskNeedsSeedImage,
  strengthWithoutSeedImage,
  maskMarginWithoutMask,
  outpaintFits,
  layerDiffuseFormat,
];

export const kontextRules: readonly Rule[] = [...everyModel, noReferenceImages, unusualSize];

export const preprocessRules: readonly Rule[] = [settingsOfOthers, thresholdsInOrder, ttlNeedsUrl];

export const falTextToImageRules: readonly Rule[] = [sideLeftOut];
