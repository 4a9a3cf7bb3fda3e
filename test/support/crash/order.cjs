/**
 * Preloaded into a Node-RED process: notes in which order files of the journal are written, made durable and renamed,
 * paid requests leave, and messages come out. FLUX_ORDER names the file that it writes to.
 */
const { subscribe } = require("node:diagnostics_channel");
const { appendFileSync } = require("node:fs");
const promises = require("node:fs/promises");
const { basename } = require("node:path");

const note = (what) => appendFileSync(process.env.FLUX_ORDER, `${JSON.stringify(what)}\n`);
const isOurs = (path) => String(path).includes("flux-jobs");

const { open, rename } = promises;
promises.open = async (path, ...rest) => {
  const handle = await open(path, ...rest);
  if (!isOurs(path)) return handle;
  const file = basename(String(path));
  if (rest[0] === "wx" || rest[0] === "a") note({ step: "create", file });
  for (const method of ["sync", "datasync"]) {
    const original = handle[method].bind(handle);
    handle[method] = async () => {
      await original();
      note({ step: "durable", file });
    };
  }
  const write = handle.write.bind(handle);
  handle.write = async (buffer, ...more) => {
    const result = await write(buffer, ...more);
    const text = buffer.length < 100_000 ? Buffer.from(buffer).toString("utf8") : "";
    const states = [...text.matchAll(/"job":"([\w-]+)","state":"(\w+)"/g)].map(([, job, state]) => `${state} ${job}`);
    const files = [...text.matchAll(/"sha256":"(\w+)"/g)].map(([, sha256]) => sha256);
    note({ step: "write", file, states, files });
    return result;
  };
  return handle;
};
promises.rename = async (from, to) => {
  await rename(from, to);
  if (isOurs(to)) note({ step: "rename", file: basename(String(from)), to: basename(String(to)) });
};

subscribe("undici:request:bodySent", ({ request }) => {
  if (request.method !== "POST") return;
  const body = String(request.body ?? "");
  const tasks = [...body.matchAll(/"taskType":"imageInference","taskUUID":"([\w-]+)"/g)].map(([, job]) => job);
  // fal does not know our ids.
  if (request.path.startsWith("/fal/")) note({ step: "paid request", jobs: ["fal"] });
  else if (tasks.length > 0) note({ step: "paid request", jobs: tasks });
});
subscribe("node-red-flux:job", ({ step, job }) => {
  if (step === "before:send") note({ step: "send", job });
});
