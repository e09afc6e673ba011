type Checks = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** Freshness, volume and columns of a table that is loaded all the time: seven figures, one of them over all its rows. */
export function tenChecks(rows: number): Checks {
  return {
    fresh: { type: "freshness", column: "loaded_at", max_age: "2h" },
    fresh_or_warn: { type: "freshness", column: "loaded_at", warn: { max_age: "2h" } },
    fresh_events: { type: "freshness", column: "ordered_at", time: "event", max_age: "6h" },
    whole: { type: "volume", min: 1, max: rows },
    hour: { type: "volume", column: "loaded_at", window: "1h", min: 1 },
    six_hours: { type: "volume", column: "loaded_at", window: "6h", min: 1 },
    day: { type: "volume", column: "loaded_at", window: "1d", min: 1 },
    week: { type: "volume", column: "loaded_at", window: "7d", min: 1 },
    shape: { type: "schema" },
    shape_exact: { type: "schema", new_columns: "fail" },
  };
}

/** As many that pass whatever the time, over rows that are not older than a thousand days. */
export function tenPatientChecks(rows: number): Checks {
  return {
    fresh: { type: "freshness", column: "loaded_at", max_age: "1000d" },
    fresh_or_warn: { type: "freshness", column: "loaded_at", warn: { max_age: "1000d" } },
    whole: { type: "volume", min: 1, max: rows },
    not_few: { type: "volume", min: rows },
    day: { type: "volume", column: "loaded_at", window: "1d", max: rows },
    week: { type: "volume", column: "loaded_at", window: "7d", max: rows },
    month: { type: "volume", column: "loaded_at", window: "30d", max: rows },
    year: { type: "volume", column: "loaded_at", window: "365d", max: rows },
    shape: { type: "schema" },
    shape_exact: { type: "schema", new_columns: "fail" },
  };
}
