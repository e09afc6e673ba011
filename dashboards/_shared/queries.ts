/** What a dashboard asks of Prometheus, read back from the JSON that Grafana is given. */

export interface PromQuery {
  /** Of the panel, or the name of the annotation or variable. */
  readonly title: string;
  /** As Grafana is given it, with its variables. */
  readonly expr: string;
}

/** Every query of panels, annotations and variables; of a variable, the selector that its values are looked for in. */
export function queriesOf(dashboard: unknown): readonly PromQuery[] {
  return [...found(dashboard, "")];
}

function* found(value: unknown, above: string): Iterable<PromQuery> {
  if (typeof value !== "object" || value === null) {
    return;
  }
  const title = textIn(value, "title") ?? textIn(value, "name") ?? above;
  const expr = textIn(value, "expr");
  if (expr !== null) {
    yield { title, expr };
  }
  const selector = /^label_values\((.*), *\w+\)$/s.exec(textIn(value, "query") ?? "")?.[1];
  if (selector !== undefined) {
    yield { title, expr: selector };
  }
  for (const part of Object.values(value)) {
    yield* found(part, title);
  }
}

function textIn(value: object, key: string): string | null {
  const text: unknown = Object.entries(value).find(([name]) => name === key)?.[1];
  return typeof text === "string" ? text : null;
}

/** As Grafana does before it asks. Throws `RangeError` for a variable that has no value. */
export function withVariables(expr: string, values: Readonly<Record<string, string>>): string {
  // A number behind the dollar is a group of label_replace.
  return expr.replaceAll(/\$(?:\{([a-z_]+)\}|([a-z_]+))/gi, (_, braced?: string, bare?: string) => {
    const name = braced ?? bare ?? "";
    const value = values[name];
    if (value === undefined) {
      throw new RangeError(`the variable ${name} has no value`);
    }
    return value;
  });
}
