-- SPDX-License-Identifier: Apache-2.0
-- Devices that sign what they capture, what they captured, and how often it was tried.

create table realname.capture_device (
  operator_id text not null,
  device_id text not null,
  agent_id text not null,
  outlet_id text not null,
  status smallint not null check (status between 1 and 3),  -- enum SellerStatus
  public_key bytea not null,
  description text not null,
  primary key (operator_id, device_id)
);
comment on table realname.capture_device is 'claim: devices whose signatures count';

create table realname.capture_device_change (
  operator_id text not null,
  device_id text not null,
  change_id uuid not null,             -- time-ordered
  device bytea not null,               -- realname.v1.CaptureDevice from then on
  reason text not null,
  principal text not null,
  change_time timestamptz not null,
  primary key (operator_id, device_id, change_id)
);
comment on table realname.capture_device_change is 'log, append-only: changes of devices';

create table realname.capture (
  operator_id text not null,
  device_id text not null,
  take_time timestamptz not null,      -- when it was taken in, not the device's own time
  verification_id uuid not null,
  sequence bigint not null,            -- of the decision that it came for
  position integer not null check (position >= 0),  -- among the captures that came together
  counter bigint,                      -- null where a session's nonce was signed
  person_id uuid not null,
  primary key (operator_id, device_id, take_time, verification_id, sequence, position)
);
comment on table realname.capture is 'claim, append-only: what each device signed, and for whom';
create unique index capture_counter on realname.capture (operator_id, device_id, counter) where counter is not null;

create table realname.attempt (
  operator_id text not null,
  kind smallint not null check (kind between 1 and 3),  -- counted against an identity, a device, an agent
  counted text not null,               -- person_id, device_id, agent_id
  attempt_time timestamptz not null,
  verification_id uuid not null,
  primary key (operator_id, kind, counted, attempt_time, verification_id)
);
comment on table realname.attempt is 'log: first submissions of the last day';
create index attempt_by_age on realname.attempt (attempt_time);

create table realname.address_use (
  index_version integer not null,
  address_index bytea not null,
  operator_id text not null,
  person_id uuid not null,
  use_time timestamptz not null,       -- the last one
  primary key (index_version, address_index, operator_id, person_id)
);
comment on table realname.address_use is 'claim: whose documents bear an address';

alter table realname.seller add column latitude_e7 integer, add column longitude_e7 integer;
drop function realname.set_seller;
create function realname.set_seller(
  p_operator text, p_agent text, p_outlet text, p_staff text, p_status smallint, p_contract_from date, p_contract_to date,
  p_trained_until date, p_acts_for text, p_latitude_e7 integer, p_longitude_e7 integer, p_change_id uuid, p_seller bytea,
  p_reason text, p_principal text, p_now timestamptz)
returns void language plpgsql as $$
begin
  insert into realname.seller values
    (p_operator, p_agent, p_outlet, p_staff, p_status, p_contract_from, p_contract_to, p_trained_until, p_acts_for,
     p_latitude_e7, p_longitude_e7)
  on conflict (operator_id, agent_id, outlet_id, staff_id) do update
    set status = excluded.status, contract_from = excluded.contract_from, contract_to = excluded.contract_to,
        trained_until = excluded.trained_until, acts_for = excluded.acts_for, latitude_e7 = excluded.latitude_e7,
        longitude_e7 = excluded.longitude_e7;
  insert into realname.seller_change values
    (p_operator, p_agent, p_outlet, p_staff, p_change_id, p_seller, p_reason, p_principal, p_now);
end $$;

create function realname.set_capture_device(
  p_operator text, p_device text, p_agent text, p_outlet text, p_status smallint, p_public_key bytea,
  p_description text, p_change_id uuid, p_bytes bytea, p_reason text, p_principal text, p_now timestamptz)
returns void language plpgsql as $$
begin
  -- A counter of another key is another counter, so a key is for good.
  if exists (select 1 from realname.capture_device d
             where d.operator_id = p_operator and d.device_id = p_device and d.public_key <> p_public_key) then
    raise exception 'another key' using errcode = 'RN010';
  end if;
  insert into realname.capture_device values
    (p_operator, p_device, p_agent, p_outlet, p_status, p_public_key, p_description)
  on conflict (operator_id, device_id) do update
    set agent_id = excluded.agent_id, outlet_id = excluded.outlet_id, status = excluded.status,
        description = excluded.description;
  insert into realname.capture_device_change values
    (p_operator, p_device, p_change_id, p_bytes, p_reason, p_principal, p_now);
end $$;

-- What is counted of earlier applications; null windows are not looked at. Counts end at 10,000. In PL/pgSQL, which keeps its
-- plan: SQL would plan anew in every call.
create function realname.observe_conduct(
  p_operator text, p_agent text, p_outlet text, p_person_id uuid, p_device text, p_index_version integer,
  p_address_index bytea, p_device_since timestamptz, p_address_since timestamptz, p_person_since timestamptz,
  p_outlet_since uuid, p_verification_id uuid, p_now timestamptz)
returns table (identity_minute bigint, identity_day bigint, device_day bigint, agent_day bigint, device_people bigint,
               address_people bigint, outlet_hour bigint, person_numbers bigint)
language plpgsql stable as $$
#variable_conflict use_column
begin
  return query select i.minute, i.day,
    (select count(*) from (
       select 1 from realname.attempt a where a.operator_id = p_operator and a.kind = 2 and a.counted = p_device
         and a.attempt_time > p_now - interval '1 day' limit 10000) d),
    (select count(*) from (
       select 1 from realname.attempt a where a.operator_id = p_operator and a.kind = 3 and a.counted = p_agent
         and a.attempt_time > p_now - interval '1 day' limit 10000) d),
    (select count(distinct c.person_id) from (
       select c.person_id from realname.capture c where c.operator_id = p_operator and c.device_id = p_device
         and c.take_time > p_device_since and c.person_id is distinct from p_person_id limit 10000) c),
    (select count(*) from (
       select 1 from realname.address_use u where u.index_version = p_index_version
         and u.address_index = p_address_index and u.operator_id = p_operator and u.use_time > p_address_since
         and u.person_id is distinct from p_person_id limit 10000) u),
    (select count(*) from (
       select 1 from realname.verification v where v.operator_id = p_operator and v.agent_id = p_agent
         and v.outlet_id = p_outlet and v.verification_id >= p_outlet_since
         and v.verification_id is distinct from p_verification_id limit 10000) v),
    (select count(*) from realname.verification v
     where v.person_id = p_person_id and v.operator_id = p_operator and v.holds_place and v.create_time > p_person_since
       and (v.expire_time is null or v.expire_time > p_now) and v.verification_id is distinct from p_verification_id)
  from (select count(*) filter (where a.attempt_time > p_now - interval '1 minute') as minute, count(*) as day from (
          select a.attempt_time from realname.attempt a where a.operator_id = p_operator and a.kind = 1
            and a.counted = p_person_id::text and a.attempt_time > p_now - interval '1 day' limit 10000) a) i;
end $$;

-- What an application leaves behind for the counts of later ones: `p_identity`, `p_device` and `p_agent` say against whom a
-- first submission counts. A counter that was used before is RN001.
create function realname.note_application(
  p_operator text, p_agent text, p_person_id uuid, p_verification_id uuid, p_sequence bigint, p_devices text[],
  p_counters bigint[], p_identity boolean, p_device text, p_index_version integer, p_address_index bytea, p_now timestamptz)
returns boolean language plpgsql as $$
begin
  for i in 1 .. coalesce(array_length(p_devices, 1), 0) loop
    insert into realname.capture values
      (p_operator, p_devices[i], p_now, p_verification_id, p_sequence, i - 1, nullif(p_counters[i], 0), p_person_id)
    on conflict do nothing;
    if not found then
      raise exception 'the capture was used meanwhile' using errcode = 'RN001';
    end if;
  end loop;
  if p_sequence = 1 and p_identity then
    insert into realname.attempt values (p_operator, 1, p_person_id::text, p_now, p_verification_id);
  end if;
  if p_sequence = 1 and p_device <> '' then
    insert into realname.attempt values (p_operator, 2, p_device, p_now, p_verification_id);
  end if;
  if p_sequence = 1 and p_agent <> '' then
    insert into realname.attempt values (p_operator, 3, p_agent, p_now, p_verification_id);
  end if;
  if p_address_index is not null then
    insert into realname.address_use as u values (p_index_version, p_address_index, p_operator, p_person_id, p_now)
    on conflict (index_version, address_index, operator_id, person_id) do update set use_time = p_now
    where u.use_time < p_now;
  end if;
  return true;
end $$;

create function realname.forget_attempts(p_before timestamptz, p_limit integer) returns integer language sql as $$
  with gone as (
    delete from realname.attempt where ctid in (
      select ctid from realname.attempt where attempt_time < p_before order by attempt_time limit p_limit)
    returning 1)
  select count(*)::integer from gone
$$;

grant select, insert, update on realname.capture_device, realname.address_use to realname_server;
grant select, insert on realname.capture_device_change, realname.capture to realname_server;
grant select, insert, delete on realname.attempt to realname_server;
grant execute on function realname.set_seller, realname.set_capture_device, realname.observe_conduct,
  realname.note_application, realname.forget_attempts to realname_server;
