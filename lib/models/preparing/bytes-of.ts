/** Has what every list of bytes tells of itself, whatever members somebody put on one of them. */
const TYPED_ARRAY: object = Object.getPrototypeOf(Uint8Array.prototype);

/**
 * The bytes of a message as a Buffer, of which nothing but Node.js's own is ever called: a Buffer as it is, everything
 * else as another one over the same memory.
 */
export const bytesOf = (bytes: Uint8Array): Buffer => {
  if (Buffer.isBuffer(bytes) && isAsMade(bytes)) return bytes;
  const told = (name: string) => Reflect.get(TYPED_ARRAY, name, bytes);
  // Memory that was given away cannot be looked at, not even for nothing.
  if (told("byteLength") === 0) return Buffer.alloc(0);
  return Buffer.from(told("buffer"), told("byteOffset"), told("byteLength"));
};

let ofBuffers: readonly PropertyKey[] | undefined;

/** Whether nobody gave a Buffer a length, or a method, of its own. Its own names are not asked for: each byte has one. */
const isAsMade = (buffer: Buffer): boolean => {
  // A browser, where forms are checked with this, has no Buffers.
  ofBuffers ??= [Buffer.prototype, Uint8Array.prototype, TYPED_ARRAY].flatMap(Reflect.ownKeys);
  return Object.getPrototypeOf(buffer) === Buffer.prototype && !ofBuffers.some((name) => Object.hasOwn(buffer, name));
};
