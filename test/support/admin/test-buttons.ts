import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type NodeRedOptions, type NodeRedProcess, startNodeRed } from "../node-red-process";
import { loggedIn, withUsers } from "../users";

/** How often a Test button may be pressed in a minute. */
const PRESSES = 10;

/** The Test buttons of a Node-RED's accounts and buckets. */
export interface TestButtons {
  /** Presses one, as a user where the Node-RED has any. Gives the answer's status and text. */
  press(type: string, body: object, user?: string): Promise<{ status: number; text: string }>;
  close(): Promise<void>;
}

/**
 * Starts a Node-RED, and one more in its place whenever a button was pressed as often as is allowed in a minute.
 * @param permissions of its users; without any, it asks nobody who he is.
 */
export async function testButtons(
  { flows, env }: Required<Pick<NodeRedOptions, "flows" | "env">>,
  permissions?: Readonly<Record<string, string>>,
): Promise<TestButtons> {
  const userDir = await mkdtemp(join(tmpdir(), "flux-test-buttons-"));
  const settings = permissions ? withUsers(permissions) : {};
  const start = (): Promise<NodeRedProcess> => startNodeRed({ userDir, env, settings });
  // Deployed before anybody is asked who he is.
  let nodeRed = await startNodeRed({ userDir, env, flows });
  if (permissions) {
    await nodeRed.stop();
    nodeRed = await start();
  }
  const pressed = new Map<string, number>();
  return {
    press: async (type, body, user) => {
      if (pressed.get(type) === PRESSES) {
        await nodeRed.stop();
        nodeRed = await start();
        pressed.clear();
      }
      const who = user === undefined ? {} : await loggedIn(nodeRed.url, user, permissions?.[user] ?? "");
      const answer = await fetch(`${nodeRed.url}/flux/${type}/test`, {
        method: "POST",
        headers: { "content-type": "application/json", ...who },
        body: JSON.stringify(body),
      });
      const text = await answer.text();
      assert.doesNotMatch(text, /FLUX_RATE_LIMIT/, "it was tried");
      if (answer.ok) pressed.set(type, (pressed.get(type) ?? 0) + 1);
      return { status: answer.status, text };
    },
    close: async () => {
      await nodeRed.stop();
      await rm(userDir, { recursive: true, force: true });
    },
  };
}
