/** The sections of tidemark.yaml that may refer to secrets, and hold them. */
export const expandedSections: readonly string[] = ["connections", "notifiers", "store", "http"];
