const longestLabel = 120;

/**
 * The comment that leads every statement, so that whoever looks at the warehouse sees who asks:
 * `/* tidemark orders/orders *\/`. Only characters that cannot end or nest a comment are kept of the label.
 */
export function queryComment(label: string): string {
  const inert = label.slice(0, longestLabel).replaceAll(/[^A-Za-z0-9 ._:/@+-]/g, "_");
  return `/* tidemark ${inert} */`;
}
