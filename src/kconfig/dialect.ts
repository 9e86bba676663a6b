/** What differs between the releases of the C tool, as far as this engine has to know it. */

export type Dialect = {
  readonly name: string;
  /** Buckets of the C tool's symbol hash; its order decides the order of auto.conf and of evaluation. */
  readonly hashBuckets: number;
};

/** `scripts/kconfig` of Linux 6.1 (SYMBOL_HASHSIZE in expr.h). */
export const linux61: Dialect = {name: 'linux-6.1', hashBuckets: 9973};
