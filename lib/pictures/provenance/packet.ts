import type { Origin } from "./origin";

/** Of the properties that no standard has. */
export const NAMESPACE = "https://github.com/fluxwire/node-red-flux/ns/1.0/";

/** IPTC's term for what a model has made: https://cv.iptc.org/newscodes/digitalsourcetype/ */
const MADE_BY_A_MODEL = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia";

/** Characters of a value; longer than every name that the services give. With it, a packet fits into a JPEG's segment. */
const LONGEST = 300;

const NAMESPACES = {
  xmp: "http://ns.adobe.com/xap/1.0/",
  Iptc4xmpExt: "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
  flux: NAMESPACE,
};

/**
 * An XMP packet (ISO 16684-1), in UTF-8: the form of metadata that PNG, JPEG and WEBP have in common. The same origin
 * gives the same bytes.
 */
export function packetOf({ createdAt, ...origin }: Origin): Buffer {
  const properties = {
    // Without the pack's version: a picture that is stored again after an update is still the same.
    "xmp:CreatorTool": "@fluxwire/node-red-flux",
    "xmp:CreateDate": createdAt === undefined ? undefined : new Date(createdAt).toISOString(),
    "Iptc4xmpExt:DigitalSourceType": MADE_BY_A_MODEL,
    "flux:promptHash": origin.promptHash,
    "flux:seed": origin.seed,
    "flux:model": origin.model,
    "flux:provider": origin.provider,
    "flux:jobId": origin.jobId,
    "flux:pictureIndex": String(origin.pictureIndex),
  };
  const elements = Object.entries(properties).flatMap(([name, value]) =>
    value === undefined || value.length > LONGEST ? [] : [`<${name}>${escaped(value)}</${name}>`],
  );
  const namespaces = Object.entries(NAMESPACES).map(([prefix, uri]) => ` xmlns:${prefix}="${uri}"`);
  return Buffer.from(
    [
      '<?xpacket begin="\uFEFF" id="W5M0MpCehiHzreSzNTczkc9d"?>',
      '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">',
      `<rdf:Description rdf:about=""${namespaces.join("")}>`,
      ...elements,
      "</rdf:Description></rdf:RDF></x:xmpmeta>",
      '<?xpacket end="w"?>',
    ].join("\n"),
  );
}

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };

/** Outside of what XML 1.0 calls a character; halves of pairs among them. */
const NOT_IN_XML = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;

/** A carriage return that is written as it is would be read as a line feed. */
const escaped = (text: string): string =>
  text
    .replace(NOT_IN_XML, "\uFFFD")
    .replace(/[&<>]/g, (sign) => ENTITIES[sign] ?? sign)
    .replaceAll("\r", "&#xD;");
