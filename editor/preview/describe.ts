import type { PreviewPicture } from "../../lib/node-red/preview/preview-picture";
import { editorLanguage } from "../language";
import { previewText } from "./preview-text";

/** Why a picture cannot be seen, in a few words or in a sentence; empty when nothing is in the way. */
export const problemText = ({ problem, reason }: PreviewPicture, length: "short" | "long"): string => {
  if (problem === undefined) return length === "short" ? previewText("preview.problems.gone") : "";
  const text = previewText(`preview.${length === "short" ? "problems" : "explained"}.${problem}`);
  return length === "long" && reason !== undefined ? reason : text;
};

/** What is known of a picture, in one line: when it came, its size and seed. */
export const pictureFacts = ({ at, width, height, seed, nsfw }: PreviewPicture): string => {
  const parts = [
    new Date(at).toLocaleTimeString(editorLanguage()),
    ...(width !== undefined && height !== undefined ? [previewText("preview.size", { width, height })] : []),
    ...(seed !== undefined ? [previewText("preview.seed", { seed })] : []),
    ...(nsfw ? [previewText("preview.nsfw")] : []),
  ];
  return parts.join(" · ");
};

/** The same, and why it cannot be seen. */
export const describePicture = (picture: PreviewPicture): string =>
  [pictureFacts(picture), problemText(picture, "long")].filter((part) => part !== "").join(" · ");
