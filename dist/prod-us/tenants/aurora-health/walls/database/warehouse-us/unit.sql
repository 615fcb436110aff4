-- Bulkhead: tenant/aurora-health in store warehouse-us. Declared in tenants/aurora-health/tenant.ts.
-- One transaction, after the engine in the same session: it makes the database equal to what stands below, and changes nothing when it is.
BEGIN;
CALL pg_temp.begin_unit('tenant/aurora-health');
CALL pg_temp.role('t_aurora_health', false, false, -1, '{}'::text[], false);
CALL pg_temp.role('aurora_health_writer', false, true, -1, '{}'::text[], false);
CALL pg_temp.role('aurora_health_pipeline', true, true, 20, ARRAY['statement_timeout=30000', 'work_mem=32768'], false);
CALL pg_temp.role('aurora_health_registry', true, true, 20, ARRAY['statement_timeout=30000', 'work_mem=32768'], false);
CALL pg_temp.member('t_aurora_health', 'bh_api', false, false);
CALL pg_temp.member('bh_writer', 'aurora_health_writer', true, false);
CALL pg_temp.member('t_aurora_health', 'aurora_health_pipeline', false, false);
CALL pg_temp.member('aurora_health_writer', 'aurora_health_pipeline', true, false);
CALL pg_temp.member('bh_connect', 'aurora_health_pipeline', true, false);
CALL pg_temp.member('t_aurora_health', 'aurora_health_registry', false, false);
CALL pg_temp.member('c_public', 'aurora_health_registry', true, false);
CALL pg_temp.member('bh_connect', 'aurora_health_registry', true, false);
CALL pg_temp.password('aurora_health_pipeline', 'bulkhead.password_aurora_health_pipeline');
CALL pg_temp.password('aurora_health_registry', 'bulkhead.password_aurora_health_registry');
CALL pg_temp.schema('aurora_health__clinic__encounters', 'bh_owner', 'closed');
CALL pg_temp.schema('aurora_health__research__cohorts', 'bh_owner', 'closed');
CALL pg_temp.relation('aurora_health__clinic__encounters', 'encounters', 'bh_owner', NULL, ARRAY[
  ['tenant_id', 'text', 'NOT NULL', ''],
  ['encounter_id', 'uuid', 'NOT NULL', ''],
  ['patient', 'text', 'NOT NULL', ''],
  ['record_number', 'text', 'NOT NULL', ''],
  ['condition', 'text', '', ''],
  ['ward', 'text', 'NOT NULL', ''],
  ['admitted_at', 'timestamp with time zone', 'NOT NULL', ''],
  ['length_of_stay', 'integer', '', '']
], NULL, false);
CALL pg_temp.relation('aurora_health__research__cohorts', 'cohorts', 'bh_owner', NULL, ARRAY[
  ['tenant_id', 'text', 'NOT NULL', ''],
  ['cohort_id', 'integer', 'NOT NULL', ''],
  ['ward', 'text', 'NOT NULL', ''],
  ['condition', 'text', '', ''],
  ['mean_stay', 'numeric(6,2)', 'NOT NULL', '']
], NULL, false);
CALL pg_temp.key('aurora_health__clinic__encounters', 'encounters', 'encounters_pkey', 'PRIMARY KEY', ARRAY['tenant_id', 'encounter_id']);
CALL pg_temp.tenant_check('aurora_health__clinic__encounters', 'encounters', 'encounters_check_5a800fc66f', 'tenant_id <> ''''');
CALL pg_temp.tenant_check('aurora_health__clinic__encounters', 'encounters', 'encounters_check_6e3ce1d748', 'tenant_id = ''aurora-health''');
CALL pg_temp.key('aurora_health__research__cohorts', 'cohorts', 'cohorts_pkey', 'PRIMARY KEY', ARRAY['tenant_id', 'cohort_id', 'ward']);
CALL pg_temp.tenant_check('aurora_health__research__cohorts', 'cohorts', 'cohorts_check_5a800fc66f', 'tenant_id <> ''''');
CALL pg_temp.tenant_check('aurora_health__research__cohorts', 'cohorts', 'cohorts_check_6e3ce1d748', 'tenant_id = ''aurora-health''');
CALL pg_temp.force_row_security('aurora_health__clinic__encounters', 'encounters');
CALL pg_temp.policy('aurora_health__clinic__encounters', 'encounters', 'bh_read', true, 'SELECT', 'bh_view', 'tenant_id = (SELECT app.tenant())', NULL);
CALL pg_temp.policy('aurora_health__clinic__encounters', 'encounters', 'bh_write', true, 'ALL', 'bh_write', 'tenant_id = (SELECT app.tenant())', 'tenant_id = (SELECT app.tenant())');
CALL pg_temp.policy('aurora_health__clinic__encounters', 'encounters', 'bh_wall', false, 'ALL', 'public', 'tenant_id = (SELECT app.tenant()) AND tenant_id = ''aurora-health''', 'tenant_id = (SELECT app.tenant()) AND tenant_id = ''aurora-health''');
CALL pg_temp.force_row_security('aurora_health__research__cohorts', 'cohorts');
CALL pg_temp.policy('aurora_health__research__cohorts', 'cohorts', 'bh_read', true, 'SELECT', 'bh_view', 'tenant_id = (SELECT app.tenant())', NULL);
CALL pg_temp.policy('aurora_health__research__cohorts', 'cohorts', 'bh_write', true, 'ALL', 'bh_write', 'tenant_id = (SELECT app.tenant())', 'tenant_id = (SELECT app.tenant())');
CALL pg_temp.policy('aurora_health__research__cohorts', 'cohorts', 'bh_wall', false, 'ALL', 'public', 'tenant_id = (SELECT app.tenant()) AND tenant_id = ''aurora-health''', 'tenant_id = (SELECT app.tenant()) AND tenant_id = ''aurora-health''');
CALL pg_temp.view('aurora_health__clinic__encounters', 'encounters_public', 'bh_view', ARRAY['security_barrier=true'], $sql$
  SELECT
    t."tenant_id" AS "tenant_id",
    "left"(encode(sha256(convert_to(t."patient"::text, 'UTF8')), 'hex'), 16) AS "patient",
    CASE WHEN t."record_number" IS NULL THEN NULL::text WHEN length(t."record_number"::text) <= 4 THEN '****'::text ELSE '****' || "right"(t."record_number"::text, 4) END AS "record_number",
    CASE WHEN (SELECT EXISTS (SELECT 1 FROM app.named_principal p WHERE p."schema" = 'aurora_health__clinic__encounters' AND p."table" = 'encounters' AND p."column" = 'condition' AND p.tenant_id = app.tenant() AND p.principal = app.principal())) THEN t."condition" ELSE NULL::text END AS "condition"
  FROM "aurora_health__clinic__encounters"."encounters" t
$sql$);
CALL pg_temp.view('aurora_health__clinic__encounters', 'encounters_internal', 'bh_view', ARRAY['security_barrier=true'], $sql$
  SELECT
    t."tenant_id" AS "tenant_id",
    t."encounter_id" AS "encounter_id",
    "left"(encode(sha256(convert_to(t."patient"::text, 'UTF8')), 'hex'), 16) AS "patient",
    CASE WHEN t."record_number" IS NULL THEN NULL::text WHEN length(t."record_number"::text) <= 4 THEN '****'::text ELSE '****' || "right"(t."record_number"::text, 4) END AS "record_number",
    CASE WHEN (SELECT EXISTS (SELECT 1 FROM app.named_principal p WHERE p."schema" = 'aurora_health__clinic__encounters' AND p."table" = 'encounters' AND p."column" = 'condition' AND p.tenant_id = app.tenant() AND p.principal = app.principal())) THEN t."condition" ELSE NULL::text END AS "condition",
    t."ward" AS "ward",
    t."admitted_at" AS "admitted_at",
    t."length_of_stay" AS "length_of_stay"
  FROM "aurora_health__clinic__encounters"."encounters" t
$sql$);
CALL pg_temp.view('aurora_health__clinic__encounters', 'encounters_confidential', 'bh_view', ARRAY['security_barrier=true'], $sql$
  SELECT
    t."tenant_id" AS "tenant_id",
    t."encounter_id" AS "encounter_id",
    t."patient" AS "patient",
    t."record_number" AS "record_number",
    CASE WHEN (SELECT EXISTS (SELECT 1 FROM app.named_principal p WHERE p."schema" = 'aurora_health__clinic__encounters' AND p."table" = 'encounters' AND p."column" = 'condition' AND p.tenant_id = app.tenant() AND p.principal = app.principal())) THEN t."condition" ELSE NULL::text END AS "condition",
    t."ward" AS "ward",
    t."admitted_at" AS "admitted_at",
    t."length_of_stay" AS "length_of_stay"
  FROM "aurora_health__clinic__encounters"."encounters" t
$sql$);
CALL pg_temp.view('aurora_health__clinic__encounters', 'encounters_writer', 'bh_write', ARRAY['check_option=cascaded', 'security_barrier=true'], $sql$
  SELECT
    t."tenant_id" AS "tenant_id",
    t."encounter_id" AS "encounter_id",
    t."patient" AS "patient",
    t."record_number" AS "record_number",
    t."condition" AS "condition",
    t."ward" AS "ward",
    t."admitted_at" AS "admitted_at",
    t."length_of_stay" AS "length_of_stay"
  FROM "aurora_health__clinic__encounters"."encounters" t
$sql$);
CALL pg_temp.view('aurora_health__research__cohorts', 'cohorts_public', 'bh_view', ARRAY['security_barrier=true'], $sql$
  SELECT
    t."tenant_id" AS "tenant_id",
    CASE WHEN (SELECT EXISTS (SELECT 1 FROM app.named_principal p WHERE p."schema" = 'aurora_health__research__cohorts' AND p."table" = 'cohorts' AND p."column" = 'condition' AND p.tenant_id = app.tenant() AND p.principal = app.principal())) THEN t."condition" ELSE NULL::text END AS "condition"
  FROM "aurora_health__research__cohorts"."cohorts" t
$sql$);
CALL pg_temp.view('aurora_health__research__cohorts', 'cohorts_internal', 'bh_view', ARRAY['security_barrier=true'], $sql$
  SELECT
    t."tenant_id" AS "tenant_id",
    t."cohort_id" AS "cohort_id",
    t."ward" AS "ward",
    CASE WHEN (SELECT EXISTS (SELECT 1 FROM app.named_principal p WHERE p."schema" = 'aurora_health__research__cohorts' AND p."table" = 'cohorts' AND p."column" = 'condition' AND p.tenant_id = app.tenant() AND p.principal = app.principal())) THEN t."condition" ELSE NULL::text END AS "condition",
    t."mean_stay" AS "mean_stay"
  FROM "aurora_health__research__cohorts"."cohorts" t
$sql$);
CALL pg_temp.view('aurora_health__research__cohorts', 'cohorts_confidential', 'bh_view', ARRAY['security_barrier=true'], $sql$
  SELECT
    t."tenant_id" AS "tenant_id",
    t."cohort_id" AS "cohort_id",
    t."ward" AS "ward",
    CASE WHEN (SELECT EXISTS (SELECT 1 FROM app.named_principal p WHERE p."schema" = 'aurora_health__research__cohorts' AND p."table" = 'cohorts' AND p."column" = 'condition' AND p.tenant_id = app.tenant() AND p.principal = app.principal())) THEN t."condition" ELSE NULL::text END AS "condition",
    t."mean_stay" AS "mean_stay"
  FROM "aurora_health__research__cohorts"."cohorts" t
$sql$);
CALL pg_temp.view('aurora_health__research__cohorts', 'cohorts_writer', 'bh_write', ARRAY['check_option=cascaded', 'security_barrier=true'], $sql$
  SELECT
    t."tenant_id" AS "tenant_id",
    t."cohort_id" AS "cohort_id",
    t."ward" AS "ward",
    t."condition" AS "condition",
    t."mean_stay" AS "mean_stay"
  FROM "aurora_health__research__cohorts"."cohorts" t
$sql$);
CALL pg_temp.allow('USAGE', 'schema', 'aurora_health__clinic__encounters', 'aurora_health__clinic__encounters', 'c_public');
CALL pg_temp.allow('USAGE', 'schema', 'aurora_health__clinic__encounters', 'aurora_health__clinic__encounters', 'c_internal');
CALL pg_temp.allow('USAGE', 'schema', 'aurora_health__clinic__encounters', 'aurora_health__clinic__encounters', 'c_confidential');
CALL pg_temp.allow('USAGE', 'schema', 'aurora_health__clinic__encounters', 'aurora_health__clinic__encounters', 'aurora_health_writer');
CALL pg_temp.allow('USAGE', 'schema', 'aurora_health__research__cohorts', 'aurora_health__research__cohorts', 'c_public');
CALL pg_temp.allow('USAGE', 'schema', 'aurora_health__research__cohorts', 'aurora_health__research__cohorts', 'c_internal');
CALL pg_temp.allow('USAGE', 'schema', 'aurora_health__research__cohorts', 'aurora_health__research__cohorts', 'c_confidential');
CALL pg_temp.allow('USAGE', 'schema', 'aurora_health__research__cohorts', 'aurora_health__research__cohorts', 'aurora_health_writer');
CALL pg_temp.allow('SELECT', 'table', 'aurora_health__clinic__encounters', 'encounters', 'bh_view');
CALL pg_temp.allow('SELECT, INSERT, UPDATE, DELETE', 'table', 'aurora_health__clinic__encounters', 'encounters', 'bh_write');
CALL pg_temp.allow('SELECT', 'table', 'aurora_health__clinic__encounters', 'encounters_public', 'c_public');
CALL pg_temp.allow('SELECT', 'table', 'aurora_health__clinic__encounters', 'encounters_internal', 'c_internal');
CALL pg_temp.allow('SELECT', 'table', 'aurora_health__clinic__encounters', 'encounters_confidential', 'c_confidential');
CALL pg_temp.allow('SELECT, INSERT, UPDATE, DELETE', 'table', 'aurora_health__clinic__encounters', 'encounters_writer', 'aurora_health_writer');
CALL pg_temp.allow('SELECT', 'table', 'aurora_health__research__cohorts', 'cohorts', 'bh_view');
CALL pg_temp.allow('SELECT, INSERT, UPDATE, DELETE', 'table', 'aurora_health__research__cohorts', 'cohorts', 'bh_write');
CALL pg_temp.allow('SELECT', 'table', 'aurora_health__research__cohorts', 'cohorts_public', 'c_public');
CALL pg_temp.allow('SELECT', 'table', 'aurora_health__research__cohorts', 'cohorts_internal', 'c_internal');
CALL pg_temp.allow('SELECT', 'table', 'aurora_health__research__cohorts', 'cohorts_confidential', 'c_confidential');
CALL pg_temp.allow('SELECT, INSERT, UPDATE, DELETE', 'table', 'aurora_health__research__cohorts', 'cohorts_writer', 'aurora_health_writer');
CALL pg_temp.principal('aurora-health', 'aurora_health__clinic__encounters', 'encounters', 'condition', 'chief-physician@aurora.example');
CALL pg_temp.principal('aurora-health', 'aurora_health__clinic__encounters', 'encounters', 'condition', 'privacy@aurora.example');
CALL pg_temp.principal('aurora-health', 'aurora_health__research__cohorts', 'cohorts', 'condition', 'chief-physician@aurora.example');
CALL pg_temp.principal('aurora-health', 'aurora_health__research__cohorts', 'cohorts', 'condition', 'privacy@aurora.example');
CALL pg_temp.finish('aurora-health', '83879a595fba4250b9d4375e0e6482246134afaa9a0a701d10c36da5d6726cdc');
COMMIT;
