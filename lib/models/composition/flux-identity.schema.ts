import { acePlusPlus, pulid } from "../fragments/runware/composition";
import type { ModelSchema } from "../fragments/schema";

/** What `flux-identity` adds to a request: one of the two. */
export const schema: ModelSchema = {
  type: "object",
  required: [],
  additionalProperties: false,
  properties: { pulid, acePlusPlus },
};
