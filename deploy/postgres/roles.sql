-- SPDX-License-Identifier: Apache-2.0
-- Run once by a database administrator, on each of the two clusters. Passwords or certificates are the operator's choice.
do $$
begin
  if not exists (select 1 from pg_roles where rolname = 'realname_owner') then create role realname_owner login; end if;
  if not exists (select 1 from pg_roles where rolname = 'realname_server') then create role realname_server login; end if;
  if not exists (select 1 from pg_roles where rolname = 'realname_keys') then create role realname_keys login; end if;
end $$;
-- Then, on the registry's cluster:   create database realname owner realname_owner;
-- and on the key store's cluster:    create database realname_keys owner realname_owner;
-- Both as realname_owner:            realname-server migrate --registry '...' --key-store '...'
