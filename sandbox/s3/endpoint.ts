import { randomBytes } from "node:crypto";
import type { Context } from "../context";
import { faultAmong } from "../faults";
import { earlyReply, type Part, type Reply, type WholeReply } from "../http";
import { pauseUntil } from "../pause";
import { slowness } from "../plan-job";
import { refuseUnknownHeaders } from "./attributes";
import { type Asker, authenticate } from "./authenticate";
import { checkBucketName, createBucket, deleteBucket, headBucket } from "./bucket-handlers";
import { brokenOff, Disconnection, disconnected, lateS3Reply, refusalWith, refuseByFault } from "./faults";
import { listMultipartUploads, listObjects, listParts } from "./listing";
import { deleteObject, getObject, headObject, putObject } from "./object-handlers";
import type { Bucket } from "./objects";
import { type OperationName, operationOf } from "./operation";
import { S3Refusal } from "./refusal";
import { readRequest, type S3Request } from "./request";
import { getObjectTagging, putObjectTagging } from "./tagging";
import { abortMultipartUpload, completeMultipartUpload, createMultipartUpload, uploadPart } from "./upload-handlers";
import type { Handler, Work } from "./work";
import { xmlError } from "./xml";

/** Below this path the store is found: `/s3/<bucket>/<key>`. */
export const s3Prefix = "/s3/";

const handlers: Readonly<Record<OperationName, Handler>> = {
  AbortMultipartUpload: abortMultipartUpload,
  CompleteMultipartUpload: completeMultipartUpload,
  CreateBucket: createBucket,
  CreateMultipartUpload: createMultipartUpload,
  DeleteBucket: deleteBucket,
  DeleteObject: deleteObject,
  GetObject: getObject,
  GetObjectTagging: getObjectTagging,
  HeadBucket: headBucket,
  HeadObject: headObject,
  ListMultipartUploads: listMultipartUploads,
  ListObjectsV2: listObjects,
  ListParts: listParts,
  PutObject: putObject,
  PutObjectTagging: putObjectTagging,
  UploadPart: uploadPart,
};

/** Answers a request to the store. */
export const answerS3: Part = async ({ message }, context) => {
  context.ledger.countRequest();
  const requestId = randomBytes(8).toString("hex").toUpperCase();
  const now = Date.now() + context.settings.s3ClockSkew * 1000;
  const refuse = (error: unknown): WholeReply => replyTo(error, message.url, requestId);
  const reply = await answer(message, context, now, refuse).catch(refuse);
  // What nobody read would be taken for the next request.
  message.resume();
  const headers = {
    date: new Date(now).toUTCString(),
    server: "flux-sandbox",
    "x-amz-request-id": requestId,
    // What was stored may be a page: in a browser it must not speak to the sandbox as one of its own.
    "content-security-policy": "sandbox",
  };
  return { ...reply, headers: { ...headers, ...reply.headers } };
};

async function answer(
  message: S3Request["body"],
  context: Context,
  now: number,
  refuse: (error: unknown) => WholeReply,
): Promise<Reply> {
  const plain = readRequest(message, s3Prefix);
  const asker = authenticate(plain, context.settings, now);
  const request = asker === "anonymous" ? plain : asker.request;
  const operation = operationOf(request);
  const kind = operation ?? "none";
  context.events.emit("request", { calls: [kind] });
  context.ledger.countCall(kind);
  const { request: fault, calls } = context.faults.rehearse([{ service: "s3", kind, makesPictures: false }]);
  const early = fault && earlyReply(fault, (status) => refuse(refusalWith(status)));
  if (early !== undefined) return early;
  const faults = calls[0] ?? [];
  const slow = faultAmong(faults, "slow");
  if (slow !== undefined) await pauseUntil(Date.now() + slowness(slow) * 1000, context.closing);
  refuseByFault(faults);
  if (operation === undefined) throw new S3Refusal("NotImplemented");
  checkBucketName(request.bucket);
  refuseUnknownHeaders(request);
  allow(operation, request, asker, context);
  // Left half read when something is wrong with it; to destroy it would end the connection without an answer.
  const content = message.iterator({ destroyOnReturn: false }) as AsyncIterableIterator<Buffer>;
  const length = Number(
    request.headers.get("content-length") ?? request.headers.get("x-amz-decoded-content-length") ?? 0,
  );
  const isReset = faultAmong(faults, "reset") !== undefined;
  if (isReset && length === 0) return disconnected;
  const reply = await handlers[operation]({
    request,
    asker,
    context,
    bucketName: request.bucket,
    bucket: () => bucketOf(request, asker, context),
    received: isReset ? brokenOff(content, length) : content,
  } satisfies Work);
  return lateS3Reply(fault, reply);
}

/** Throws a refusal for what a stranger may not do. */
function allow(operation: OperationName, request: S3Request, asker: Asker, context: Context): void {
  if (asker !== "anonymous") return;
  const isLook = operation === "GetObject" || operation === "HeadObject";
  const acl = context.s3.buckets.get(request.bucket)?.find(request.key)?.acl ?? "";
  const isPublic = context.settings.s3PublicRead || acl.startsWith("public-read");
  if (!isLook || !isPublic) throw new S3Refusal("AccessDenied");
}

/** The bucket that a request names; the first who uses it with the right key may make it. */
function bucketOf({ bucket }: S3Request, asker: Asker, { s3, settings }: Context): Bucket {
  const known = s3.buckets.get(bucket);
  if (known !== undefined) return known;
  if (settings.s3AutoCreate && asker !== "anonymous") return s3.buckets.create(bucket);
  throw new S3Refusal("NoSuchBucket", undefined, { BucketName: bucket });
}

function replyTo(error: unknown, url: string | undefined, requestId: string): WholeReply {
  if (error instanceof Disconnection) return disconnected;
  const isFull = error instanceof Error && "code" in error && error.code === "ENOSPC";
  const refusal = error instanceof S3Refusal ? error : new S3Refusal(isFull ? "InsufficientStorage" : "InternalError");
  const { code, status, message, details } = refusal;
  const content = xmlError([
    ["Code", code],
    ["Message", message],
    ...Object.entries(details),
    ["Resource", url?.split("?")[0]],
    ["RequestId", requestId],
    ["HostId", "flux-sandbox"],
  ]);
  return { status, content, contentType: "application/xml" };
}
