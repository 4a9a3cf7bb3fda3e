import { BlockList, isIP, isIPv6 } from "node:net";

type Range = readonly [network: string, bits: number];

/** IPv4 ranges that are not the public internet (IANA's special-purpose registry), and Azure's metadata address. */
const NOT_PUBLIC_IPV4: readonly Range[] = [
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

/** All that IANA gives to the internet (RFC 4291): what lies outside is local, or of no use. */
const PUBLIC_IPV6: Range = ["2000::", 3];

/** What is special within it (IANA's special-purpose registry). */
const NOT_PUBLIC_IPV6: readonly Range[] = [
  ["2001::", 23], // protocol assignments; Teredo among them, which holds an IPv4 address in disguise
  ["2001:db8::", 32], // documentation
  ["2002::", 16], // 6to4: holds an IPv4 address
  ["3fff::", 20], // documentation
];

/** IPv6 prefixes of 96 bits whose last 32 bits are an IPv4 address: mapped (RFC 4291), NAT64 (RFC 6052). */
const EMBEDDING = ["::ffff:", "64:ff9b::"];

const blockList = (ranges: readonly Range[], family: "ipv4" | "ipv6"): BlockList => {
  const list = new BlockList();
  for (const [network, bits] of ranges) list.addSubnet(network, bits, family);
  return list;
};

const embedded = ([network, bits]: Range): Range[] => EMBEDDING.map((prefix) => [`${prefix}${network}`, 96 + bits]);

const publicIPv6 = blockList([PUBLIC_IPV6, ...embedded(["0.0.0.0", 0])], "ipv6");
const notPublicIPv4 = blockList(NOT_PUBLIC_IPV4, "ipv4");
const notPublicIPv6 = blockList([...NOT_PUBLIC_IPV6, ...NOT_PUBLIC_IPV4.flatMap(embedded)], "ipv6");

/** Whether a literal IP address belongs to the public internet. What is no IP address does not. */
export function isPublicAddress(address: string): boolean {
  // A zone ("fe80::1%eth0") only exists on local links.
  if (isIP(address) === 0 || address.includes("%")) return false;
  if (!isIPv6(address)) return !notPublicIPv4.check(address, "ipv4");
  return publicIPv6.check(address, "ipv6") && !notPublicIPv6.check(address, "ipv6");
}
