import { readDirectUpload, writeDirectUpload } from "../../models/direct-upload";
import { readFlux } from "../../models/preparing/message-flux";
import { signed } from "../../models/preparing/origins";
import { peek } from "../../models/preparing/peek";
import { copyOfObject } from "../../models/preparing/shallow-copy";
import { describe } from "../../models/wording/wording";
import { fieldsOf, filledIn, JOB_FIELDS, type KeyUse } from "../../storage/key-template";
import { objectKey } from "../../storage/object-key";
import { readMember } from "../read-member";
import { evaluate } from "../typed-values";
import type { FluxMessage } from "../types";
import { assertValues, checkTemplate, fieldValues } from "./key-values";
import { refused } from "./refused";
import type { PresignOwner } from "./storage-owner";

/** What a presign node puts on a message. */
export interface Presigned {
  values: Readonly<Record<string, unknown>>;
  warnings: readonly string[];
}

/**
 * Has the next picture written straight into the bucket: its request names the place, and is signed when it is sent.
 * @throws FluxError FLUX_VALIDATION when the request asks for several pictures: they would overwrite each other.
 */
export async function presignDirectUpload(owner: PresignOwner, message: FluxMessage): Promise<Presigned> {
  const { node, settings } = owner;
  const { copy: flux, violations } = readFlux(readMember(message, "flux"), (given) => copyOfObject(given));
  const [violation] = violations;
  if (violation) throw refused(violation.parameter, violation.message.replace(/\.$/, ""));
  assertOneResult(flux.numberResults);
  const template = await keyFor(owner, message, "direct");
  const target = owner.bucketNode();
  const { bucket } = target;
  const upload = { bucketNode: target.id, bucket: bucket.name, key: template, life: settings.life };
  const uploadEndpoint = writeDirectUpload(upload, bucket.proofOf(writeDirectUpload(upload)));
  // Fields that stay open keep the key from being cut to its length.
  if (!readDirectUpload(uploadEndpoint)) throw refused("Key", "Key: it gets too long with this message's values");
  const isReplaced = flux.uploadEndpoint !== undefined && flux.uploadEndpoint !== null;
  return {
    values: {
      flux: { ...flux, uploadEndpoint },
      fluxOrigins: signed(peek(message, "fluxOrigins"), { ...flux, uploadEndpoint }, node, ["uploadEndpoint"]),
      s3Expected: { bucket: bucket.name, key: template },
    },
    warnings: isReplaced ? ["uploadEndpoint was in the message already: this node's place took its stead."] : [],
  };
}

/** Signs an address at once, for whoever is to put something there. */
export async function presignPut(owner: PresignOwner, message: FluxMessage): Promise<{ key: string; address: string }> {
  const key = await keyFor(owner, message, "address");
  const { store } = await owner.bucketNode().bucket.open();
  return { key, address: await store.sign("PUT", key, owner.settings.life) };
}

/** A key, or a template in which only fields of the job are open. */
async function keyFor(owner: PresignOwner, message: FluxMessage, use: KeyUse): Promise<string> {
  const { RED, node, settings } = owner;
  const { type, value } = settings.key;
  if (type === "str") {
    checkTemplate(value, use, "Key");
    const known = fieldValues(RED, message, { acceptedAt: Date.now() });
    const isOpen = (field: string) => use === "direct" && JOB_FIELDS.has(field);
    assertValues(
      fieldsOf(value).filter((field) => !isOpen(field)),
      known,
      "Key",
    );
    return checked(filledIn(value, (field) => (isOpen(field) ? undefined : known(field))));
  }
  const { value: literal } = await evaluate(RED, node, settings.key, message, "Key");
  if (typeof literal === "string") return checked(literal.replace(/[{}]/g, "-"));
  throw refused("Key", `Key (${type} ${value.slice(0, 100)}) gives ${describe(literal)}, but must give a text`);
}

function checked(key: string): string {
  const tidy = fieldsOf(key).length > 0 ? key : objectKey(key);
  if (tidy !== "") return tidy;
  throw refused("Key", "Key: nothing is left of it that could be a key");
}

function assertOneResult(count: unknown): void {
  if (count === undefined || count === null || count === "" || Number(count) === 1) return;
  throw refused(
    "flux.numberResults",
    `msg.flux.numberResults is ${describe(count)}, but a direct upload takes one picture: each would overwrite the one before. Ask for one, or store them with flux-s3-upload`,
    { allowed: "1" },
  );
}
