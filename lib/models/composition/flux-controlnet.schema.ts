import { controlNet } from "../fragments/runware/composition";
import type { ModelSchema } from "../fragments/schema";

/** What `flux-controlnet` adds to a request. */
export const schema: ModelSchema = {
  type: "object",
  required: [],
  additionalProperties: false,
  properties: { controlNet },
};
