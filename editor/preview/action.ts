import { page } from "../node-red";
import { enlarge } from "./enlarged";
import { fetchPictures, picturesOf } from "./known-pictures";
import { PREVIEW_TYPE, previewText } from "./preview-text";

/** Shows the latest picture of the selected preview node: for those who use no mouse, in Node-RED's list of actions. */
export const addShowAction = (): void => {
  page.RED.actions.add("fluxwire:show-preview", () => void showSelected(), {
    label: previewText("preview.action"),
  });
};

const showSelected = async (): Promise<void> => {
  const id = page.RED.view.selection().nodes?.find(({ type }) => type === PREVIEW_TYPE)?.id;
  if (id === undefined) {
    say("preview.selectFirst");
    return;
  }
  await fetchPictures(id);
  const pictures = picturesOf(id);
  const [latest] = pictures;
  if (latest) enlarge(id, pictures, latest.id);
  else say("preview.noneYet");
};

const say = (key: string): void => page.RED.notify(previewText(key), { type: "warning", timeout: 5000 });
