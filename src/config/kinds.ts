import { z } from "zod";
import type { CheckTypeSpec } from "../core/check.ts";
import type { ConnectorSpec } from "../core/connector.ts";
import type { NotifierSpec } from "../core/notifier.ts";
import { connectionFields } from "./daemon-file.ts";
import { checkFields } from "./product-file.ts";

/** What is built in; handed in, so that the configuration knows no connector, check type or notifier by name. */
export interface Registries {
  readonly checkTypes: ReadonlyMap<string, CheckTypeSpec>;
  readonly connectors: ReadonlyMap<string, ConnectorSpec>;
  readonly notifiers: ReadonlyMap<string, NotifierSpec>;
}

/** One kind of thing and the type of its map in a file: `type`, the shared keys, and its own. */
export interface Kind<S> {
  readonly spec: S;
  readonly fields: z.ZodObject;
}

export interface Kinds {
  readonly checks: ReadonlyMap<string, Kind<CheckTypeSpec>>;
  readonly connections: ReadonlyMap<string, Kind<ConnectorSpec>>;
  readonly notifiers: ReadonlyMap<string, Kind<NotifierSpec>>;
}

/** Builds the combined types once: making a zod type costs a thousand times as much as using it. */
export function kindsOf(registries: Registries): Kinds {
  return {
    checks: mapValues(registries.checkTypes, (spec) => ({
      spec,
      fields: spec.params.safeExtend({
        type: typeField(spec.name, "check"),
        ...checkFields,
      }) as z.ZodObject,
    })),
    connections: mapValues(registries.connectors, (spec) => ({
      spec,
      fields: spec.config.safeExtend({
        type: typeField(spec.type, "connection"),
        ...connectionFields,
      }) as z.ZodObject,
    })),
    notifiers: mapValues(registries.notifiers, (spec) => ({
      spec,
      fields: spec.config.safeExtend({ type: typeField(spec.type, "notifier") }) as z.ZodObject,
    })),
  };
}

/** The part of a parsed map that a kind's own type describes. */
export function ownFields(own: z.ZodObject, parsed: Readonly<Record<string, unknown>>): object {
  const keys = Object.keys(own.shape).filter((key) => parsed[key] !== undefined);
  return Object.fromEntries(keys.map((key) => [key, parsed[key]]));
}

function typeField(name: string, what: string): z.ZodLiteral {
  return z.literal(name).meta({ description: `The kind of ${what}.` });
}

function mapValues<A, B>(
  map: ReadonlyMap<string, A>,
  change: (value: A) => B,
): ReadonlyMap<string, B> {
  return new Map([...map].map(([key, value]) => [key, change(value)]));
}
