/** A store with two tenants, applied from the layer's own SQL, and what the suites do to it. */
import type pg from "pg";
import type { Tenant } from "../../../src/model/fleet.ts";
import { ENGINE, passwordSetting, unitSql } from "../../../src/layers/database/sql/unit.ts";
import { platformState, tenantState } from "../../../src/layers/database/state.ts";
import { makeTenant, platform, sharedTables } from "../../layers/database/fleet.ts";
import { type Server, startServer } from "./server.ts";

/** Replaces text that must be there: a mutation that matches nothing proves nothing. */
export function edit(text: string, from: string | RegExp, to: string): string {
  const changed = text.replaceAll(typeof from === "string" ? from : new RegExp(from.source, "g"), () => to);
  if (changed === text) throw new Error(`the mutation matches nothing: ${from}`);
  return changed;
}

export const password = (login: string): string => `p w\\'${login}`;
const LOGINS = ["api", "auditor", ...["acme", "globex"].flatMap((t) => [`${t}_pipeline`, `${t}_bi`, `${t}_risk`])];

export class Store {
  readonly server: Server;
  admin!: pg.Client;
  tenants: Tenant[] = [makeTenant("acme"), makeTenant("globex")];
  private open: pg.Client[] = [];
  constructor(server: Server) { this.server = server; }

  static async start(version: 15 | 18): Promise<Store> {
    const store = new Store(await startServer(version));
    await store.connect();
    return store;
  }

  /** The migrator's session, with the logins' passwords as the Job gives them. */
  async connect(): Promise<void> {
    const options = LOGINS.map((l) => `-c ${passwordSetting(l)}=${password(l).replace(/[\\\s]/g, "\\$&")}`).join(" ");
    this.admin = await this.server.connect({ options });
  }

  async stop(): Promise<void> {
    await this.closeLogins();
    await this.admin.end();
    await this.server.stop();
  }
  async closeLogins(): Promise<void> {
    for (const client of this.open.splice(0)) await client.end().catch(() => undefined);
  }

  /** SQL of a unit: `store`, a shared table's name, or a tenant's id. */
  sql(unit: string): string {
    const placed = this.units().find((u) => u.key === unit);
    if (!placed) throw new Error(`no unit ${unit}`);
    return placed.sql;
  }
  private units(): { key: string; sql: string }[] {
    const scope = { platform, cluster: "prod-eu" };
    const own = platformState({ ...scope, sharedTables })!.units.map((u) => ({ key: u.state.kind === "bootstrap" ? "store" : u.state.unit.split(".")[1]!, sql: unitSql(u.state).text }));
    const theirs = this.tenants.map((tenant) => ({ key: tenant.id, sql: unitSql(tenantState({ ...scope, tenant })!.units[0]!.state).text }));
    return [...own, ...theirs];
  }

  async run(sql: string, engine = ENGINE): Promise<void> {
    try {
      await this.admin.query(engine);
      await this.admin.query(sql);
    } catch (error) {
      await this.admin.query("ROLLBACK");
      throw error;
    }
  }
  /** Applies units in this order; all of them by default. */
  async apply(...units: string[]): Promise<void> {
    for (const unit of units.length ? units : ["store", "orders", "lines", ...this.tenants.map((t) => t.id)]) await this.run(this.sql(unit));
  }

  /** One client for each login, reused. */
  async login(user: string): Promise<pg.Client> {
    const client = await this.server.connect({ user, password: password(user) });
    this.open.push(client);
    return client;
  }

  /** Rows for every tenant, the same ids in each. */
  async seed(): Promise<void> {
    for (const t of ["acme", "globex"]) {
      await this.admin.query(`
        INSERT INTO sales__orders.orders VALUES ('${t}', 1, 'eu', 'Ann ${t}', '4111111111111111', 'ann@${t}.example', 10.50, 'P-${t}'), ('${t}', 2, NULL, NULL, '4111', NULL, NULL, NULL) ON CONFLICT DO NOTHING;
        INSERT INTO sales__orders.lines VALUES ('${t}', 1, 1) ON CONFLICT DO NOTHING;
        INSERT INTO ${t}__crm__people.people VALUES ('${t}', 1, 'eu', 'Ann ${t}', '4111111111111111', 'ann@${t}.example', 10.50, 'P-${t}') ON CONFLICT DO NOTHING;
        INSERT INTO ${t}__crm__people.events VALUES ('${t}', 1, '2025-11-05', 'Ann ${t}'), ('${t}', 2, '2030-01-01', 'Bob ${t}') ON CONFLICT DO NOTHING;`);
    }
  }
}

/** What a session does first: the role it takes on, its tenant, its principal. */
export interface Session { role?: string; tenant?: string; principal?: string }

/** One request in its own transaction, as the service makes it. Gives rows, or the SQLSTATE it was refused with. */
export async function request(client: pg.Client, session: Session, sql: string): Promise<Record<string, unknown>[] | string> {
  await client.query("BEGIN");
  try {
    if (session.role) await client.query(`SET LOCAL ROLE ${session.role}`);
    if (session.tenant !== undefined) await client.query("SELECT set_config('app.tenant_id', $1, true)", [session.tenant]);
    if (session.principal !== undefined) await client.query("SELECT set_config('app.principal', $1, true)", [session.principal]);
    const { rows } = await client.query(sql);
    await client.query("COMMIT");
    return rows;
  } catch (error) {
    await client.query("ROLLBACK");
    return (error as { code?: string }).code ?? String(error);
  }
}
