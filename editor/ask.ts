import { page } from "./node-red";

/** Asks the server as the editor does, with whatever it needs to be let in; undefined when it refuses. */
export const ask = (url: string): Promise<unknown> =>
  new Promise((resolve) => {
    page.$.ajax({ url, method: "GET" })
      .done(resolve)
      .fail(() => resolve(undefined));
  });

/** The same of a picture: an image element with this address would not be let in where Node-RED has users. */
export const askForPicture = (url: string): Promise<Blob | undefined> =>
  new Promise((resolve) => {
    page.$.ajax({ url, method: "GET", xhrFields: { responseType: "blob" } })
      .done((picture) => resolve(picture instanceof Blob ? picture : undefined))
      .fail(() => resolve(undefined));
  });
