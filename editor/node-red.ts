/** What we use of the page that Node-RED's editor gives us. */

/** Looks a text up in the catalogue of a node's own set; `__name__` in it is replaced from `values`. */
export type Translate = (key: string, values?: Record<string, unknown>) => string;

/** A value as a typed input saves it. */
export interface Typed {
  type: string;
  value: string;
}

/** A node as the editor holds it: its saved properties, and what the editor adds. */
export interface EditorNode {
  readonly id: string;
  readonly type: string;
  readonly _def: { _: Translate; defaults?: object; paletteLabel?: string; set?: { module: string } };
  /** Undefined until a dialog has asked the server for it. */
  credentials?: Record<string, unknown>;
  valid?: boolean;
  dirty?: boolean;
  /** Of a configuration node: the nodes that refer to it. */
  readonly users?: readonly EditorNode[];
  [property: string]: unknown;
}

/** What a wire is attached to: a node, or a port in the definition of the subflow `z`. */
export interface WireEnd {
  readonly id: string;
  readonly type: string;
  readonly z?: string;
  readonly direction?: "in" | "out" | "status";
  /** Which of the definition's ports. */
  readonly i?: number;
}

interface Link {
  readonly source: WireEnd;
  readonly sourcePort: number;
  readonly target: WireEnd;
}

/** A tab, or the definition of a subflow. */
interface Workspace {
  readonly id: string;
  readonly disabled?: boolean;
  /** Of a tab. */
  readonly label?: string;
  /** Of a subflow. */
  readonly name?: string;
}

interface TypedInputOption {
  value: string;
  label: string;
}

/** One entry in a typed input's type menu. */
export interface TypedInputType {
  value: string;
  label?: string;
  icon?: string;
  showLabel?: boolean;
  hasValue?: boolean;
  options?: readonly TypedInputOption[];
  validate?: (value: string) => boolean | string;
}

/** The part of jQuery that has no counterpart in the page itself: Node-RED's widgets and its authenticated requests. */
interface Wrapped {
  typedInput(options: { default: string; types: readonly (string | TypedInputType)[] }): Wrapped;
  typedInput(property: "type" | "value"): string;
  typedInput(property: "type" | "value" | "width", value: string): Wrapped;
  on(event: string, handler: () => void): Wrapped;
  val(): string | number | string[] | undefined;
  empty(): Wrapped;
}

interface FailedRequest {
  status: number;
  responseJSON?: unknown;
}

interface Request {
  done(handler: (answer: unknown) => void): Request;
  fail(handler: (failure: FailedRequest) => void): Request;
  always(handler: () => void): Request;
}

/** What jQuery's authenticated requests take; nothing else carries the token of a user who is logged in. */
interface RequestSettings {
  url: string;
  method: "GET" | "POST";
  contentType?: "application/json";
  data?: string;
  cache?: boolean;
  xhrFields?: { responseType: "blob" };
}

/** A node on the canvas, with its element. */
export interface DrawnNode {
  readonly node: EditorNode;
  readonly el: SVGGElement;
}

interface EditorPage {
  readonly $: {
    (element: Element | string): Wrapped;
    ajax(settings: RequestSettings): Request;
  };
  readonly RED: {
    readonly nodes: {
      node(id: string): EditorNode | null;
      workspace(id: string): Workspace | undefined;
      subflow(id: string): Workspace | undefined;
      getType(type: string): { readonly paletteLabel?: unknown; readonly _: Translate } | undefined;
      eachNode(visit: (node: EditorNode) => void): void;
      eachConfig(visit: (node: EditorNode) => void): void;
      eachLink(visit: (link: Link) => void): void;
      eachWorkspace(visit: (workspace: Workspace) => void): void;
      eachSubflow(visit: (subflow: Workspace) => void): void;
      junctions(workspace: string): readonly EditorNode[];
    };
    readonly editor: { validateNode(node: EditorNode): boolean };
    readonly utils: {
      validatePropertyExpression(expression: string): boolean;
      getNodeLabel(node: EditorNode, fallback: string): string;
    };
    readonly view: {
      redraw(): void;
      reveal(id: string, highlight?: boolean): void;
      selection(): { readonly nodes?: readonly EditorNode[] };
    };
    readonly hooks: { add(name: string, handler: (drawn: DrawnNode) => void): void };
    readonly events: { on(event: "nodes:remove", handler: (node: { readonly id: string }) => void): void };
    readonly actions: {
      invoke(name: string): void;
      add(name: string, handler: () => void, options: { label: string }): void;
    };
    readonly notify: (text: string, options: { type: "warning"; timeout: number }) => void;
    readonly clipboard: { copyText(text: string): boolean };
    readonly comms: {
      subscribe(topic: string, heard: (topic: string) => void): void;
      on(event: "connect", handler: () => void): void;
    };
    readonly user: { hasPermission(permission: string): boolean };
    readonly i18n: { lang(): string };
    readonly popover: { tooltip(target: Wrapped, text: string): unknown };
    readonly settings: { readonly apiRootUrl?: string };
  };
}

/** The globals of the editor's page. */
export const page = globalThis as unknown as EditorPage;
