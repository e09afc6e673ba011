import { type LookupAddress, lookup as resolve } from "node:dns";
import { BlockList, isIP, type LookupFunction } from "node:net";

/**
 * What is not a public unicast address, from IANA's registries of special-purpose addresses: private,
 * loopback, link-local (cloud metadata), shared, multicast, reserved and documentation ranges, and the
 * IPv6 ranges that carry an IPv4 address inside (mapped, compatible, NAT64, 6to4, Teredo).
 */
const notPublic = new BlockList();
for (const [network, prefix] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
] as const) {
  notPublic.addSubnet(network, prefix, "ipv4");
}
/** All global unicast addresses of IPv6 lie in 2000::/3; these are the exceptions inside it. */
const globalUnicast = new BlockList();
globalUnicast.addSubnet("2000::", 3, "ipv6");
for (const [network, prefix] of [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
] as const) {
  notPublic.addSubnet(network, prefix, "ipv6");
}

/** Whether an address in text is a public one; false for what is no address. */
export function isPublicAddress(address: string): boolean {
  const bare = address.split("%", 1)[0] ?? "";
  switch (isIP(bare)) {
    case 4:
      return !notPublic.check(bare, "ipv4");
    case 6:
      return globalUnicast.check(bare, "ipv6") && !notPublic.check(bare, "ipv6");
    default:
      return false;
  }
}

/** The host's name or address leads to no public address. */
export class BlockedAddressError extends Error {
  readonly code = "EBLOCKED";

  constructor() {
    super("the address is not public");
    this.name = "BlockedAddressError";
  }
}

/**
 * A resolver for sockets that hands out public addresses only. Standing between name and socket, it
 * sees the very address that is connected to: a name that resolves differently the next time gains nothing.
 * Sockets do not call it for literal addresses, see `isBlockedLiteral`.
 */
export const publicLookup: LookupFunction = (hostname, options, callback) => {
  resolve(hostname, { ...options, all: true }, (error, addresses) => {
    if (error !== null) {
      callback(error, "");
      return;
    }
    const allowed = addresses.filter(({ address }) => isPublicAddress(address));
    const [first] = allowed;
    if (first === undefined) {
      callback(new BlockedAddressError(), "");
    } else if (options.all === true) {
      callback(null, allowed satisfies LookupAddress[]);
    } else {
      callback(null, first.address, first.family);
    }
  });
};

/** Whether a URL's host is itself an address, and not a public one. */
export function isBlockedLiteral(url: URL): boolean {
  const host = url.hostname.replace(/^\[|\]$/gu, "");
  return isIP(host) !== 0 && !isPublicAddress(host);
}
