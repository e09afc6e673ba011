import { once } from "node:events";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { localhostCertificate } from "../counterparts/certificate.ts";

/** Answers everything with `{}` over TLS that nobody has reason to trust. */
export async function serveUntrusted(): Promise<{ readonly origin: string } & AsyncDisposable> {
  const server = createServer(localhostCertificate, (_request, response) => response.end("{}"));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    origin: `https://localhost:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
