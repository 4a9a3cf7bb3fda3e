import { type IncomingMessage, validateHeaderValue } from "node:http";
import { S3Refusal } from "./refusal";

/** A request to the store, as it was sent. */
export interface S3Request {
  method: string;
  /** Of the whole address, encoded as it was sent: signatures are about that. */
  rawPath: string;
  /** Empty: none was named. */
  bucket: string;
  /** Empty: the bucket itself. */
  key: string;
  /** Decoded names and values, in the order of the address. */
  query: readonly (readonly [name: string, value: string])[];
  /** Names in lower case; of a signed address also those that its query stands for. */
  headers: ReadonlyMap<string, string>;
  body: IncomingMessage;
}

const longestKey = 1024;

/**
 * Takes a request apart.
 * @param prefix what stands before the bucket's name in the path: `/s3/`
 * @throws S3Refusal for an address that cannot be read
 */
export function readRequest(message: IncomingMessage, prefix: string): S3Request {
  const url = message.url ?? "/";
  const questionMark = url.indexOf("?");
  const rawPath = questionMark < 0 ? url : url.slice(0, questionMark);
  const [, rawBucket = "", rawKey = ""] = /^([^/]*)\/?(.*)$/s.exec(rawPath.slice(prefix.length)) ?? [];
  const key = decoded(rawKey);
  if (Buffer.byteLength(key) > longestKey) throw new S3Refusal("KeyTooLongError");
  return {
    method: message.method ?? "GET",
    rawPath,
    bucket: decoded(rawBucket),
    key,
    query: questionMark < 0 ? [] : pairsIn(url.slice(questionMark + 1)),
    headers: headersOf(message),
    body: message,
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new S3Refusal("InvalidURI");
  }
}

/** The pairs of a query, or of tags, which are written like one. */
export const pairsIn = (text: string): [name: string, value: string][] =>
  text
    .split("&")
    .filter((pair) => pair !== "")
    .map((pair) => {
      const [, name = "", value = ""] = /^([^=]*)=?(.*)$/s.exec(pair.replaceAll("+", " ")) ?? [];
      return [decoded(name), decoded(value)];
    });

/** A header's value that came in an address, where it may be anything. Throws a refusal for what no header can hold. */
export function headerValue(name: string, value: string): string {
  try {
    validateHeaderValue(name, value);
    return value;
  } catch {
    throw new S3Refusal("InvalidArgument", `No header can hold the value of ${name.slice(0, 60)}.`);
  }
}

function headersOf({ rawHeaders }: IncomingMessage): Map<string, string> {
  const headers = new Map<string, string>();
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = String(rawHeaders[index]).toLowerCase();
    const value = String(rawHeaders[index + 1]);
    const earlier = headers.get(name);
    headers.set(name, earlier === undefined ? value : `${earlier},${value}`);
  }
  return headers;
}

/** The first value of a parameter of the query. */
export const parameter = ({ query }: S3Request, name: string): string | undefined =>
  query.find(([known]) => known === name)?.[1];
