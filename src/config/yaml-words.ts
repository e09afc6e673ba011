import type { ErrorCode } from "yaml";

/** The parser's findings in our own words: its texts quote the file, which may hold secrets. */
const words: Readonly<Record<ErrorCode, string>> = {
  ALIAS_PROPS: "an alias (`*name`) cannot have an anchor or tag of its own",
  BAD_ALIAS: "this alias (`*name`) names no anchor above it",
  BAD_COLLECTION_TYPE: "this tag does not fit the kind of value behind it",
  BAD_DIRECTIVE: "this `%` directive is not known",
  BAD_DQ_ESCAPE:
    "this backslash escape is not known in double quotes; single quotes take backslashes as they are",
  BAD_INDENT:
    "the indentation does not fit the lines above, or a bracket or brace there is not closed",
  BAD_PROP_ORDER: "an anchor or tag must stand before the value",
  BAD_SCALAR_START: "a value cannot start with this character; put it in quotes",
  BLOCK_AS_IMPLICIT_KEY:
    "a second `: ` on one line; put the value in quotes or on lines of its own",
  BLOCK_IN_FLOW:
    "an indented block cannot stand inside brackets or braces; an entry or a bracket may be missing",
  DUPLICATE_KEY: "this key is written twice",
  IMPOSSIBLE: "this cannot be read as YAML",
  KEY_OVER_1024_CHARS: "a key of more than 1,024 characters; a `:` or a quote may be misplaced",
  MISSING_CHAR: "something is missing here: a closing quote, bracket or brace, a comma, or a colon",
  MULTILINE_IMPLICIT_KEY: "a key over several lines; a `:` or a closing quote may be missing",
  MULTIPLE_ANCHORS: "a value can have one anchor only",
  MULTIPLE_DOCS: "a file holds one document; `---` starts a second one",
  MULTIPLE_TAGS: "a value can have one tag only",
  NON_STRING_KEY: "a key must be plain text",
  RESOURCE_EXHAUSTION: "this expands to more than a configuration needs",
  TAB_AS_INDENT: "a tab cannot indent; use spaces",
  TAG_RESOLVE_FAILED: "tags (`!name`) are not used here, or this value does not fit its tag",
  UNEXPECTED_TOKEN: "this is not expected here; quotes may be missing",
};

export function yamlWords(code: ErrorCode): string {
  return words[code];
}
