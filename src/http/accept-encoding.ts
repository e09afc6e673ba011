/**
 * Whether an answer may be sent with gzip: when `Accept-Encoding` names it or `*`, not with `q=0`, and prefers nothing
 * sent as it is (RFC 9110, 12.5.3). Without the header nothing is known of the client, and the answer stays as it is.
 */
export function acceptsGzip(acceptEncoding: string | undefined): boolean {
  const weights = new Map((acceptEncoding ?? "").split(",").map(weightOf));
  const gzip = weights.get("gzip") ?? weights.get("x-gzip") ?? weights.get("*") ?? 0;
  return gzip > 0 && gzip >= (weights.get("identity") ?? 0);
}

/** A weight that is none refuses, so that what cannot be read is answered without a coding. */
function weightOf(item: string): readonly [string, number] {
  const [coding = "", ...parameters] = item.split(";").map((part) => part.trim().toLowerCase());
  const weight = parameters.find((parameter) => parameter.startsWith("q="));
  const isWeight = /^q=(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(weight ?? "q=1");
  return [coding, isWeight ? Number(weight?.slice(2) ?? 1) : 0];
}
