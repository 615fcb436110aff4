/** What a file's syntax alone refuses (D30). */
import { type Problem, unloadable } from "../model/problem.ts";
import type { Site, Syntax } from "./syntax.ts";

const SITES: Record<Site["what"], [message: string, hint: string]> = {
  "import()": ["import() is refused in definitions", "write a static import: what a file needs must be known before it runs"],
  "import.meta": ["import.meta is refused in definitions", "it names folders of this machine: write the value down"],
  "export then": ["an export named then is refused", "rename it: importing the file would call it"],
};

/** Dynamic imports, `import.meta` and thenable modules, each at its place. */
export function hermeticProblems(file: string, syntax: Syntax): Problem[] {
  return syntax.outside.map(({ what, line, column }) => unloadable("BH2017", SITES[what][0], { file, path: "", line, column }, SITES[what][1]));
}

/** Values that outlive a call in a file of several tenants: one tenant's output would depend on which others were loaded before. */
export function stateProblems(file: string, syntax: Syntax): Problem[] {
  return syntax.state().map(({ name, how, line, column }) => unloadable("BH2020", `"${name}" is ${how}, and definitions of several tenants share it`, { file, path: "", line, column }, "make it inside the function, or pass it as an argument"));
}
