import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import type { Verdicts } from "../_shared/verdicts.ts";
import type { Offers } from "./panels/choices.ts";
import type { Stage } from "./stage.ts";

const listed = z.object({
  items: z.array(
    z.object({
      name: z.string(),
      domain: z.string().nullable(),
      owner: z.string(),
      tier: z.string(),
      /** Each as `product/slo`. */
      slos: z.array(z.string()),
    }),
  ),
  next: z.null(),
});

/** Whether the variables of the dashboards offer what the daemon says that it watches. */
export async function judgeOffers(
  verdicts: Verdicts,
  { daemonOrigin }: Stage,
  offered: ReadonlyMap<string, Offers["values"]>,
): Promise<void> {
  const response = await fetch(`${daemonOrigin}/api/v1/products?limit=200`);
  const { items } = listed.parse(await response.json());
  const watched: Readonly<Record<string, readonly (string | null)[]>> = {
    domain: items.map(({ domain }) => domain),
    owner: items.map(({ owner }) => owner),
    tier: items.map(({ tier }) => tier),
    product: items.map(({ name }) => name),
    slo: items.flatMap(({ slos }) => slos.map((slo) => slo.replace(/^.*\//, ""))),
  };
  for (const [uid, variables] of offered) {
    const wrong = [...variables].filter(
      ([name, values]) =>
        !isDeepStrictEqual(
          [...values].sort(),
          [...new Set(watched[name]?.filter((one) => one !== null))].sort(),
        ),
    );
    const counts = [...variables].map(([name, values]) => `${values.size} of ${name}`);
    const what = `${uid}: its variables offer what is watched${counts.length === 0 ? "" : `, ${counts.join(", ")}`}`;
    verdicts.claim(what, wrong.length === 0, {
      offered: wrong.map(([name, values]) => [name, ...values]),
      watched,
    });
  }
}
