import { createCipheriv, createHash, randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

type FlowNode = Record<string, unknown> & { id: string; type: string };

const example = resolve(__dirname, "../examples/first-pictures.json");

/** The accounts of the example, with the variable that may hold each one's key. */
const services: Readonly<Record<string, { title: string; variable: string }>> = {
  "runware-account": { title: "Runware", variable: "RUNWARE_API_KEY" },
  "fal-account": { title: "fal", variable: "FAL_KEY" },
};

/** The variables that `--live` takes keys from. */
export const keyVariables: readonly string[] = Object.values(services).map(({ variable }) => variable);

/** A flow's credentials as Node-RED stores them: AES-256-CTR under the hash of the user directory's secret. */
const encrypt = (credentials: object, secret: string): { $: string } => {
  const key = createHash("sha256").update(secret).digest();
  const start = randomBytes(16);
  const cipher = createCipheriv("aes-256-ctr", key, start);
  const text = cipher.update(JSON.stringify(credentials), "utf8", "base64") + cipher.final("base64");
  return { $: start.toString("hex") + text };
};

/** The service of an account whose key is in the environment. */
const serviceWithKey = ({ type }: FlowNode): { title: string; variable: string } | undefined => {
  const service = services[type];
  return service && process.env[service.variable] ? service : undefined;
};

/**
 * Gives a user who has no flow yet the shipped example; a flow that is there is never touched.
 *
 * The live flow is a file of its own, so that nothing tried in the sandbox can start to cost money. In it the accounts
 * whose key is in the environment are switched to production, and name that variable instead of holding the key.
 *
 * @returns the flow file's name, for Node-RED's command line.
 */
export const provideFlow = (userDir: string, live: boolean): string => {
  const name = live ? "flows-live" : "flows";
  const file = join(userDir, `${name}.json`);
  if (existsSync(file)) return `${name}.json`;
  const flow: FlowNode[] = JSON.parse(readFileSync(example, "utf8"));
  const { credentialSecret }: { credentialSecret?: unknown } = require(join(userDir, "settings.js"));
  const credentials: Record<string, { apiKey: string }> = {};
  const ready = flow.map((node) => {
    const service = live ? serviceWithKey(node) : undefined;
    if (!service) return node;
    credentials[node.id] = { apiKey: `\${${service.variable}}` };
    return { ...node, name: service.title, environment: "production" };
  });
  // In somebody's own user directory encryption may be switched off.
  const stored = typeof credentialSecret === "string" ? encrypt(credentials, credentialSecret) : credentials;
  writeFileSync(join(userDir, `${name}_cred.json`), JSON.stringify(stored), { mode: 0o600 });
  writeFileSync(file, `${JSON.stringify(ready, null, 2)}\n`);
  return `${name}.json`;
};
