import { lora } from "../fragments/runware/composition";
import type { ModelSchema } from "../fragments/schema";

/** What `flux-lora` adds to a request. */
export const schema: ModelSchema = {
  type: "object",
  required: [],
  additionalProperties: false,
  properties: { lora },
};
