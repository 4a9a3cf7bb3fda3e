import { join } from "node:path";
import { Keeper } from "../jobs/keeper/keeper";
import { isInFlows } from "./flows";
import type { NodeAPI } from "./types";

/** Bytes that everything in the folder of the journal may take together, unless settings.js says otherwise. */
const LARGEST = 2 * 1024 ** 3;

/** What Node-RED tells when flows have started; only a deploy comes with a diff, a restart or another project without. */
interface FlowsStarted {
  diff?: object;
}

/** The end of a stop; without `deploy` nothing is started again at once. */
interface RuntimeEvent {
  id?: string;
  payload?: { state?: string; deploy?: boolean };
}

interface Running {
  keeper: Keeper;
  userDir: string | undefined;
  RED: NodeAPI;
}

/** A process runs one Node-RED; tests start several, one after another, on the same emitter of events. */
const running = new WeakMap<object, Running>();

/** The keeper of the jobs in this Node-RED's user directory. */
export function keeperOf(RED: NodeAPI): Keeper {
  const userDir = setting<string>(RED, "userDir");
  const present = running.get(RED.events);
  if (present && present.userDir === userDir) {
    present.RED = RED;
    return present.keeper;
  }
  void present?.keeper.close();
  const keeper = new Keeper({ openJournal: journalIn(RED, userDir), warn: (text) => RED.log.warn(`[flux] ${text}`) });
  if (!present) listen(RED.events);
  running.set(RED.events, { keeper, userDir, RED });
  return keeper;
}

/** The flow file, or project, that is active. */
export function homeOf(RED: NodeAPI): string {
  const projects = setting<{ activeProject?: string }>(RED, "projects");
  return projects?.activeProject ?? setting<string>(RED, "flowFile") ?? "";
}

function journalIn(RED: NodeAPI, userDir: string | undefined): ConstructorParameters<typeof Keeper>[0]["openJournal"] {
  if (!userDir) return undefined;
  const { maxBytes } = setting<{ maxBytes?: unknown }>(RED, "fluxJobs") ?? {};
  const largest = typeof maxBytes === "number" && maxBytes > 0 ? maxBytes : LARGEST;
  return async (isKept, warn) => {
    const { openJournal } = await import("../jobs/journal/open.js");
    return openJournal({ folder: join(userDir, "flux-jobs"), largest, isKept, warn });
  };
}

function listen(events: NodeAPI["events"]): void {
  events.on("flows:started", (event?: FlowsStarted) => {
    const present = running.get(events);
    if (!present) return;
    const { keeper, RED } = present;
    keeper.started({ home: homeOf(RED), isDeploy: event?.diff !== undefined, has: isInFlows(RED) });
  });
  events.on("flows:stopping", () => running.get(events)?.keeper.stopping());
  events.on("runtime-event", ({ id, payload }: RuntimeEvent) => {
    if (id === "runtime-state" && payload?.state === "stop" && !payload.deploy) running.get(events)?.keeper.stopped();
  });
}

/** A value of settings.js, or of what Node-RED itself keeps; node-red-node-test-helper has no `get`. */
function setting<Value>(RED: NodeAPI, name: string): Value | undefined {
  const settings: Record<string, unknown> = RED.settings as never;
  if (name in settings) return settings[name] as Value | undefined;
  try {
    return RED.settings.get?.(name) as Value | undefined;
  } catch {
    return undefined;
  }
}
