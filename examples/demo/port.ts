import { once } from "node:events";
import { createServer } from "node:net";

/** As in tidemark.yaml. */
export const usualPort = 9464;

/** The usual port, or another one that is free when it is taken. */
export async function freePort(): Promise<number> {
  return (await tryPort(usualPort)) ?? (await tryPort(0)) ?? usualPort;
}

async function tryPort(port: number): Promise<number | null> {
  const server = createServer();
  try {
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    return typeof address === "object" && address !== null ? address.port : null;
  } catch {
    return null;
  } finally {
    server.close();
  }
}
