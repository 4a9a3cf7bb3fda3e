import { existsSync } from "node:fs";
import { join } from "node:path";
import { STORE_FOLDER } from "../lib/node-red/sandbox-host";
import { readablePath } from "../sandbox/s3/readable-path";

/** A line that the flow's debug nodes write when a picture is stored. */
const stored = /\[info\] \[debug:Stored\] (https?:\/\/\S+)$/;

/** Where a picture was stored, if that is what a line of Node-RED's log says. */
export const storedPicture = (line: string): string | undefined => stored.exec(line)?.[1];

/** The file behind an address in the sandbox's own store, which Node-RED keeps in its user directory. */
export const fileOf = (address: string, userDir: string): string | undefined => {
  const [, bucket = "", key = ""] = /^\/s3\/([^/]+)\/(.+)$/.exec(new URL(address).pathname) ?? [];
  const file = join(userDir, STORE_FOLDER, bucket, readablePath(decodeURIComponent(key)));
  return key !== "" && existsSync(file) ? file : undefined;
};
