import { isWellFormed } from "./annotations.ts";
import type { Metadata } from "./documents.ts";
import type { FieldReader } from "./findings.ts";
import { longestDescription } from "./names.ts";
import { isAnnotationKey, isDnsLabel, isLabelKey } from "./patterns.ts";

const longestDisplayName = 63;

export function nameRule(text: string): string | null {
  return isDnsLabel(text)
    ? null
    : "must be at most 63 lower-case letters, digits and `-`, the first and last a letter or digit";
}

/** `metadata`, which every object has, those that stand inside others too. */
export function metadataOf(holder: FieldReader): Metadata {
  const reader = holder.requiredMap("metadata");
  if (reader === null) {
    return { name: "" };
  }
  const name = reader.requiredText("name", nameRule) ?? "";
  const displayName = reader.text("displayName", (text) => tooLong(text, longestDisplayName));
  const labels = labelsOf(reader);
  const annotations = annotationsOf(reader);
  reader.close();
  return {
    name,
    ...(displayName !== undefined && displayName !== "" && { displayName }),
    ...(labels !== null && { labels }),
    ...(annotations !== null && { annotations }),
  };
}

export function describedText(spec: FieldReader): string | undefined {
  const text = spec.text("description", (one) => tooLong(one, longestDescription));
  return text === "" ? undefined : text;
}

/** Characters, as the SDK counts them, and not UTF-16 units. */
function tooLong(text: string, most: number): string | null {
  const { length } = Array.from(text);
  return length <= most ? null : `has ${length} characters; at most ${most} are allowed`;
}

function labelsOf(metadata: FieldReader): NonNullable<Metadata["labels"]> | null {
  const reader = metadata.map("labels");
  const labels: Record<string, string | readonly string[]> = {};
  for (const key of reader?.keys ?? []) {
    const value = reader?.value(key);
    if (!isLabelKey(key)) {
      const form =
        "letters, digits, `-`, `_` and `.`, at most 63, the first and last a letter or digit";
      reader?.refuse(key, `is no key of a label: ${form}`, "key");
    } else if (typeof value === "string" || isTexts(value)) {
      labels[key] = value;
    } else if (value !== undefined) {
      reader?.refuse(key, "must be text or a list of texts; quotes make it so");
    }
  }
  return reader === null ? null : labels;
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === "string");
}

function annotationsOf(metadata: FieldReader): NonNullable<Metadata["annotations"]> | null {
  const reader = metadata.map("annotations");
  const annotations: Record<string, string> = {};
  for (const key of reader?.keys ?? []) {
    const text = reader?.text(key);
    if (!isAnnotationKey(key)) {
      const form = "a name as of a label, with a DNS subdomain and `/` before it or without";
      reader?.refuse(key, `is no key of an annotation: ${form}`, "key");
    } else if (text !== undefined && !isWellFormed(key, text)) {
      reader?.refuse(key, "is not of the form that Tidemark writes; mend it or take it out");
    } else if (text !== undefined) {
      annotations[key] = text;
    }
  }
  return reader === null ? null : annotations;
}
