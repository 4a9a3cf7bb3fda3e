import type { ModelFacts } from "../lib/models/model";

/** What a dialog needs to know of a model. */
export interface EditorModel {
  title: string;
  /** Where "Image from" goes. */
  imageParameter: string;
  facts: ModelFacts;
}

/** Put in by the build: every model of the pack, by node type. */
declare const FLUX_MODELS: Record<string, EditorModel>;

export const models: Record<string, EditorModel> = FLUX_MODELS;
