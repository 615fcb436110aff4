/** One row, one text: a digest over PostgreSQL's own functions in C, which a superuser can replace or make LEAKPROOF, and which every wall calls. */
export const BUILT_IN = `SELECT pg_catalog.md5(pg_catalog.string_agg(pg_catalog.concat_ws(' ', p.oid, p.proname, p.prosrc, p.prosecdef, p.proleakproof, p.provolatile), ',' ORDER BY p.oid))
  FROM pg_catalog.pg_proc p WHERE p.oid < 10000 AND p.prolang = 12`;
