import type { Notice } from "../../core/incident.ts";
import { linesOf, messageOf, subjectOf } from "../_shared/message.ts";
import { domainOf, type Mailbox } from "./addresses.ts";

/** A mail in the terms of nodemailer. */
export interface Mail {
  readonly from: Mailbox;
  readonly to: Mailbox;
  readonly subject: string;
  readonly text: string;
  readonly messageId: string;
  readonly inReplyTo?: string;
  readonly references?: string;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Plain text: it needs no escaping, and names in it are inert. Ids and subject follow from the incident
 * alone, so that a repeat carries the same Message-ID and all mails of an incident are one thread.
 */
export function mailOf(notice: Notice, from: Mailbox, address: string): Mail {
  const message = messageOf(notice);
  const subject = `[Tidemark] ${subjectOf(notice)}`;
  const rootId = idOf(notice.incidentId, from);
  const isFirst = notice.change === "opened";
  return {
    from,
    to: { name: "", address },
    subject: isFirst ? subject : `Re: ${subject}`,
    text: [message.title, "", ...linesOf(message), ""].join("\n"),
    messageId: isFirst ? rootId : idOf(notice.id, from),
    ...(isFirst ? {} : { inReplyTo: rootId, references: rootId }),
    headers: {
      // Asks autoresponders to be silent (RFC 3834 §5, and Exchange's own header).
      "Auto-Submitted": "auto-generated",
      "X-Auto-Response-Suppress": "All",
      "X-Tidemark-Notice": idPart(notice.id),
    },
  };
}

function idOf(id: string, from: Mailbox): string {
  return `<${idPart(id)}@${domainOf(from)}>`;
}

/** Only what may stand in an id without quotes (RFC 5322 §3.6.4). */
function idPart(id: string): string {
  return id.replace(/[^A-Za-z0-9._-]+/gu, "-").slice(0, 128);
}
