import type { Model } from "../../lib/models/model";
import { modelOf } from "../models";

/** fal's addresses: queue.fal.run, fal.run, rest.fal.ai. */
export type Address = "queue" | "run" | "rest";

/** What somebody wants of fal. The kind is what faults are aimed at and what the ledger counts. */
export type FalCall =
  | { kind: "submit" | "run"; model: Model }
  | { kind: "status" | "stream" | "result" | "cancel"; application: string; id: string }
  | { kind: "upload" };

/** `/fal-ai/flux/requests/<id>/status`; what stands between application and "requests" is not allowed. */
const requestPath = /^\/([^/]+\/[^/]+)((?:\/[^/]+)*)\/requests\/([^/]+)(\/status|\/status\/stream|\/cancel)?$/;

const aboutRequests = {
  "": { kind: "result", method: "GET" },
  "/status": { kind: "status", method: "GET" },
  "/status/stream": { kind: "stream", method: "GET" },
  "/cancel": { kind: "cancel", method: "PUT" },
} as const;

/** Reads a call off method and path; else the status that refuses it: 404, or 405 for a path that needs another method. */
export function readCall(address: Address, method: string, path: string): FalCall | 404 | 405 {
  if (address === "rest") {
    if (path !== "/storage/upload/initiate") return 404;
    return method === "POST" ? { kind: "upload" } : 405;
  }
  const [, application = "", between, id = "", end = ""] = address === "queue" ? (requestPath.exec(path) ?? []) : [];
  if (application !== "") {
    const { kind, method: needed } = aboutRequests[end as keyof typeof aboutRequests];
    return between === "" && method === needed ? { kind, application, id } : 405;
  }
  const model = modelOf("fal", path.slice(1));
  if (model === undefined) return 404;
  return method === "POST" ? { kind: address === "queue" ? "submit" : "run", model } : 405;
}
