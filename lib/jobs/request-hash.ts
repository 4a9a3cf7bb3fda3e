import { createHash, type Hash } from "node:crypto";
import { digestOf } from "../digest";
import { isDirectUpload } from "../models/direct-upload";
import { replacedAt } from "../models/paths";
import type { Attachment, FluxRequest } from "../models/request";
import type { ValueOrPromise } from "../value-or-promise";
import { withoutKey } from "./journal/signed-address";

/**
 * A hash that is the same for the same request, whatever the order of its members: at once, where it has no large pictures.
 * Signed addresses count without their query: one that is signed anew is the same picture.
 */
export function requestHash(
  model: string,
  request: FluxRequest,
  attachments: readonly Attachment[],
): ValueOrPromise<string> {
  const hash = createHash("sha256")
    .update(model)
    .update("\0")
    .update(canonical(withoutPlace(withoutPlaceholders(request, attachments))));
  return attachments.length === 0 ? hash.digest("base64url") : withAttachments(hash, attachments);
}

async function withAttachments(hash: Hash, attachments: readonly Attachment[]): Promise<string> {
  for (const { path, bytes } of attachments)
    hash
      .update("\0")
      .update(path.join("."))
      .update("\0")
      .update(await digestOf(bytes));
  return hash.digest("base64url");
}

/** What stands for the pictures until they are uploaded is never the same twice. */
const withoutPlaceholders = (request: FluxRequest, attachments: readonly Attachment[]): FluxRequest =>
  attachments.reduce((rest, { path }) => replacedAt(rest, path, null), request);

/** Where its picture is to be stored makes no other request: a repeated one gets the picture that is there. */
const withoutPlace = ({ uploadEndpoint, ...rest }: FluxRequest): FluxRequest =>
  isDirectUpload(uploadEndpoint) || uploadEndpoint === undefined ? rest : { ...rest, uploadEndpoint };

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value === "object" && value !== null) {
    const members = Object.entries(value).filter(([, member]) => member !== undefined);
    members.sort(([one], [other]) => (one < other ? -1 : 1));
    return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`).join(",")}}`;
  }
  return JSON.stringify(typeof value === "string" ? (withoutKey(value) ?? value) : value) ?? "null";
}
