import type { Dashboard, FieldConfig } from "@grafana/grafana-foundation-sdk/dashboard";
import type { DataLink } from "@grafana/grafana-foundation-sdk/dashboardv2beta1";
import type { Dataquery } from "@grafana/grafana-foundation-sdk/prometheus";
import type { Options as StatOptions } from "@grafana/grafana-foundation-sdk/stat";
import type {
  FieldConfig as StateTimelineFieldConfig,
  Options as StateTimelineOptions,
} from "@grafana/grafana-foundation-sdk/statetimeline";
import type {
  FieldConfig as TableFieldConfig,
  Options as TableOptions,
} from "@grafana/grafana-foundation-sdk/table";
import type {
  FieldConfig as TimeSeriesFieldConfig,
  Options as TimeSeriesOptions,
} from "@grafana/grafana-foundation-sdk/timeseries";

/** What `grafana-schema.ts` makes the schema of: the SDK's dashboard, and the types of what is `any` in it. */
export interface GrafanaTypes {
  readonly dashboard: Dashboard;
  /** The SDK tells queries apart by a method, which JSON does not have. */
  readonly query: Omit<Dataquery, "_implementsDataqueryVariant">;
  readonly variableQuery: VariableQuery;
  readonly fieldConfig: Unnamed<FieldConfig>;
  readonly dataLink: DataLink;
  readonly options: {
    readonly timeseries: Unnamed<TimeSeriesOptions>;
    readonly table: Unnamed<TableOptions>;
    readonly stat: Unnamed<StatOptions>;
    readonly "state-timeline": Unnamed<StateTimelineOptions>;
  };
  /** What panels add to the fields: `fieldConfig.defaults.custom`. */
  readonly custom: {
    readonly timeseries: Unnamed<TimeSeriesFieldConfig>;
    readonly table: Unnamed<TableFieldConfig>;
    readonly stat: Nothing;
    readonly "state-timeline": Unnamed<StateTimelineFieldConfig>;
  };
  readonly transformations: { readonly merge: Nothing; readonly organize: Organize };
}

/** The SDK has several types of one name, which a schema could not tell apart. */
type Unnamed<T> = Pick<T, keyof T>;

type Nothing = Readonly<Record<string, never>>;

// Grafana does not export these: the first is of @grafana/prometheus, the other of @grafana/data.

interface VariableQuery {
  /** `label_values(…)`. */
  readonly qryType: 1;
  readonly query: string;
  readonly refId: string;
}

interface Organize {
  readonly excludeByName: Record<string, boolean>;
  readonly indexByName: Record<string, number>;
  readonly renameByName: Record<string, string>;
}
