import type { Schema } from "../schema";

const url: Schema = { type: "string", format: "http-url" };

/** What comes back, in which form, and where to. */
export const output = {
  numberResults: { type: "integer", minimum: 1, maximum: 20, default: 1, "x-group": "output" },
  outputFormat: { type: "string", enum: ["JPG", "PNG", "WEBP"], default: "JPG", "x-group": "output" },
  outputQuality: { type: "integer", minimum: 20, maximum: 99, default: 95, "x-group": "output" },
  outputType: {
    type: "string",
    enum: ["URL", "base64Data", "dataURI"],
    default: "URL",
    "x-group": "output",
    "x-owned": true,
  },
  safety: {
    type: "object",
    additionalProperties: false,
    properties: {
      checkContent: { type: "boolean", default: false },
      mode: { type: "string", enum: ["none", "fast"], default: "none" },
    },
    "x-group": "output",
  },
} satisfies Record<string, Schema>;

/** How the service hands results over. */
export const delivery = {
  deliveryMethod: {
    type: "string",
    enum: ["sync", "async"],
    default: "sync",
    "x-sent": "async",
    "x-group": "advanced",
  },
  includeCost: { type: "boolean", default: false, "x-sent": true, "x-group": "advanced" },
  ttl: { type: "integer", minimum: 60, "x-unit": "s", "x-group": "advanced" },
  uploadEndpoint: { type: "string", format: "upload-address", "x-group": "advanced" },
  webhookURL: { ...url, "x-group": "advanced" },
} satisfies Record<string, Schema>;
