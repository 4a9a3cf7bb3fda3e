import { element, icon } from "../element";
import { page, type Translate } from "../node-red";
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
    const url = `flux/jobs/${encodeURIComponent(id)}/thumbnail`;
    page.$.ajax({ url, method: "GET", xhrFields: { responseType: "blob" } }).done((picture) => {
      if (picture instanceof Blob) show(picture);
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
