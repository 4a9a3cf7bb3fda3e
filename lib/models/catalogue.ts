import { falSrpo } from "./fal-srpo";
import { kontext } from "./kontext";
import { krea } from "./krea";
import type { Model, NodeModel } from "./model";
import { preprocess } from "./preprocess";
import { srpo } from "./srpo";

/** What the inference nodes of the pack run, one entry per node type. */
export const nodeModels: readonly NodeModel[] = [srpo, krea, kontext, falSrpo, preprocess];

/** Every model, endpoint by endpoint. */
export const models: readonly Model[] = nodeModels.flatMap((model) =>
  "modes" in model ? Object.values(model.modes) : [model],
);

/** Types of the nodes that accounts of a provider can run. */
export const nodeTypesOf = (provider: string): string[] =>
  nodeModels.filter((model) => providerOf(model) === provider).map(({ type }) => type);

/** The provider of what a node runs. */
export const providerOf = (model: NodeModel): Model["dialect"]["provider"] =>
  ("modes" in model ? model.modes["text-to-image"] : model).dialect.provider;

/** The model, or endpoint, that a provider knows by this id: `runware:111@1`. */
export const modelById = (id: string): Model | undefined => models.find((model) => model.id === id);

/** The same of what a job runs: jobs of a tool name which one of its kind was meant. */
export const modelOfJob = (id: string): Model | undefined =>
  models.find((model) => model.id === id || (model.resultInto !== undefined && id.startsWith(`${model.id}@`)));
