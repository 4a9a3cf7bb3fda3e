import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import type { Told } from "./comms";

/** A file in the user directory. */
export interface FoundFile {
  /** Below the user directory. */
  path: string;
  mode: number;
  content: Buffer;
}

/** What an admin endpoint answered. */
export interface Answered {
  request: string;
  headers: string;
  body: string;
}

/** All that can be read of a Node-RED by somebody who is not the author of its messages. */
export interface Evidence {
  log: string;
  told: readonly Told[];
  files: readonly FoundFile[];
  answers: readonly Answered[];
}

/** Every file in a user directory; folders have no content. The link to the pack is no part of it. */
export function filesIn(userDir: string): FoundFile[] {
  const found: FoundFile[] = [];
  const enter = (folder: string): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.name === "node_modules" || entry.isSymbolicLink()) continue;
      const mode = statSync(path).mode & 0o777;
      const content = entry.isFile() ? readFileSync(path) : Buffer.alloc(0);
      found.push({ path: relative(userDir, path), mode, content });
      if (entry.isDirectory()) enter(path);
    }
  };
  enter(userDir);
  return found;
}

/** Asks an admin endpoint and keeps all of its answer. */
export async function answerOf(url: string, path: string, body?: object): Promise<Answered> {
  const answer = await fetch(`${url}${path}`, {
    method: body ? "POST" : "GET",
    headers: { accept: "application/json", ...(body && { "content-type": "application/json" }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  const bytes = Buffer.from(await answer.arrayBuffer());
  return {
    request: `${body ? "POST" : "GET"} ${path}`,
    headers: JSON.stringify([...answer.headers]),
    body: bytes.toString("latin1"),
  };
}
