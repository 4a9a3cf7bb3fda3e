import type Sharp from "sharp";

/** The optional image encoder; npm installs it only when a user asks for it. */
export type Encoder = typeof Sharp;

let loading: Promise<Encoder | undefined> | undefined;

/** The optional image encoder, loaded on first use; undefined when it is not installed. */
export function loadEncoder(): Promise<Encoder | undefined> {
  loading ??= import("sharp").then(
    (loaded) => loaded.default,
    () => undefined,
  );
  return loading;
}
