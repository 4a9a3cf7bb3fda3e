import { S3Refusal } from "./refusal";

/** Lines longer than this are no lines. */
const longestLine = 16 * 1024;

/** Reads lines and counted bytes, by turns, from pieces that end anywhere. */
export class ByteReader {
  readonly #pieces: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Buffer>) {
    this.#pieces = source[Symbol.asyncIterator]();
  }

  /** The next line, without its end; undefined when nothing more comes. Lines end in `\r\n` or `\n`. */
  async line(): Promise<string | undefined> {
    for (;;) {
      const end = this.#rest.indexOf("\n");
      if (end >= 0) {
        const line = this.#rest.subarray(0, end).toString("latin1");
        this.#rest = this.#rest.subarray(end + 1);
        return line.replace(/\r$/, "");
      }
      if (this.#rest.length > longestLine) throw new S3Refusal("IncompleteBody");
      const more = await this.#next();
      if (more === undefined) return this.#rest.length === 0 ? undefined : this.#lastLine();
      this.#rest = Buffer.concat([this.#rest, more]);
    }
  }

  /** So many bytes, in pieces. Throws a refusal when fewer come. */
  async *bytes(count: number): AsyncGenerator<Buffer> {
    let missing = count;
    while (missing > 0) {
      const piece = this.#rest.length > 0 ? this.#rest : await this.#next();
      if (piece === undefined) throw new S3Refusal("IncompleteBody");
      const taken = piece.subarray(0, missing);
      this.#rest = piece.subarray(taken.length);
      missing -= taken.length;
      yield taken;
    }
  }

  #lastLine(): string {
    const line = this.#rest.toString("latin1");
    this.#rest = Buffer.alloc(0);
    return line;
  }

  async #next(): Promise<Buffer | undefined> {
    const { done, value } = await this.#pieces.next();
    return done ? undefined : value;
  }
}
