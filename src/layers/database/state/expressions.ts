/** The expressions over `tenant_id` that walls and checks are written as. */
import { quoteLiteral } from "../sql/quote.ts";

export const TENANT = "tenant_id";
export const WRITTEN = {
  own: `${TENANT} = (SELECT app.tenant())`,
  wall: (tenant: string): string => `${WRITTEN.own} AND ${WRITTEN.tenant(tenant)}`,
  filled: `${TENANT} <> ''`,
  tenant: (tenant: string): string => `${TENANT} = ${quoteLiteral(tenant)}`,
};
