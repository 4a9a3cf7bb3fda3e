import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

const repository = resolve(__dirname, "..");

/** Pictures land here, and so does every other file that a flow names with a relative path. */
export const picturesOf = (userDir: string): string => join(userDir, "pictures");

/** Shows this checkout to Node-RED as an installed pack. */
const linkPack = (userDir: string): void => {
  const link = join(userDir, "node_modules/@fluxwire/node-red-flux");
  if (existsSync(link) && realpathSync(link) === repository) return;
  mkdirSync(dirname(link), { recursive: true });
  rmSync(link, { recursive: true, force: true });
  symlinkSync(repository, link, "junction");
};

const settings = (): object => ({
  uiHost: "127.0.0.1",
  // Made once and kept here: with a new one the keys in the flow could not be read any more.
  credentialSecret: randomBytes(32).toString("hex"),
  flowFilePretty: true,
  telemetry: { enabled: false, updateNotification: false },
  // Projects are off unless they are switched on; switched off in so many words they are worth a warning to Node-RED.
  editorTheme: { tours: false, projects: {} },
  logging: { console: { level: "info", metrics: false, audit: false } },
});

/** Makes what Node-RED needs in `userDir`; what is there already stays as it is, a changed settings.js too. */
export const prepareUserDirectory = (userDir: string): void => {
  mkdirSync(picturesOf(userDir), { recursive: true });
  linkPack(userDir);
  const file = join(userDir, "settings.js");
  if (existsSync(file)) return;
  writeFileSync(file, `module.exports = ${JSON.stringify(settings(), null, 2)};\n`, { mode: 0o600 });
};
