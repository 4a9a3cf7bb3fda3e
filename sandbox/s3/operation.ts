import type { S3Request } from "./request";

/** What the store can do, by S3's names. Their parameters tell requests of one method apart. */
const operations = [
  { name: "CreateMultipartUpload", method: "POST", about: "object", parameters: ["uploads"] },
  { name: "CompleteMultipartUpload", method: "POST", about: "object", parameters: ["uploadId"] },
  { name: "UploadPart", method: "PUT", about: "object", parameters: ["partNumber", "uploadId"] },
  { name: "AbortMultipartUpload", method: "DELETE", about: "object", parameters: ["uploadId"] },
  { name: "ListParts", method: "GET", about: "object", parameters: ["uploadId"] },
  { name: "PutObjectTagging", method: "PUT", about: "object", parameters: ["tagging"] },
  { name: "GetObjectTagging", method: "GET", about: "object", parameters: ["tagging"] },
  { name: "PutObject", method: "PUT", about: "object", parameters: [] },
  { name: "GetObject", method: "GET", about: "object", parameters: [] },
  { name: "HeadObject", method: "HEAD", about: "object", parameters: [] },
  { name: "DeleteObject", method: "DELETE", about: "object", parameters: [] },
  { name: "ListMultipartUploads", method: "GET", about: "bucket", parameters: ["uploads"] },
  { name: "ListObjectsV2", method: "GET", about: "bucket", parameters: ["list-type"] },
  { name: "CreateBucket", method: "PUT", about: "bucket", parameters: [] },
  { name: "HeadBucket", method: "HEAD", about: "bucket", parameters: [] },
  { name: "DeleteBucket", method: "DELETE", about: "bucket", parameters: [] },
] as const;

export type OperationName = (typeof operations)[number]["name"];

/** Parameters that do not change which operation it is, for those that take any. */
const details: Readonly<Partial<Record<OperationName, RegExp>>> = {
  GetObject: /^response-/,
  ListObjectsV2: /^(prefix|delimiter|max-keys|continuation-token|start-after|encoding-type|fetch-owner)$/,
  ListMultipartUploads: /^(prefix|max-uploads|encoding-type)$/,
  ListParts: /^(max-parts|part-number-marker)$/,
};

/** Says only which of the client's functions was called, or belongs to a signed address. */
const meaningless = /^(x-id$|x-amz-)/i;

/** What a request asks for; undefined: something that this store cannot do. */
export function operationOf({ method, bucket, key, query }: S3Request): OperationName | undefined {
  if (bucket === "") return undefined;
  const about = key === "" ? "bucket" : "object";
  const names = query.map(([name]) => name).filter((name) => !meaningless.test(name));
  return operations.find(
    (operation) =>
      operation.method === method &&
      operation.about === about &&
      operation.parameters.every((name) => names.includes(name)) &&
      names.every(
        (name) => operation.parameters.some((own) => own === name) || details[operation.name]?.test(name) === true,
      ),
  )?.name;
}
