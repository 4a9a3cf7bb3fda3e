import { WebSocket } from "undici";

/** What Node-RED tells an open editor: one message. */
export interface Told {
  topic: string;
  data: unknown;
}

/** What an open editor hears. */
export interface Comms {
  /** Everything so far. */
  readonly told: readonly Told[];
  /** Resolves with the first that `matches`, past ones included. Rejects when Node-RED has gone. */
  until(matches: (told: Told) => boolean, what: string): Promise<Told>;
  close(): void;
}

/** Listens as an open editor does. */
export async function listen(nodeRedUrl: string): Promise<Comms> {
  const socket = new WebSocket(`${nodeRedUrl.replace("http", "ws")}/comms`);
  const told: Told[] = [];
  const listeners = new Set<() => void>();
  const tell = (): void => {
    for (const listener of [...listeners]) listener();
  };
  let isOpen = true;
  socket.addEventListener("message", ({ data }) => {
    const messages: Told | Told[] = JSON.parse(String(data));
    told.push(...(Array.isArray(messages) ? messages : [messages]));
    tell();
  });
  socket.addEventListener("close", () => {
    isOpen = false;
    tell();
  });
  await new Promise<void>((resolve, reject) => {
    socket.addEventListener("open", () => resolve());
    socket.addEventListener("error", () => reject(new Error("Node-RED does not take the editor's connection")));
  });
  for (const topic of ["debug", "status/#", "notification/#", "fluxwire/#"])
    socket.send(JSON.stringify({ subscribe: topic }));
  return {
    told,
    until: (matches, what) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = told.find(matches);
          if (!found && isOpen) return;
          listeners.delete(look);
          if (found) resolve(found);
          else reject(new Error(`Node-RED has gone before ${what}`));
        };
        listeners.add(look);
        look();
      }),
    close: () => socket.close(),
  };
}
