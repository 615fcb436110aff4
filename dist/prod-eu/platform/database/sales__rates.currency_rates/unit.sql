-- Bulkhead: shared/sales__rates.currency_rates in store warehouse-eu. Declared in tenants/_shared/reference.ts.
-- One transaction, after the engine in the same session: it makes the database equal to what stands below, and changes nothing when it is.
BEGIN;
CALL pg_temp.begin_unit('shared/sales__rates.currency_rates');
CALL pg_temp.schema('sales__rates', 'bh_owner', 'shared');
CALL pg_temp.relation('sales__rates', 'currency_rates', 'bh_owner', 'Rates against the tenant''s book currency, one row a currency and day', ARRAY[
  ['tenant_id', 'text', 'NOT NULL', ''],
  ['currency', 'character(3)', 'NOT NULL', ''],
  ['valid_on', 'date', 'NOT NULL', ''],
  ['rate', 'numeric(18,8)', 'NOT NULL', ''],
  ['source', 'text', '', '']
], NULL, false);
CALL pg_temp.key('sales__rates', 'currency_rates', 'currency_rates_pkey', 'PRIMARY KEY', ARRAY['tenant_id', 'currency', 'valid_on']);
CALL pg_temp.tenant_check('sales__rates', 'currency_rates', 'currency_rates_check_5a800fc66f', 'tenant_id <> ''''');
CALL pg_temp.force_row_security('sales__rates', 'currency_rates');
CALL pg_temp.policy('sales__rates', 'currency_rates', 'bh_read', true, 'SELECT', 'bh_view', 'tenant_id = (SELECT app.tenant())', NULL);
CALL pg_temp.policy('sales__rates', 'currency_rates', 'bh_write', true, 'ALL', 'bh_write', 'tenant_id = (SELECT app.tenant())', 'tenant_id = (SELECT app.tenant())');
CALL pg_temp.policy('sales__rates', 'currency_rates', 'bh_wall', false, 'ALL', 'public', 'tenant_id = (SELECT app.tenant())', 'tenant_id = (SELECT app.tenant())');
CALL pg_temp.view('sales__rates', 'currency_rates_public', 'bh_view', ARRAY['security_barrier=true'], $sql$
  SELECT
    t."tenant_id" AS "tenant_id",
    t."currency" AS "currency",
    t."valid_on" AS "valid_on"
  FROM "sales__rates"."currency_rates" t
$sql$);
CALL pg_temp.view('sales__rates', 'currency_rates_internal', 'bh_view', ARRAY['security_barrier=true'], $sql$
  SELECT
    t."tenant_id" AS "tenant_id",
    t."currency" AS "currency",
    t."valid_on" AS "valid_on",
    t."rate" AS "rate",
    t."source" AS "source"
  FROM "sales__rates"."currency_rates" t
$sql$);
CALL pg_temp.view('sales__rates', 'currency_rates_confidential', 'bh_view', ARRAY['security_barrier=true'], $sql$
  SELECT
    t."tenant_id" AS "tenant_id",
    t."currency" AS "currency",
    t."valid_on" AS "valid_on",
    t."rate" AS "rate",
    t."source" AS "source"
  FROM "sales__rates"."currency_rates" t
$sql$);
CALL pg_temp.view('sales__rates', 'currency_rates_writer', 'bh_write', ARRAY['check_option=cascaded', 'security_barrier=true'], $sql$
  SELECT
    t."tenant_id" AS "tenant_id",
    t."currency" AS "currency",
    t."valid_on" AS "valid_on",
    t."rate" AS "rate",
    t."source" AS "source"
  FROM "sales__rates"."currency_rates" t
$sql$);
CALL pg_temp.allow('USAGE', 'schema', 'sales__rates', 'sales__rates', 'c_public');
CALL pg_temp.allow('USAGE', 'schema', 'sales__rates', 'sales__rates', 'c_internal');
CALL pg_temp.allow('USAGE', 'schema', 'sales__rates', 'sales__rates', 'c_confidential');
CALL pg_temp.allow('USAGE', 'schema', 'sales__rates', 'sales__rates', 'bh_writer');
CALL pg_temp.allow('SELECT', 'table', 'sales__rates', 'currency_rates', 'bh_view');
CALL pg_temp.allow('SELECT, INSERT, UPDATE, DELETE', 'table', 'sales__rates', 'currency_rates', 'bh_write');
CALL pg_temp.allow('SELECT', 'table', 'sales__rates', 'currency_rates_public', 'c_public');
CALL pg_temp.allow('SELECT', 'table', 'sales__rates', 'currency_rates_internal', 'c_internal');
CALL pg_temp.allow('SELECT', 'table', 'sales__rates', 'currency_rates_confidential', 'c_confidential');
CALL pg_temp.allow('SELECT, INSERT, UPDATE, DELETE', 'table', 'sales__rates', 'currency_rates_writer', 'bh_writer');
CALL pg_temp.finish(NULL, '7504ec9ddfe604d443ff04e1a8cc9fe023e314895a78cfcd9f101a03296ab0cf');
COMMIT;
