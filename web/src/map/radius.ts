/** Pixels from the middle of a cluster's disc to its rim; by the logarithm of the number. */
export function radiusOf(n: number): number {
  return 13 + 4 * Math.log10(n);
}
