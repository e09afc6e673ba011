import { TableSortByFieldStateBuilder } from "@grafana/grafana-foundation-sdk/common";
import {
  type DynamicConfigValue,
  FieldColorBuilder,
  FieldColorModeId,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { PromQueryFormat } from "@grafana/grafana-foundation-sdk/prometheus";
import { PanelBuilder as TableBuilder } from "@grafana/grafana-foundation-sdk/table";
import { colours } from "./colours.ts";
import { absentIsUnknown, unit } from "./fields.ts";
import { instantQuery } from "./panels.ts";
import { dataSource } from "./variables.ts";

/** A column of figures: one query, joined to the others by the table's key. */
export interface FigureColumn {
  readonly title: string;
  readonly expr: string;
  readonly unit: string;
  readonly properties?: readonly DynamicConfigValue[];
}

/** A column of names: a label of the first query. */
export interface NameColumn {
  readonly label: string;
  readonly title: string;
  /** Where a click leads. */
  readonly url?: string;
}

export interface TableOptions {
  readonly title: string;
  readonly description: string;
  /** The label that rows are joined by; one of `names`. */
  readonly key: string;
  readonly names: readonly NameColumn[];
  readonly figures: readonly FigureColumn[];
  /** Figures by their query that serve to list rows only. */
  readonly hidden?: readonly string[];
  readonly sortBy: string;
  readonly isDescending?: boolean;
  readonly width: number;
  readonly height: number;
}

/** A row for each value of the key that any of the queries has; what is absent of it is said to be unknown, in grey. */
export function table(o: TableOptions): TableBuilder {
  const panel = new TableBuilder()
    .title(o.title)
    .description(o.description)
    .datasource(dataSource)
    .unit("none")
    .span(o.width)
    .height(o.height)
    .filterable(true)
    .mappings([absentIsUnknown])
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Fixed).fixedColor(colours.unknown))
    .sortBy([
      new TableSortByFieldStateBuilder().displayName(o.sortBy).desc(o.isDescending ?? false),
    ])
    .targets(
      o.figures.map(({ expr }, index) =>
        instantQuery(expr, refIdOf(index)).format(PromQueryFormat.Table),
      ),
    )
    .withTransformation({ id: "joinByField", options: { byField: o.key, mode: "outer" } })
    .withTransformation({ id: "organize", options: organized(o) });
  for (const { title, url } of o.names) {
    panel.overrideByName(title, url === undefined ? [] : [linkTo(title, url)]);
  }
  for (const column of o.figures) {
    panel.overrideByName(column.title, [unit(column.unit), ...(column.properties ?? [])]);
  }
  return panel;
}

function refIdOf(index: number): string {
  return String.fromCharCode(65 + index);
}

/** Each query's frame has a column of times, which the join numbers, and one of values, named after the query. */
function organized({ names, figures, hidden = [] }: TableOptions) {
  const times = ["Time", ...figures.map((_, index) => `Time ${index + 1}`)];
  const valueOf = (index: number) => (figures.length === 1 ? "Value" : `Value #${refIdOf(index)}`);
  const dropped = figures.flatMap(({ title }, index) =>
    hidden.includes(title) ? [valueOf(index)] : [],
  );
  const columns = [
    ...names.map(({ label }) => label),
    ...figures.map((_, index) => valueOf(index)),
  ];
  const renamed: readonly (readonly [string, string])[] = [
    ...names.map(({ label, title }) => [label, title] as const),
    ...figures.map(({ title }, index) => [valueOf(index), title] as const),
  ];
  return {
    excludeByName: Object.fromEntries([...times, ...dropped].map((name) => [name, true])),
    indexByName: Object.fromEntries(columns.entries().map(([index, name]) => [name, index])),
    renameByName: Object.fromEntries(renamed),
  };
}

function linkTo(title: string, url: string): DynamicConfigValue {
  return { id: "links", value: [{ title: `Open this ${title.toLowerCase()}`, url }] };
}
