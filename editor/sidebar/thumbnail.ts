import { askForPicture } from "../ask";
import { element, icon } from "../element";
import type { Translate } from "../node-red";
import type { ListedJob } from "./answer";

/** A job's picture in its row, or what stands for it. */
export interface ThumbnailPlace {
  element: HTMLElement;
  update(job: ListedJob): void;
  /** The row goes: lets go of the picture's memory. */
  close(): void;
}

/** Fetched once, when the job has a picture: an image element could not carry the token of a user who is logged in. */
export function thumbnailPlace(t: Translate): ThumbnailPlace {
  const host = element("div", { class: "fluxwire-job-picture" });
  let address: string | undefined;
  let isAsked = false;
  let isClosed = false;
  let shown = "";

  const placeholder = (name: string, iconName: string, text: string): void => {
    if (shown === name) return;
    shown = name;
    const stand = element("span", { class: "fluxwire-job-nothing", role: "img", "aria-label": text, title: text });
    stand.append(icon(iconName));
    host.replaceChildren(stand);
  };
  const show = (picture: Blob): void => {
    if (isClosed) return;
    shown = "picture";
    address = URL.createObjectURL(picture);
    const image = element("img", { src: address, alt: t("sidebar.picture") });
    image.addEventListener("error", () => placeholder("none", "picture-o", t("sidebar.noPicture")));
    host.replaceChildren(image);
  };
  const fetch = (id: string): void => {
    isAsked = true;
    askForPicture(`flux/jobs/${encodeURIComponent(id)}/thumbnail`).then((picture) => {
      if (picture) show(picture);
    });
  };
  return {
    element: host,
    update: ({ id, hasThumbnail, isFlagged }) => {
      if (shown === "picture") return;
      if (isFlagged) placeholder("flagged", "eye-slash", t("sidebar.flagged"));
      else placeholder("none", "picture-o", t("sidebar.noPicture"));
      if (hasThumbnail && !isAsked) fetch(id);
    },
    close: () => {
      isClosed = true;
      if (address !== undefined) URL.revokeObjectURL(address);
    },
  };
}
