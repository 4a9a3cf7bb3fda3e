import { S3Refusal } from "./refusal";
import { elementsIn, textIn } from "./xml";

/** A part as the completion of an upload names it. */
export interface NamedPart {
  number: number;
  /** Without quotes. */
  etag: string;
  /** By their names in lower case. */
  checksums: ReadonlyMap<string, string>;
}

/** The parts in the document that completes an upload. Throws a refusal when it is not one. */
export function readCompletion(xml: string): NamedPart[] {
  const [content] = elementsIn(xml, "CompleteMultipartUpload");
  const parts = elementsIn(content ?? "", "Part").map((part) => ({
    number: Number(textIn(part, "PartNumber") ?? Number.NaN),
    etag: (textIn(part, "ETag") ?? "").replaceAll('"', ""),
    checksums: new Map(
      [...part.matchAll(/<Checksum(\w+)>([^<]*)</g)].map(([, name = "", value = ""]) => [name.toLowerCase(), value]),
    ),
  }));
  if (parts.length === 0 || parts.some(({ number, etag }) => !Number.isInteger(number) || etag === "")) {
    throw new S3Refusal("MalformedXML");
  }
  return parts;
}
