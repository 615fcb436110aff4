-- Bulkhead: tenant/helvetia-insurance in store warehouse-eu. Declared in tenants/helvetia-insurance/tenant.ts.
-- One transaction, after the engine in the same session: it makes the database equal to what stands below, and changes nothing when it is.
BEGIN;
CALL pg_temp.begin_unit('tenant/helvetia-insurance');
CALL pg_temp.role('t_helvetia_insurance', false, false, -1, '{}'::text[], false);
CALL pg_temp.role('helvetia_insurance_writer', false, true, -1, '{}'::text[], false);
CALL pg_temp.role('helvetia_insurance_pipeline', true, true, 80, ARRAY['statement_timeout=120000', 'work_mem=131072'], false);
CALL pg_temp.role('helvetia_insurance_actuarial', true, true, 80, ARRAY['statement_timeout=120000', 'work_mem=131072'], false);
CALL pg_temp.member('t_helvetia_insurance', 'bh_api', false, false);
CALL pg_temp.member('bh_writer', 'helvetia_insurance_writer', true, false);
CALL pg_temp.member('t_helvetia_insurance', 'helvetia_insurance_pipeline', false, false);
CALL pg_temp.member('helvetia_insurance_writer', 'helvetia_insurance_pipeline', true, false);
CALL pg_temp.member('bh_connect', 'helvetia_insurance_pipeline', true, false);
CALL pg_temp.member('t_helvetia_insurance', 'helvetia_insurance_actuarial', false, false);
CALL pg_temp.member('c_confidential', 'helvetia_insurance_actuarial', true, false);
CALL pg_temp.member('bh_connect', 'helvetia_insurance_actuarial', true, false);
CALL pg_temp.password('helvetia_insurance_pipeline', 'bulkhead.password_helvetia_insurance_pipeline');
CALL pg_temp.password('helvetia_insurance_actuarial', 'bulkhead.password_helvetia_insurance_actuarial');
CALL pg_temp.schema('helvetia_insurance__claims__claims', 'bh_owner', 'closed');
CALL pg_temp.schema('helvetia_insurance__policies__policies', 'bh_owner', 'closed');
CALL pg_temp.relation('helvetia_insurance__claims__claims', 'claims', 'bh_owner', NULL, ARRAY[
  ['tenant_id', 'text', 'NOT NULL', ''],
  ['claim_id', 'bigint', 'NOT NULL', ''],
  ['policy_id', 'bigint', 'NOT NULL', ''],
  ['holder', 'text', 'NOT NULL', ''],
  ['diagnosis', 'text', '', ''],
  ['amount', 'numeric(14,2)', 'NOT NULL', ''],
  ['reported_on', 'date', 'NOT NULL', '']
], NULL, false);
CALL pg_temp.relation('helvetia_insurance__policies__policies', 'policies', 'bh_owner', NULL, ARRAY[
  ['tenant_id', 'text', 'NOT NULL', ''],
  ['policy_id', 'bigint', 'NOT NULL', ''],
  ['holder', 'text', 'NOT NULL', ''],
  ['iban', 'character varying(34)', 'NOT NULL', ''],
  ['phone', 'text', '', ''],
  ['premium', 'numeric(12,2)', 'NOT NULL', ''],
  ['started_on', 'date', 'NOT NULL', '']
], NULL, false);
CALL pg_temp.key('helvetia_insurance__claims__claims', 'claims', 'claims_pkey', 'PRIMARY KEY', ARRAY['tenant_id', 'claim_id']);
CALL pg_temp.tenant_check('helvetia_insurance__claims__claims', 'claims', 'claims_check_5a800fc66f', 'tenant_id <> ''''');
CALL pg_temp.tenant_check('helvetia_insurance__claims__claims', 'claims', 'claims_check_6e3ce1d748', 'tenant_id = ''helvetia-insurance''');
CALL pg_temp.key('helvetia_insurance__policies__policies', 'policies', 'policies_pkey', 'PRIMARY KEY', ARRAY['tenant_id', 'policy_id']);
CALL pg_temp.tenant_check('helvetia_insurance__policies__policies', 'policies', 'policies_check_5a800fc66f', 'tenant_id <> ''''');
CALL pg_temp.tenant_check('helvetia_insurance__policies__policies', 'policies', 'policies_check_6e3ce1d748', 'tenant_id = ''helvetia-insurance''');
CALL pg_temp.reference('helvetia_insurance__claims__claims', 'claims', 'claims_fkey_b38f42307f', ARRAY['tenant_id', 'policy_id'], 'helvetia_insurance__policies__policies', 'policies', ARRAY['tenant_id', 'policy_id'], 'RESTRICT');
CALL pg_temp.force_row_security('helvetia_insurance__claims__claims', 'claims');
CALL pg_temp.policy('helvetia_insurance__claims__claims', 'claims', 'bh_read', true, 'SELECT', 'bh_view', 'tenant_id = (SELECT app.tenant())', NULL);
CALL pg_temp.policy('helvetia_insurance__claims__claims', 'claims', 'bh_write', true, 'ALL', 'bh_write', 'tenant_id = (SELECT app.tenant())', 'tenant_id = (SELECT app.tenant())');
CALL pg_temp.policy('helvetia_insurance__claims__claims', 'claims', 'bh_wall', false, 'ALL', 'public', 'tenant_id = (SELECT app.tenant()) AND tenant_id = ''helvetia-insurance''', 'tenant_id = (SELECT app.tenant()) AND tenant_id = ''helvetia-insurance''');
CALL pg_temp.force_row_security('helvetia_insurance__policies__policies', 'policies');
CALL pg_temp.policy('helvetia_insurance__policies__policies', 'policies', 'bh_read', true, 'SELECT', 'bh_view', 'tenant_id = (SELECT app.tenant())', NULL);
CALL pg_temp.policy('helvetia_insurance__policies__policies', 'policies', 'bh_write', true, 'ALL', 'bh_write', 'tenant_id = (SELECT app.tenant())', 'tenant_id = (SELECT app.tenant())');
CALL pg_temp.policy('helvetia_insurance__policies__policies', 'policies', 'bh_wall', false, 'ALL', 'public', 'tenant_id = (SELECT app.tenant()) AND tenant_id = ''helvetia-insurance''', 'tenant_id = (SELECT app.tenant()) AND tenant_id = ''helvetia-insurance''');
CALL pg_temp.view('helvetia_insurance__claims__claims', 'claims_public', 'bh_view', ARRAY['security_barrier=true'], $sql$
  SELECT
    t."tenant_id" AS "tenant_id",
    "left"(encode(sha256(convert_to(t."holder"::text, 'UTF8')), 'hex'), 16) AS "holder",
    CASE WHEN (SELECT EXISTS (SELECT 1 FROM app.named_principal p WHERE p."schema" = 'helvetia_insurance__claims__claims' AND p."table" = 'claims' AND p."column" = 'diagnosis' AND p.tenant_id = app.tenant() AND p.principal = app.principal())) THEN t."diagnosis" ELSE NULL::text END AS "diagnosis"
  FROM "helvetia_insurance__claims__claims"."claims" t
$sql$);
CALL pg_temp.view('helvetia_insurance__claims__claims', 'claims_internal', 'bh_view', ARRAY['security_barrier=true'], $sql$
  SELECT
    t."tenant_id" AS "tenant_id",
    t."claim_id" AS "claim_id",
    t."policy_id" AS "policy_id",
    "left"(encode(sha256(convert_to(t."holder"::text, 'UTF8')), 'hex'), 16) AS "holder",
    CASE WHEN (SELECT EXISTS (SELECT 1 FROM app.named_principal p WHERE p."schema" = 'helvetia_insurance__claims__claims' AND p."table" = 'claims' AND p."column" = 'diagnosis' AND p.tenant_id = app.tenant() AND p.principal = app.principal())) THEN t."diagnosis" ELSE NULL::text END AS "diagnosis",
    t."reported_on" AS "reported_on"
  FROM "helvetia_insurance__claims__claims"."claims" t
$sql$);
CALL pg_temp.view('helvetia_insurance__claims__claims', 'claims_confidential', 'bh_view', ARRAY['security_barrier=true'], $sql$
  SELECT
    t."tenant_id" AS "tenant_id",
    t."claim_id" AS "claim_id",
    t."policy_id" AS "policy_id",
    t."holder" AS "holder",
    CASE WHEN (SELECT EXISTS (SELECT 1 FROM app.named_principal p WHERE p."schema" = 'helvetia_insurance__claims__claims' AND p."table" = 'claims' AND p."column" = 'diagnosis' AND p.tenant_id = app.tenant() AND p.principal = app.principal())) THEN t."diagnosis" ELSE NULL::text END AS "diagnosis",
    t."amount" AS "amount",
    t."reported_on" AS "reported_on"
  FROM "helvetia_insurance__claims__claims"."claims" t
$sql$);
CALL pg_temp.view('helvetia_insurance__claims__claims', 'claims_writer', 'bh_write', ARRAY['check_option=cascaded', 'security_barrier=true'], $sql$
  SELECT
    t."tenant_id" AS "tenant_id",
    t."claim_id" AS "claim_id",
    t."policy_id" AS "policy_id",
    t."holder" AS "holder",
    t."diagnosis" AS "diagnosis",
    t."amount" AS "amount",
    t."reported_on" AS "reported_on"
  FROM "helvetia_insurance__claims__claims"."claims" t
$sql$);
CALL pg_temp.view('helvetia_insurance__policies__policies', 'policies_public', 'bh_view', ARRAY['security_barrier=true'], $sql$
  SELECT
    t."tenant_id" AS "tenant_id",
    "left"(encode(sha256(convert_to(t."holder"::text, 'UTF8')), 'hex'), 16) AS "holder",
    CASE WHEN t."iban" IS NULL THEN NULL::text WHEN length(t."iban"::text) <= 4 THEN '****'::text ELSE '****' || "right"(t."iban"::text, 4) END AS "iban",
    CASE WHEN t."phone" IS NOT NULL THEN '[REDACTED]'::text END AS "phone"
  FROM "helvetia_insurance__policies__policies"."policies" t
$sql$);
CALL pg_temp.view('helvetia_insurance__policies__policies', 'policies_internal', 'bh_view', ARRAY['security_barrier=true'], $sql$
  SELECT
    t."tenant_id" AS "tenant_id",
    t."policy_id" AS "policy_id",
    "left"(encode(sha256(convert_to(t."holder"::text, 'UTF8')), 'hex'), 16) AS "holder",
    CASE WHEN t."iban" IS NULL THEN NULL::text WHEN length(t."iban"::text) <= 4 THEN '****'::text ELSE '****' || "right"(t."iban"::text, 4) END AS "iban",
    CASE WHEN t."phone" IS NOT NULL THEN '[REDACTED]'::text END AS "phone",
    t."started_on" AS "started_on"
  FROM "helvetia_insurance__policies__policies"."policies" t
$sql$);
CALL pg_temp.view('helvetia_insurance__policies__policies', 'policies_confidential', 'bh_view', ARRAY['security_barrier=true'], $sql$
  SELECT
    t."tenant_id" AS "tenant_id",
    t."policy_id" AS "policy_id",
    t."holder" AS "holder",
    t."iban" AS "iban",
    t."phone" AS "phone",
    t."premium" AS "premium",
    t."started_on" AS "started_on"
  FROM "helvetia_insurance__policies__policies"."policies" t
$sql$);
CALL pg_temp.view('helvetia_insurance__policies__policies', 'policies_writer', 'bh_write', ARRAY['check_option=cascaded', 'security_barrier=true'], $sql$
  SELECT
    t."tenant_id" AS "tenant_id",
    t."policy_id" AS "policy_id",
    t."holder" AS "holder",
    t."iban" AS "iban",
    t."phone" AS "phone",
    t."premium" AS "premium",
    t."started_on" AS "started_on"
  FROM "helvetia_insurance__policies__policies"."policies" t
$sql$);
CALL pg_temp.allow('USAGE', 'schema', 'helvetia_insurance__claims__claims', 'helvetia_insurance__claims__claims', 'c_public');
CALL pg_temp.allow('USAGE', 'schema', 'helvetia_insurance__claims__claims', 'helvetia_insurance__claims__claims', 'c_internal');
CALL pg_temp.allow('USAGE', 'schema', 'helvetia_insurance__claims__claims', 'helvetia_insurance__claims__claims', 'c_confidential');
CALL pg_temp.allow('USAGE', 'schema', 'helvetia_insurance__claims__claims', 'helvetia_insurance__claims__claims', 'helvetia_insurance_writer');
CALL pg_temp.allow('USAGE', 'schema', 'helvetia_insurance__policies__policies', 'helvetia_insurance__policies__policies', 'c_public');
CALL pg_temp.allow('USAGE', 'schema', 'helvetia_insurance__policies__policies', 'helvetia_insurance__policies__policies', 'c_internal');
CALL pg_temp.allow('USAGE', 'schema', 'helvetia_insurance__policies__policies', 'helvetia_insurance__policies__policies', 'c_confidential');
CALL pg_temp.allow('USAGE', 'schema', 'helvetia_insurance__policies__policies', 'helvetia_insurance__policies__policies', 'helvetia_insurance_writer');
CALL pg_temp.allow('SELECT', 'table', 'helvetia_insurance__claims__claims', 'claims', 'bh_view');
CALL pg_temp.allow('SELECT, INSERT, UPDATE, DELETE', 'table', 'helvetia_insurance__claims__claims', 'claims', 'bh_write');
CALL pg_temp.allow('SELECT', 'table', 'helvetia_insurance__claims__claims', 'claims_public', 'c_public');
CALL pg_temp.allow('SELECT', 'table', 'helvetia_insurance__claims__claims', 'claims_internal', 'c_internal');
CALL pg_temp.allow('SELECT', 'table', 'helvetia_insurance__claims__claims', 'claims_confidential', 'c_confidential');
CALL pg_temp.allow('SELECT, INSERT, UPDATE, DELETE', 'table', 'helvetia_insurance__claims__claims', 'claims_writer', 'helvetia_insurance_writer');
CALL pg_temp.allow('SELECT', 'table', 'helvetia_insurance__policies__policies', 'policies', 'bh_view');
CALL pg_temp.allow('SELECT, INSERT, UPDATE, DELETE', 'table', 'helvetia_insurance__policies__policies', 'policies', 'bh_write');
CALL pg_temp.allow('SELECT', 'table', 'helvetia_insurance__policies__policies', 'policies_public', 'c_public');
CALL pg_temp.allow('SELECT', 'table', 'helvetia_insurance__policies__policies', 'policies_internal', 'c_internal');
CALL pg_temp.allow('SELECT', 'table', 'helvetia_insurance__policies__policies', 'policies_confidential', 'c_confidential');
CALL pg_temp.allow('SELECT, INSERT, UPDATE, DELETE', 'table', 'helvetia_insurance__policies__policies', 'policies_writer', 'helvetia_insurance_writer');
CALL pg_temp.principal('helvetia-insurance', 'helvetia_insurance__claims__claims', 'claims', 'diagnosis', 'medical-officer@helvetia.example');
CALL pg_temp.finish('helvetia-insurance', '43a26a225960ff4a3cb6e440a5425c693851de49a2f9586c79d8889cdc7d7140');
COMMIT;
