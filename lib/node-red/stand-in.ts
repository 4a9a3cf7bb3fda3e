import { peek } from "../models/preparing/peek";
import type { FluxMessage } from "./types";

/** What is left of a message that cannot be cloned, since reading one of its members throws, say: what tells which it is. */
export const standIn = (message: FluxMessage): FluxMessage =>
  Object.fromEntries(["_msgid", "topic", "parts"].map((name) => [name, peek(message, name)])) as unknown as FluxMessage;
