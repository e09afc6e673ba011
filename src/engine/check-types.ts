import type { CheckTypeSpec } from "../core/check.ts";
import type { Check } from "../core/mesh.ts";

/** The known check types, by name. */
export class CheckTypes {
  readonly #byName: ReadonlyMap<string, CheckTypeSpec>;

  constructor(byName: ReadonlyMap<string, CheckTypeSpec>) {
    this.#byName = byName;
  }

  /** Throws when the mesh was compiled with other types: a fault of the program. */
  of(check: Check): CheckTypeSpec {
    const spec = this.#byName.get(check.type);
    if (spec === undefined) {
      throw new Error(`check type ${check.type} is not registered`);
    }
    return spec;
  }
}
