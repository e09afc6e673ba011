/** Connectors cut a statement's comment at 120 characters, and the id at its end is what it is found by. */
const longestName = 100;
/** Room for how many are not named. */
const longestRest = 6;

/** Who asks, as it stands in a statement's comment: the datasets, as many as fit and then `+3`, and the statement's id. */
export function labelOf(datasetIds: readonly string[], id: string): string {
  const [first = "", ...others] = datasetIds;
  let name = first.slice(0, longestName - (others.length > 0 ? longestRest : 0));
  let named = 1;
  for (const other of others) {
    if (name.length + 1 + other.length > longestName - longestRest) {
      break;
    }
    name = `${name} ${other}`;
    named += 1;
  }
  const rest = datasetIds.length - named;
  return `${name}${rest > 0 ? ` +${rest}` : ""} ${id}`;
}
