import assert from "node:assert/strict";
import type { Editor } from "./browser";
import { inOnePage } from "./browser";
import { account, bucket, falAccount, inference, upload } from "./nodes";

const num = (value: string) => ({ type: "num", value });
const str = (value: string) => ({ type: "str", value });

const nodes = [
  inference("plain", "runware-flux-krea", {}),
  inference("sized", "runware-flux-krea", { width: num("1024"), height: num("768") }),
  inference("narrow", "runware-flux-krea", { width: num("1024") }),
  inference("elsewhere", "runware-flux-srpo", { width: { type: "msg", value: "width" }, height: num("768") }),
  inference("variable", "runware-flux-kontext", { width: num("${WIDTH}"), height: num("768") }),
  inference("named", "runware-flux-krea", { width: num("1024"), height: num("768") }, { name: "poster" }),
  inference("edited", "runware-flux-krea", {}),
  inference("shaped", "fal-flux-srpo", { image_size: str("landscape_4_3") }, { mode: "auto" }),
  inference("own", "fal-flux-srpo", { "image_size.width": num("640"), "image_size.height": num("480") }),
  inference("edit", "fal-flux-srpo", { image_size: str("square") }, { mode: "image-to-image" }),
  inference("odd", "fal-flux-srpo", { image_size: str("constructor") }),
  inference("buffer", "runware-flux-krea", {}, { output: "buffer" }),
  inference("somehow", "runware-flux-krea", {}, { output: "${FORM}" }),
  inference("guide", "runware-preprocess", {}, { into: "guideImage", imageFrom: { type: "msg", value: "payload" } }),
  upload("upload"),
].map((node, index) => ({ ...node, y: 40 + index * 40 }));

describe("a node's label on the canvas", function () {
  this.timeout(60_000);
  let editor: Editor;
  const browser = inOnePage(
    [{ id: "tab", type: "tab", label: "Flow" }, account, falAccount, bucket, ...nodes],
    (opened) => {
      editor = opened;
    },
  );

  const labelOf = (id: string) => editor.text(`[id="${id}"] .red-ui-flow-node-label`);
  /** Closes the dialog; Node-RED draws the canvas anew in the next frame. */
  const save = async (): Promise<void> => {
    await editor.done();
    await editor.get("new Promise((drawn) => requestAnimationFrame(() => drawn()))");
  };
  const widthOf = (id: string) => editor.get<number>(`RED.nodes.node('${id}').w`);

  it("is the model and the size that the dialog fixes, and the model alone when it fixes none", async () => {
    const labels = {
      plain: "FLUX Krea",
      sized: "FLUX Krea 1024 x 768",
      narrow: "FLUX Krea",
      elsewhere: "FLUX SRPO",
      variable: "FLUX Kontext",
      shaped: "FLUX SRPO (fal) landscape 4:3",
      own: "FLUX SRPO (fal) 640 x 480",
      edit: "FLUX SRPO (fal)",
      odd: "FLUX SRPO (fal)",
      guide: "preprocess canny",
      upload: "upload to pictures (sandbox)",
    };
    for (const [id, label] of Object.entries(labels)) assert.equal(await labelOf(id), label, id);
  });

  it("is the name, in italics, where the author gave one", async () => {
    assert.equal(await labelOf("named"), "poster");
    const italic = (id: string) =>
      editor.get<boolean>(`document.getElementById('${id}').querySelector('.node_label_italic') !== null`);
    assert.deepEqual([await italic("named"), await italic("sized")], [true, false]);
  });

  it("follows when the dialog is saved, and the node becomes as wide as it needs", async () => {
    const before = await widthOf("edited");
    await editor.open("edited");
    await editor.unfoldAll();
    await editor.type("width", "1280");
    await editor.type("height", "768");
    await save();
    assert.equal(await labelOf("edited"), "FLUX Krea 1280 x 768");
    assert.ok((await widthOf("edited")) > before);
  });

  it("follows when a bucket gets a name", async () => {
    await editor.openAccount("bucket");
    await editor.page.locator("#node-config-input-name").fill("archive of the shop");
    await save();
    assert.equal(await labelOf("upload"), "upload to archive of the shop");
  });

  it("has one at the output that says where the picture is and in which form", async () => {
    const output = (id: string) =>
      editor.get<string>(`((node) => node._def.outputLabels.call(node, 0))(RED.nodes.node('${id}'))`);
    assert.equal(await output("plain"), "msg.payload: link (URL)");
    assert.equal(await output("buffer"), "msg.payload: Buffer");
    assert.equal(await output("somehow"), "msg.payload");
    assert.equal(await output("guide"), "msg.guideImage: link (URL)");
  });

  it("moves no node when it comes late, because the connection is slow", async () => {
    const late = await browser.open({ withoutBundle: true });
    const label = () => late.text('[id="sized"] .red-ui-flow-node-label');
    assert.equal(await label(), "FLUX Krea");
    await late.page.unroute("**/node-red-flux/editor.js");
    await late.page.addScriptTag({ url: "resources/@fluxwire/node-red-flux/editor.js" });
    await late.page.waitForFunction(
      "document.querySelector('[id=\"sized\"] .red-ui-flow-node-label').textContent === 'FLUX Krea 1024 x 768'",
    );
    const places = await late.get("RED.nodes.filterNodes({}).map(({ id, x }) => [id, x])");
    assert.deepEqual(
      places,
      nodes.map(({ id, x }) => [id, x]),
    );
    await late.close();
  });
});
