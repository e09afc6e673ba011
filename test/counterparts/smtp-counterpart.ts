import { once } from "node:events";
import type { AddressInfo, Socket } from "node:net";
import { SMTPServer, type SMTPServerSession } from "smtp-server";
import { localhostCertificate } from "./certificate.ts";

export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  /** Whether it came over TLS. */
  readonly isSecure: boolean;
  readonly user: string | null;
  /** By lower-case name, unfolded; encoded words are left as they are. */
  readonly headers: ReadonlyMap<string, string>;
  /** The body, decoded. */
  readonly text: string;
  /** Everything after DATA as it was sent. */
  readonly raw: string;
}

export type SmtpFault =
  /** Refuses a command with this code. */
  | { readonly kind: "refuse"; readonly command: "MAIL" | "RCPT" | "DATA"; readonly code: number }
  /** Takes the mail, and breaks the connection before it says so. */
  | { readonly kind: "drop_after_data" }
  /** Accepts the connection and never greets. */
  | { readonly kind: "no_greeting" };

export interface SmtpSettings {
  /** Offers and demands a sign-in. */
  readonly credentials?: { readonly user: string; readonly password: string };
  /** `none` (default), `starttls`: offers it, `implicit`: TLS from the first byte. */
  readonly tls?: "none" | "starttls" | "implicit";
}

/** A mail server on a free port of 127.0.0.1 that keeps what it takes, with faults on demand. */
export class SmtpCounterpart implements AsyncDisposable {
  readonly mails: ReceivedMail[] = [];
  readonly #server: SMTPServer;
  readonly #settings: SmtpSettings;
  readonly #sockets = new Set<Socket>();
  readonly #faults: SmtpFault[] = [];

  constructor(settings: SmtpSettings = {}) {
    this.#settings = settings;
    this.#server = new SMTPServer({
      ...localhostCertificate,
      secure: settings.tls === "implicit",
      authOptional: settings.credentials === undefined,
      allowInsecureAuth: true,
      disabledCommands: [
        ...(settings.tls === "starttls" ? [] : ["STARTTLS"]),
        ...(settings.credentials === undefined ? ["AUTH"] : []),
      ],
      disableReverseLookup: true,
      closeTimeout: 1,
      onConnect: (_session, accept) => {
        // A connection that is never accepted is never greeted.
        if (this.#take("no_greeting") === null) {
          accept();
        }
      },
      onAuth: (auth, _session, done) => {
        const { credentials } = settings;
        const isKnown =
          auth.username === credentials?.user && auth.password === credentials?.password;
        done(isKnown ? null : refusal(535), isKnown ? { user: auth.username } : undefined);
      },
      onMailFrom: (_address, _session, done) => done(this.#refusalOf("MAIL")),
      onRcptTo: (_address, _session, done) => done(this.#refusalOf("RCPT")),
      onData: (stream, session, done) => {
        let raw = "";
        stream.on("data", (chunk: Buffer) => {
          raw += chunk.toString("utf8");
        });
        stream.on("end", () => this.#received(raw, session, done));
      },
    });
    // A client that goes away in the middle is part of the trade.
    this.#server.on("error", () => undefined);
    this.#server.server.on("connection", (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
    });
  }

  async start(port = 0): Promise<this> {
    this.#server.listen(port, "127.0.0.1");
    await once(this.#server.server, "listening");
    return this;
  }

  get port(): number {
    return (this.#server.server.address() as AddressInfo).port;
  }

  /** `smtp://127.0.0.1:PORT`, with the credentials if there are any. */
  get url(): string {
    const { credentials, tls } = this.#settings;
    const user = credentials?.user ?? "";
    const secret = credentials === undefined ? "" : `:${encodeURIComponent(credentials.password)}@`;
    return `${tls === "implicit" ? "smtps" : "smtp"}://${encodeURIComponent(user)}${secret}127.0.0.1:${this.port}`;
  }

  /** Connections that clients hold open now. */
  get connectionCount(): number {
    return this.#sockets.size;
  }

  /** Plans faults, each for the next connection or command that it fits. */
  fail(...faults: readonly SmtpFault[]): void {
    this.#faults.push(...faults);
  }

  async close(): Promise<void> {
    const closed = once(this.#server.server, "close");
    this.#server.close();
    for (const socket of this.#sockets) {
      socket.destroy();
    }
    await closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #received(raw: string, session: SMTPServerSession, done: (error?: Error | null) => void): void {
    const refused = this.#refusalOf("DATA");
    if (refused !== null) {
      done(refused);
      return;
    }
    const { mailFrom, rcptTo } = session.envelope;
    const headers = headersOf(raw);
    this.mails.push({
      from: mailFrom === false ? "" : mailFrom.address,
      to: rcptTo.map(({ address }) => address),
      isSecure: session.secure,
      user: typeof session.user === "string" ? session.user : null,
      headers,
      text: decoded(raw, headers.get("content-transfer-encoding") ?? "7bit"),
      raw,
    });
    if (this.#take("drop_after_data") === null) {
      done();
      return;
    }
    for (const socket of this.#sockets) {
      if (socket.remotePort === session.remotePort) {
        socket.destroy();
      }
    }
  }

  #refusalOf(command: "MAIL" | "RCPT" | "DATA"): Error | null {
    const index = this.#faults.findIndex(
      (fault) => fault.kind === "refuse" && fault.command === command,
    );
    const [fault] = index < 0 ? [] : this.#faults.splice(index, 1);
    return fault?.kind === "refuse" ? refusal(fault.code) : null;
  }

  #take(kind: SmtpFault["kind"]): SmtpFault | null {
    const index = this.#faults.findIndex((fault) => fault.kind === kind);
    return index < 0 ? null : (this.#faults.splice(index, 1)[0] ?? null);
  }
}

function refusal(code: number): Error {
  return Object.assign(new Error("refused by the counterpart"), { responseCode: code });
}

function headersOf(raw: string): ReadonlyMap<string, string> {
  const [head = ""] = raw.split("\r\n\r\n", 1);
  const lines = head.replace(/\r\n[ \t]+/gu, " ").split("\r\n");
  return new Map(
    lines.map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
}

function decoded(raw: string, encoding: string): string {
  const body = raw.slice(raw.indexOf("\r\n\r\n") + 4);
  switch (encoding.toLowerCase()) {
    case "base64":
      return Buffer.from(body, "base64").toString("utf8");
    case "quoted-printable": {
      const bytes = body
        .replaceAll("=\r\n", "")
        .replace(/=([0-9A-F]{2})/gu, (_match, hex: string) =>
          String.fromCharCode(parseInt(hex, 16)),
        );
      return Buffer.from(bytes, "latin1").toString("utf8");
    }
    default:
      return body;
  }
}
