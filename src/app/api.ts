/** What the HTTP API reads: the mesh and the state as the watch has them now, and history from the store. */
import { setImmediate } from "node:timers/promises";
import type { Clock } from "../core/clock.ts";
import { TidemarkError } from "../core/errors.ts";
import type { Mesh, Product } from "../core/mesh.ts";
import type { Store } from "../core/store.ts";
import type { EpochMs } from "../core/vocabulary.ts";
import type { WatchState } from "../engine/state.ts";
import type { CostsDocument } from "../http/api/documents.ts";
import type { ApiReads, Facets, Page } from "../http/api/reads.ts";
import { costsDocument, recentCosts } from "./costs.ts";
import { incidentDocument, productDocument, productSummary, resultDocument } from "./documents.ts";
import { sloDocument } from "./slo-document.ts";

export interface ApiSources {
  /** As it is watched at the moment. */
  readonly mesh: () => Mesh;
  readonly state: () => WatchState;
  readonly store: Pick<Store, "results" | "incidents" | "costs">;
  readonly clock: Clock;
}

export function apiReads({ mesh, state, store, clock }: ApiSources): ApiReads {
  return {
    products: async ({ facets, after, limit }) => {
      const [now, watched, nowMs] = [mesh(), state(), clock.now()];
      const products = [...now.products.values()].filter((product) => isOf(product, facets));
      const { items, next } = partOf(products, ({ name }) => name, after, limit);
      const costs = await costsOf(store, items, nowMs);
      const summaries = items.map((one) =>
        productSummary(one, now, watched, costs.get(one.name) ?? null, nowMs),
      );
      return { items: summaries, next };
    },
    product: async (name) => {
      const [now, watched, nowMs] = [mesh(), state(), clock.now()];
      const product = now.products.get(name);
      if (product === undefined) {
        return null;
      }
      const costs = await costsOf(store, [product], nowMs);
      return productDocument(product, now, watched, costs.get(name) ?? null, nowMs);
    },
    slos: async ({ facets, after, limit }) => {
      const [now, watched, nowMs] = [mesh(), state(), clock.now()];
      const slos = [...now.slos.values()].filter((slo) =>
        isOf(now.products.get(slo.product), facets),
      );
      const { items, next } = partOf(slos, ({ id }) => id, after, limit);
      return { items: await inTurns(items, (slo) => sloDocument(slo, watched, nowMs)), next };
    },
    slo: async (id) => {
      const slo = mesh().slos.get(id);
      return slo === undefined ? null : sloDocument(slo, state(), clock.now());
    },
    results: async (page) => {
      if (!mesh().checks.has(page.checkId)) {
        return null;
      }
      const records = await store.results.page({ ...page, limit: page.limit + 1 });
      const { items, next } = cut(records, page.limit);
      return { items: items.map(resultDocument), next };
    },
    incidents: async ({ facets, isOpen, after, limit }) => {
      const incidents = await store.incidents.page({
        products: productsOf(mesh(), facets),
        owner: facets.owner,
        isOpen,
        after,
        limit: limit + 1,
      });
      const { items, next } = cut(incidents, limit);
      return { items: items.map(incidentDocument), next };
    },
  };
}

/** By product; none while the store cannot be read, for the rest of a product is known without it. */
async function costsOf(
  store: Pick<Store, "costs">,
  products: readonly Product[],
  nowMs: EpochMs,
): Promise<ReadonlyMap<string, CostsDocument>> {
  const names = products.map(({ name }) => name);
  try {
    const costs = await recentCosts(store, names, nowMs);
    return new Map(costs.map((cost) => [cost.product, costsDocument(cost)]));
  } catch (error) {
    if (error instanceof TidemarkError && error.code.startsWith("TM_STORE_")) {
      return new Map();
    }
    throw error;
  }
}

function isOf(
  product: Product | undefined,
  { product: name, owner, tier, domain }: Facets,
): boolean {
  return (
    product !== undefined &&
    (name === null || product.name === name) &&
    (owner === null || product.owner === owner) &&
    (tier === null || product.tier === tier) &&
    (domain === null || product.domain === domain)
  );
}

/**
 * The products whose incidents are meant; null: all of them, those that are declared no more included. Tier and
 * domain are known of declared products only. The owner is the incident's own, as it was when it opened.
 */
function productsOf(mesh: Mesh, facets: Facets): readonly string[] | null {
  const { product, tier, domain } = facets;
  if (tier === null && domain === null) {
    return product === null ? null : [product];
  }
  return [...mesh.products.values()]
    .filter((one) => isOf(one, { ...facets, owner: null }))
    .map(({ name }) => name);
}

/**
 * Lets the loop turn now and then: an SLO whose exclusions recur daily over a year costs milliseconds, and a page
 * has up to 200 of them.
 */
async function inTurns<T, U>(items: readonly T[], make: (item: T) => U): Promise<readonly U[]> {
  const made: U[] = [];
  for (const item of items) {
    if (made.length % 10 === 9) {
      await setImmediate();
    }
    made.push(make(item));
  }
  return made;
}

/** By name, so that what is added or removed elsewhere in the list does not move the position. */
function partOf<T>(
  all: readonly T[],
  nameOf: (one: T) => string,
  after: string | null,
  limit: number,
): Page<T, string> {
  const rest = all
    .filter((one) => after === null || nameOf(one) > after)
    .toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
  const { items, next } = cut(rest, limit);
  return { items, next: next === null ? null : nameOf(next) };
}

/** At most `limit` of what was found, and the last of them where there was more. */
function cut<T>(found: readonly T[], limit: number): Page<T, T> {
  const items = found.slice(0, limit);
  return { items, next: found.length > limit ? (items.at(-1) ?? null) : null };
}
