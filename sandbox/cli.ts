#!/usr/bin/env node
import { parseArgs } from "node:util";
import { startSandbox } from "./index";

const usage = `Usage: flux-sandbox [--port N] [--host ADDRESS] [--data DIRECTORY] [--latency MILLISECONDS]

An offline stand-in for the picture services of Runware and fal, and for a store that speaks S3. It prints the
addresses for the accounts; any key will do for the picture services.
  --port     where to listen; any free port by default
  --host     the interface to listen on; 127.0.0.1 by default
  --data     a directory in which jobs and stored objects survive a restart
  --latency  how long a job takes; 700 by default`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: "string", default: "0" },
      host: { type: "string", default: "127.0.0.1" },
      data: { type: "string" },
      latency: { type: "string" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return console.log(usage);
  const sandbox = await startSandbox({
    port: wholeNumber("--port", values.port),
    host: values.host,
    ...(values.data === undefined ? {} : { dataDirectory: values.data }),
    settings: values.latency === undefined ? {} : { latency: wholeNumber("--latency", values.latency) },
    log: console.log,
  });
  const { runware, fal } = sandbox.addresses;
  const { endpoint, region, accessKeyId, secretAccessKey } = sandbox.s3;
  const lines = [
    `The sandbox listens at ${sandbox.url}`,
    `  Runware, base URL  ${runware.baseUrl}`,
    `  fal, queue URL     ${fal.queueUrl}`,
    `  fal, direct URL    ${fal.runUrl}`,
    `  fal, upload URL    ${fal.restUrl}`,
    `  S3, endpoint       ${endpoint} (path style, region ${region})`,
    `  S3, key            ${accessKeyId}, secret ${secretAccessKey}`,
  ];
  console.log(lines.join("\n"));
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void sandbox.close());
}

function wholeNumber(name: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new RangeError(`${name} takes a whole number.`);
  return Number(text);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  console.error(usage);
  process.exitCode = 1;
});
