/** An element: its name and what is in it. Those without content are left out. */
export type Element = readonly [name: string, content: string | number | boolean | readonly Element[] | undefined];

const namespace = "http://s3.amazonaws.com/doc/2006-03-01/";

const escapes: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** Control characters are written as references, as S3 does, although XML 1.0 has no place for most of them. */
const escaped = (text: string): string =>
  text
    .replace(/[&<>"]/g, (character) => escapes[character] ?? character)
    .replace(/\p{Cc}/gu, (character) => `&#x${character.charCodeAt(0).toString(16)};`);

const written = ([name, content]: Element): string => {
  if (content === undefined) return "";
  return `<${name}>${Array.isArray(content) ? content.map(written).join("") : escaped(String(content))}</${name}>`;
};

const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n';

/** An answer of S3's. */
export const xmlDocument = (name: string, content: readonly Element[]): string =>
  `${declaration}<${name} xmlns="${namespace}">${content.map(written).join("")}</${name}>`;

/** An error of S3's, which has no namespace. */
export const xmlError = (content: readonly Element[]): string => declaration + written(["Error", content]);

const references: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

const unescaped = (text: string): string =>
  text.replace(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(amp|lt|gt|quot|apos));/gi, (whole, hex, decimal, name) => {
    if (name !== undefined) return references[String(name).toLowerCase()] ?? whole;
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });

/** What is inside each element of that name, as it stands. The few documents that S3 takes nest no element in its like. */
export const elementsIn = (xml: string, name: string): string[] =>
  [...xml.matchAll(new RegExp(`<${name}(?:\\s[^>]*)?>([^]*?)</${name}>`, "g"))].map(([, content = ""]) => content);

/** The text of the first element of that name. */
export const textIn = (xml: string, name: string): string | undefined => {
  const [content] = elementsIn(xml, name);
  return content === undefined ? undefined : unescaped(content.trim());
};
