/** The part of node-red-node-test-helper 0.3 that our tests use; the package ships no types. */
declare module "node-red-node-test-helper" {
  import type { EventEmitter } from "node:events";

  namespace testing {
    /** What a node file exports: it is handed the runtime's API and registers its types. Typed loosely on purpose. */
    type NodeInitializer = (RED: never) => void | Promise<void>;

    interface FlowNode {
      id: string;
      type: string;
      [property: string]: unknown;
    }

    /** A running node. `call:status`, `call:error`, `call:warn`, `call:send` follow each call of those methods. */
    interface RunningNode extends EventEmitter {
      id: string;
      type: string;
      receive(message: Record<string, unknown>): void;
      send(message: unknown): void;
      close(removed: boolean): Promise<void>;
      [property: string]: unknown;
    }

    interface NodeTestHelper {
      init(runtimePath: string, settings?: Record<string, unknown>): void;
      settings(settings: Record<string, unknown>): Record<string, unknown>;
      load(
        nodes: NodeInitializer | NodeInitializer[],
        flow: FlowNode[],
        credentials?: Record<string, Record<string, string>>,
      ): Promise<void>;
      unload(): Promise<void>;
      clearFlows(): Promise<void>;
      setFlows(
        flow: FlowNode[],
        type?: "full" | "flows" | "nodes",
        credentials?: Record<string, Record<string, string>>,
      ): Promise<void>;
      getNode(id: string): RunningNode | null;
      startServer(): Promise<void>;
      stopServer(): Promise<void>;
      url(): string;
      /** A request to the admin API; it is answered without a server. */
      request(): {
        post(path: string): { send(body: object): PromiseLike<{ status: number; body: Record<string, unknown> }> };
      };
      /** Everything the runtime has logged since `load`, as a sinon spy. */
      log(): { readonly args: unknown[][] };
    }
  }

  const testing: testing.NodeTestHelper;
  export = testing;
}
