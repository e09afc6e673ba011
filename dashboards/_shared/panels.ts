import {
  BigValueColorMode,
  BigValueGraphMode,
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from "@grafana/grafana-foundation-sdk/common";
import {
  FieldColorBuilder,
  FieldColorModeId,
  type Threshold,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  type ValueMapping,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { DataqueryBuilder } from "@grafana/grafana-foundation-sdk/prometheus";
import { PanelBuilder as StatBuilder } from "@grafana/grafana-foundation-sdk/stat";
import { PanelBuilder as StateTimelineBuilder } from "@grafana/grafana-foundation-sdk/statetimeline";
import { PanelBuilder as TimeSeriesBuilder } from "@grafana/grafana-foundation-sdk/timeseries";
import { type Colour, colours } from "./colours.ts";
import { absentIsUnknown, shareOf, unknownText } from "./fields.ts";
import { dataSource } from "./variables.ts";

/** What no panel goes without. Width and height are in cells of Grafana's grid, which is 24 wide. */
interface PanelText {
  readonly title: string;
  readonly description: string;
  readonly unit: string;
  /** As many as Grafana thinks fit unless said; the percents of a share have two then. */
  readonly decimals?: number;
  readonly width: number;
  readonly height: number;
}

/** One query over the time range, and what each of its series is called. */
export interface RangeQuery {
  readonly expr: string;
  readonly legend: string;
}

function rangeQuery({ expr, legend }: RangeQuery, index: number): DataqueryBuilder {
  return new DataqueryBuilder()
    .refId(String.fromCharCode(65 + index))
    .datasource(dataSource)
    .expr(expr)
    .legendFormat(legend)
    .range();
}

export function instantQuery(expr: string, refId: string): DataqueryBuilder {
  return new DataqueryBuilder().refId(refId).datasource(dataSource).expr(expr).instant();
}

function thresholds(steps: Threshold[]): ThresholdsConfigBuilder {
  return new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(steps);
}

/** One figure as it is now, coloured by thresholds; grey where it is absent. */
export function stat(
  o: PanelText & {
    readonly expr: string;
    readonly steps: Threshold[];
    readonly mappings?: ValueMapping[];
  },
): StatBuilder {
  const share = shareOf(o.unit, o.decimals);
  const panel = new StatBuilder()
    .title(o.title)
    .description(o.description)
    .datasource(dataSource)
    .unit(o.unit)
    .span(o.width)
    .height(o.height)
    .noValue(unknownText)
    .mappings(o.mappings ?? [absentIsUnknown, ...(share?.mappings ?? [])])
    .thresholds(thresholds(o.steps))
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Thresholds))
    .colorMode(BigValueColorMode.Value)
    .graphMode(BigValueGraphMode.None)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(["last"]))
    .withTarget(instantQuery(o.expr, "A"));
  const decimals = share?.decimals ?? o.decimals;
  return decimals === undefined ? panel : panel.decimals(decimals);
}

/**
 * Lines over time. A gap is drawn as a gap: nothing was known then. Series that are not given a colour of their own by
 * an override are shades of one.
 */
export function lines(
  o: PanelText & {
    readonly queries: readonly RangeQuery[];
    readonly colour?: Colour;
    /** Drawn as lines across the panel. */
    readonly steps?: Threshold[];
  },
): TimeSeriesBuilder {
  const share = shareOf(o.unit, o.decimals);
  const panel = new TimeSeriesBuilder()
    .title(o.title)
    .description(o.description)
    .datasource(dataSource)
    .unit(o.unit)
    .span(o.width)
    .height(o.height)
    .noValue(unknownText)
    .lineWidth(2)
    .fillOpacity(0)
    .spanNulls(false)
    .showPoints(VisibilityMode.Auto)
    .colorScheme(
      new FieldColorBuilder().mode(FieldColorModeId.Shades).fixedColor(o.colour ?? colours.figure),
    )
    .legend(
      new VizLegendOptionsBuilder()
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom)
        .showLegend(true),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi))
    .targets(o.queries.map(rangeQuery));
  if (share !== null) {
    panel.mappings([absentIsUnknown, ...share.mappings]);
  }
  const decimals = share?.decimals ?? o.decimals;
  if (decimals !== undefined) {
    panel.decimals(decimals);
  }
  if (o.steps !== undefined) {
    panel
      .thresholds(thresholds(o.steps))
      .thresholdsStyle(
        new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Dashed),
      );
  }
  return panel;
}

/** A strip per series, of the colours that its values are mapped to. */
export function strips(
  o: PanelText & { readonly query: RangeQuery; readonly mappings: ValueMapping[] },
): StateTimelineBuilder {
  return new StateTimelineBuilder()
    .title(o.title)
    .description(o.description)
    .datasource(dataSource)
    .unit(o.unit)
    .span(o.width)
    .height(o.height)
    .noValue(unknownText)
    .mappings(o.mappings)
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Fixed).fixedColor(colours.unknown))
    .showValue(VisibilityMode.Never)
    .mergeValues(true)
    .spanNulls(false)
    .rowHeight(0.8)
    .perPage(20)
    .legend(
      new VizLegendOptionsBuilder()
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom)
        .showLegend(true),
    )
    .targets([rangeQuery(o.query, 0)]);
}
