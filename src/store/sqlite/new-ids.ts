import type { Renames } from "../../core/mesh.ts";

/**
 * The ids that things have now. Whatever is below something that was renamed has moved with it, also what is no
 * longer declared: a check's id begins with its dataset's, and that with its product's. An id that is old and
 * new at once, as in a chain of renames, names two things, and stays as it is.
 */
export class NewIds {
  readonly #products: ReadonlyMap<string, string>;
  readonly #datasets: ReadonlyMap<string, string>;
  readonly #checks: ReadonlyMap<string, string>;
  readonly #slos: ReadonlyMap<string, string>;

  constructor({ products, datasets, checks, slos }: Renames) {
    this.#products = withoutChains(products);
    this.#datasets = withoutChains(datasets);
    this.#checks = withoutChains(checks);
    this.#slos = withoutChains(slos);
  }

  get areAllOld(): boolean {
    const maps = [this.#products, this.#datasets, this.#checks, this.#slos];
    return maps.every(({ size }) => size === 0);
  }

  product(id: string): string {
    return this.#products.get(id) ?? id;
  }

  dataset(id: string): string {
    return below(id, this.#datasets, (product) => this.product(product));
  }

  check(id: string): string {
    return below(id, this.#checks, (dataset) => this.dataset(dataset));
  }

  slo(id: string): string {
    return below(id, this.#slos, (product) => this.product(product));
  }

  /** Of `dataset@schedule`. */
  probe(id: string): string {
    const at = id.indexOf("@");
    return at === -1 ? id : `${this.dataset(id.slice(0, at))}${id.slice(at)}`;
  }
}

/** By its own rename, which may be told with its parent's old name or with the new one, else by its parent's. */
function below(
  id: string,
  renames: ReadonlyMap<string, string>,
  parentOf: (id: string) => string,
): string {
  const slash = id.lastIndexOf("/");
  const moved = slash === -1 ? id : `${parentOf(id.slice(0, slash))}${id.slice(slash)}`;
  return renames.get(id) ?? renames.get(moved) ?? moved;
}

function withoutChains(renames: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const newIds = new Set(renames.values());
  return new Map([...renames].filter(([oldId]) => !newIds.has(oldId)));
}
