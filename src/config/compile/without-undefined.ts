type Given<T> = {
  readonly [K in keyof T as MayBeAbsent<T[K]> extends true ? never : K]: T[K];
} & {
  readonly [K in keyof T as MayBeAbsent<T[K]> extends true ? K : never]?: Exclude<T[K], undefined>;
};

/** `unknown` admits undefined too, but says nothing about absence. */
type MayBeAbsent<V> = unknown extends V ? false : undefined extends V ? true : false;

/** Leaves out the keys without a value: an absent key and one that holds undefined are two things. */
export function withoutUndefined<T extends object>(record: T): Given<T> {
  const given = Object.entries(record).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as Given<T>;
}
