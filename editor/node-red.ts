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
  readonly _def: { _: Translate; defaults?: object; set?: { module: string } };
  /** Undefined until a dialog has asked the server for it. */
  credentials?: Record<string, unknown>;
  valid?: boolean;
  dirty?: boolean;
  [property: string]: unknown;
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

interface RequestSettings {
  url: string;
  method: "POST";
  contentType: "application/json";
  data: string;
}

interface EditorPage {
  readonly $: {
    (element: Element | string): Wrapped;
    ajax(settings: RequestSettings): Request;
  };
  readonly RED: {
    readonly nodes: {
      node(id: string): EditorNode | null;
      eachNode(visit: (node: EditorNode) => void): void;
      eachConfig(visit: (node: EditorNode) => void): void;
    };
    readonly editor: { validateNode(node: EditorNode): boolean };
    readonly view: { redraw(): void };
    readonly popover: { tooltip(target: Wrapped, text: string): unknown };
    readonly settings: { readonly apiRootUrl?: string };
  };
}

/** The globals of the editor's page. */
export const page = globalThis as unknown as EditorPage;
