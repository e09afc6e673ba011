/**
 * What the connector and its tests say in Snowflake's SQL, said in DuckDB's. It is no translator of Snowflake's SQL, and
 * proves nothing about it: this counterpart stands for the protocol. Names without quotes become upper case, as
 * Snowflake reads them; unlike Snowflake, DuckDB then finds a name in either case. `hasEscapes`: a backslash in a string
 * begins an escape, as in Snowflake.
 */
export function toDuckdb(sql: string, { hasEscapes = true } = {}): string {
  let text = normalised(sql, hasEscapes);
  for (const [pattern, replacement] of phrases) {
    text = text.replaceAll(pattern, replacement);
  }
  return text;
}

/** Made once in each database that statements run in. */
export const macros: readonly string[] = [
  `create macro sf_typeof(v) as case typeof(v) when 'TIMESTAMP' then 'TIMESTAMP_NTZ(9)[SB8]'
    when 'TIMESTAMP WITH TIME ZONE' then 'TIMESTAMP_LTZ(9)[SB8]' when 'DATE' then 'DATE[SB4]' else 'VARCHAR[LOB]' end`,
  // Division cuts towards zero, so that of times before 1970 one is taken off.
  `create macro sf_epoch_ms(v) as case when typeof(v) = 'DATE' then error('no such part of a DATE')
    else epoch_us(v) // 1000 - cast(epoch_us(v) % 1000 < 0 as bigint) end`,
  `create macro sf_epoch_ns(v) as case when typeof(v) = 'DATE' then error('no such part of a DATE')
    else cast(epoch_us(v) as hugeint) * 1000 end`,
];

/** In the order in which they are replaced; the text's words are in upper case. */
const phrases: readonly (readonly [RegExp, string])[] = [
  [/\bNUMBER *\( *38 *, *(\d+) *\)/g, "DECIMAL(38,$1)"],
  [/(?<!')\bTIMESTAMP_(LTZ|TZ)\b(\(9\))?/g, "TIMESTAMPTZ"],
  [/(?<!')\bTIMESTAMP_NTZ\b(\(9\))?/g, "TIMESTAMP"],
  [/\bFLOAT\b/g, "DOUBLE"],
  [/\bTABLE *\( *GENERATOR *\( *ROWCOUNT *=> *(\d+) *\) *\)/g, "RANGE($1)"],
  [/\bSEQ8\(\)/g, '"range"'],
  [/\bSYSTEM\$TYPEOF\b/g, "SF_TYPEOF"],
  [/\bDATE_PART\( *'epoch_millisecond' *,/g, "SF_EPOCH_MS("],
  [/\bDATE_PART\( *'epoch_nanosecond' *,/g, "SF_EPOCH_NS("],
  [/\bDATE_PART\( *'epoch_second' *,/g, "EPOCH_US("],
  [/, *(',') *\) WITHIN GROUP \((ORDER BY \w+)\)/g, ", $1 $2)"],
];

/** Remarks are taken out, words put in upper case, and escapes in strings resolved. */
function normalised(sql: string, hasEscapes: boolean): string {
  const pattern =
    /(--|\/\/)[^\n]*|\/\*[\s\S]*?\*\/|'((?:[^'\\]|\\[\s\S]|'')*)'|"(?:[^"]|"")*"|[\p{L}_][\p{L}\p{N}_$]*|[\s\S]/gu;
  return sql.replaceAll(pattern, (token: string, remark?: string, string?: string) => {
    if (remark !== undefined || token.startsWith("/*")) {
      return " ";
    }
    if (string !== undefined && hasEscapes) {
      return `'${string.replaceAll(/\\([\s\S])/g, "$1")}'`;
    }
    return /^["']/.test(token) ? token : token.toUpperCase();
  });
}
