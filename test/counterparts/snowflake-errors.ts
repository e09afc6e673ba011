/** What Snowflake answers instead of a result. */
export class SqlFailure extends Error {
  readonly code: string;
  readonly sqlState: string;

  constructor(code: string, sqlState: string, message: string) {
    super(message);
    this.code = code;
    this.sqlState = sqlState;
  }
}

const failures: readonly (readonly [RegExp, string, string])[] = [
  [/^Catalog Error: (Table|View)|^Catalog Error: Schema|^Binder Error: Catalog/, "002003", "42S02"],
  [/^Binder Error: Referenced column/, "000904", "42000"],
  [/^(Failed to extract statements: )?Parser Error/, "001003", "42000"],
  [/^Conversion Error|^Invalid Input Error/, "100038", "22018"],
  [/^Binder Error|^Catalog Error/, "001044", "42P13"],
];

/** The code that Snowflake has for what DuckDB could not do; like Snowflake's, the message quotes values. */
export function sqlFailureOf(error: unknown): SqlFailure {
  const message = error instanceof Error ? error.message : String(error);
  const [, code, state] = failures.find(([form]) => form.test(message)) ?? [
    null,
    "000603",
    "XX000",
  ];
  return new SqlFailure(code, state, message);
}
