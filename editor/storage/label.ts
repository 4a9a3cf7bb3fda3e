import { type EditorNode, page } from "../node-red";
import { textOf } from "./read-setting";

/** What a storage node without a name is called on the canvas: "upload to pictures", "GET pictures". */
export const storageLabel = (node: EditorNode): string => {
  const t = node._def._;
  const read = (property: string): string => textOf(node, (name) => node[name], property);
  const what = node.type === "flux-s3-presign" ? read("method") : read("mode");
  const bucket = page.RED.nodes.node(read("bucket"));
  const name = bucket ? page.RED.utils.getNodeLabel(bucket, "") : "";
  return t(name === "" ? `storage.labels.${what}` : `storage.labelsTo.${what}`, { bucket: name });
};
