import { createHash, timingSafeEqual } from "node:crypto";

/** Says whether an Authorization header may pass. */
export type TokenGate = (authorization: string | undefined) => boolean;

/**
 * Lets in whoever bears `token`, or everybody when there is none. Compares digests, which have one
 * length, in constant time, so that answers do not tell how much of a guess was right.
 */
export function tokenGate(token: string | null): TokenGate {
  if (token === null) {
    return () => true;
  }
  const expected = digest(token);
  return (authorization) => {
    const given = /^Bearer +(.+)$/i.exec(authorization ?? "")?.[1];
    return given !== undefined && timingSafeEqual(digest(given), expected);
  };
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
