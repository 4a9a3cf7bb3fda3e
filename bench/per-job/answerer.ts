import { serveJson } from "../child-service";

/*
 * A service that answers at once, and as little as its callers need: what is measured is the caller. Run as a process of
 * its own.
 */

const PICTURE = `/9j/4AAQSkZJRgABAQAAAQABAAD/2wBD${"A".repeat(2_000_000 - 32)}`;

interface Task {
  taskUUID: string;
  outputType?: string;
}

const answerTo = ({ taskUUID, outputType }: Task): string => {
  const picture =
    outputType === "base64Data" ? `"imageBase64Data":"${PICTURE}"` : `"imageURL":"http://127.0.0.1/${taskUUID}.jpg"`;
  return `{"taskType":"imageInference","taskUUID":"${taskUUID}","imageUUID":"${taskUUID}","seed":3401237321,"NSFWContent":false,"cost":0.0098,${picture}}`;
};

const FAL =
  '{"images":[{"url":"http://127.0.0.1/picture.jpg","width":1024,"height":768,"content_type":"image/jpeg"}],"timings":{"inference":1.2},"seed":3401237321,"has_nsfw_concepts":[false],"prompt":"a harbour"}';

const FAL_HEADERS = { "x-fal-request-id": "0c8d1f7e-2f4e-4b3a-9f57-0d9d7f0e6f6e" };

const isFal = (path: string): boolean => path.startsWith("/fal");

serveJson(
  (body, path) => (isFal(path) ? FAL : `{"data":[${(JSON.parse(body) as Task[]).map(answerTo).join(",")}]}`),
  (path) => (isFal(path) ? FAL_HEADERS : {}),
);
