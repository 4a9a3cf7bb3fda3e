import fc from "fast-check";
import type { Scripted } from "../scripted-server";

/** What the server puts in the place of `$ID` and the like, when it answers. */
export interface Holes {
  /** Of the job that is asked for or about. */
  id: string;
  /** An address at this server. */
  url: string;
  prompt: string;
  key: string;
}

/** An answer with holes: plain data, so that a failing one is printed as it is. */
export type AnswerPlan =
  | { way: "whole" | "cut"; status: number; headers: Readonly<Record<string, string>>; body: string }
  | { way: "reset" }
  | { way: "hang" }
  | { way: "drip" }
  | { way: "raw"; body: string };

const PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

/** Values as JSON, by the names under which the services use them. */
const BY_NAME: Readonly<Record<string, readonly string[]>> = {
  taskType: ['"imageInference"', '"getResponse"', '"imageUpload"', '"controlNetPreprocess"'],
  taskUUID: ['"$ID"', '"$ID"', '"$ID"', '"$ID"', '"00000000-0000-4000-8000-000000000000"'],
  status: ['"success"', '"success"', '"processing"', '"error"', '"COMPLETED"', '"IN_QUEUE"', '"IN_PROGRESS"', '"gone"'],
  imageUUID: ['"one"', '"two"', '"one"'],
  guideImageUUID: ['"one"', '""'],
  imageURL: ['"$URL"', '"$URL?two"', '"ftp://nowhere"', '"/etc/passwd"'],
  guideImageURL: ['"$URL"'],
  imageBase64Data: [`"${PIXEL}"`, '"no picture"'],
  imageDataURI: [`"data:image/png;base64,${PIXEL}"`, '"data:,"'],
  cost: ["0.01", "1e400", "-1", "1e308", '"0.01"', "-0", "9e15", "null", "1e-400"],
  seed: ["7", "9223372036854775807", "-1", "1e400", "0.5", '"7"', `${"9".repeat(400)}`],
  NSFWContent: ["true", '"true"', "1"],
  progress: ["50", "-1", "1e400", '"50"'],
  numberResults: ["1", "0", "1e9", "-1", '"1"'],
  error: ['"failed"', '{"code":"timeoutProvider"}', '"$PROMPT"', "false"],
  errors: ["[]", '[{"code":"invalidApiKey"}]', '[{"code":"taskConflict","taskUUID":"$ID"}]', '["$KEY"]', '"oh"'],
  code: ['"invalidParameter"', '"rateLimitExceeded"', '"insufficientCredits"', '"$KEY"', '"taskConflict"', "7"],
  message: ['"it was $PROMPT"', '"your key is $KEY"', '"no"', "{}"],
  parameter: ['"seed"', '"$PROMPT"', '["a","b"]'],
  request: ['{"taskUUID":"$ID","numberResults":1e9}', '[{"taskUUID":"$ID","numberResults":0}]', "null"],
  response: ['{"data":[{"taskUUID":"$ID","imageURL":"$URL","imageUUID":"one","status":"success"}]}', '"none"'],
  request_id: ['"job-1"', '"$ID"', '"../../admin"', '"x y"', "7"],
  status_url: ['"$URL/requests/job-1/status"', '"http://127.0.0.1:1/requests/job-1"', '"$URL"'],
  response_url: ['"$URL/requests/job-1"', '"javascript:alert(1)"'],
  cancel_url: ['"$URL"'],
  queue_position: ["0", "-1", "1e400", "1e9", '"2"'],
  logs: ['[{"message":"working on $PROMPT"}]', '"log"', "[null]", '[{"message":"$KEY\\r50 %"}]'],
  images: ['[{"url":"$URL"}]', "[null]", "[[]]", '["$URL",{"url":7},{"url":"data:image/png;base64,AAAA"}]', "[]"],
  url: ['"$URL"', "7"],
  width: ["1", "-1", "1e400", '"1"'],
  height: ["1"],
  content_type: ['"image/png"', '"text/html"', `"image/${"a".repeat(500)}"`],
  has_nsfw_concepts: ["[true]", "true", "[1]"],
  detail: ['"in progress"', '[{"loc":["body","prompt"],"msg":"$PROMPT","type":"value_error"}]', "[[]]", '"$KEY"'],
  error_type: ['"runner_disconnected"', "7", '"$PROMPT"'],
  upload_url: ['"$URL"', '"http://example.com/put"', '"$KEY"'],
  file_url: ['"$URL"', '"https://example.com/$KEY"'],
};

/** Anything, under any name. */
const ODD = [
  "null",
  "true",
  "[]",
  "{}",
  '""',
  "1e400",
  "-1e400",
  '"$ID"',
  '"$PROMPT"',
  '"$KEY"',
  `${"[".repeat(2000)}${"]".repeat(2000)}`,
  `"${"x".repeat(100_000)}"`,
  '{"__proto__":{"polluted":1}}',
  '{"constructor":{"prototype":{"polluted":1}}}',
  '{"toString":null,"length":1e9}',
  '"\\ud800"',
];

const member = fc
  .constantFrom(...Object.keys(BY_NAME))
  .chain((name) =>
    fc
      .oneof(
        { weight: 5, arbitrary: fc.constantFrom(...(BY_NAME[name] ?? ODD)) },
        { weight: 1, arbitrary: fc.constantFrom(...ODD) },
      )
      .map((value) => `"${name}":${value}`),
  );

/** An object in which a member may come twice. */
const item = fc.array(member, { maxLength: 8 }).map((members) => `{${members.join(",")}}`);

/** One that names the job, so that somebody listens. */
const ownItem = fc.array(member, { maxLength: 6 }).map((members) => `{${['"taskUUID":"$ID"', ...members].join(",")}}`);
const list = fc.array(fc.oneof(ownItem, ownItem, item, fc.constantFrom(...ODD)), { maxLength: 4 });

const json = fc.oneof(
  { weight: 5, arbitrary: list.map((items) => `{"data":[${items.join(",")}]}`) },
  { weight: 2, arbitrary: fc.tuple(list, list).map(([data, errors]) => `{"data":[${data}],"errors":[${errors}]}`) },
  { weight: 4, arbitrary: item },
  { weight: 1, arbitrary: list.map((items) => `[${items.join(",")}]`) },
  { weight: 1, arbitrary: fc.constantFrom(...ODD) },
);

const body = fc.oneof(
  { weight: 8, arbitrary: json },
  { weight: 1, arbitrary: fc.tuple(json, fc.nat(200)).map(([text, at]) => text.slice(0, at)) },
  { weight: 1, arbitrary: json.map((text) => `\ufeff${text}`) },
  {
    weight: 1,
    arbitrary: fc.constantFrom("", "<html>502</html>", "NaN", "undefined", "{".repeat(50_000), "\0\0\0", `"${PIXEL}"`),
  },
);

const STATUSES = [
  200, 200, 200, 200, 201, 202, 204, 206, 301, 302, 303, 304, 307, 400, 401, 402, 403, 404, 405, 408, 409,
];
const MORE = [410, 413, 418, 422, 429, 429, 451, 499, 500, 502, 503, 503, 504, 520, 599];
const status = fc.oneof({ weight: 3, arbitrary: fc.constant(200) }, fc.constantFrom(...STATUSES, ...MORE));

/** Each is there now and then. */
const HEADERS: Readonly<Record<string, readonly string[]>> = {
  "content-type": ["text/html", "application/json; charset=utf-16", "image/png", "a/b/c;;=", ""],
  "content-encoding": ["gzip", "br", "nonsense"],
  "retry-after": ["0", "1e9", "-5", "soon", "Wed, 21 Oct 2099 07:28:00 GMT"],
  "x-fal-request-id": ["job-1", "../../admin", ""],
  "x-fal-billable-units": ["1", "1e400", "-1", "999999999999"],
  "x-fal-retryable": ["true", "1", "maybe"],
  "x-fal-error-type": ["internal_error", "a b"],
  "x-fal-request-timeout-type": ["user"],
  location: ["$URL", "http://127.0.0.1:1/", "::"],
};

const headers = fc.oneof(
  { weight: 2, arbitrary: fc.constant({}) },
  fc
    .uniqueArray(fc.constantFrom(...Object.keys(HEADERS)), { maxLength: 3 })
    .chain((names) =>
      fc.record<Record<string, string>>(
        Object.fromEntries(names.map((name) => [name, fc.constantFrom(...(HEADERS[name] ?? [""]))])),
      ),
    ),
);

const RAW = [
  "no HTTP at all",
  "HTTP/1.1 999 \r\n\r\n",
  "HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n{}",
  "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n{}",
  "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nZZ\r\n{}\r\n",
  "HTTP/1.1 101 Switching Protocols\r\nupgrade: h2c\r\nconnection: upgrade\r\n\r\n",
  `${"HTTP/1.1 100 Continue\r\n\r\n".repeat(50)}HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}`,
  `HTTP/1.1 200 OK\r\nx: ${"a".repeat(100_000)}\r\n\r\n`,
  "\0\u0001\u0002",
];

/** What a service may answer instead of what it should. */
export const hostileAnswers: fc.Arbitrary<AnswerPlan> = fc.oneof(
  { weight: 30, arbitrary: fc.record({ way: fc.constant("whole" as const), status, headers, body }) },
  { weight: 2, arbitrary: fc.record({ way: fc.constant("cut" as const), status, headers, body }) },
  { weight: 2, arbitrary: fc.constantFrom<AnswerPlan>({ way: "reset" }, { way: "hang" }, { way: "drip" }) },
  { weight: 2, arbitrary: fc.record({ way: fc.constant("raw" as const), body: fc.constantFrom(...RAW) }) },
);

const filled = (text: string, { id, url, prompt, key }: Holes): string =>
  text.replaceAll("$ID", id).replaceAll("$URL", url).replaceAll("$PROMPT", prompt).replaceAll("$KEY", key);

/** An answer as the scripted server gives it. */
export function answerOf(plan: AnswerPlan, holes: Holes): Scripted {
  if (plan.way === "raw") return { raw: plan.body };
  if (plan.way === "reset" || plan.way === "hang" || plan.way === "drip") return { misbehave: plan.way };
  const headers = Object.fromEntries(Object.entries(plan.headers).map(([name, value]) => [name, filled(value, holes)]));
  const text = filled(plan.body, holes);
  if (plan.way === "cut") return { misbehave: "cut", status: plan.status, headers, text };
  return { status: plan.status, headers: { "content-type": "application/json", ...headers }, text };
}
