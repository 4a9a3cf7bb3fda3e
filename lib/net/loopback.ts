/** Whether an IP address is this machine's own. */
export const isLoopback = (address: string): boolean => /^(::ffff:)?127\.|^::1$/.test(address);

/** Whether a host name, as it stands in a URL, is this machine's own. */
export const isLocalName = (hostname: string): boolean => /^(localhost|127(\.\d+){3}|\[::1\])$/i.test(hostname);
