import type { Violation } from "../../lib/errors";
import { uuid } from "../../lib/models/formats";
import type { Model } from "../../lib/models/model";
import { knows, parametersOf } from "../../lib/models/parameters";
import { generalPath, plainValues, readPath, valueAt, writePath } from "../../lib/models/paths";
import { wireViolations } from "../../lib/models/preparing/wire";
import type { Context } from "../context";
import { longestSide } from "../images/canvas";
import type { Task } from "../jobs";
import { modelOf } from "../models";
import { about, type ServiceError } from "./answer";

/** What the service would refuse in an imageInference task. */
export function validateInference(task: Task, context: Context): ServiceError[] {
  const model = typeof task.model === "string" ? modelOf("runware", task.model) : undefined;
  if (model === undefined || model.taskType !== undefined) {
    const code = task.model === undefined ? "missingModel" : "invalidModel";
    return [{ code, message: "The sandbox does not have this model.", parameter: "model", ...about(task) }];
  }
  return validateTask(model, task, context);
}

/** What the service would refuse in a task that is for this model. */
export function validateTask(model: Model, task: Task, context: Context): ServiceError[] {
  const refused = wireViolations(model, task).filter((violation) => !isTaken(violation));
  const errors = refused.map((violation) => serviceError(violation, model, task));
  return errors.length > 0 ? errors : [...tooLarge(task), ...unknownImages(model, task, context)];
}

/** Several pictures for one address: this pack refuses that before it is paid for, the service lets the last one win. */
const isTaken = ({ parameter, allowed }: Violation): boolean =>
  parameter === "uploadEndpoint" && allowed === "numberResults 1";

/** A violation in the service's form: a code made of what is wrong and the parameter's name. */
function serviceError({ parameter, message }: Violation, model: Model, task: Task): ServiceError {
  const path = readPath(parameter);
  const general = generalPath(path);
  const leaf = parametersOf(model).leaves.get(general);
  const name = String(path.findLast((part) => typeof part === "string") ?? parameter);
  const subject = `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
  const isMissing = valueAt(task, path) === undefined;
  const code = !knows(model, general)
    ? "unknownParameter"
    : isMissing
      ? `missing${subject}`
      : `${leaf?.kind === "choice" ? "unsupported" : "invalid"}${subject}`;
  return {
    code,
    message,
    parameter,
    ...(leaf?.minimum === undefined ? {} : { min: leaf.minimum }),
    ...(leaf?.maximum === undefined ? {} : { max: leaf.maximum }),
    ...(leaf?.step === undefined ? {} : { multiplier: leaf.step }),
    ...(leaf?.choices === undefined ? {} : { allowedValues: leaf.choices }),
    ...about(task),
    documentation: "https://runware.ai/docs/models",
  };
}

const tooLarge = (task: Task): ServiceError[] =>
  (["width", "height"] as const)
    .filter((side) => Number(task[side] ?? 0) > longestSide)
    .map((side) => ({
      code: side === "width" ? "invalidWidth" : "invalidHeight",
      message: `The sandbox draws at most ${longestSide} pixels per side.`,
      parameter: side,
      max: longestSide,
      ...about(task),
    }));

/** Images named by a UUID that was neither uploaded here nor made here, where the settings ask for that check. */
function unknownImages(model: Model, task: Task, { settings, images, jobs }: Context): ServiceError[] {
  if (settings.unknownImage === "accept") return [];
  const { leaves } = parametersOf(model);
  return [...plainValues(task)]
    .filter(
      ({ path, value }) => leaves.get(generalPath(path))?.kind === "image" && typeof value === "string" && uuid(value),
    )
    .filter(({ value }) => !images.isUpload(String(value)) && jobs.byImage(String(value)) === undefined)
    .map(({ path }) => ({
      code: "imageNotFound",
      message: "There is no image with this UUID.",
      parameter: writePath(path),
      ...about(task),
    }));
}
