-- SPDX-License-Identifier: Apache-2.0
-- For pgbench -M prepared: what 32 new people cost the key store (see db/person_keys.cc and db/postgres_key_store.cc).
\set i :i + 1
\set key :first_key + :client_id * 10000000 + :i
insert into key_store.person_key (person_id, wrapped)
select md5(:key::text || 'p' || n)::uuid, :wrapped::bytea from generate_series(1, 32) n on conflict do nothing;
