import { FluxError } from "../../lib/errors";
import type { NodeModel } from "../../lib/models/model";
import { prepareRequest } from "../../lib/models/preparing/prepare";
import type { PreparedRequest, RequestInput } from "../../lib/models/request";

export const PROMPT = "a lighthouse at dusk";

/** Prepares a request from `msg.flux` and, where a test says so, more. */
export const prepare = (model: NodeModel, flux: unknown, more: Partial<RequestInput> = {}): PreparedRequest =>
  prepareRequest(model, {
    dialog: {},
    prompt: { value: PROMPT, source: "Prompt from (msg.payload)" },
    flux,
    output: "url",
    allowUnknown: false,
    ...more,
  });

/** The refusal of a request; fails when the request is accepted. */
export const refusal = (model: NodeModel, flux: unknown, more: Partial<RequestInput> = {}): FluxError => {
  let prepared: PreparedRequest;
  try {
    prepared = prepare(model, flux, more);
  } catch (error) {
    if (error instanceof FluxError) return error;
    throw error;
  }
  throw new Error(`accepted: ${JSON.stringify(prepared.request).slice(0, 500)}`);
};

/** Parameters of the violations of a refused request. */
export const refusedParameters = (model: NodeModel, flux: unknown, more: Partial<RequestInput> = {}): string[] =>
  refusal(model, flux, more).cause.violations.map(({ parameter }) => parameter);

/** What throws at every look at it. */
export const revoked = (target: object): object => {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
};

export const picture = {
  url: "https://example.com/lighthouse.jpg",
  uuid: "59a2edc2-45e6-429f-be5f-7ded59b92046",
};

/** The input image of a dialog. */
export const imageFrom = (value: unknown): Partial<RequestInput> => ({
  image: { value, source: "Image from (msg.image)" },
});

/** The head of a PNG file of the given size, and as many bytes behind it as asked for. */
export const png = (width: number, height: number, bytes = 64): Buffer => {
  const file = Buffer.alloc(Math.max(bytes, 33));
  Buffer.from("89504e470d0a1a0a0000000d49484452", "hex").copy(file);
  file.writeUInt32BE(width, 16);
  file.writeUInt32BE(height, 20);
  return file;
};
