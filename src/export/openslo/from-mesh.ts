import type { Check, Mesh, Product, Slo } from "../../core/mesh.ts";
import { formatDuration } from "../../time/duration.ts";
import { longestMs } from "../../time/period.ts";
import { shortestGap } from "../../time/schedule.ts";
import { type Annotations, termsOf, withPrefix } from "./annotations.ts";
import { apiVersion, type Document, type ServiceDocument, type SloDocument } from "./documents.ts";
import { accountingOf } from "./indicators.ts";
import { description, displayName, labelName } from "./names.ts";
import { isLabelKey } from "./patterns.ts";
import { timeWindowOf } from "./windows.ts";

/** The documents of one product, and what became of the rest of its promises. */
export interface ExportedProduct {
  readonly product: string;
  /** The Service first. */
  readonly documents: readonly Document[];
  readonly remarks: readonly ExportRemark[];
}

export interface ExportRemark {
  /** `product` or `product/slo`. */
  readonly subject: string;
  /** What went to annotations, by their names without prefix. */
  readonly annotated: readonly string[];
  /** What is written less exactly than it was. */
  readonly lost: readonly string[];
}

/** What no document has a place for, of any product. */
export const neverExported: readonly string[] = [
  "where data is stored and what is measured there: connections, tables, columns, filters, thresholds, load history",
  "who is told, and links: teams' targets, contacts, consumers, upstream products, runbooks",
  "exclusions that were made by command: they are records in the store, and no part of the promise",
];

/**
 * A product as OpenSLO v1: a Service, and an SLO with its indicator inside for each SLO. There is no DataSource, since
 * no Prometheus is known here, and no AlertPolicy, since its one condition on a burn rate over one window is not how
 * Tidemark alerts.
 */
export function exportProduct(mesh: Mesh, product: Product): ExportedProduct {
  const service = serviceOf(product);
  const slos = product.sloIds.flatMap((id) => mesh.slos.get(id) ?? []);
  const written = slos.map((slo) => {
    const checks = slo.checkIds.flatMap((checkId) => mesh.checks.get(checkId) ?? []);
    return sloOf(slo, checks, service.metadata.name);
  });
  const remark = {
    subject: product.name,
    annotated: Object.keys(annotationsOf(product)),
    lost: [],
  };
  return {
    product: product.name,
    documents: [service, ...written.map(({ document }) => document)],
    remarks: [remark, ...written.map((one) => one.remark)],
  };
}

function annotationsOf(product: Product): Annotations {
  return { product: product.name, ...fullDescription(product.description) };
}

/** Kept whole beside the one that OpenSLO has room for. */
function fullDescription(text: string | undefined): Annotations {
  return text !== undefined && description(text) !== text ? { description: text } : {};
}

function serviceOf(product: Product): ServiceDocument {
  const { name, domain, owner, tier } = product;
  return {
    apiVersion,
    kind: "Service",
    metadata: {
      name: labelName([name]),
      displayName: displayName(name),
      labels: { ...(domain !== undefined && { domain }), owner, tier },
      annotations: withPrefix(annotationsOf(product)),
    },
    spec: described(product.description),
  };
}

function described(text: string | undefined): { readonly description?: string } {
  return text === undefined ? {} : { description: description(text) };
}

function sloOf(
  slo: Slo,
  checks: readonly Check[],
  service: string,
): { readonly document: SloDocument; readonly remark: ExportRemark } {
  const cadenceMs = Math.max(...checks.map(({ schedule }) => shortestGap(schedule)));
  const windowMs = longestMs(slo.window);
  const accounting = accountingOf(slo.product, slo.name, slo.budgeting, cadenceMs, windowMs);
  const { timeWindow, isExact } = timeWindowOf(slo.window);
  const labels = Object.entries(slo.labels);
  const own = labels.filter(([key]) => !isLabelKey(key));
  const name = labelName([slo.product, slo.name]);
  const length = slo.window.kind === "rolling" ? formatDuration(slo.window.lengthMs) : "";
  const annotations: Annotations = {
    product: slo.product,
    slo: slo.name,
    ...termsOf(slo, checks),
    ...(!isExact && { window: length }),
    ...(own.length > 0 && { labels: JSON.stringify(Object.fromEntries(own)) }),
    ...fullDescription(slo.description),
  };
  const document: SloDocument = {
    apiVersion,
    kind: "SLO",
    metadata: {
      name,
      displayName: displayName(slo.id),
      ...(own.length < labels.length && {
        labels: Object.fromEntries(labels.filter(([key]) => isLabelKey(key))),
      }),
      annotations: withPrefix(annotations),
    },
    spec: {
      ...described(slo.description),
      service,
      indicator: { metadata: { name }, spec: accounting.indicator },
      timeWindow: [timeWindow],
      budgetingMethod: accounting.budgetingMethod,
      objectives: [
        {
          // A quotient of integers is the double nearest to the decimal, and prints as that decimal.
          target: slo.objectivePpm / 1_000_000,
          ...(accounting.timeSliceWindow !== undefined && {
            timeSliceWindow: accounting.timeSliceWindow,
          }),
        },
      ],
    },
  };
  const lost = isExact
    ? []
    : [`the window of ${length} is written as ${timeWindow.duration}: OpenSLO knows whole minutes`];
  return { document, remark: { subject: slo.id, annotated: Object.keys(annotations), lost } };
}
