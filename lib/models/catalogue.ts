import { kontext } from "./kontext";
import { krea } from "./krea";
import type { Model } from "./model";
import { srpo } from "./srpo";

/** Every model of the pack. */
export const models: readonly Model[] = [srpo, krea, kontext];

/** The model with the given provider identifier, `runware:111@1`. */
export const modelByAir = (air: string): Model | undefined => models.find((model) => model.air === air);
