import type { Model } from "./model";
import type { FluxRequest } from "./request";

/** What a request says about its pictures before anybody has seen them. Sizes in pixels, where they are certain. */
export interface ExpectedPicture {
  contentType: string;
  width?: number;
  height?: number;
}

/** The pictures that a request of this model asks for. */
export const expectedPicture = (model: Model, request: FluxRequest): ExpectedPicture =>
  model.dialect.expectedPicture(model, request);
