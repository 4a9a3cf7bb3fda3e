import type { ValidateFunction } from "ajv";
import { compileSettings, complete, readSettings } from "../settings-schema";
import { PREVIEW_RANGES, PREVIEW_SIZES } from "./ranges";

/** A preview node's properties as they are saved, in their working types. */
export interface PreviewSettings {
  /** The property of the message that holds the picture. */
  source: string;
  count: number;
  /** The longest side on the canvas, in its pixels. */
  size: number;
  show: boolean;
  /** `host` or `host:port`, separated by commas or spaces, that may be inside a private network. */
  allowedHosts: string;
}

const schema = complete({
  source: { type: "string", default: "payload" },
  count: PREVIEW_RANGES.count,
  size: { type: "integer", enum: PREVIEW_SIZES, default: PREVIEW_SIZES[0] },
  show: { type: "boolean", default: true },
  allowedHosts: { type: "string", default: "" },
});

let compiled: ValidateFunction<PreviewSettings> | undefined;

/**
 * Reads a saved preview node.
 * @throws FluxError FLUX_CONFIG that names every setting that cannot be used.
 */
export function readPreviewSettings(config: object): PreviewSettings {
  compiled ??= compileSettings<PreviewSettings>(schema);
  return readSettings(compiled, config, "This node");
}
