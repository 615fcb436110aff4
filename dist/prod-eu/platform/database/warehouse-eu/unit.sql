-- Bulkhead: store/warehouse-eu in store warehouse-eu. Declared in tenants/platform.ts.
-- One transaction, after the engine in the same session: it makes the database equal to what stands below, and changes nothing when it is.
BEGIN;
CALL pg_temp.begin_unit('store/warehouse-eu');
CALL pg_temp.role('bh_owner', false, false, -1, '{}'::text[], false);
CALL pg_temp.role('bh_view', false, false, -1, '{}'::text[], false);
CALL pg_temp.role('bh_write', false, false, -1, '{}'::text[], false);
CALL pg_temp.role('bh_writer', false, false, -1, '{}'::text[], true);
CALL pg_temp.role('bh_connect', false, false, -1, '{}'::text[], true);
CALL pg_temp.role('c_public', false, false, -1, '{}'::text[], true);
CALL pg_temp.role('c_internal', false, false, -1, '{}'::text[], true);
CALL pg_temp.role('c_confidential', false, false, -1, '{}'::text[], true);
CALL pg_temp.role('bh_api', true, false, -1, '{}'::text[], true);
CALL pg_temp.role('bh_auditor', true, false, 4, ARRAY['default_transaction_read_only=on'], false);
CALL pg_temp.member('c_public', 'bh_api', false, true);
CALL pg_temp.member('c_internal', 'bh_api', false, true);
CALL pg_temp.member('c_confidential', 'bh_api', false, true);
CALL pg_temp.password('bh_api', 'bulkhead.password_bh_api');
CALL pg_temp.password('bh_auditor', 'bulkhead.password_bh_auditor');
CALL pg_temp.harden();
CALL pg_temp.schema('app', 'bh_owner', 'closed');
CALL pg_temp.schema('bulkhead', NULL, 'closed');
CALL pg_temp.schema('public', NULL, 'lenient');
CALL pg_temp.function('app', 'tenant', 'bh_owner', 'plpgsql', $sql$
declare
  tenant text := nullif(pg_catalog.current_setting('app.tenant_id', true), '');
  marker oid;
begin
  if tenant ~ '^[a-z][a-z0-9-]{1,30}[a-z0-9]$' and tenant !~ '--' then
    marker := pg_catalog.to_regrole(pg_catalog.quote_ident('t_' || pg_catalog.replace(tenant, '-', '_')));
    if marker is not null and pg_catalog.pg_has_role(session_user, marker, 'MEMBER') then
      return tenant;
    end if;
  end if;
  raise exception 'no tenant, or not a tenant of this login' using errcode = '42501';
end
$sql$);
CALL pg_temp.function('app', 'principal', 'bh_owner', 'sql', $sql$
  select case when session_user = 'bh_api'::name
    then nullif(pg_catalog.current_setting('app.principal', true), '')
    else session_user::text end
$sql$);
CALL pg_temp.relation('app', 'named_principal', 'bh_owner', 'Who sees which restricted column of a tenant unmasked', ARRAY[
  ['tenant_id', 'text', 'NOT NULL', ''],
  ['schema', 'text', 'NOT NULL', ''],
  ['table', 'text', 'NOT NULL', ''],
  ['column', 'text', 'NOT NULL', ''],
  ['principal', 'text', 'NOT NULL', '']
], NULL, true);
CALL pg_temp.key('app', 'named_principal', 'named_principal_pkey', 'PRIMARY KEY', ARRAY['tenant_id', 'schema', 'table', 'column', 'principal']);
CALL pg_temp.tenant_check('app', 'named_principal', 'named_principal_check_5a800fc66f', 'tenant_id <> ''''');
CALL pg_temp.force_row_security('app', 'named_principal');
CALL pg_temp.policy('app', 'named_principal', 'bh_read', true, 'SELECT', 'bh_view', 'tenant_id = (SELECT app.tenant())', NULL);
CALL pg_temp.policy('app', 'named_principal', 'bh_wall', false, 'ALL', 'public', 'tenant_id = (SELECT app.tenant())', 'tenant_id = (SELECT app.tenant())');
CALL pg_temp.allow('CONNECT', 'database', '', '', 'bh_api');
CALL pg_temp.allow('CONNECT', 'database', '', '', 'bh_auditor');
CALL pg_temp.allow('CONNECT', 'database', '', '', 'bh_connect');
CALL pg_temp.allow('EXECUTE', 'function', 'app', 'tenant', 'c_public');
CALL pg_temp.allow('EXECUTE', 'function', 'app', 'tenant', 'c_internal');
CALL pg_temp.allow('EXECUTE', 'function', 'app', 'tenant', 'c_confidential');
CALL pg_temp.allow('EXECUTE', 'function', 'app', 'tenant', 'bh_view');
CALL pg_temp.allow('EXECUTE', 'function', 'app', 'tenant', 'bh_write');
CALL pg_temp.allow('EXECUTE', 'function', 'app', 'tenant', 'bh_writer');
CALL pg_temp.allow('EXECUTE', 'function', 'app', 'principal', 'c_public');
CALL pg_temp.allow('EXECUTE', 'function', 'app', 'principal', 'c_internal');
CALL pg_temp.allow('EXECUTE', 'function', 'app', 'principal', 'c_confidential');
CALL pg_temp.allow('EXECUTE', 'function', 'app', 'principal', 'bh_view');
CALL pg_temp.allow('EXECUTE', 'function', 'app', 'principal', 'bh_write');
CALL pg_temp.allow('EXECUTE', 'function', 'app', 'principal', 'bh_writer');
CALL pg_temp.allow('SELECT', 'table', 'app', 'named_principal', 'bh_view');
CALL pg_temp.allow('USAGE', 'schema', 'bulkhead', 'bulkhead', 'bh_auditor');
CALL pg_temp.allow('SELECT', 'table', 'bulkhead', 'applied', 'bh_auditor');
CALL pg_temp.shared_units(ARRAY['shared/sales__rates.currency_rates']);
CALL pg_temp.finish(NULL, 'eead4e2a373198d84572026fad1ff6723fff1ea636afa7a8365a8906d715da22');
COMMIT;
