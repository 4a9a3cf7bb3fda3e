import { BlockList, isIP, isIPv6 } from "node:net";

/** IPv4 ranges that are not the public internet (IANA's special-purpose registry), and Azure's metadata address. */
const IPV4: readonly (readonly [string, number])[] = [
  ["0.0.0.0", 8], // this network
  ["10.0.0.0", 8], // private
  ["100.64.0.0", 10], // carrier-grade NAT; Alibaba's metadata
  ["127.0.0.0", 8], // loopback
  ["168.63.129.16", 32], // Azure's metadata
  ["169.254.0.0", 16], // link-local; metadata of most clouds
  ["172.16.0.0", 12], // private
  ["192.0.0.0", 24], // protocol assignments; Oracle's metadata
  ["192.0.2.0", 24], // documentation
  ["192.88.99.0", 24], // 6to4 relays
  ["192.168.0.0", 16], // private
  ["198.18.0.0", 15], // benchmarks
  ["198.51.100.0", 24], // documentation
  ["203.0.113.0", 24], // documentation
  ["224.0.0.0", 4], // multicast
  ["240.0.0.0", 4], // reserved, broadcast
];

const IPV6: readonly (readonly [string, number])[] = [
  ["::", 128], // unspecified
  ["::1", 128], // loopback
  ["64:ff9b:1::", 48], // local NAT64
  ["100::", 64], // discard
  ["2001::", 32], // Teredo: holds an IPv4 address in disguise
  ["2001:db8::", 32], // documentation
  ["2002::", 16], // 6to4: holds an IPv4 address
  ["fc00::", 7], // unique local; AWS's metadata
  ["fe80::", 10], // link-local
  ["fec0::", 10], // site-local, deprecated
  ["ff00::", 8], // multicast
];

/** IPv6 prefixes of 96 bits whose last 32 bits are an IPv4 address: mapped, compatible, NAT64. */
const EMBEDDING = ["::ffff:", "::", "64:ff9b::"];

const notPublic = new BlockList();
for (const [network, bits] of IPV4) {
  notPublic.addSubnet(network, bits, "ipv4");
  for (const prefix of EMBEDDING) notPublic.addSubnet(`${prefix}${network}`, 96 + bits, "ipv6");
}
for (const [network, bits] of IPV6) notPublic.addSubnet(network, bits, "ipv6");

/** Whether a literal IP address belongs to the public internet. What is no IP address does not. */
export function isPublicAddress(address: string): boolean {
  // A zone ("fe80::1%eth0") only exists on local links.
  if (isIP(address) === 0 || address.includes("%")) return false;
  return !notPublic.check(address, isIPv6(address) ? "ipv6" : "ipv4");
}
