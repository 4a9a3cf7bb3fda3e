import { element } from "../element";
import type { EditorNode } from "../node-red";
import { row } from "../row";
import { describePicture, problemText } from "./describe";
import { enlarge } from "./enlarged";
import { fetchPictures, type KnownPicture, picturesOf } from "./known-pictures";
import { previewText } from "./preview-text";

/** The last pictures of a node as a row of its dialog: buttons, so that they are reached without a mouse too. */
export const lastPictures = ({ id }: EditorNode): HTMLElement => {
  const strip = element("div", { class: "fluxwire-last-pictures" });
  const draw = (): void => {
    const pictures = picturesOf(id);
    strip.replaceChildren(
      ...(pictures.length === 0
        ? [element("span", {}, previewText("preview.noneYet"))]
        : pictures.map((picture) => opener(id, picture))),
    );
  };
  draw();
  fetchPictures(id).then(draw);
  return row({ label: previewText("preview.last") }, strip);
};

const opener = (node: string, picture: KnownPicture): HTMLButtonElement => {
  const { thumbnail, nsfw, id } = picture;
  const name = describePicture(picture);
  const made = element("button", { type: "button", title: name, "aria-label": name });
  if (thumbnail === undefined) {
    made.append(element("span", { class: "fluxwire-picture-note" }, problemText(picture, "short")));
  } else made.append(element("img", { src: thumbnail, alt: "", class: nsfw ? "fluxwire-veiled" : undefined }));
  made.addEventListener("click", () => enlarge(node, picturesOf(node), id));
  return made;
};
