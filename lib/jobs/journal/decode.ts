import { setMember } from "../../set-member";
import type { ReadData } from "./journal";
import { MARK, type Mark, type OutsideMark, type SimpleMark, step } from "./marks";

/** Brings the content of a file beside the journal. */
export type LoadOutside = (file: OutsideMark) => Promise<unknown>;

/** A value that comes from a file, and where it goes. */
interface Awaited {
  readonly file: OutsideMark;
  readonly put: (value: unknown) => void;
}

/**
 * The value that `encode` took, and the paths of what it could not take whole.
 * Rejects when `load` does.
 */
export async function decode(data: unknown, load: LoadOutside): Promise<ReadData> {
  const decoder = new Decoder();
  let value: unknown;
  decoder.add(data, "", (decoded) => {
    value = decoded;
  });
  for (const { file, put } of decoder.awaited) put(await load(file));
  return { value, dropped: decoder.dropped, cut: decoder.cut };
}

class Decoder {
  readonly awaited: Awaited[] = [];
  readonly dropped: string[] = [];
  readonly cut: string[] = [];

  add(data: unknown, path: string, put: (value: unknown) => void): void {
    if (typeof data !== "object" || data === null) put(data);
    else if (Array.isArray(data)) put(this.#items(data, path));
    else if (!Object.hasOwn(data, MARK)) put(this.#members(data as Record<string, unknown>, path));
    else this.#addMark(data as Mark, path, put);
  }

  #items(data: readonly unknown[], path: string): unknown[] {
    const items: unknown[] = new Array(data.length).fill(undefined);
    data.forEach((item, index) => {
      this.add(item, step(path, index), (value) => {
        items[index] = value;
      });
    });
    return items;
  }

  #members(data: Readonly<Record<string, unknown>>, path: string): Record<string, unknown> {
    const members: Record<string, unknown> = {};
    for (const [name, member] of Object.entries(data)) {
      this.add(member, step(path, name), (value) => setMember(members, name, value));
    }
    return members;
  }

  #addMark(mark: Mark, path: string, put: (value: unknown) => void): void {
    if (mark[MARK] === "address") this.cut.push(path);
    if (mark[MARK] === "object") put(this.#members(mark.members, path));
    else if (mark[MARK] === "dropped") this.dropped.push(path);
    else if (mark[MARK] === "file") {
      // Its place is taken now, so that members keep their order.
      put(undefined);
      this.awaited.push({ file: mark, put });
    } else put(unmarked(mark));
  }
}

function unmarked(mark: SimpleMark): unknown {
  switch (mark[MARK]) {
    case "undefined":
      return undefined;
    case "number":
      return Number(mark.text);
    case "bigint":
      return BigInt(mark.digits);
    case "date":
      return new Date(mark.ms ?? Number.NaN);
    case "buffer":
      return Buffer.from(mark.base64, "base64");
    case "bytes":
      return new Uint8Array(Buffer.from(mark.base64, "base64"));
    case "address":
      return mark.cut;
  }
}
