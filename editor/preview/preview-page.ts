import type { EditorNode, Translate } from "../node-red";

/** What the previews use of the page that Node-RED's editor gives us, beside what the dialogs do. */

interface Answer<Body> {
  done(handler: (body: Body) => void): Answer<Body>;
  fail(handler: () => void): Answer<Body>;
}

interface DrawnNode {
  node: EditorNode;
  el: SVGGElement;
}

interface PreviewPage {
  readonly $: {
    ajax<Body>(settings: { url: string; xhrFields?: { responseType: "blob" } }): Answer<Body>;
  };
  readonly RED: {
    readonly hooks: { add(name: string, handler: (drawn: DrawnNode) => void): void };
    readonly comms: {
      subscribe(topic: string, handler: (topic: string) => void): void;
      on?(event: "connect", handler: () => void): void;
    };
    readonly events: { on(event: "nodes:remove", handler: (node: { id: string }) => void): void };
    readonly actions: { add(name: string, handler: () => void, options: { label: string }): void };
    readonly clipboard: { copyText(text: string): boolean };
    readonly notify: (text: string, options: { type: "warning"; timeout: number }) => void;
    readonly nodes: { getType(type: string): { readonly _: Translate } | undefined };
    readonly view: { selection(): { nodes?: readonly EditorNode[] } };
  };
}

/** The globals of the editor's page. */
export const previewPage = globalThis as unknown as PreviewPage;

/** The type of the preview node. */
export const PREVIEW_TYPE = "flux-preview";

/** Texts of the preview node. */
export const previewText: Translate = (key, values) =>
  previewPage.RED.nodes.getType(PREVIEW_TYPE)?._(key, values) ?? key;

/** Asks the server as the editor does, with whatever it needs to be let in; undefined when it refuses. */
export const ask = <Body>(url: string): Promise<Body | undefined> =>
  new Promise((resolve) => {
    previewPage.$.ajax<Body>({ url })
      .done(resolve)
      .fail(() => resolve(undefined));
  });

/** The same of a picture. An `img` with this address would not be let in where Node-RED has users. */
export const askForPicture = (url: string): Promise<Blob | undefined> =>
  new Promise((resolve) => {
    previewPage.$.ajax<Blob>({ url, xhrFields: { responseType: "blob" } })
      .done(resolve)
      .fail(() => resolve(undefined));
  });
