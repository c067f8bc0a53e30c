-- SPDX-License-Identifier: Apache-2.0
-- Wrapped person keys, in a database of their own with its own backups and retention: who has only one of the two
-- databases can read nobody, and deleting a row here makes the person unreadable everywhere, backups of the registry
-- included.

create schema key_store;

create table key_store.person_key (
  person_id uuid primary key,
  wrapped bytea not null,
  create_time timestamptz not null default now()
);
comment on table key_store.person_key is 'person: data key, wrapped by a master key that is in no database';

grant usage on schema key_store to realname_keys;
grant select, insert, delete on key_store.person_key to realname_keys;
