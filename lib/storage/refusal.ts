/** What a store said instead of doing what it was asked. */
export interface Refusal {
  /** S3's code, "NoSuchBucket"; "" where the answer holds none: that to HEAD, or one of something that is no store. */
  code: string;
  status: number | undefined;
  requestId: string | undefined;
  /** Where the bucket is, when the store says so. */
  region: string | undefined;
  /** The store's own sentence; "" where there is none. */
  message: string;
  /** How often it was asked. */
  attempts: number;
}

/** Reads an error of the SDK's; undefined when it is not about an answer of the store. */
export function refusalOf(error: unknown): Refusal | undefined {
  if (!(error instanceof Error)) return undefined;
  const metadata = memberOf(error, "$metadata");
  const response = memberOf(error, "$response");
  const status = numberIn(metadata, "httpStatusCode") ?? numberIn(response, "statusCode");
  if (status === undefined) return undefined;
  return {
    code: nameIn(error, "Code") ?? "",
    status,
    requestId: nameIn(metadata, "requestId"),
    region: regionOf(error, memberOf(response, "headers")),
    message: memberOf(error, "Code") === undefined ? "" : error.message,
    attempts: numberIn(metadata, "attempts") ?? 1,
  };
}

/** Whether a store may have done what it was asked: no answer came, one that cannot be read (2xx), or a fault of its own. */
export const mayBeDone = (refusal: Refusal | undefined): boolean =>
  refusal?.status === undefined || refusal.status < 300 || refusal.status >= 500;

function regionOf(error: Error, headers: unknown): string | undefined {
  const region = textIn(headers, "x-amz-bucket-region") ?? textIn(error, "Region");
  return region !== undefined && /^[A-Za-z0-9-]{1,64}$/.test(region) ? region : undefined;
}

const memberOf = (owner: unknown, name: string): unknown =>
  typeof owner === "object" && owner !== null ? Reflect.get(owner, name) : undefined;

function textIn(owner: unknown, name: string): string | undefined {
  const value = memberOf(owner, name);
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** Characters of what a store calls something. */
const LONGEST_NAME = 100;

/** Cut: it stands in errors. */
const nameIn = (owner: unknown, name: string): string | undefined => textIn(owner, name)?.slice(0, LONGEST_NAME);

function numberIn(owner: unknown, name: string): number | undefined {
  const value = memberOf(owner, name);
  return typeof value === "number" ? value : undefined;
}
