import { parseAllDocuments } from "yaml";
import { z } from "zod";

const manifest = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string() }),
});

export type Manifest = z.infer<typeof manifest>;

export function manifestsOf(text: string): readonly Manifest[] {
  return parseAllDocuments(text).map((document) => manifest.parse(document.toJS()));
}

export function kindsOf(manifests: readonly Manifest[]): readonly string[] {
  return manifests.map(({ kind }) => kind).sort();
}

const configMap = z.looseObject({ data: z.record(z.string(), z.string()) });

/** What a ConfigMap holds. Throws when there is none of that name. */
export function dataOf(
  manifests: readonly Manifest[],
  name: string,
): Readonly<Record<string, string>> {
  const found = manifests.find(
    ({ kind, metadata }) => kind === "ConfigMap" && metadata.name === name,
  );
  return configMap.parse(found).data;
}
