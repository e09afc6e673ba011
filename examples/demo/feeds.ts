/**
 * The real data sets as feeds: the rows of a data set in the order in which they happened, handed out a few
 * at a time. SQL of DuckDB throughout.
 */

export type FeedName = "earthquakes" | "stock-prices" | "flights" | "weather";

/**
 * Spells what a load writes of the rows of `batch`, with the instant `loadedAt` as the time of the load.
 * Where the event times of the data are moved to the present, those of one load keep their distances, and
 * the newest is the time of the load.
 */
export type SpellLoad = (batch: string, loadedAt: string) => string;

/** A data set whose rows are loaded bit by bit. */
export interface Feed {
  /** Also the folder that its files arrive in. */
  readonly name: FeedName;
  readonly format: "csv" | "json" | "parquet";
  readonly everyMs: number;
  /** How many rows the first file holds, and each one after it. */
  readonly firstRows: number;
  readonly rowsPerLoad: number;
  /** All rows, numbered from 0 by a column `n`. `source` spells the path of a file of vega-datasets. */
  readonly rows: (source: (file: string) => string) => string;
  readonly load: SpellLoad;
  /** The same after the producer changed a type without a word. */
  readonly drifted?: SpellLoad;
}

export const feeds: readonly Feed[] = [
  {
    name: "earthquakes",
    format: "json",
    everyMs: 5_000,
    firstRows: 60,
    rowsPerLoad: 4,
    rows: (source) => `
      select row_number() over (order by quake.properties.time) - 1 as n, quake.id as id,
        quake.properties.mag::double as magnitude, quake.properties.place as place,
        make_timestamp(quake.properties.time * 1000) as occurred_at,
        quake.geometry.coordinates[1] as longitude, quake.geometry.coordinates[2] as latitude,
        quake.geometry.coordinates[3] as depth_km, quake.properties.status as status
      from (select unnest(features) as quake from read_json(${source("earthquakes.json")}))`,
    load: (batch, loadedAt) => `
      select * exclude n replace (
          ${utc(loadedAt)} - (max(occurred_at) over () - occurred_at) as occurred_at),
        ${utc(loadedAt)} as loaded_at
      from ${batch} order by n`,
  },
  {
    name: "stock-prices",
    format: "csv",
    everyMs: 5_000,
    firstRows: 100,
    rowsPerLoad: 5,
    rows: (source) => `
      select row_number() over (order by month, symbol) - 1 as n, *
      from (select symbol, strptime(date, '%b %-d %Y')::date as month, price
        from read_csv(${source("stocks.csv")}))`,
    load: (batch, loadedAt) =>
      `select * exclude n, ${instant(loadedAt)} as loaded_at from ${batch} order by n`,
    drifted: (batch, loadedAt) => `
      select * exclude n replace (price || ' USD' as price), ${instant(loadedAt)} as loaded_at
      from ${batch} order by n`,
  },
  {
    name: "flights",
    format: "parquet",
    everyMs: 10_000,
    firstRows: 400,
    rowsPerLoad: 400,
    // From seven in the morning of the first day, when flights leave closely enough to fill half an hour.
    rows: (source) => `
      select row_number() over (order by date) - 1 as n, *
      from read_parquet(${source("flights-3m.parquet")})
      where date >= '2001-01-01 07:00:00' and date < '2001-01-04'`,
    load: (batch, loadedAt) => `
      select ${utc(loadedAt)} - (max(date) over () - date) as departed_at,
        delay, distance, origin, destination, ${instant(loadedAt)} as loaded_at
      from ${batch} order by n`,
  },
  {
    name: "weather",
    format: "csv",
    everyMs: 10_000,
    // To the end of June 2015, both cities; the rest of that year arrives day by day.
    firstRows: 2_554,
    rowsPerLoad: 2,
    rows: (source) => `
      select row_number() over (order by date, location) - 1 as n, *
      from read_csv(${source("weather.csv")})`,
    load: (batch, loadedAt) =>
      `select * exclude n, ${instant(loadedAt)} as loaded_at from ${batch} order by n`,
  },
];

/** Data sets that are delivered once, as they are. */
export const archives: readonly { readonly file: string; readonly folder: string }[] = [
  { file: "flights-3m.parquet", folder: "flights-archive" },
  { file: "birdstrikes.csv", folder: "wildlife-strikes" },
];

function instant(iso: string): string {
  return `timestamptz '${iso}'`;
}

/** A time without zone, in UTC: JSON files have no other that DuckDB reads back as a time. */
function utc(iso: string): string {
  return `timestamp '${iso.replace("Z", "")}'`;
}
