import { createRequire } from "node:module";
import { nodeRedPackage } from "../../scripts/node-red-package";

/** Of every user. */
export const PASSWORD = "secret";

/** Settings of a Node-RED that asks who somebody is, with these users and their permissions: `{ viewer: "read" }`. */
export function withUsers(permissions: Readonly<Record<string, string>>): { adminAuth: object } {
  const requireFromRuntime = createRequire(require.resolve(nodeRedPackage()));
  const bcrypt = requireFromRuntime("bcryptjs") as { hashSync(text: string, rounds: number): string };
  const password = bcrypt.hashSync(PASSWORD, 4);
  const users = Object.entries(permissions).map(([username, granted]) => ({
    username,
    password,
    permissions: granted,
  }));
  return { adminAuth: { type: "credentials", users } };
}

/** Logs a user in. @returns the header of that user's requests. */
export async function loggedIn(url: string, username: string, scope: string): Promise<{ authorization: string }> {
  const login = await fetch(`${url}/auth/token`, {
    method: "POST",
    body: new URLSearchParams({
      client_id: "node-red-admin",
      grant_type: "password",
      scope,
      username,
      password: PASSWORD,
    }),
  });
  if (!login.ok) throw new Error(`the login of ${username} was answered with ${login.status}`);
  const { access_token } = (await login.json()) as { access_token: string };
  return { authorization: `Bearer ${access_token}` };
}
