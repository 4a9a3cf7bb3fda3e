import type { Mode, ModelFacts } from "../lib/models/model";

/** What a dialog needs to know of one endpoint of a model. */
export interface EditorEndpoint {
  /** Where "Image from" goes; absent where no picture is taken. */
  imageParameter?: string;
  facts: ModelFacts;
}

/** What a dialog needs to know of a model. With several modes, the facts of the model itself are those of all modes. */
export interface EditorModel extends EditorEndpoint {
  title: string;
  /** Of a tool: the message's property that its result goes to when the dialog names no other. */
  resultInto?: string;
  modes?: Readonly<Record<Mode, EditorEndpoint>>;
}

/**
 * What a dialog shows in a mode: that mode's endpoint. Of a model without modes, and where the mode is decided by the
 * message or the environment, the model itself.
 */
export const endpointOf = (model: EditorModel, mode: unknown): EditorEndpoint =>
  mode === "text-to-image" || mode === "image-to-image" ? (model.modes?.[mode] ?? model) : model;

/** What a dialog needs to know of a composition node. */
export interface EditorComposition {
  /** The members of a request that the node may set; where there are several, each use of it sets one. */
  parameters: readonly string[];
  facts: ModelFacts;
}

/** Put in by the build. */
declare const FLUX_MODELS: Record<string, EditorModel>;
declare const FLUX_COMPOSITIONS: Record<string, EditorComposition>;

/** Every model of the pack, by node type. */
export const models: Record<string, EditorModel> = FLUX_MODELS;

/** What every composition node of the pack sets, by node type. */
export const compositions: Record<string, EditorComposition> = FLUX_COMPOSITIONS;
