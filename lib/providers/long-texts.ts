import { randomUUID } from "node:crypto";

/** Characters; shorter texts are parsed as soon as they are cut out. */
const LONG = 64 * 1024;

/** As `JSON.parse` takes it. */
type Revive = (name: string, value: unknown) => unknown;

/** Where the string ends whose first quote is at `start`: at the next quote that is not escaped; -1 where it has no end. */
function endOf(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end >= 0) {
    let before = end - 1;
    while (text[before] === "\\") before -= 1;
    if ((end - before) % 2 === 1) return end;
    end = text.indexOf('"', end + 1);
  }
  return -1;
}

/**
 * Parses JSON that may have pictures of tens of megabytes inside. `JSON.parse` looks at every character of a string and
 * copies it, which blocks the event loop for long; here the end of a string is searched for at the speed of memory, and
 * long ones without anything escaped are cut out before the rest is parsed. They share the memory of `text`. A line break
 * inside such a string, which JSON forbids, is let through: base64 may have them.
 *
 * @param read parses the rest; `revive` puts the long strings where they belong
 * @throws whatever `read` throws
 */
export function withLongTexts(text: string, read: (rest: string, revive?: Revive) => unknown): unknown {
  if (text.length < LONG) return read(text);
  const cut = new Map<unknown, string>();
  const mark = randomUUID();
  let rest = "";
  let kept = 0;
  for (let start = text.indexOf('"'); start >= 0; ) {
    const end = endOf(text, start);
    if (end < 0) break;
    const content = text.slice(start + 1, end);
    if (content.length >= LONG && !content.includes("\\")) {
      const name = `${mark}/${cut.size}`;
      cut.set(name, content);
      rest += `${text.slice(kept, start)}"${name}"`;
      kept = end + 1;
    }
    start = text.indexOf('"', end + 1);
  }
  if (cut.size === 0) return read(text);
  return read(rest + text.slice(kept), (_name, value) => cut.get(value) ?? value);
}
