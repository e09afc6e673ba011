import https from "node:https";
import tls from "node:tls";
import { localhostCertificate } from "../counterparts/certificate.ts";

/**
 * Sends this process's HTTPS connections for `hosts` to a server of `localhostCertificate` on a port of 127.0.0.1, as a
 * name server and an authority of a test's own would. Disposing of it undoes that.
 */
export function reroute(hosts: readonly string[], port: number): Disposable {
  const agent = https.globalAgent;
  const original = agent.createConnection.bind(agent);
  const target = {
    port,
    host: "127.0.0.1",
    servername: "localhost",
    ca: localhostCertificate.cert,
  };
  agent.createConnection = (options, onConnected) =>
    hosts.includes(options.host ?? "") ? tls.connect(target) : original(options, onConnected);
  return {
    [Symbol.dispose]: () => {
      agent.createConnection = original;
      agent.destroy();
    },
  };
}
