/** Names of the roles and policies that every unit knows (D10). */
import { CLEARANCES } from "../../../model/classification.ts";
import { clearanceRole } from "../../../model/names.ts";
import type { MemberState, RoleState } from "./unit.ts";

/** Owns tables and functions. */
export const OWNER_ROLE = "bh_owner";
/** Owns masking views; the only role that may SELECT from base tables beside the next. */
export const VIEW_ROLE = "bh_view";
/** Owns writer views. */
export const WRITE_ROLE = "bh_write";
/** Holds what all writers of shared tables may do; each `<tenant>_writer` is a member, so the shared file names no tenant. */
export const WRITERS_ROLE = "bh_writer";
/** Holds CONNECT on the database for direct logins. */
export const CONNECT_ROLE = "bh_connect";
export const CLEARANCE_ROLES = CLEARANCES.map(clearanceRole);

/** A role that nobody logs in as. */
export const groupRole = (name: string, open = false): RoleState => ({ name, login: false, inherit: false, connections: -1, settings: [], open });

/** A membership that gives the member the role's privileges. */
export const gives = (role: string, member: string): MemberState => ({ role, member, inherit: true, set: false });
/** A membership that only says to whom a login belongs. */
export const marks = (role: string, member: string): MemberState => ({ role, member, inherit: false, set: false });
/** A membership that must be taken on with SET ROLE. */
export const takes = (role: string, member: string): MemberState => ({ role, member, inherit: false, set: true });
