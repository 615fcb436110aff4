/** Results in the order of the items, at most `width` of them worked on at once. Rejects with the first failure. */
export async function inTurn<T, R>(items: readonly T[], width: number, of: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = new Array<R>(items.length);
  let next = 0;
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, async () => {
    for (let i = next++; i < items.length; i = next++) results[i] = await of(items[i]!);
  }));
  return results;
}
