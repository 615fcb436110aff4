/** Lays an installed node_modules out as package managers do that link: each package in a store, beside it links to what it needs. */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";

const namesIn = (modules: string): string[] => readdirSync(modules).filter((name) => !name.startsWith("."))
  .flatMap((name) => (name.startsWith("@") ? readdirSync(join(modules, name)).map((inner) => `${name}/${inner}`) : [name]));

/** Copies the packages of `modules` into `store`, and links those that `project` names itself into it. */
export function linkFromStore(modules: string, store: string, project: string, own: readonly string[]): void {
  const names = namesIn(modules);
  const beside = (owner: string): string => join(store, owner.replace("/", "+"), "node_modules");
  const link = (from: string, to: string): void => { mkdirSync(dirname(from), { recursive: true }); if (!existsSync(from)) symlinkSync(to, from); };
  for (const owner of names) cpSync(join(modules, owner), join(beside(owner), owner), { recursive: true });
  for (const owner of names) {
    const { dependencies = {}, optionalDependencies = {}, peerDependencies = {} } = JSON.parse(readFileSync(join(modules, owner, "package.json"), "utf8")) as Record<string, Record<string, string>>;
    for (const needed of Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies })) {
      if (names.includes(needed)) link(join(beside(owner), needed), join(beside(needed), needed));
    }
  }
  for (const name of own) link(join(project, "node_modules", name), join(beside(name), name));
}
