-- Bulkhead: tenant/northwind in store warehouse-eu. Declared in tenants/northwind/tenant.ts.
-- One transaction, after the engine in the same session: it makes the database equal to what stands below, and changes nothing when it is.
BEGIN;
CALL pg_temp.begin_unit('tenant/northwind');
CALL pg_temp.role('t_northwind', false, false, -1, '{}'::text[], false);
CALL pg_temp.role('northwind_writer', false, true, -1, '{}'::text[], false);
CALL pg_temp.role('northwind_pipeline', true, true, 80, ARRAY['statement_timeout=120000', 'work_mem=131072'], false);
CALL pg_temp.role('northwind_reporting', true, true, 80, ARRAY['statement_timeout=120000', 'work_mem=131072'], false);
CALL pg_temp.role('northwind_billing', true, true, 80, ARRAY['statement_timeout=120000', 'work_mem=131072'], false);
CALL pg_temp.member('t_northwind', 'bh_api', false, false);
CALL pg_temp.member('bh_writer', 'northwind_writer', true, false);
CALL pg_temp.member('t_northwind', 'northwind_pipeline', false, false);
CALL pg_temp.member('northwind_writer', 'northwind_pipeline', true, false);
CALL pg_temp.member('bh_connect', 'northwind_pipeline', true, false);
CALL pg_temp.member('t_northwind', 'northwind_reporting', false, false);
CALL pg_temp.member('c_internal', 'northwind_reporting', true, false);
CALL pg_temp.member('bh_connect', 'northwind_reporting', true, false);
CALL pg_temp.member('t_northwind', 'northwind_billing', false, false);
CALL pg_temp.member('c_confidential', 'northwind_billing', true, false);
CALL pg_temp.member('bh_connect', 'northwind_billing', true, false);
CALL pg_temp.password('northwind_pipeline', 'bulkhead.password_northwind_pipeline');
CALL pg_temp.password('northwind_reporting', 'bulkhead.password_northwind_reporting');
CALL pg_temp.password('northwind_billing', 'bulkhead.password_northwind_billing');
CALL pg_temp.schema('northwind__crm__customers', 'bh_owner', 'closed');
CALL pg_temp.schema('northwind__logistics__tracking', 'bh_owner', 'closed');
CALL pg_temp.schema('northwind__sales__orders', 'bh_owner', 'closed');
CALL pg_temp.schema('northwind__sales__revenue', 'bh_owner', 'closed');
CALL pg_temp.relation('northwind__crm__customers', 'customers', 'bh_owner', NULL, ARRAY[
  ['tenant_id', 'text', 'NOT NULL', ''],
  ['customer_id', 'uuid', 'NOT NULL', ''],
  ['name', 'text', 'NOT NULL', ''],
  ['email', 'text', 'NOT NULL', ''],
  ['tax_number', 'character varying(20)', '', ''],
  ['country', 'character(2)', 'NOT NULL', ''],
  ['credit_limit', 'numeric(12,2)', 'NOT NULL', ''],
  ['passport', 'text', '', ''],
  ['created_at', 'timestamp with time zone', 'NOT NULL', '']
], NULL, false);
CALL pg_temp.relation('northwind__logistics__tracking', 'positions', 'bh_owner', NULL, ARRAY[
  ['tenant_id', 'text', 'NOT NULL', ''],
  ['vehicle', 'text', 'NOT NULL', ''],
  ['measured_at', 'timestamp with time zone', 'NOT NULL', ''],
  ['latitude', 'double precision', 'NOT NULL', ''],
  ['longitude', 'double precision', 'NOT NULL', ''],
  ['driver', 'text', '', '']
], 'measured_at', false);
CALL pg_temp.relation('northwind__sales__orders', 'orders', 'bh_owner', NULL, ARRAY[
  ['tenant_id', 'text', 'NOT NULL', ''],
  ['order_id', 'uuid', 'NOT NULL', ''],
  ['customer_id', 'uuid', 'NOT NULL', ''],
  ['customer_name', 'text', 'NOT NULL', ''],
  ['card', 'text', '', ''],
  ['currency', 'character(3)', 'NOT NULL', ''],
  ['amount', 'numeric(12,2)', 'NOT NULL', ''],
  ['margin', 'numeric(12,2)', 'NOT NULL', ''],
  ['ordered_at', 'timestamp with time zone', 'NOT NULL', '']
], NULL, false);
CALL pg_temp.relation('northwind__sales__revenue', 'daily', 'bh_owner', NULL, ARRAY[
  ['tenant_id', 'text', 'NOT NULL', ''],
  ['day', 'date', 'NOT NULL', ''],
  ['country', 'character(2)', 'NOT NULL', ''],
  ['revenue', 'numeric(14,2)', 'NOT NULL', ''],
  ['margin', 'numeric(14,2)', 'NOT NULL', ''],
  ['buyers', 'bigint', 'NOT NULL', '']
], NULL, false);
CALL pg_temp.partition('northwind__logistics__tracking', 'positions', 'positions_p202610', 'FOR VALUES FROM (''2026-10-01 00:00:00+00'') TO (''2026-11-01 00:00:00+00'')');
CALL pg_temp.partition('northwind__logistics__tracking', 'positions', 'positions_p202611', 'FOR VALUES FROM (''2026-11-01 00:00:00+00'') TO (''2026-12-01 00:00:00+00'')');
CALL pg_temp.partition('northwind__logistics__tracking', 'positions', 'positions_p202612', 'FOR VALUES FROM (''2026-12-01 00:00:00+00'') TO (''2027-01-01 00:00:00+00'')');
CALL pg_temp.partition('northwind__logistics__tracking', 'positions', 'positions_p202701', 'FOR VALUES FROM (''2027-01-01 00:00:00+00'') TO (''2027-02-01 00:00:00+00'')');
CALL pg_temp.partition('northwind__logistics__tracking', 'positions', 'positions_p202702', 'FOR VALUES FROM (''2027-02-01 00:00:00+00'') TO (''2027-03-01 00:00:00+00'')');
CALL pg_temp.partition('northwind__logistics__tracking', 'positions', 'positions_p202703', 'FOR VALUES FROM (''2027-03-01 00:00:00+00'') TO (''2027-04-01 00:00:00+00'')');
CALL pg_temp.partition('northwind__logistics__tracking', 'positions', 'positions_pdefault', 'DEFAULT');
CALL pg_temp.key('northwind__crm__customers', 'customers', 'customers_pkey', 'PRIMARY KEY', ARRAY['tenant_id', 'customer_id']);
CALL pg_temp.tenant_check('northwind__crm__customers', 'customers', 'customers_check_5a800fc66f', 'tenant_id <> ''''');
CALL pg_temp.tenant_check('northwind__crm__customers', 'customers', 'customers_check_6e3ce1d748', 'tenant_id = ''northwind''');
CALL pg_temp.key('northwind__logistics__tracking', 'positions', 'positions_pkey', 'PRIMARY KEY', ARRAY['tenant_id', 'vehicle', 'measured_at']);
CALL pg_temp.tenant_check('northwind__logistics__tracking', 'positions', 'positions_check_5a800fc66f', 'tenant_id <> ''''');
CALL pg_temp.tenant_check('northwind__logistics__tracking', 'positions', 'positions_check_6e3ce1d748', 'tenant_id = ''northwind''');
CALL pg_temp.key('northwind__sales__orders', 'orders', 'orders_pkey', 'PRIMARY KEY', ARRAY['tenant_id', 'order_id']);
CALL pg_temp.tenant_check('northwind__sales__orders', 'orders', 'orders_check_5a800fc66f', 'tenant_id <> ''''');
CALL pg_temp.tenant_check('northwind__sales__orders', 'orders', 'orders_check_6e3ce1d748', 'tenant_id = ''northwind''');
CALL pg_temp.key('northwind__sales__revenue', 'daily', 'daily_pkey', 'PRIMARY KEY', ARRAY['tenant_id', 'day', 'country']);
CALL pg_temp.tenant_check('northwind__sales__revenue', 'daily', 'daily_check_5a800fc66f', 'tenant_id <> ''''');
CALL pg_temp.tenant_check('northwind__sales__revenue', 'daily', 'daily_check_6e3ce1d748', 'tenant_id = ''northwind''');
CALL pg_temp.reference('northwind__sales__orders', 'orders', 'orders_fkey_6702e6bf5d', ARRAY['tenant_id', 'customer_id'], 'northwind__crm__customers', 'customers', ARRAY['tenant_id', 'customer_id'], 'RESTRICT');
CALL pg_temp.index('northwind__crm__customers', 'customers', 'customers_idx_aff64e4fd5', ARRAY['tenant_id', 'country']);
CALL pg_temp.force_row_security('northwind__crm__customers', 'customers');
CALL pg_temp.policy('northwind__crm__customers', 'customers', 'bh_read', true, 'SELECT', 'bh_view', 'tenant_id = (SELECT app.tenant())', NULL);
CALL pg_temp.policy('northwind__crm__customers', 'customers', 'bh_write', true, 'ALL', 'bh_write', 'tenant_id = (SELECT app.tenant())', 'tenant_id = (SELECT app.tenant())');
CALL pg_temp.policy('northwind__crm__customers', 'customers', 'bh_wall', false, 'ALL', 'public', 'tenant_id = (SELECT app.tenant()) AND tenant_id = ''northwind''', 'tenant_id = (SELECT app.tenant()) AND tenant_id = ''northwind''');
CALL pg_temp.force_row_security('northwind__logistics__tracking', 'positions');
CALL pg_temp.policy('northwind__logistics__tracking', 'positions', 'bh_read', true, 'SELECT', 'bh_view', 'tenant_id = (SELECT app.tenant())', NULL);
CALL pg_temp.policy('northwind__logistics__tracking', 'positions', 'bh_write', true, 'ALL', 'bh_write', 'tenant_id = (SELECT app.tenant())', 'tenant_id = (SELECT app.tenant())');
CALL pg_temp.policy('northwind__logistics__tracking', 'positions', 'bh_wall', false, 'ALL', 'public', 'tenant_id = (SELECT app.tenant()) AND tenant_id = ''northwind''', 'tenant_id = (SELECT app.tenant()) AND tenant_id = ''northwind''');
CALL pg_temp.index('northwind__sales__orders', 'orders', 'orders_idx_4a8234b0d6', ARRAY['tenant_id', 'ordered_at']);
CALL pg_temp.index('northwind__sales__orders', 'orders', 'orders_idx_1e38d67dbe', ARRAY['tenant_id', 'customer_id']);
CALL pg_temp.force_row_security('northwind__sales__orders', 'orders');
CALL pg_temp.policy('northwind__sales__orders', 'orders', 'bh_read', true, 'SELECT', 'bh_view', 'tenant_id = (SELECT app.tenant())', NULL);
CALL pg_temp.policy('northwind__sales__orders', 'orders', 'bh_write', true, 'ALL', 'bh_write', 'tenant_id = (SELECT app.tenant())', 'tenant_id = (SELECT app.tenant())');
CALL pg_temp.policy('northwind__sales__orders', 'orders', 'bh_wall', false, 'ALL', 'public', 'tenant_id = (SELECT app.tenant()) AND tenant_id = ''northwind''', 'tenant_id = (SELECT app.tenant()) AND tenant_id = ''northwind''');
CALL pg_temp.force_row_security('northwind__sales__revenue', 'daily');
CALL pg_temp.policy('northwind__sales__revenue', 'daily', 'bh_read', true, 'SELECT', 'bh_view', 'tenant_id = (SELECT app.tenant())', NULL);
CALL pg_temp.policy('northwind__sales__revenue', 'daily', 'bh_write', true, 'ALL', 'bh_write', 'tenant_id = (SELECT app.tenant())', 'tenant_id = (SELECT app.tenant())');
CALL pg_temp.policy('northwind__sales__revenue', 'daily', 'bh_wall', false, 'ALL', 'public', 'tenant_id = (SELECT app.tenant()) AND tenant_id = ''northwind''', 'tenant_id = (SELECT app.tenant()) AND tenant_id = ''northwind''');
CALL pg_temp.view('northwind__crm__customers', 'customers_public', 'bh_view', ARRAY['security_barrier=true'], $sql$
  SELECT
    t."tenant_id" AS "tenant_id",
    "left"(encode(sha256(convert_to(t."name"::text, 'UTF8')), 'hex'), 16) AS "name",
    CASE WHEN t."email" IS NOT NULL THEN '[REDACTED]'::text END AS "email",
    CASE WHEN t."tax_number" IS NULL THEN NULL::text WHEN length(t."tax_number"::text) <= 4 THEN '****'::text ELSE '****' || "right"(t."tax_number"::text, 4) END AS "tax_number",
    t."country" AS "country",
    CASE WHEN (SELECT EXISTS (SELECT 1 FROM app.named_principal p WHERE p."schema" = 'northwind__crm__customers' AND p."table" = 'customers' AND p."column" = 'passport' AND p.tenant_id = app.tenant() AND p.principal = app.principal())) THEN t."passport" ELSE NULL::text END AS "passport"
  FROM "northwind__crm__customers"."customers" t
$sql$);
CALL pg_temp.view('northwind__crm__customers', 'customers_internal', 'bh_view', ARRAY['security_barrier=true'], $sql$
  SELECT
    t."tenant_id" AS "tenant_id",
    t."customer_id" AS "customer_id",
    "left"(encode(sha256(convert_to(t."name"::text, 'UTF8')), 'hex'), 16) AS "name",
    CASE WHEN t."email" IS NOT NULL THEN '[REDACTED]'::text END AS "email",
    CASE WHEN t."tax_number" IS NULL THEN NULL::text WHEN length(t."tax_number"::text) <= 4 THEN '****'::text ELSE '****' || "right"(t."tax_number"::text, 4) END AS "tax_number",
    t."country" AS "country",
    CASE WHEN (SELECT EXISTS (SELECT 1 FROM app.named_principal p WHERE p."schema" = 'northwind__crm__customers' AND p."table" = 'customers' AND p."column" = 'passport' AND p.tenant_id = app.tenant() AND p.principal = app.principal())) THEN t."passport" ELSE NULL::text END AS "passport",
    t."created_at" AS "created_at"
  FROM "northwind__crm__customers"."customers" t
$sql$);
CALL pg_temp.view('northwind__crm__customers', 'customers_confidential', 'bh_view', ARRAY['security_barrier=true'], $sql$
  SELECT
    t."tenant_id" AS "tenant_id",
    t."customer_id" AS "customer_id",
    t."name" AS "name",
    t."email" AS "email",
    t."tax_number" AS "tax_number",
    t."country" AS "country",
    t."credit_limit" AS "credit_limit",
    CASE WHEN (SELECT EXISTS (SELECT 1 FROM app.named_principal p WHERE p."schema" = 'northwind__crm__customers' AND p."table" = 'customers' AND p."column" = 'passport' AND p.tenant_id = app.tenant() AND p.principal = app.principal())) THEN t."passport" ELSE NULL::text END AS "passport",
    t."created_at" AS "created_at"
  FROM "northwind__crm__customers"."customers" t
$sql$);
CALL pg_temp.view('northwind__crm__customers', 'customers_writer', 'bh_write', ARRAY['check_option=cascaded', 'security_barrier=true'], $sql$
  SELECT
    t."tenant_id" AS "tenant_id",
    t."customer_id" AS "customer_id",
    t."name" AS "name",
    t."email" AS "email",
    t."tax_number" AS "tax_number",
    t."country" AS "country",
    t."credit_limit" AS "credit_limit",
    t."passport" AS "passport",
    t."created_at" AS "created_at"
  FROM "northwind__crm__customers"."customers" t
$sql$);
CALL pg_temp.view('northwind__logistics__tracking', 'positions_public', 'bh_view', ARRAY['security_barrier=true'], $sql$
  SELECT
    t."tenant_id" AS "tenant_id",
    "left"(encode(sha256(convert_to(t."driver"::text, 'UTF8')), 'hex'), 16) AS "driver"
  FROM "northwind__logistics__tracking"."positions" t
$sql$);
CALL pg_temp.view('northwind__logistics__tracking', 'positions_internal', 'bh_view', ARRAY['security_barrier=true'], $sql$
  SELECT
    t."tenant_id" AS "tenant_id",
    t."vehicle" AS "vehicle",
    t."measured_at" AS "measured_at",
    "left"(encode(sha256(convert_to(t."driver"::text, 'UTF8')), 'hex'), 16) AS "driver"
  FROM "northwind__logistics__tracking"."positions" t
$sql$);
CALL pg_temp.view('northwind__logistics__tracking', 'positions_confidential', 'bh_view', ARRAY['security_barrier=true'], $sql$
  SELECT
    t."tenant_id" AS "tenant_id",
    t."vehicle" AS "vehicle",
    t."measured_at" AS "measured_at",
    t."latitude" AS "latitude",
    t."longitude" AS "longitude",
    t."driver" AS "driver"
  FROM "northwind__logistics__tracking"."positions" t
$sql$);
CALL pg_temp.view('northwind__logistics__tracking', 'positions_writer', 'bh_write', ARRAY['check_option=cascaded', 'security_barrier=true'], $sql$
  SELECT
    t."tenant_id" AS "tenant_id",
    t."vehicle" AS "vehicle",
    t."measured_at" AS "measured_at",
    t."latitude" AS "latitude",
    t."longitude" AS "longitude",
    t."driver" AS "driver"
  FROM "northwind__logistics__tracking"."positions" t
$sql$);
CALL pg_temp.view('northwind__sales__orders', 'orders_public', 'bh_view', ARRAY['security_barrier=true'], $sql$
  SELECT
    t."tenant_id" AS "tenant_id",
    "left"(encode(sha256(convert_to(t."customer_name"::text, 'UTF8')), 'hex'), 16) AS "customer_name",
    CASE WHEN t."card" IS NULL THEN NULL::text WHEN length(t."card"::text) <= 4 THEN '****'::text ELSE '****' || "right"(t."card"::text, 4) END AS "card",
    t."currency" AS "currency"
  FROM "northwind__sales__orders"."orders" t
$sql$);
CALL pg_temp.view('northwind__sales__orders', 'orders_internal', 'bh_view', ARRAY['security_barrier=true'], $sql$
  SELECT
    t."tenant_id" AS "tenant_id",
    t."order_id" AS "order_id",
    t."customer_id" AS "customer_id",
    "left"(encode(sha256(convert_to(t."customer_name"::text, 'UTF8')), 'hex'), 16) AS "customer_name",
    CASE WHEN t."card" IS NULL THEN NULL::text WHEN length(t."card"::text) <= 4 THEN '****'::text ELSE '****' || "right"(t."card"::text, 4) END AS "card",
    t."currency" AS "currency",
    t."amount" AS "amount",
    t."ordered_at" AS "ordered_at"
  FROM "northwind__sales__orders"."orders" t
$sql$);
CALL pg_temp.view('northwind__sales__orders', 'orders_confidential', 'bh_view', ARRAY['security_barrier=true'], $sql$
  SELECT
    t."tenant_id" AS "tenant_id",
    t."order_id" AS "order_id",
    t."customer_id" AS "customer_id",
    t."customer_name" AS "customer_name",
    t."card" AS "card",
    t."currency" AS "currency",
    t."amount" AS "amount",
    t."margin" AS "margin",
    t."ordered_at" AS "ordered_at"
  FROM "northwind__sales__orders"."orders" t
$sql$);
CALL pg_temp.view('northwind__sales__orders', 'orders_writer', 'bh_write', ARRAY['check_option=cascaded', 'security_barrier=true'], $sql$
  SELECT
    t."tenant_id" AS "tenant_id",
    t."order_id" AS "order_id",
    t."customer_id" AS "customer_id",
    t."customer_name" AS "customer_name",
    t."card" AS "card",
    t."currency" AS "currency",
    t."amount" AS "amount",
    t."margin" AS "margin",
    t."ordered_at" AS "ordered_at"
  FROM "northwind__sales__orders"."orders" t
$sql$);
CALL pg_temp.view('northwind__sales__revenue', 'daily_public', 'bh_view', ARRAY['security_barrier=true'], $sql$
  SELECT
    t."tenant_id" AS "tenant_id"
  FROM "northwind__sales__revenue"."daily" t
$sql$);
CALL pg_temp.view('northwind__sales__revenue', 'daily_internal', 'bh_view', ARRAY['security_barrier=true'], $sql$
  SELECT
    t."tenant_id" AS "tenant_id",
    t."day" AS "day",
    t."country" AS "country",
    t."revenue" AS "revenue",
    t."buyers" AS "buyers"
  FROM "northwind__sales__revenue"."daily" t
$sql$);
CALL pg_temp.view('northwind__sales__revenue', 'daily_confidential', 'bh_view', ARRAY['security_barrier=true'], $sql$
  SELECT
    t."tenant_id" AS "tenant_id",
    t."day" AS "day",
    t."country" AS "country",
    t."revenue" AS "revenue",
    t."margin" AS "margin",
    t."buyers" AS "buyers"
  FROM "northwind__sales__revenue"."daily" t
$sql$);
CALL pg_temp.view('northwind__sales__revenue', 'daily_writer', 'bh_write', ARRAY['check_option=cascaded', 'security_barrier=true'], $sql$
  SELECT
    t."tenant_id" AS "tenant_id",
    t."day" AS "day",
    t."country" AS "country",
    t."revenue" AS "revenue",
    t."margin" AS "margin",
    t."buyers" AS "buyers"
  FROM "northwind__sales__revenue"."daily" t
$sql$);
CALL pg_temp.allow('USAGE', 'schema', 'northwind__crm__customers', 'northwind__crm__customers', 'c_public');
CALL pg_temp.allow('USAGE', 'schema', 'northwind__crm__customers', 'northwind__crm__customers', 'c_internal');
CALL pg_temp.allow('USAGE', 'schema', 'northwind__crm__customers', 'northwind__crm__customers', 'c_confidential');
CALL pg_temp.allow('USAGE', 'schema', 'northwind__crm__customers', 'northwind__crm__customers', 'northwind_writer');
CALL pg_temp.allow('USAGE', 'schema', 'northwind__logistics__tracking', 'northwind__logistics__tracking', 'c_public');
CALL pg_temp.allow('USAGE', 'schema', 'northwind__logistics__tracking', 'northwind__logistics__tracking', 'c_internal');
CALL pg_temp.allow('USAGE', 'schema', 'northwind__logistics__tracking', 'northwind__logistics__tracking', 'c_confidential');
CALL pg_temp.allow('USAGE', 'schema', 'northwind__logistics__tracking', 'northwind__logistics__tracking', 'northwind_writer');
CALL pg_temp.allow('USAGE', 'schema', 'northwind__sales__orders', 'northwind__sales__orders', 'c_public');
CALL pg_temp.allow('USAGE', 'schema', 'northwind__sales__orders', 'northwind__sales__orders', 'c_internal');
CALL pg_temp.allow('USAGE', 'schema', 'northwind__sales__orders', 'northwind__sales__orders', 'c_confidential');
CALL pg_temp.allow('USAGE', 'schema', 'northwind__sales__orders', 'northwind__sales__orders', 'northwind_writer');
CALL pg_temp.allow('USAGE', 'schema', 'northwind__sales__revenue', 'northwind__sales__revenue', 'c_public');
CALL pg_temp.allow('USAGE', 'schema', 'northwind__sales__revenue', 'northwind__sales__revenue', 'c_internal');
CALL pg_temp.allow('USAGE', 'schema', 'northwind__sales__revenue', 'northwind__sales__revenue', 'c_confidential');
CALL pg_temp.allow('USAGE', 'schema', 'northwind__sales__revenue', 'northwind__sales__revenue', 'northwind_writer');
CALL pg_temp.allow('SELECT', 'table', 'northwind__crm__customers', 'customers', 'bh_view');
CALL pg_temp.allow('SELECT, INSERT, UPDATE, DELETE', 'table', 'northwind__crm__customers', 'customers', 'bh_write');
CALL pg_temp.allow('SELECT', 'table', 'northwind__crm__customers', 'customers_public', 'c_public');
CALL pg_temp.allow('SELECT', 'table', 'northwind__crm__customers', 'customers_internal', 'c_internal');
CALL pg_temp.allow('SELECT', 'table', 'northwind__crm__customers', 'customers_confidential', 'c_confidential');
CALL pg_temp.allow('SELECT, INSERT, UPDATE, DELETE', 'table', 'northwind__crm__customers', 'customers_writer', 'northwind_writer');
CALL pg_temp.allow('SELECT', 'table', 'northwind__logistics__tracking', 'positions', 'bh_view');
CALL pg_temp.allow('SELECT, INSERT, UPDATE, DELETE', 'table', 'northwind__logistics__tracking', 'positions', 'bh_write');
CALL pg_temp.allow('SELECT', 'table', 'northwind__logistics__tracking', 'positions_public', 'c_public');
CALL pg_temp.allow('SELECT', 'table', 'northwind__logistics__tracking', 'positions_internal', 'c_internal');
CALL pg_temp.allow('SELECT', 'table', 'northwind__logistics__tracking', 'positions_confidential', 'c_confidential');
CALL pg_temp.allow('SELECT, INSERT, UPDATE, DELETE', 'table', 'northwind__logistics__tracking', 'positions_writer', 'northwind_writer');
CALL pg_temp.allow('SELECT', 'table', 'northwind__sales__orders', 'orders', 'bh_view');
CALL pg_temp.allow('SELECT, INSERT, UPDATE, DELETE', 'table', 'northwind__sales__orders', 'orders', 'bh_write');
CALL pg_temp.allow('SELECT', 'table', 'northwind__sales__orders', 'orders_public', 'c_public');
CALL pg_temp.allow('SELECT', 'table', 'northwind__sales__orders', 'orders_internal', 'c_internal');
CALL pg_temp.allow('SELECT', 'table', 'northwind__sales__orders', 'orders_confidential', 'c_confidential');
CALL pg_temp.allow('SELECT, INSERT, UPDATE, DELETE', 'table', 'northwind__sales__orders', 'orders_writer', 'northwind_writer');
CALL pg_temp.allow('SELECT', 'table', 'northwind__sales__revenue', 'daily', 'bh_view');
CALL pg_temp.allow('SELECT, INSERT, UPDATE, DELETE', 'table', 'northwind__sales__revenue', 'daily', 'bh_write');
CALL pg_temp.allow('SELECT', 'table', 'northwind__sales__revenue', 'daily_public', 'c_public');
CALL pg_temp.allow('SELECT', 'table', 'northwind__sales__revenue', 'daily_internal', 'c_internal');
CALL pg_temp.allow('SELECT', 'table', 'northwind__sales__revenue', 'daily_confidential', 'c_confidential');
CALL pg_temp.allow('SELECT, INSERT, UPDATE, DELETE', 'table', 'northwind__sales__revenue', 'daily_writer', 'northwind_writer');
CALL pg_temp.principal('northwind', 'northwind__crm__customers', 'customers', 'passport', 'dpo@northwind.example');
CALL pg_temp.finish('northwind', '3462798219d8807b56270e856a338049af5c6dde6aee216512cdedfd6ea92412');
COMMIT;
