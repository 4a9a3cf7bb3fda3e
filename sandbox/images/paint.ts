import type Sharp from "sharp";
import type { Canvas } from "./canvas";
import { drawComposition } from "./composition";
import { type Drawing, draw } from "./drawing";
import { drawGuide, type Guide } from "./guides/guide";
import { inset } from "./inset";

/** What a job's picture is: drawn for a prompt, or made of another picture. */
export type Motif = Drawing | Guide;

/** Whether a picture has transparent parts. */
export const isTransparent = (motif: Motif): boolean => "transparent" in motif && motif.transparent;

/**
 * Paints a job's picture.
 * @param bytesOf finds the file of a picture that the motif names
 */
export async function paint(
  motif: Motif,
  seed: bigint,
  bytesOf: (name: string) => Buffer | undefined,
  sharp: typeof Sharp | undefined,
): Promise<Canvas> {
  const input = motif.input?.file === undefined ? undefined : bytesOf(motif.input.file);
  if ("kind" in motif) return drawGuide(motif, input, sharp);
  const canvas = draw({ ...motif, seed });
  if (motif.black) return canvas;
  if (input !== undefined) await inset(canvas, input, sharp);
  if (motif.composition !== undefined) await drawComposition(canvas, motif.composition, bytesOf, sharp);
  return canvas;
}
