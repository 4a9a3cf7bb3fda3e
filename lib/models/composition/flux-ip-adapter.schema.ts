import { ipAdapters } from "../fragments/runware/composition";
import type { ModelSchema } from "../fragments/schema";

/** What `flux-ip-adapter` adds to a request. */
export const schema: ModelSchema = {
  type: "object",
  required: [],
  additionalProperties: false,
  properties: { ipAdapters },
};
