import { TableSortByFieldStateBuilder } from "@grafana/grafana-foundation-sdk/common";
import {
  type DynamicConfigValue,
  FieldColorBuilder,
  FieldColorModeId,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { PromQueryFormat } from "@grafana/grafana-foundation-sdk/prometheus";
import { PanelBuilder as TableBuilder } from "@grafana/grafana-foundation-sdk/table";
import { colours } from "./colours.ts";
import { absentIsUnknown, shareOf, unit, unknownText } from "./fields.ts";
import { instantQuery } from "./panels.ts";
import { dataSource } from "./variables.ts";

/** A column of figures: one query. */
export interface FigureColumn {
  readonly title: string;
  readonly expr: string;
  readonly unit: string;
  /** Of a share, how many decimals its percents have; two unless said. */
  readonly decimals?: number;
  readonly properties?: readonly DynamicConfigValue[];
}

/** A column of names: a label of queries. Rows of several queries are one where all their common labels are equal. */
export interface NameColumn {
  readonly label: string;
  readonly title: string;
  /** Where a click leads. */
  readonly url?: string;
}

export interface TableOptions {
  readonly title: string;
  readonly description: string;
  readonly names: readonly NameColumn[];
  readonly figures: readonly FigureColumn[];
  /** Figures by their query that serve to list rows only. */
  readonly hidden?: readonly string[];
  /** The columns that rows are sorted by, as they stand from left to right. Grafana puts what is absent before all figures. */
  readonly sortBy: readonly (readonly [title: string, first: "least" | "most"])[];
  readonly width: number;
  readonly height: number;
}

/**
 * A row for each thing that any of the queries names; what is absent of it is said to be unknown, in grey. Tables are
 * merged and not joined by a field: a query without series keeps its column then.
 */
export function table(o: TableOptions): TableBuilder {
  const panel = new TableBuilder()
    .title(o.title)
    .description(o.description)
    .datasource(dataSource)
    .unit("none")
    .span(o.width)
    .height(o.height)
    .filterable(true)
    .noValue(unknownText)
    .mappings([absentIsUnknown])
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Fixed).fixedColor(colours.unknown))
    .sortBy(
      o.sortBy.map(([title, first]) =>
        new TableSortByFieldStateBuilder().displayName(title).desc(first === "most"),
      ),
    )
    .targets(
      o.figures.map(({ expr }, index) =>
        instantQuery(expr, refIdOf(index)).format(PromQueryFormat.Table),
      ),
    )
    .withTransformation({ id: "merge", options: {} })
    .withTransformation({ id: "organize", options: organized(o) });
  for (const { title, url } of o.names) {
    panel.overrideByName(title, [
      // A name of digits is no number.
      unit("string"),
      ...(url === undefined ? [] : [linkTo(title, url)]),
    ]);
  }
  for (const column of o.figures) {
    panel.overrideByName(column.title, [
      unit(column.unit),
      ...shareProperties(column),
      ...(column.properties ?? []),
    ]);
  }
  return panel;
}

/** What a share is drawn with, in the form that overrides have. */
function shareProperties({ unit: ofColumn, decimals }: FigureColumn): DynamicConfigValue[] {
  const share = shareOf(ofColumn, decimals);
  return share === null
    ? []
    : [
        { id: "decimals", value: share.decimals },
        { id: "mappings", value: [absentIsUnknown, ...share.mappings] },
      ];
}

function refIdOf(index: number): string {
  return String.fromCharCode(65 + index);
}

/** A query's table has a column of times, and one of values that is named after the query where there are several. */
function organized({ names, figures, hidden = [] }: TableOptions) {
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
    excludeByName: Object.fromEntries(["Time", ...dropped].map((name) => [name, true])),
    indexByName: Object.fromEntries(columns.entries().map(([index, name]) => [name, index])),
    renameByName: Object.fromEntries(renamed),
  };
}

function linkTo(title: string, url: string): DynamicConfigValue {
  return { id: "links", value: [{ title: `Open this ${title.toLowerCase()}`, url }] };
}
