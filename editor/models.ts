import { nodeModels } from "../lib/models/catalogue";
import { compositions as allCompositions } from "../lib/models/composition/catalogue";
import type { Composition } from "../lib/models/composition/composition";
import type { Mode, Model, ModelFacts, NodeModel } from "../lib/models/model";
import { nodeFacts } from "../lib/models/node-facts";

/** What a dialog shows of one endpoint of a model. */
export interface EditorEndpoint {
  /** Where "Image from" goes; absent where no picture is taken. */
  imageParameter?: string;
  facts: ModelFacts;
}

/** What a dialog shows of a model. With several modes, the facts of the model itself are those of all modes. */
export interface EditorModel extends EditorEndpoint {
  title: string;
  /** Of a tool: the message's property that its result goes to when the dialog names no other. */
  resultInto?: string;
  modes?: Readonly<Record<Mode, EditorEndpoint>>;
  /** The model as it runs: its validators and rules. */
  runs: NodeModel;
}

/**
 * What a dialog shows in a mode: that mode's endpoint. Of a model without modes, and where the mode is decided by the
 * message or the environment, the model itself.
 */
export const endpointOf = (model: EditorModel, mode: unknown): EditorEndpoint =>
  mode === "text-to-image" || mode === "image-to-image" ? (model.modes?.[mode] ?? model) : model;

/** What a dialog shows of a composition node. */
export type EditorComposition = Pick<Composition, "parameters" | "facts">;

const endpoint = ({ imageParameter, facts }: Model): EditorEndpoint => ({ imageParameter, facts });

const forEditor = (model: NodeModel): EditorModel => {
  const { title } = model;
  if (!("modes" in model)) return { title, resultInto: model.resultInto, runs: model, ...endpoint(model) };
  const modes = {
    "text-to-image": endpoint(model.modes["text-to-image"]),
    "image-to-image": endpoint(model.modes["image-to-image"]),
  };
  const { imageParameter } = modes["image-to-image"];
  return { title, imageParameter, facts: nodeFacts(model), modes, runs: model };
};

/** Every model of the pack, by node type. */
export const models: Readonly<Record<string, EditorModel>> = Object.fromEntries(
  nodeModels.map((model) => [model.type, forEditor(model)]),
);

/** What every composition node of the pack sets, by node type. */
export const compositions: Readonly<Record<string, Composition>> = Object.fromEntries(
  allCompositions.map((composition) => [composition.type, composition]),
);
