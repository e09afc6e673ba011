import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

/** A TCP listener on 127.0.0.1 that a test can start and stop. Disposing of it cuts its connections. */
export interface TcpListener extends AsyncDisposable {
  readonly port: number;
}

/** Accepts connections and never says a word. Listens on a free port. */
export function listenSilently(): Promise<TcpListener> {
  return listen(0, () => undefined);
}

/** Answers whatever comes first on a connection with `text`, and closes it. */
export function listenAnswering(text: string): Promise<TcpListener> {
  return listen(0, (socket) => socket.once("data", () => socket.end(text)));
}

/** A forwarder that can be told to misbehave as networks do. */
export interface TcpForwarder extends TcpListener {
  /** Nothing is passed on, and nobody is told. */
  isLosing: boolean;
  /** The next connection that is written to is cut instead; then it is over. */
  isCutting: boolean;
}

/** Passes what comes in on `port` (0: a free one) on to `targetPort`, and the answers back. */
export async function forward(port: number, targetPort: number): Promise<TcpForwarder> {
  const state = { isLosing: false, isCutting: false };
  const listener = await listen(port, (socket) => {
    const target = connect(targetPort, "127.0.0.1");
    target.on("error", () => socket.destroy());
    socket.on("close", () => target.destroy());
    target.on("close", () => socket.destroy());
    socket.on("data", (bytes) => {
      if (state.isCutting) {
        state.isCutting = false;
        socket.destroy();
      } else if (!state.isLosing) {
        target.write(bytes);
      }
    });
    target.on("data", (bytes) => state.isLosing || socket.write(bytes));
  });
  return Object.assign(state, listener);
}

async function listen(port: number, onConnection: (socket: Socket) => void): Promise<TcpListener> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => sockets.delete(socket));
    onConnection(socket);
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return {
    port: address === null || typeof address === "string" ? port : address.port,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) {
        socket.destroy();
      }
      server.close();
      await once(server, "close");
    },
  };
}
