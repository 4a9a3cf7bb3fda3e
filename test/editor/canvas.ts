import type { Editor } from "./browser";

/** A point of the page, in px. */
interface Point {
  x: number;
  y: number;
}

/** Where the canvas begins in the page. */
const canvasOrigin = async ({ page }: Editor): Promise<Point> => {
  const box = await page.locator("#red-ui-workspace-chart").boundingBox();
  if (box === null) throw new Error("there is no canvas");
  return box;
};

/**
 * Drags an entry of the palette onto the canvas, the way a person does.
 *
 * @param to from the upper left corner of the canvas, in px.
 * @returns the new node's id.
 */
export const dragFromPalette = async (editor: Editor, type: string, to: Point): Promise<string> => {
  const { page } = editor;
  const before = await editor.get<string[]>("RED.nodes.filterNodes({}).map(({ id }) => id)");
  const canvas = await canvasOrigin(editor);
  // Waits until nothing moves or covers the entry.
  await page.hover(`.red-ui-palette-node[data-palette-type="${type}"]`);
  await page.mouse.down();
  await page.mouse.move(canvas.x + to.x - 20, canvas.y + to.y, { steps: 4 });
  await page.mouse.move(canvas.x + to.x, canvas.y + to.y, { steps: 2 });
  await page.mouse.up();
  const made = await editor.get<string | undefined>(
    `RED.nodes.filterNodes({ type: ${JSON.stringify(type)} }).map(({ id }) => id).find((id) => !${JSON.stringify(before)}.includes(id))`,
  );
  if (made === undefined) throw new Error(`no node came of dragging ${type}`);
  return made;
};

/** Selects a node and opens its dialog with Enter: two clicks are a double click only when they come fast enough. */
export const openSelected = async ({ page }: Editor, id: string): Promise<void> => {
  await page.locator(`[id="${id}"] > .red-ui-flow-node`).click();
  await page.keyboard.press("Enter");
  await page.waitForFunction("$('.red-ui-tray').has(document.activeElement).length > 0");
};

/** Draws a wire from a node's first output to another node's input. */
export const drawWire = async ({ page }: Editor, from: string, to: string): Promise<void> => {
  await page
    .locator(`[id="${from}"] .red-ui-flow-port-output .red-ui-flow-port`)
    .dragTo(page.locator(`[id="${to}"] .red-ui-flow-port-input .red-ui-flow-port`));
};

/**
 * Presses Deploy and waits until the new flows run: the answer comes once the earlier ones have stopped, and after it
 * Node-RED still reads a file before it starts the new ones.
 */
export const deploy = async ({ page }: Editor): Promise<void> => {
  await Promise.all([
    page.evaluate(`new Promise((resolve) => {
      let last;
      RED.events.on("runtime-state", ({ state }) => {
        if (last === "stop" && state === "start") resolve();
        last = state;
      });
    })`),
    page.click("#red-ui-header-button-deploy"),
  ]);
  await page.waitForFunction("!RED.nodes.dirty()");
};
