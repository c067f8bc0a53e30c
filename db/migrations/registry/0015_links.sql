-- SPDX-License-Identifier: Apache-2.0
-- Documents that are one person's. Rows never move: whoever was decided to be one person is a group, whose first member's row
-- says whose turn it is, and whose quota, lines and lists are looked at together.

create table realname.person_group (
  person_id uuid not null,
  operator_id text not null,           -- for whom: what one operator decides is nothing to another
  head_id uuid not null,               -- the least id of the group; it has a row of its own
  primary key (person_id, operator_id)
);
comment on table realname.person_group is 'person: who was decided to be one person';
create index person_group_head on realname.person_group (head_id, operator_id);

create table realname.person_link (
  link_id uuid primary key,            -- time-ordered
  operator_id text not null,
  person_id uuid not null,
  other_person_id uuid not null,
  verification_id uuid not null,       -- the update that asked for it
  principal text not null,
  link_time timestamptz not null
);
comment on table realname.person_link is 'log, append-only: which documents people decided to be one person''s';
create index person_link_person on realname.person_link (person_id);
create index person_link_other on realname.person_link (other_person_id);

create table realname.person_unlink (
  link_id uuid primary key,
  reason text not null,
  principal text not null,
  unlink_time timestamptz not null
);
comment on table realname.person_unlink is 'log, append-only: links that were taken back';

-- Everybody whom the operator takes for this person, in the order of their ids; null where that is nobody else.
create function realname.members_of(p_person_id uuid, p_operator text) returns uuid[] language plpgsql stable as $$
begin
  return (select array_agg(m.person_id order by m.person_id) from realname.person_group g
          join realname.person_group m on m.head_id = g.head_id and m.operator_id = g.operator_id
          where g.person_id = p_person_id and g.operator_id = p_operator);
end $$;

-- Locks people and those who stand for them, in the order of their ids.
create function realname.lock_people(p_people uuid[]) returns void language plpgsql as $$
begin
  perform 1 from realname.person
  where person_id = any (p_people || (select array_agg(g.head_id) from realname.person_group g
                                      where g.person_id = any (p_people)))
  order by person_id for update;
end $$;

-- Whoever moves a member moves the group.
create function realname.move_group() returns trigger language plpgsql as $$
begin
  update realname.person set row_version = row_version + 1
  where person_id in (select g.head_id from realname.person_group g
                      where g.person_id = new.person_id and g.head_id <> new.person_id);
  return null;
end $$;
create trigger move_group after update of row_version on realname.person for each row execute function realname.move_group();

-- Groups whom the links that stand hold together, among some people who are locked; their rows get a version that none had.
create function realname.regroup(p_operator text, p_people uuid[]) returns void language plpgsql as $$
declare
  v_version bigint;
begin
  delete from realname.person_group where person_id = any (p_people) and operator_id = p_operator;
  insert into realname.person_group
  with recursive edge as (
    select l.person_id as a, l.other_person_id as b from realname.person_link l
    where l.operator_id = p_operator and (l.person_id = any (p_people) or l.other_person_id = any (p_people))
      and not exists (select 1 from realname.person_unlink u where u.link_id = l.link_id)),
  reached as (
    select p as person_id, p as other from unnest(p_people) as p
    union
    select r.person_id, case when e.a = r.other then e.b else e.a end from reached r
    join edge e on r.other in (e.a, e.b))
  -- There is no least of uuids before PostgreSQL 18.
  select person_id, p_operator, (array_agg(other order by other))[1] from reached group by person_id
  having count(*) > 1;
  select max(row_version) + 1 into v_version from realname.person where person_id = any (p_people);
  -- The trigger moves heads further, which is just as well.
  update realname.person set row_version = v_version where person_id = any (p_people);
end $$;

-- Locks everybody whom the operator takes for one of these, also who came to be meanwhile; returns them. Who is known
-- beforehand is locked in order; who came meanwhile may be out of it, and then one of two who meet is told to come again.
create function realname.lock_groups(p_operator text, p_people uuid[]) returns uuid[] language plpgsql as $$
declare
  v_people uuid[] := '{}';
  v_all uuid[];
begin
  p_people := array_remove(p_people, null);
  loop
    select array_agg(distinct p) into v_all from (
      select unnest(p_people || v_people) as p
      union
      select m.person_id from realname.person_group g
      join realname.person_group m on m.head_id = g.head_id and m.operator_id = g.operator_id
      where g.person_id = any (p_people || v_people) and g.operator_id = p_operator) people;
    exit when v_all <@ v_people;
    v_people := v_all;
    perform realname.lock_people(v_people);
  end loop;
  return v_people;
end $$;

create function realname.link_people(
  p_link_id uuid, p_person_id uuid, p_other uuid, p_verification_id uuid, p_principal text, p_now timestamptz)
returns void language plpgsql as $$
declare
  v_operator text;
  v_people uuid[];
begin
  select operator_id into v_operator from realname.verification
  where person_id = p_person_id and verification_id = p_verification_id;
  v_people := realname.lock_groups(v_operator, array[p_person_id, p_other]);
  insert into realname.person_link values
    (p_link_id, v_operator, p_person_id, p_other, p_verification_id, p_principal, p_now);
  perform realname.regroup(v_operator, v_people);
end $$;

-- True if it stood until now.
create function realname.unlink_people(
  p_operator text, p_link_id uuid, p_reason text, p_principal text, p_audit_id uuid, p_leaf bytea, p_now timestamptz)
returns boolean language plpgsql as $$
declare
  l realname.person_link;
  v_people uuid[];
begin
  select * into l from realname.person_link where link_id = p_link_id and operator_id = p_operator;
  v_people := realname.lock_groups(p_operator, array[l.person_id, l.other_person_id]);
  insert into realname.person_unlink values (p_link_id, p_reason, p_principal, p_now) on conflict do nothing;
  if not found then
    return false;
  end if;
  perform realname.regroup(p_operator, v_people);
  insert into realname.audit_record values (p_audit_id, l.verification_id, p_leaf, p_now);
  return true;
end $$;

-- As before; locks who stands for the person first.
create or replace function realname.expire_verification(p_person_id uuid, p_verification_id uuid, p_now timestamptz)
returns boolean language plpgsql as $$
begin
  perform realname.lock_people(array[p_person_id]);
  update realname.person set row_version = row_version + 1 where person_id = p_person_id;
  if not exists (
    select 1 from realname.verification
    where person_id = p_person_id and verification_id = p_verification_id and expire_time <= p_now) then
    return false;
  end if;
  perform realname.release_verification(p_person_id, p_verification_id, 8::smallint, p_now);
  return true;
end $$;

-- As before, for all who are one person.
drop function realname.observe;
create function realname.observe(
  p_principal text, p_request_id uuid, p_payload_digest bytea, p_operator text,
  p_index_version integer, p_document_index bytea, p_name_index bytea, p_number_index bytea,
  p_verification_id uuid, p_quota text, p_now timestamptz)
returns table (request_verification_id uuid, same_payload boolean, person_id uuid, row_version bigint, person_known boolean,
               name_differs boolean, numbers_held integer, msisdn_taken boolean, members uuid[])
language sql stable as $$
  with known as (
    select rc.verification_id as request_verification_id, rc.payload_digest = p_payload_digest as same_payload,
           coalesce(vc.person_id, dc.person_id) as person_id, dc.person_id is not null as person_known,
           coalesce(dc.name_index <> p_name_index, false) as name_differs
    from (select 1) as one
    left join realname.request_claim rc on rc.principal = p_principal and rc.request_id = p_request_id
    left join realname.document_claim dc on dc.index_version = p_index_version and dc.document_index = p_document_index
    left join realname.verification_claim vc on vc.verification_id = p_verification_id),
  -- Everybody who was decided to be this person; whose turn it is stands in the row of the first.
  together as (
    select k.*, coalesce((select array_agg(m.person_id order by m.person_id) from realname.person_group g
                          join realname.person_group m on m.head_id = g.head_id and m.operator_id = g.operator_id
                          where g.person_id = k.person_id and g.operator_id = p_operator),
                         array[k.person_id]) as members
    from known k)
  select k.request_verification_id, k.same_payload, k.person_id,
         (select p.row_version from realname.person p where p.person_id = k.members[1]), k.person_known, k.name_differs,
         (coalesce((select sum(q.held) from realname.person_quota q
                    where q.person_id = any (k.members) and q.operator_id = p_operator and q.quota = p_quota), 0) - (
            select count(*) filter (where v.operator_id = p_operator and v.quota = p_quota and v.holds_place
                                      and (v.expire_time <= p_now or v.verification_id = p_verification_id))
            from realname.verification v
            where v.person_id = any (k.members)))::integer,
         exists (
            select 1 from realname.number_claim n
            where n.index_version = p_index_version and n.number_index = p_number_index
              and n.verification_id is distinct from p_verification_id
              and (select v.expire_time is null or v.expire_time > p_now from realname.verification v
                   where v.person_id = n.person_id and v.verification_id = n.verification_id)),
         k.members
  from together k
$$;

grant select, insert, delete on realname.person_group to realname_server;
grant select, insert on realname.person_link, realname.person_unlink to realname_server;
grant execute on function realname.observe, realname.members_of, realname.lock_people, realname.lock_groups, realname.regroup, realname.link_people,
  realname.unlink_people to realname_server;
