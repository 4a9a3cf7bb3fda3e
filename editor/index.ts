import { checkAccountSetting } from "./account/check";
import { editAccount, saveAccount } from "./account/dialog";
import { checkParameters, checkSource, checkTimeout } from "./check-inference";
import { checkAccount, checkBucket, checkInto } from "./check-setting";
import { checkComposition } from "./composition/check";
import { editComposition, saveComposition } from "./composition/dialog";
import { compositionLabel } from "./composition/label";
import { element } from "./element";
import { editInference, saveInference } from "./inference";
import { inferenceLabel, inferenceOutput } from "./inference-label";
import { type EditorNode, page } from "./node-red";
import { addShowAction } from "./preview/action";
import { drawPreviews } from "./preview/canvas";
import { checkPreviewSetting } from "./preview/check";
import { editPreview, savePreview } from "./preview/dialog";
import { fillSidebar } from "./sidebar/sidebar";
import { checkStorageSetting } from "./storage/check";
import { editStorage, saveStorage } from "./storage/dialog";
import { storageLabel } from "./storage/label";
import { styles } from "./styles";

/** What the dialogs in nodes/*.html and the tab in plugins/*.html call. */
const dialogs = {
  editInference,
  saveInference,
  checkAccount,
  checkParameters,
  checkSource,
  checkInto,
  checkTimeout,
  editComposition,
  saveComposition,
  checkComposition,
  inferenceLabel,
  inferenceOutput,
  compositionLabel,
  editAccount,
  saveAccount,
  checkAccountSetting,
  checkBucket,
  editStorage,
  saveStorage,
  checkStorageSetting,
  storageLabel,
  fillSidebar,
  editPreview,
  savePreview,
  checkPreviewSetting,
};

declare global {
  interface Window {
    FluxWire?: typeof dialogs;
  }
}

const ourModule = "@fluxwire/node-red-flux";

/** Nodes may have been loaded before this file was: their validators and labels could not say anything then. */
const validateLoadedNodes = (): void => {
  const validate = (node: EditorNode): void => {
    if (node._def?.set?.module !== ourModule) return;
    page.RED.editor.validateNode(node);
    // Drawn as if for the first time: a node that only changed its width is moved by half of that, and saved there.
    Object.assign(node, { dirty: true, resize: true, w: undefined });
  };
  page.RED.nodes.eachConfig(validate);
  page.RED.nodes.eachNode(validate);
  page.RED.view.redraw();
};

// Each node type's page asks for this file; only the first copy counts.
if (window.FluxWire === undefined) {
  window.FluxWire = dialogs;
  document.head.append(element("style", {}, ...styles));
  drawPreviews();
  addShowAction();
  validateLoadedNodes();
}
