/** Foreign keys between shared tables (D12): each such table has a file and a Job of its own, which waits for the tables it refers to. */
import type { ForeignKey, Table } from "../fleet.ts";
import { type Problem, refused } from "../problem.ts";

interface Step { from: string; key: ForeignKey }
const nameOf = ({ schema, name }: Pick<Table, "schema" | "name">): string => `${schema}.${name}`;

/**
 * Refuses shared tables that refer to each other in a circle: each Job would wait for another for ever. A table may refer
 * to itself. Dedicated tables may form circles: all of a tenant's are made in one transaction. One problem a circle, the
 * same from every tenant that uses the tables.
 */
export function circleProblems(tables: readonly Table[]): Problem[] {
  const shared = new Map(tables.filter((t) => t.shared).map((t) => [nameOf(t), t]));
  const problems: Problem[] = [];
  const done = new Set<string>();
  const path: Step[] = [];
  const visit = (name: string): void => {
    const start = path.findIndex((step) => step.from === name);
    if (start >= 0) { problems.push(circleProblem(path.slice(start))); return; }
    if (done.has(name)) return;
    for (const key of shared.get(name)?.references ?? []) {
      const target = `${key.schema}.${key.table}`;
      if (target === name || !shared.has(target)) continue;
      path.push({ from: name, key });
      visit(target);
      path.pop();
    }
    done.add(name);
  };
  for (const name of [...shared.keys()].sort()) visit(name);
  return problems;
}

function circleProblem(circle: Step[]): Problem {
  const names = circle.map((step) => step.from);
  const first = names.indexOf([...names].sort()[0]!);
  const steps = [...circle.slice(first), ...circle.slice(0, first)];
  const [key, ...others] = steps.map((step) => step.key.source);
  return refused("BH3022", `shared tables refer to each other in a circle: ${[...steps, steps[0]!].map((step) => step.from).join(" -> ")}`, key,
    "each shared table is made by a Job that waits for the tables it refers to: drop one foreign key", others);
}
