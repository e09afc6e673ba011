import type { Clock } from "../core/clock.ts";
import type { Logger } from "../core/logger.ts";
import type { Mesh, NotifierDefinition } from "../core/mesh.ts";
import type { Notifier } from "../core/notifier.ts";
import { registries } from "./registries.ts";

interface Opened {
  readonly notifier: Notifier;
  readonly fingerprint: string;
}

export interface NotifiersOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly print: (text: string) => void;
}

/** The notifiers of a mesh, by name. Makes them without I/O. */
export class Notifiers implements AsyncDisposable {
  readonly #options: NotifiersOptions;
  readonly #retired: Notifier[] = [];
  #opened = new Map<string, Opened>();

  constructor(options: NotifiersOptions) {
    this.#options = options;
  }

  get byName(): ReadonlyMap<string, Notifier> {
    return new Map([...this.#opened].map(([name, { notifier }]) => [name, notifier]));
  }

  /** Takes over a mesh. One that changed is replaced; the old one may still be sending, and is closed at the end. */
  reload(mesh: Mesh): void {
    const next = new Map<string, Opened>();
    for (const definition of mesh.notifiers.values()) {
      const kept = this.#opened.get(definition.name);
      next.set(
        definition.name,
        kept?.fingerprint === definition.fingerprint ? kept : this.#open(definition),
      );
    }
    for (const [name, opened] of this.#opened) {
      if (next.get(name) !== opened) {
        this.#retired.push(opened.notifier);
      }
    }
    this.#opened = next;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const all = [...this.#retired, ...this.byName.values()];
    await Promise.allSettled(all.map((notifier) => notifier[Symbol.asyncDispose]()));
  }

  #open(definition: NotifierDefinition): Opened {
    const { logger, ...context } = this.#options;
    const spec = registries.notifiers.get(definition.type);
    if (spec === undefined) {
      throw new Error(`notifier ${definition.type} is not registered`);
    }
    const { name, fingerprint } = definition;
    const own = logger.child({ notifier: name });
    return {
      fingerprint,
      notifier: spec.create(definition.config, { ...context, name, logger: own }),
    };
  }
}
