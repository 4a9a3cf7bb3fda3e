/**
 * JSON that keeps the digits of large integers. A seed may have 19 digits, more than a JavaScript number holds, so
 * integers beyond 2^53-1 are read as bigints, and bigints are written as bare digits.
 */

// A prefix that no request can contain: it is drawn anew in every process.
const mark = `digits-${Math.random().toString(36).slice(2)}:`;
const markedString = new RegExp(`"${mark}(-?\\d+)"`, "g");
const longInteger = /-?\d{16,}(?![\d.eE])/g;

/** Parses JSON text; integers that a number cannot hold come back as bigints. Throws a SyntaxError on bad JSON. */
export function parseJson(text: string): unknown {
  const marked = markLongIntegers(text);
  if (marked === text) return JSON.parse(text);
  return JSON.parse(marked, (_key, value: unknown) =>
    typeof value === "string" && value.startsWith(mark) ? BigInt(value.slice(mark.length)) : value,
  );
}

/** Writes JSON text; bigints become bare digits. */
export function stringifyJson(value: unknown): string {
  let found = false;
  const text = JSON.stringify(value, (_key, member: unknown) => {
    if (typeof member !== "bigint") return member;
    found = true;
    return `${mark}${member}`;
  });
  return found ? text.replace(markedString, "$1") : text;
}

/** Wraps long integers outside of strings into marked strings, in one pass over the text. */
function markLongIntegers(text: string): string {
  const pieces: string[] = [];
  let position = 0;
  while (position < text.length) {
    const quote = text.indexOf('"', position);
    const end = quote === -1 ? text.length : quote;
    pieces.push(text.slice(position, end).replace(longInteger, markUnlessSafe));
    if (quote === -1) break;
    const close = endOfString(text, quote);
    pieces.push(text.slice(quote, close));
    position = close;
  }
  return pieces.join("");
}

function markUnlessSafe(digits: string, offset: number, all: string): string {
  const before = all[offset - 1];
  if (before === "." || before === "e" || before === "E" || before === "+") return digits;
  return Number.isSafeInteger(Number(digits)) ? digits : `"${mark}${digits}"`;
}

/** Index just behind the closing quote of the string that opens at `open`. */
function endOfString(text: string, open: number): number {
  let close = text.indexOf('"', open + 1);
  while (close !== -1) {
    let backslashes = 0;
    while (text[close - 1 - backslashes] === "\\") backslashes++;
    if (backslashes % 2 === 0) return close + 1;
    close = text.indexOf('"', close + 1);
  }
  return text.length;
}
