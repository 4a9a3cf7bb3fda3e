/**
 * Preloaded into a Node-RED process (`node --require`): tells the process that started it every step that a job passes,
 * and ends this one, as a power cut would, at the step that the environment names.
 *
 * FLUX_DIE_AT is JSON: { step, nth } - the name of a step, or "any", and which of its occurrences (the first when not
 * given). FLUX_STEPS names the file in which every step is noted. Beside the steps of `lib/jobs/steps.ts` there are those of the wire: "posted" (a paid request has left),
 * "polled" (a job was asked for) and "answered" (the head of an answer to a paid request has come).
 */
const { subscribe } = require("node:diagnostics_channel");
const { appendFileSync } = require("node:fs");

const { step: last, nth = 1 } = JSON.parse(process.env.FLUX_DIE_AT || "{}");
let left = nth;

const passes = (step, job) => {
  const passed = { pid: process.pid, step, job };
  // What is only sent may be lost with the process.
  appendFileSync(process.env.FLUX_STEPS, `${JSON.stringify(passed)}\n`);
  if (process.connected) process.send({ event: "step", ...passed });
  if (step !== last && last !== "any") return;
  left -= 1;
  if (left === 0) process.kill(process.pid, "SIGKILL");
};

const isPaid = (path, method, body) =>
  path.startsWith("/fal/")
    ? method === "POST" && !path.includes("/storage/")
    : /"taskType":"(?:imageInference|controlNetPreprocess)"/.test(body);
const isAsking = (path, method, body) =>
  path.startsWith("/fal/") ? method === "GET" : body.includes('"taskType":"getResponse"');

const onWire = (channel, paid, asking) =>
  subscribe(channel, ({ request }) => {
    const { path, method } = request;
    if (!/^\/(?:v1|fal\/)/.test(path)) return;
    const body = request.body === null || request.body === undefined ? "" : String(request.body);
    if (paid && isPaid(path, method, body)) passes(paid);
    if (asking && isAsking(path, method, body)) passes(asking);
  });

subscribe("node-red-flux:job", ({ step, job }) => passes(step, job));
onWire("undici:request:bodySent", "posted", "polled");
onWire("undici:request:headers", "answered");
