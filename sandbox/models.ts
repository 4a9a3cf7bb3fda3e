import { modelById } from "../lib/models/catalogue";
import type { Model } from "../lib/models/model";

/** The model, or endpoint, that a service has under this id. */
export function modelOf(service: "runware" | "fal", id: string): Model | undefined {
  const model = modelById(id);
  return model?.dialect.provider === service ? model : undefined;
}
