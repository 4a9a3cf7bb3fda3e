import { type KeptPicture, picturesUnder } from "../preview/gallery";
import type { ShownFile } from "../preview/look";
import type { NodeAPI } from "../types";

/** What of an answer is used here. */
interface PictureResponse {
  status(code: number): PictureResponse;
  set(headers: Record<string, string>): PictureResponse;
  json(body: unknown): unknown;
  send(body: Buffer): unknown;
  end(): unknown;
}

/** Pictures are the author's own, and what came from elsewhere is nothing but a picture. */
const HEADERS = {
  "Cache-Control": "private, max-age=3600",
  "X-Content-Type-Options": "nosniff",
  "Content-Security-Policy": "default-src 'none'",
};

/**
 * Serves the pictures of preview nodes on the admin API, to those who may read flux:
 * `GET flux/preview/<node>` lists them, the newest last; with `/<picture>` behind it comes the thumbnail, with
 * `/<picture>/large` the picture, with `/<picture>/details` its address, seed and request.
 */
export function servePreviews(RED: NodeAPI): void {
  const mayRead = RED.auth.needsPermission("flux.read");
  RED.httpAdmin.get("/flux/preview/:node", mayRead, ({ params }, response) => {
    sendFresh({ pictures: picturesUnder(String(params.node)).map(({ picture }) => picture) }, response);
  });
  const serve = (path: string, answer: (kept: KeptPicture, response: PictureResponse) => void): void => {
    RED.httpAdmin.get(`/flux/preview/:node/:picture${path}`, mayRead, (request, response) => {
      const { node, picture: id } = request.params;
      const kept = picturesUnder(String(node)).find(({ picture }) => picture.id === id);
      if (kept) answer(kept, response);
      else response.status(404).end();
    });
  };
  serve("", ({ small }, response) => sendPicture(small, response));
  // What is not kept any more in its large form can still be seen.
  serve("/large", ({ large, small }, response) => sendPicture(large ?? small, response));
  serve("/details", ({ details }, response) => sendFresh(details, response));
}

function sendFresh(body: object, response: PictureResponse): void {
  response.set({ "Cache-Control": "no-store" }).json(body);
}

function sendPicture(file: ShownFile | undefined, response: PictureResponse): void {
  if (file) response.set({ ...HEADERS, "Content-Type": file.contentType }).send(file.bytes);
  else response.status(404).end();
}
