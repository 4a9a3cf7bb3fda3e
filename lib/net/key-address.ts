import { isLocalName } from "./loopback";

/** Whether a key may travel to this address: encrypted, or without leaving this machine. */
export const mayCarryKey = ({ protocol, hostname }: URL): boolean =>
  protocol === "https:" || (protocol === "http:" && isLocalName(hostname));
