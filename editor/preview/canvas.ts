import { PREVIEW_SIZES } from "../../lib/node-red/preview/ranges";
import { type DrawnNode, type EditorNode, page } from "../node-red";
import { describePicture, problemText } from "./describe";
import { enlarge } from "./enlarged";
import { fetchPictures, forget, type KnownPicture, outdate, picturesOf, watchPictures } from "./known-pictures";
import { type Place, placesOf } from "./layout";
import { PREVIEW_TYPE, previewText } from "./preview-text";

/** The elements of the preview nodes that are on the canvas at this moment, by node id. */
const drawn = new Map<string, DrawnNode>();

/** Below a node, and below its status where it has one. */
const GAP_BELOW = 6;
const STATUS_HEIGHT = 18;

/** Pixels on the screen; a pointer that moved further was dragging. */
const LONGEST_CLICK = 4;

const svg = <Name extends keyof SVGElementTagNameMap>(
  name: Name,
  attributes: Record<string, string | number>,
  ...children: readonly (Node | string)[]
): SVGElementTagNameMap[Name] => {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, String(value));
  made.append(...children);
  return made;
};

/** Whether the author wants to see the pictures of a node; what the environment holds is not known here. */
const isShown = (node: EditorNode): boolean => node.show !== false && node.show !== "false";

const sideOf = ({ size }: EditorNode): number => {
  const chosen = Number(size);
  return PREVIEW_SIZES.find((side) => side === chosen) ?? PREVIEW_SIZES[0];
};

const countOf = ({ count }: EditorNode): number => {
  const chosen = Number.parseInt(String(count), 10);
  return chosen > 0 ? chosen : Number.POSITIVE_INFINITY;
};

const topOf = (node: EditorNode): number => {
  const status = node.status as { text?: unknown; fill?: unknown; shape?: unknown } | undefined;
  const hasStatus = Boolean(status && (status.text || status.fill || status.shape));
  return Number(node.h ?? 30) + GAP_BELOW + (hasStatus ? STATUS_HEIGHT : 0);
};

/** Draws the pictures of a node below it, as the node and they are now. */
const draw = (node: EditorNode, el: SVGGElement): void => {
  const before = el.querySelector<SVGGElement>(":scope > .fluxwire-pictures");
  const pictures = isShown(node) ? picturesOf(node.id).slice(0, countOf(node)) : [];
  const [top, side] = [topOf(node), sideOf(node)];
  // Node-RED redraws every node many times a second while one is dragged.
  const signature = JSON.stringify([top, side, pictures.map(({ id }) => id)]);
  if (before?.dataset.signature === signature) return;
  before?.remove();
  if (pictures.length === 0) return;
  const group = svg("g", { class: "fluxwire-pictures", "data-signature": signature });
  for (const [index, place] of placesOf(pictures, side, top).entries()) {
    const picture = pictures[index];
    if (picture) group.append(pictureAt(node, picture, place));
  }
  el.append(group);
};

const pictureAt = (node: EditorNode, picture: KnownPicture, place: Place): SVGGElement => {
  const { width, height } = place;
  const { thumbnail, nsfw } = picture;
  const cell = svg("g", {
    class: "fluxwire-picture",
    transform: `translate(${place.x},${place.y})`,
    "data-picture": picture.id,
  });
  cell.append(svg("title", {}, describePicture(picture)));
  cell.append(svg("rect", { class: "fluxwire-picture-frame", width, height }));
  if (thumbnail !== undefined) {
    const image = svg("image", { href: thumbnail, width, height, preserveAspectRatio: "xMidYMid meet" });
    // A nested view cuts off what is blurred beyond its edge.
    if (nsfw) image.classList.add("fluxwire-veiled");
    cell.append(svg("svg", { width, height }, image));
  }
  const note = nsfw ? previewText("preview.nsfw") : thumbnail === undefined ? problemText(picture, "short") : "";
  if (note !== "") cell.append(noteIn(note, width, height));
  openOnClick(cell, node, picture);
  return cell;
};

const noteIn = (text: string, width: number, height: number): SVGForeignObjectElement => {
  const note = document.createElement("div");
  note.className = "fluxwire-picture-note";
  note.textContent = text;
  return svg("foreignObject", { width, height }, note);
};

/** A click enlarges. What else a pointer does here is the canvas's business: wires that are dropped, lassos, wheels. */
const openOnClick = (cell: SVGGElement, node: EditorNode, picture: KnownPicture): void => {
  let pressed: { x: number; y: number } | undefined;
  cell.addEventListener("mousedown", (event) => {
    pressed = undefined;
    if (event.button !== 0 || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    pressed = { x: event.clientX, y: event.clientY };
    // Otherwise the canvas clears the selection and begins a lasso.
    event.stopPropagation();
  });
  cell.addEventListener("click", ({ clientX, clientY }) => {
    const moved = pressed && Math.hypot(clientX - pressed.x, clientY - pressed.y);
    pressed = undefined;
    if (moved === undefined || moved > LONGEST_CLICK) return;
    enlarge(node.id, picturesOf(node.id), picture.id);
  });
};

const redraw = (id: string): void => {
  const found = drawn.get(id);
  if (found) draw(found.node, found.el);
};

const refresh = (id: string): void => {
  const found = drawn.get(id);
  if (found && isShown(found.node)) fetchPictures(id);
};

const show = ({ node, el }: DrawnNode): void => {
  if (node.type !== PREVIEW_TYPE) return;
  drawn.set(node.id, { node, el });
  draw(node, el);
  refresh(node.id);
};

/** Draws the pictures of all preview nodes from now on, those included that are on the canvas already. */
export const drawPreviews = (): void => {
  watchPictures(redraw);
  const { hooks, comms, events } = page.RED;
  hooks.add("viewAddNode.fluxwire-preview", (added) => show(added));
  // It comes for every node that there is whenever the canvas is drawn: also for those that were there before this code.
  hooks.add("viewRedrawNode.fluxwire-preview", (redrawn) => show(redrawn));
  // Another tab is shown, or the node is deleted.
  hooks.add("viewRemoveNode.fluxwire-preview", ({ node }) => void drawn.delete(node.id));
  events.on("nodes:remove", ({ id }) => forget(id));
  comms.subscribe("fluxwire/preview/#", (topic) => {
    const id = topic.split("/").at(-1) ?? "";
    outdate(id);
    refresh(id);
  });
  // What was told while the connection was broken was not heard.
  comms.on("connect", () => {
    outdate();
    for (const id of drawn.keys()) refresh(id);
  });
};
