import { serveJson } from "../child-service";
import { wallClock } from "./clock";

/*
 * A service whose jobs take their time, in a process of its own: what is measured is who waits for them. A picture's
 * address says when its job was done.
 */

/** Ms that a job takes from its submit. */
const { duration }: { duration: number } = JSON.parse(process.argv[2] ?? "");

interface Task {
  taskType: string;
  taskUUID: string;
}

/** When jobs are done, by their id. */
const doneAt = new Map<string, number>();

const answerTo = ({ taskType, taskUUID }: Task): object => {
  if (taskType !== "getResponse") {
    doneAt.set(taskUUID, wallClock() + duration);
    return { taskType, taskUUID };
  }
  const at = doneAt.get(taskUUID) ?? 0;
  const named = { taskType: "imageInference", taskUUID };
  if (wallClock() < at) return { ...named, status: "processing" };
  doneAt.delete(taskUUID);
  const imageURL = `http://127.0.0.1/${at}/${taskUUID}.jpg`;
  return { ...named, status: "success", imageUUID: taskUUID, imageURL, seed: 3401237321, cost: 0.0098 };
};

serveJson((body) =>
  // How many jobs it has, for who asks without a body.
  body === "" ? String(doneAt.size) : JSON.stringify({ data: (JSON.parse(body) as Task[]).map(answerTo) }),
);
