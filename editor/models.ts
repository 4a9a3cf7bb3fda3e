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

/** Put in by the build: every model of the pack, by node type. */
declare const FLUX_MODELS: Record<string, EditorModel>;

export const models: Record<string, EditorModel> = FLUX_MODELS;
