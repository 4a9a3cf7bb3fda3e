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
  modes?: Readonly<Record<Mode, EditorEndpoint>>;
}

/**
 * What a dialog shows in a mode: that mode's endpoint. Of a model without modes, and where the mode is decided by the
 * message or the environment, the model itself.
 */
export const endpointOf = (model: EditorModel, mode: unknown): EditorEndpoint =>
  mode === "text-to-image" || mode === "image-to-image" ? (model.modes?.[mode] ?? model) : model;

/** Put in by the build: every model of the pack, by node type. */
declare const FLUX_MODELS: Record<string, EditorModel>;

export const models: Record<string, EditorModel> = FLUX_MODELS;
