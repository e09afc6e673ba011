import { jsonSchemas } from "../config/json-schema.ts";
import { registries } from "./registries.ts";

/** The JSON Schemas of tidemark.yaml and of product files, with everything that is registered. */
export function configurationSchemas(): { readonly daemon: object; readonly product: object } {
  return jsonSchemas(registries);
}
