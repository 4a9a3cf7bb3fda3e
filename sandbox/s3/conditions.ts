import type { SandboxSettings } from "../settings";
import type { StoredObject } from "./objects";
import { S3Refusal } from "./refusal";
import type { S3Request } from "./request";

/**
 * Refuses to write over an object when the request says so.
 * @param found what is there already
 */
export function checkWriteConditions(
  { headers }: S3Request,
  found: StoredObject | undefined,
  { s3IfNoneMatch }: Readonly<SandboxSettings>,
): void {
  const condition = headers.get("if-none-match");
  if (headers.has("if-match") || (condition !== undefined && condition !== "*")) {
    throw new S3Refusal("NotImplemented", "The only condition for a write is If-None-Match: *.");
  }
  if (condition === undefined || s3IfNoneMatch === "ignored") return;
  if (s3IfNoneMatch === "refused") {
    const message = "A header asks for something that this store cannot do.";
    throw new S3Refusal("NotImplemented", message, { Header: "If-None-Match" });
  }
  if (found !== undefined) throw new S3Refusal("PreconditionFailed", undefined, { Condition: "If-None-Match" });
}

/** Refuses to show an object that is not the one, or no other than the one, that the request wants. */
export function checkReadConditions({ headers }: S3Request, { etag, modified }: StoredObject): void {
  const [match, none] = [headers.get("if-match"), headers.get("if-none-match")];
  const [unmodified, since] = [timeIn(headers.get("if-unmodified-since")), timeIn(headers.get("if-modified-since"))];
  const seconds = Math.floor(modified / 1000) * 1000;
  const isStale = match === undefined ? unmodified !== undefined && seconds > unmodified : !names(match, etag);
  if (isStale) throw new S3Refusal("PreconditionFailed");
  const isKnown = none === undefined ? since !== undefined && seconds <= since : names(none, etag);
  if (isKnown) throw new S3Refusal("NotModified");
}

const names = (tags: string, etag: string): boolean =>
  tags.split(/\s*,\s*/).some((tag) => tag === "*" || tag.replace(/^(W\/)?"|"$/g, "") === etag);

function timeIn(text: string | undefined): number | undefined {
  const time = Date.parse(text ?? "");
  return Number.isNaN(time) ? undefined : time;
}
