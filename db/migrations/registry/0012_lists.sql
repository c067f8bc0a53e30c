-- SPDX-License-Identifier: Apache-2.0
-- Lists kept by law: who is barred from new lines, through whom nobody may sell, which numbers are disputed. A listed person
-- is a person of the registry, whether or not they ever applied, and what is known of them is sealed under their key.

create table realname.list_entry (
  entry_id uuid primary key,           -- time-ordered
  operator_id text not null,
  kind smallint not null check (kind between 1 and 4),    -- enum ListKind
  state smallint not null check (state between 1 and 6),  -- enum ListState; EXPIRED follows from the days
  person_id uuid,                      -- who is listed; of a disputed number: under whose key it is sealed
  agent_id text not null,
  number_index_version integer,
  number_index bytea,                  -- of a disputed number
  authority text not null,
  authority_reference text not null,
  legal_basis text not null,
  from_date date not null,
  to_date date,
  sealed_subject bytea,                -- realname.v1.ListSubject
  proposed_by text not null,
  create_time timestamptz not null
);
comment on table realname.list_entry is 'log: entries of lists, with the state in which they stand';
create unique index list_entry_reference on realname.list_entry (operator_id, authority, authority_reference);
create index list_entry_person on realname.list_entry (person_id, operator_id) where person_id is not null;
create index list_entry_agent on realname.list_entry (operator_id, agent_id) where agent_id <> '';
create index list_entry_number on realname.list_entry (number_index_version, number_index)
  where number_index is not null;

create table realname.list_entry_change (
  entry_id uuid not null,
  change_id uuid not null,             -- time-ordered
  state smallint not null,
  note text not null,
  principal text not null,
  change_time timestamptz not null,
  primary key (entry_id, change_id)
);
comment on table realname.list_entry_change is 'log, append-only: every step of an entry';

create function realname.is_in_force(e realname.list_entry, p_today date) returns boolean language sql immutable as $$
  select e.state in (3, 4, 5) and e.from_date <= p_today and (e.to_date is null or e.to_date >= p_today)
$$;

-- Entries in force that concern an application, as "id:kind id:kind ..." in the order of their ids.
create function realname.screen(
  p_operator text, p_person_id uuid, p_agent text, p_index_version integer, p_number_index bytea, p_parties bytea[],
  p_today date)
returns text language plpgsql stable as $$
begin
  return (select string_agg(hit.entry_id || ':' || hit.kind, ' ' order by hit.entry_id) from (
    select e.entry_id, e.kind from realname.list_entry e
    where e.person_id = p_person_id and e.operator_id = p_operator and e.kind in (1, 3)
      and realname.is_in_force(e, p_today)
    union
    select e.entry_id, e.kind from unnest(p_parties) as party
    join realname.document_claim d on d.index_version = p_index_version and d.document_index = party
    join realname.list_entry e on e.person_id = d.person_id and e.operator_id = p_operator and e.kind in (1, 3)
      and realname.is_in_force(e, p_today)
    union
    select e.entry_id, e.kind from realname.list_entry e
    where p_agent <> '' and e.operator_id = p_operator and e.agent_id = p_agent and realname.is_in_force(e, p_today)
    union
    select e.entry_id, e.kind from realname.list_entry e
    where e.number_index_version = p_index_version and e.number_index = p_number_index and e.operator_id = p_operator
      and realname.is_in_force(e, p_today)) hit);
end $$;

-- Takes an entry that authority and reference do not name yet. Null if they do. A person whose document was claimed
-- meanwhile is RN001; an application of a known person that was observed and not committed yet sees that something moved.
create function realname.add_list_entry(
  p_entry_id uuid, p_operator text, p_kind smallint, p_state smallint, p_person_id uuid, p_person_is_new boolean,
  p_index_version integer, p_document_index bytea, p_agent text, p_number_index bytea, p_authority text,
  p_reference text, p_legal_basis text, p_from date, p_to date, p_sealed bytea, p_change_id uuid, p_note text,
  p_principal text, p_now timestamptz)
returns boolean language plpgsql as $$
begin
  if exists (select 1 from realname.list_entry
             where operator_id = p_operator and authority = p_authority and authority_reference = p_reference) then
    return false;
  end if;
  if p_person_is_new then
    insert into realname.person values (p_person_id, 1, p_now);
    if p_document_index is not null then
      insert into realname.document_claim values (p_index_version, p_document_index, p_person_id, null)
      on conflict do nothing;
      if not found then
        raise exception 'the document was claimed meanwhile' using errcode = 'RN001';
      end if;
    end if;
  elsif p_person_id is not null then
    update realname.person set row_version = row_version + 1 where person_id = p_person_id;
  end if;
  insert into realname.list_entry values
    (p_entry_id, p_operator, p_kind, p_state, p_person_id, p_agent,
     case when p_number_index is not null then p_index_version end, p_number_index, p_authority, p_reference,
     p_legal_basis, p_from, p_to, p_sealed, p_principal, p_now)
  on conflict (operator_id, authority, authority_reference) do nothing;
  if not found then
    raise exception 'the entry came meanwhile' using errcode = 'RN001';
  end if;
  insert into realname.list_entry_change values (p_entry_id, p_change_id, p_state, p_note, p_principal, p_now);
  return true;
end $$;

-- Moves an entry from one state to another. False if it stands there already; RN001 if it stands elsewhere.
create function realname.change_list_entry(
  p_operator text, p_entry_id uuid, p_from smallint, p_to smallint, p_change_id uuid, p_note text, p_principal text,
  p_now timestamptz)
returns boolean language plpgsql as $$
declare
  e realname.list_entry;
begin
  select * into e from realname.list_entry where entry_id = p_entry_id and operator_id = p_operator for update;
  if e.state = p_to then
    return false;
  elsif e.state is distinct from p_from then
    raise exception 'the entry moved meanwhile' using errcode = 'RN001';
  end if;
  update realname.list_entry set state = p_to where entry_id = p_entry_id;
  if e.person_id is not null then
    update realname.person set row_version = row_version + 1 where person_id = e.person_id;
  end if;
  insert into realname.list_entry_change values (p_entry_id, p_change_id, p_to, p_note, p_principal, p_now);
  return true;
end $$;

grant select, insert on realname.list_entry, realname.list_entry_change to realname_server;
grant update (state) on realname.list_entry to realname_server;
grant execute on function realname.is_in_force, realname.screen, realname.add_list_entry, realname.change_list_entry
  to realname_server;
