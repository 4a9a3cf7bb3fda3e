import { peek } from "../../models/preparing/peek";
import { filledIn } from "../../storage/key-template";
import { objectKey } from "../../storage/object-key";

/** How the service names the types of the pictures that it writes, and how files of that type are named. */
const EXTENSIONS: Readonly<Record<string, string>> = { JPG: "jpg", PNG: "png", WEBP: "webp" };

/** What a key's open fields are filled with, once there is a job. */
interface KnownJob {
  provider?: string;
  model?: string;
  jobId?: string;
  request?: object;
}

/**
 * The key of a picture that a service writes by itself. It is one picture, and of the type that was asked for: JPG, when
 * the request does not say. Fields that the job does not tell stay open.
 */
export function directKey(template: string, { provider, model, jobId, request }: KnownJob): string {
  const format = peek(request, "outputFormat");
  const known: Readonly<Record<string, string | undefined>> = {
    provider,
    model,
    jobId,
    index: "0",
    ext: EXTENSIONS[typeof format === "string" ? format : "JPG"] ?? "jpg",
  };
  return objectKey(filledIn(template, (field) => (Object.hasOwn(known, field) ? known[field] : undefined)));
}
