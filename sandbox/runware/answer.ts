/** One entry of `errors`, as the service writes it. */
export interface ServiceError {
  code: string;
  message: string;
  parameter?: string;
  taskType?: string;
  taskUUID?: string;
  documentation?: string;
  [further: string]: unknown;
}

/** What one task, or one request, is answered. */
export interface Answer {
  data: object[];
  errors: ServiceError[];
}

export const answered = (...data: object[]): Answer => ({ data, errors: [] });
export const refused = (...errors: ServiceError[]): Answer => ({ data: [], errors });

const statuses: [RegExp, number][] = [
  [/^(invalid|missing)ApiKey$|^unauthorized$/, 401],
  [/^insufficientCredits$/, 402],
  [/^forbidden$/, 403],
  [/NotFound$/, 404],
  [/RateLimit$/, 429],
  [/^internalServerError$|^inferenceError$/, 500],
  [/^serviceUnavailable$/, 503],
  [/Timeout$|^timeout/, 504],
];

/** The HTTP status of an answer: 200 as soon as it holds any data, else by its first error. */
export function statusOf({ data, errors }: Answer): number {
  const [first] = errors;
  if (data.length > 0 || first === undefined) return 200;
  return statuses.find(([pattern]) => pattern.test(first.code))?.[1] ?? 400;
}

/** Names the task that an error is about. */
export function about(task: Readonly<Record<string, unknown>>): { taskType?: string; taskUUID?: string } {
  return {
    ...(typeof task.taskType === "string" ? { taskType: task.taskType.slice(0, 100) } : {}),
    ...(typeof task.taskUUID === "string" ? { taskUUID: task.taskUUID.slice(0, 100) } : {}),
  };
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export const isUuid = (value: unknown): value is string => typeof value === "string" && uuid.test(value);
