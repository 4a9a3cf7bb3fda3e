import { page, type Translate } from "../node-red";

/** The type of the preview node. */
export const PREVIEW_TYPE = "flux-preview";

/** Texts of the preview node. */
export const previewText: Translate = (key, values) => page.RED.nodes.getType(PREVIEW_TYPE)?._(key, values) ?? key;
