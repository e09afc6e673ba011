/** A mailbox as nodemailer takes it: as an object, since a string with a comma would be two recipients. */
export interface Mailbox {
  readonly name: string;
  readonly address: string;
}

/** Where and how to submit mail. */
export interface SmtpEndpoint {
  readonly host: string;
  /** `null`: 465 for smtps, else 587. */
  readonly port: number | null;
  /** TLS from the first byte. */
  readonly isSecure: boolean;
  readonly credentials: { readonly user: string; readonly password: string } | null;
}

/** The form that the HTML standard asks of an e-mail input: no quotes, comments, spaces, commas or line breaks. */
const addressForm =
  /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$/u;

export function isAddress(text: string): boolean {
  return text.length <= 254 && addressForm.test(text);
}

/** Reads `Name <address>` or a bare address; null when it is neither. */
export function mailboxOf(text: string): Mailbox | null {
  const named = /^([^<>]{0,100})<([^<>]+)>$/u.exec(text.trim());
  const name = (named?.[1] ?? "").trim().replace(/^"(.*)"$/u, "$1");
  const address = named?.[2] ?? text.trim();
  return isAddress(address) && !/\p{C}/u.test(name) ? { name, address } : null;
}

export function domainOf(mailbox: Mailbox): string {
  return mailbox.address.slice(mailbox.address.lastIndexOf("@") + 1);
}

/** Reads `smtp://` and `smtps://` URLs; null for others, and for ones with a path or a query. */
export function smtpEndpointOf(text: string): SmtpEndpoint | null {
  const url = URL.parse(text);
  const isPlain = url?.search === "" && url.hash === "" && /^\/?$/u.test(url.pathname);
  if (url === null || !isPlain || !/^smtps?:$/u.test(url.protocol) || url.hostname === "") {
    return null;
  }
  const user = decoded(url.username);
  const password = decoded(url.password);
  if (user === null || password === null) {
    return null;
  }
  return {
    host: url.hostname.replace(/^\[|\]$/gu, ""),
    port: url.port === "" ? null : Number(url.port),
    isSecure: url.protocol === "smtps:",
    credentials: user === "" ? null : { user, password },
  };
}

function decoded(part: string): string | null {
  try {
    return decodeURIComponent(part);
  } catch {
    return null;
  }
}
