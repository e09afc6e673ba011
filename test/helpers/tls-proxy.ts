import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { fileURLToPath } from "node:url";

const file = (name: string) => fileURLToPath(new URL(`tls/${name}`, import.meta.url));

/** Signs the certificate of `warehouse.test`. */
export const authorityFile = file("ca.crt");

/** A proxy to `https://warehouse.test`, which puts a server that speaks plain HTTP on `targetPort` behind TLS. */
export interface TlsProxy extends AsyncDisposable {
  readonly url: string;
  /** Where it was asked to connect to. */
  readonly asked: readonly string[];
}

export async function startTlsProxy(targetPort: number): Promise<TlsProxy> {
  const asked: string[] = [];
  const certificate = {
    key: readFileSync(file("server.key")),
    cert: readFileSync(file("server.crt")),
  };
  const server = createTlsServer(certificate, (socket) => join(socket, targetPort));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const proxy = createHttpServer((_request, response) => response.writeHead(404).end());
  proxy.on("connect", ({ url = "" }, socket: Socket) => {
    asked.push(url);
    socket.write("HTTP/1.1 200 OK\r\n\r\n");
    join(socket, port);
  });
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
  return {
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    asked,
    [Symbol.asyncDispose]: async () => {
      proxy.close();
      proxy.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/** Each end takes the other with it. */
function join(socket: Socket, port: number): void {
  const target = connect(port, "127.0.0.1");
  socket.pipe(target).pipe(socket);
  socket.on("error", () => target.destroy()).on("close", () => target.destroy());
  target.on("error", () => socket.destroy()).on("close", () => socket.destroy());
}
