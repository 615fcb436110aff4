/** Sorted by a text key, by code unit, so that no locale changes what is rendered. */
export const sortBy = <T>(items: Iterable<T>, key: (item: T) => string): T[] => [...items].sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
