import { button, element } from "../element";
import { copyButtons } from "./copy-buttons";
import { pictureFacts, problemText } from "./describe";
import { trapFocus } from "./focus-trap";
import { fetchDetails, fetchLarge, type KnownPicture } from "./known-pictures";
import { previewText } from "./preview-text";

let close = (): void => {};

/**
 * Shows a picture of a node large, above everything else, until it is clicked or Escape is pressed.
 * @param pictures the newest first, among which one can go back and forth.
 */
export const enlarge = (node: string, pictures: readonly KnownPicture[], first: string): void => {
  close();
  let index = Math.max(
    0,
    pictures.findIndex(({ id }) => id === first),
  );
  let address: string | undefined;
  const stage = element("div", { class: "fluxwire-enlarged-stage", "aria-live": "polite" });
  const caption = element("div", { class: "fluxwire-enlarged-caption", "aria-live": "polite" });
  const copies = element("span", { class: "fluxwire-enlarged-copies" });
  const step = (by: number): void => {
    index = (index + by + pictures.length) % pictures.length;
    show();
  };
  const labelled = (made: HTMLButtonElement, key: string): HTMLButtonElement => {
    made.setAttribute("aria-label", previewText(key));
    made.title = previewText(key);
    return made;
  };
  const [previous, next] = [
    labelled(
      button("", "chevron-left", () => step(-1)),
      "preview.previous",
    ),
    labelled(
      button("", "chevron-right", () => step(1)),
      "preview.next",
    ),
  ];
  previous.hidden = next.hidden = pictures.length < 2;
  const closing = labelled(
    button("", "times", () => close()),
    "preview.close",
  );
  const bar = element("div", { class: "fluxwire-enlarged-bar" }, previous, next, copies, closing);
  const dialog = element(
    "div",
    { class: "fluxwire-enlarged", role: "dialog", "aria-modal": "true", "aria-label": previewText("preview.enlarged") },
    element("div", { class: "fluxwire-enlarged-backdrop" }),
    stage,
    caption,
    bar,
  );
  const release = (): void => {
    if (address !== undefined) URL.revokeObjectURL(address);
    address = undefined;
  };

  const show = (): void => {
    const picture = pictures[index];
    if (picture === undefined) return;
    release();
    caption.textContent = pictureFacts(picture);
    // What is replaced would take the focus with it, and the keys would go to what is behind.
    if (copies.contains(document.activeElement) || stage.contains(document.activeElement)) closing.focus();
    copies.replaceChildren();
    stage.replaceChildren(...contentOf(picture));
    const isStill = (): boolean => dialog.isConnected && pictures[index] === picture;
    if (picture.problem === undefined || picture.problem === "noEncoder") {
      fetchLarge(node, picture.id).then((blob) => {
        if (blob === undefined || !isStill()) return;
        address = URL.createObjectURL(blob);
        const image = stage.querySelector("img");
        if (image) image.src = address;
        // What there is no thumbnail of may be veiled as well.
        else stage.replaceChildren(...contentOf({ ...picture, thumbnail: address }));
      });
    }
    fetchDetails(node, picture.id).then((details) => {
      if (isStill()) copies.replaceChildren(...copyButtons(details));
    });
  };

  const returnFocus = trapFocus(dialog, closing);
  close = (): void => {
    close = (): void => {};
    release();
    dialog.remove();
    returnFocus();
  };
  dialog.addEventListener("click", ({ target }) => {
    if (!(target instanceof Element) || target.closest("button") === null) close();
  });
  dialog.addEventListener("keydown", (event) => {
    // Node-RED has keys of its own for what is behind.
    event.stopPropagation();
    if (event.key === "Escape") close();
    else if (event.key === "ArrowLeft") step(-1);
    else if (event.key === "ArrowRight") step(1);
    else return;
    event.preventDefault();
  });
  document.body.append(dialog);
  show();
  closing.focus();
};

/** What there is to see at once: the thumbnail, until the picture itself has come, or why there is none. */
const contentOf = (picture: KnownPicture): HTMLElement[] => {
  const { thumbnail, nsfw } = picture;
  if (thumbnail === undefined) {
    return [element("p", { class: "fluxwire-enlarged-problem" }, problemText(picture, "long"))];
  }
  const image = imageOf(picture, thumbnail);
  if (!nsfw) return [image];
  image.classList.add("fluxwire-veiled");
  const reveal = button(previewText("preview.reveal"), "eye", () => {
    image.classList.remove("fluxwire-veiled");
    reveal
      .closest(".fluxwire-enlarged")
      ?.querySelector<HTMLElement>(".fluxwire-enlarged-bar button:last-child")
      ?.focus();
    reveal.remove();
  });
  reveal.classList.add("fluxwire-enlarged-reveal");
  return [image, reveal];
};

const imageOf = ({ width, height }: KnownPicture, src: string): HTMLImageElement => {
  const image = element("img", { src, alt: previewText("preview.picture") });
  // The place of the whole picture, while only its thumbnail is there.
  if (width !== undefined && height !== undefined) Object.assign(image, { width, height });
  return image;
};
