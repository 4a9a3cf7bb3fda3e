import type { Model } from "./model";
import type { FluxRequest } from "./request";

/** What a request says about its pictures before anybody has seen them. Sizes in pixels, where they are certain. */
export interface ExpectedPicture {
  contentType: string;
  width?: number;
  height?: number;
}

/** Content types by Runware's `outputFormat`; JPG is its default. */
const CONTENT_TYPES: Readonly<Record<string, string>> = { JPG: "image/jpeg", PNG: "image/png", WEBP: "image/webp" };

/** The pictures that a request of this model asks for. */
export function expectedPicture(_model: Model, request: FluxRequest): ExpectedPicture {
  return {
    contentType: CONTENT_TYPES[String(request.outputFormat ?? "JPG")] ?? "application/octet-stream",
    ...sizeAsked(request),
  };
}

/** With hires fix the picture is larger than what was asked for, and nobody says by how much. */
function sizeAsked({ width, height, hiresFix }: FluxRequest): { width?: number; height?: number } {
  if (hiresFix || typeof width !== "number" || typeof height !== "number") return {};
  return { width, height };
}
