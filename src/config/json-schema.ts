import { z } from "zod";
import { daemonFile } from "./daemon-file.ts";
import { kindsOf, type Registries } from "./kinds.ts";
import { productFile } from "./product-file.ts";

/** The forms of both files as JSON Schema 2020-12, for editors: the keys, their types and what they mean. */
export function jsonSchemas(registries: Registries): {
  readonly daemon: object;
  readonly product: object;
} {
  const kinds = kindsOf(registries);
  const fieldsOf = (map: ReadonlyMap<string, { readonly fields: z.ZodObject }>): z.ZodObject[] =>
    [...map.values()].map(({ fields }) => fields);
  const daemon = daemonFile({
    connections: fieldsOf(kinds.connections),
    notifiers: fieldsOf(kinds.notifiers),
  });
  return {
    daemon: z.toJSONSchema(daemon, { io: "input" }),
    product: z.toJSONSchema(productFile(fieldsOf(kinds.checks)), { io: "input" }),
  };
}
