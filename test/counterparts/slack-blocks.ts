/**
 * What Slack refuses about blocks, as its reference states the limits: at most 50 blocks, 150 characters
 * in a header, 3,000 in a section's text, none of them empty, known types only, about 13,200 characters in all.
 */
export function blocksProblem(blocks: unknown): "invalid_blocks" | "msg_blocks_too_long" | null {
  if (!Array.isArray(blocks) || blocks.length > 50) {
    return "invalid_blocks";
  }
  if (!blocks.every(isValidBlock)) {
    return "invalid_blocks";
  }
  return textsOf(blocks).join("").length > 13_200 ? "msg_blocks_too_long" : null;
}

function isValidBlock(block: unknown): boolean {
  switch (field(block, "type")) {
    case "divider":
      return true;
    case "header": {
      const text = field(block, "text");
      return field(text, "type") === "plain_text" && hasLength(field(text, "text"), 150);
    }
    case "section": {
      const text = field(block, "text");
      const type = field(text, "type");
      const isKnown = type === "mrkdwn" || type === "plain_text";
      return isKnown && hasLength(field(text, "text"), 3000);
    }
    case "rich_text":
      return every(field(block, "elements"), isValidRichText);
    default:
      return false;
  }
}

function isValidRichText(element: unknown): boolean {
  switch (field(element, "type")) {
    case "rich_text_section":
      return every(field(element, "elements"), isValidInline);
    case "rich_text_list": {
      const style = field(element, "style");
      const isKnown = style === "bullet" || style === "ordered";
      return (
        isKnown &&
        every(
          field(element, "elements"),
          (item) => field(item, "type") === "rich_text_section" && isValidRichText(item),
        )
      );
    }
    default:
      return false;
  }
}

function isValidInline(element: unknown): boolean {
  switch (field(element, "type")) {
    case "text":
      return hasLength(field(element, "text"), 13_200);
    case "link": {
      const url = field(element, "url");
      return typeof url === "string" && URL.canParse(url);
    }
    default:
      return false;
  }
}

/** All texts that a reader sees. */
function textsOf(value: unknown): readonly string[] {
  if (typeof value !== "object" || value === null) {
    return [];
  }
  return Object.entries(value).flatMap(([key, inner]) =>
    typeof inner === "string" && (key === "text" || key === "url") ? [inner] : textsOf(inner),
  );
}

function every(items: unknown, isValid: (item: unknown) => boolean): boolean {
  return Array.isArray(items) && items.length > 0 && items.every(isValid);
}

function hasLength(text: unknown, max: number): boolean {
  return typeof text === "string" && text.length > 0 && text.length <= max;
}

function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (Reflect.get(value, name) as unknown) : null;
}
