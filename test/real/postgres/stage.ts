/** A server to which a tree's SQL was applied as its Jobs do it, and the audit of it with the rendered auditor's login. */
import type pg from "pg";
import { compareItems } from "../../../src/compare/items.ts";
import type { StoreState } from "../../../src/layers/database/desired.ts";
import { postgresAudit } from "../../../src/layers/database/plane.ts";
import { passwordSetting } from "../../../src/layers/database/sql/unit.ts";
import type { DesiredStore, ItemCoverage, ItemDifference, Reading, StoreAccess, Tree } from "../../../src/model/plane.ts";
import { type PostgresConnection, type PostgresServer, startPostgres } from "../provision/postgres.ts";
import pgDriver from "pg";

export const password = (login: string): string => `p w\\'${login}`;

export class Stage {
  readonly server: PostgresServer;
  store!: DesiredStore<StoreState>;
  tree!: Tree;
  admin!: pg.Client;
  private constructor(server: PostgresServer) { this.server = server; }

  /** Starts a server, and applies the tree's first store where one is given. */
  static async start(version: 15 | 18, tree?: Tree, settings: Record<string, string> = {}): Promise<Stage> {
    const stage = new Stage(await startPostgres(version, { settings }));
    try {
      if (tree) await stage.use(tree);
    } catch (error) {
      await stage.stop();
      throw error;
    }
    return stage;
  }
  /** Takes away what an earlier tree made, and applies this one's first store. */
  async use(tree: Tree): Promise<void> {
    this.tree = tree;
    await this.admin?.end();
    if (this.store) {
      const first = await this.connect({ database: "postgres" });
      await first.query(`DROP DATABASE "${this.store.state.database}" WITH (FORCE)`);
      for (const { name } of (await first.query("SELECT quote_ident(rolname) AS name FROM pg_roles WHERE oid >= 16384")).rows) await first.query(`DROP ROLE ${name}`);
      await first.end();
    }
    this.store = postgresAudit.desired(tree)[0] as DesiredStore<StoreState>;
    await this.create();
  }
  private get logins(): string[] { return this.store.state.units.flatMap(({ state }) => state.roles.filter((r) => r.login).map((r) => r.name)); }
  get auditor(): string { return this.store.state.units[0] && (this.store.state.units.flatMap(({ state }) => state.roles).find((r) => r.settings.includes("default_transaction_read_only=on"))!.name); }

  async connect(options: pg.ClientConfig = {}): Promise<pg.Client> {
    const { host, port, superuser, password: secret } = this.server;
    const client = new pgDriver.Client({ host, port, user: superuser, password: secret, database: this.store.state.database, ...options });
    client.on("error", () => undefined);
    await client.connect();
    return client;
  }
  private async create(): Promise<void> {
    const first = await this.connect({ database: "postgres" });
    await first.query(`CREATE DATABASE "${this.store.state.database}"`);
    await first.end();
    this.admin = await this.connect({ options: this.logins.map((l) => `-c ${passwordSetting(l)}=${password(l).replace(/[\\\s]/g, "\\$&")}`).join(" ") });
    await this.apply();
  }
  /** Runs units as the Jobs do: what waits for another comes again. All of them by default. */
  async apply(...units: string[]): Promise<void> {
    const engine = this.tree.texts.find(({ file }) => file.endsWith("engine.sql"))!.text;
    let waiting = this.store.state.units.filter(({ state }) => units.length === 0 || units.includes(state.unit));
    for (let round = 0; waiting.length > 0 && round < 5; round++) {
      const again: typeof waiting = [];
      for (const unit of waiting) {
        const sql = this.tree.texts.find(({ file }) => file === unit.file.replace("state.json", "unit.sql"))!.text;
        try { await this.admin.query(engine); await this.admin.query(sql); } catch (error) {
          await this.admin.query("ROLLBACK");
          if (!/waits for|is missing/.test(String(error)) || round === 4) throw error;
          again.push(unit);
        }
      }
      waiting = again;
    }
  }
  access(rest: Partial<StoreAccess> = {}): StoreAccess {
    return { store: this.store.store, endpoint: `${this.server.host}:${this.server.port}`, user: this.auditor, password: password(this.auditor), plain: true, timeoutMs: 30_000, ...rest };
  }
  async audit(rest: Partial<StoreAccess> = {}): Promise<{ reading: Reading; differences: ItemDifference[]; coverage: ItemCoverage[] }> {
    const reading = await postgresAudit.read(this.access(rest), this.store.state);
    const { items, unknown } = postgresAudit.items(this.store.state, reading);
    const coverage = [...reading.coverage, ...unknown];
    return { reading, coverage, differences: compareItems(items, reading.items, coverage) };
  }
  /** Differences in short: `changed policy s.t.p /using`. */
  async found(): Promise<string[]> { return (await this.audit()).differences.flatMap(short).sort(); }
  async stop(): Promise<void> {
    await this.admin?.end().catch(() => undefined);
    await this.server.stop();
  }
}
export const short = (d: ItemDifference): string[] => {
  const name = `${d.kind} ${d.namespace === undefined ? "" : `${d.namespace} `}${d.name}`;
  return d.changes.length === 0 ? [`${d.status} ${name}`] : d.changes.map((change) => `${change.kind} ${name} ${change.pointer}`);
};
export type { PostgresConnection };
