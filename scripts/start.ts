import { spawn } from "node:child_process";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { freePort } from "./free-port";
import { nodeRedPackage } from "./node-red-package";
import { showLog } from "./show-log";
import { keyVariables, provideFlow } from "./start-flow";
import { fileOf, storedPicture } from "./stored-pictures";
import { picturesOf, prepareUserDirectory } from "./user-directory";
import { watchPictures } from "./watch-pictures";

const repository = resolve(__dirname, "..");

const usage = `npm start -- [options]

  --live             real pictures: takes keys from ${keyVariables.join(" and ")}, costs money;
                     a service without a key stays in the sandbox
  --port <number>    the port to try first (1880)
  --user-dir <path>  where flows, settings and pictures are kept (.node-red)
  --verbose          all of Node-RED's log, not only warnings and errors`;

const options = {
  live: { type: "boolean", default: false },
  port: { type: "string", default: "1880" },
  "user-dir": { type: "string", default: join(repository, ".node-red") },
  verbose: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const;

/** Resolves when the editor answers; gives up when `ended` says that Node-RED is gone. */
const isUp = async (address: string, ended: AbortSignal): Promise<boolean> => {
  while (!ended.aborted) {
    const answer = await fetch(address, { signal: ended }).catch(() => undefined);
    if (answer?.ok) return true;
    await sleep(200);
  }
  return false;
};

/** Where a stored picture is: its address and, in the sandbox, its file. */
const placesOf = (address: string, userDir: string): string => {
  const file = fileOf(address, userDir);
  return `Stored:  ${address}${file === undefined ? "" : `\nPicture: ${file}`}`;
};

const start = async (live: boolean, preferredPort: number, userDir: string, verbose: boolean): Promise<void> => {
  prepareUserDirectory(userDir);
  const flowFile = provideFlow(userDir, live);
  const port = await freePort(preferredPort);
  const address = `http://127.0.0.1:${port}`;
  const watcher = watchPictures(picturesOf(userDir), (path) => console.log(`Picture: ${path}`));
  const ended = new AbortController();

  const program = join(repository, "node_modules", nodeRedPackage(), "red.js");
  const nodeRed = spawn(process.execPath, [program, "--userDir", userDir, "--port", String(port), flowFile], {
    // Relative file names in flows start here.
    cwd: userDir,
    stdio: ["ignore", "pipe", "pipe"],
  });
  showLog(nodeRed.stdout, verbose, (line) => {
    const address = storedPicture(line);
    return address && placesOf(address, userDir);
  });
  showLog(nodeRed.stderr, verbose);

  let asked = false;
  const stop = (): void => {
    asked = true;
    // A terminal's Ctrl-C reaches Node-RED too; one sent to this process alone does not.
    nodeRed.kill("SIGINT");
  };
  process.on("SIGINT", stop).on("SIGTERM", stop);
  const parent = process.ppid;
  // npm's shell dies of a SIGTERM without passing it on.
  const orphaned = setInterval(() => process.ppid !== parent && stop(), 500);
  nodeRed.once("exit", (code) => {
    ended.abort();
    clearInterval(orphaned);
    watcher.close();
    process.exitCode = asked ? 0 : (code ?? 1);
    console.log("Stopped.");
  });

  if (!(await isUp(address, ended.signal))) return;
  console.log(`Editor:  ${address}`);
  console.log(
    live
      ? "Live: pictures cost money, except at a service whose account is in the sandbox."
      : "Sandbox: pictures are made on this machine and cost nothing.",
  );
  console.log("Ctrl-C stops everything.");
};

const main = async (): Promise<void> => {
  const { values } = parseArgs({ options });
  if (values.help) return console.log(usage);
  if (values.live && !keyVariables.some((variable) => process.env[variable])) {
    const named = keyVariables.join(" or ");
    throw new Error(
      `--live needs an API key in the environment (${named}): ${keyVariables[0]}=... npm start -- --live`,
    );
  }
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 1 || port > 65_515) throw new Error("--port takes a number from 1 to 65515.");
  await start(values.live, port, resolve(values["user-dir"]), values.verbose);
};

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
