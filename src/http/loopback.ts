import { BlockList, isIP } from "node:net";

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");

/**
 * True for a host that only this machine can reach. A name other than `localhost` is not taken for
 * one, because what it resolves to may change.
 */
export function isLoopback(host: string): boolean {
  const family = isIP(host);
  if (family === 0) {
    return host.toLowerCase() === "localhost";
  }
  return loopback.check(host, family === 6 ? "ipv6" : "ipv4");
}
