-- SPDX-License-Identifier: Apache-2.0
-- The registry. Three kinds of table, named in each table's comment: person tables (keys start with person_id), claim
-- tables (keyed by the value claimed), log and job tables (an id of their own). No SERIALIZABLE, advisory locks,
-- LISTEN/NOTIFY or exclusion constraints: conditional single-row writes and unique keys carry every promise under
-- READ COMMITTED, so that the schema can move to a distributed engine that speaks PostgreSQL.
--
-- State numbers are those of enum State, verdict numbers those of enum Verdict (proto/realname/v1/types.proto).

create schema realname;
create schema media;

-- Person tables ------------------------------------------------------------------------------------------------------

create table realname.person (
  person_id uuid primary key,          -- random; never derived from a document, never rewritten
  row_version bigint not null,         -- moves whenever something changes that an application is judged by
  create_time timestamptz not null
);
comment on table realname.person is 'person: one row per person';

create table realname.person_quota (
  person_id uuid not null,
  operator_id text not null,
  held integer not null check (held >= 0),  -- activated and reserved
  primary key (person_id, operator_id)
);
comment on table realname.person_quota is 'person: numbers held with an operator';

create table realname.verification (
  person_id uuid not null,
  verification_id uuid not null,
  operator_id text not null,
  agent_id text not null,
  outlet_id text not null,
  state smallint not null check (state between 1 and 8),
  verdict smallint not null check (verdict between 0 and 6),
  attempt integer not null check (attempt >= 1),
  sequence bigint not null check (sequence >= 1),
  holds_place boolean not null,        -- counted in person_quota
  expire_time timestamptz,             -- set while something is reserved
  number_index_version integer,
  number_index bytea,                  -- set while a phone number is claimed
  next_due date,                       -- next re-verification
  create_time timestamptz not null,
  primary key (person_id, verification_id),
  check (state <> 6 or expire_time is null)
) with (fillfactor = 80);
comment on table realname.verification is 'person: where each verification stands';
create index verification_by_owner on realname.verification (operator_id, agent_id, outlet_id, verification_id);
create index verification_by_expiry on realname.verification (expire_time) where expire_time is not null;

create table realname.registration (
  person_id uuid not null,
  verification_id uuid not null,
  attempt integer not null,
  record bytea not null,               -- realname.v1.ApplicationRecord without its subject
  sealed_subject bytea not null,       -- realname.v1.RecordSubject
  id_photo bytea not null,             -- names in media.photo
  live_portrait bytea not null,
  create_time timestamptz not null,
  primary key (person_id, verification_id, attempt)
);
comment on table realname.registration is 'person, append-only: the record as it stood at each attempt';

create table realname.decision (
  person_id uuid not null,
  verification_id uuid not null,
  sequence bigint not null,
  attempt integer not null,
  decision bytea not null,             -- realname.v1.Decision
  facts bytea not null,                -- realname.v1.Facts without its subject
  sealed_subject bytea not null,       -- realname.v1.SubjectFacts
  sealed_salt bytea not null,          -- of the commitments in the audit record
  policy_digest text not null,
  rules_version integer not null,
  decide_time timestamptz not null,
  primary key (person_id, verification_id, sequence)
);
comment on table realname.decision is 'person, append-only: every decision with the facts it rests on';

create table media.photo (
  person_id uuid not null,
  name bytea not null,                 -- keyed digest of the picture
  sealed bytea not null,               -- the picture as received
  create_time timestamptz not null,
  primary key (person_id, name)
);
comment on table media.photo is 'person: pictures, sealed';
alter table media.photo alter column sealed set storage external;  -- sealed bytes do not compress
create index photo_by_age on media.photo (create_time);

-- Claim tables -------------------------------------------------------------------------------------------------------

create table realname.request_claim (
  principal text not null,
  request_id uuid not null,
  digest_version integer not null,
  payload_digest bytea not null,
  verification_id uuid not null,
  create_time timestamptz not null,
  primary key (principal, request_id)
);
comment on table realname.request_claim is 'claim, append-only: what a request_id was used for';

create table realname.document_claim (
  index_version integer not null,
  document_index bytea not null,
  person_id uuid not null,
  name_index bytea,                    -- set by the first PASS: a refused application names nobody
  primary key (index_version, document_index)
);
comment on table realname.document_claim is 'claim: which person a document number is';

create table realname.number_claim (
  index_version integer not null,
  number_index bytea not null,
  person_id uuid not null,
  verification_id uuid not null,
  primary key (index_version, number_index)
);
comment on table realname.number_claim is 'claim: which verification holds a phone number';

create table realname.verification_claim (
  verification_id uuid primary key,
  person_id uuid not null
);
comment on table realname.verification_claim is 'claim, append-only: whose a verification is';

-- Log and job tables -------------------------------------------------------------------------------------------------

create table realname.outbox (
  verification_id uuid not null,
  sequence bigint not null,
  operator_id text not null,
  state smallint not null,
  verdict smallint not null,
  occur_time timestamptz not null,
  position bigint unique,              -- given after commit by the sequencer, so that a late commit is not skipped
  primary key (verification_id, sequence)
);
comment on table realname.outbox is 'log: events, read by position or by verification';
create index outbox_unpositioned on realname.outbox (occur_time) where position is null;

create table realname.outbox_head (
  only_row boolean primary key default true check (only_row),
  position bigint not null
);
comment on table realname.outbox_head is 'job: last position given';
insert into realname.outbox_head (position) values (0);

create table realname.outbox_consumer (
  name text primary key,
  position bigint not null
);
comment on table realname.outbox_consumer is 'job: how far each consumer has read';

create table realname.audit_record (
  record_id uuid primary key,
  verification_id uuid not null,
  leaf bytea not null,                 -- exact bytes of a leaf of the evidence log; holds nothing personal
  create_time timestamptz not null
);
comment on table realname.audit_record is 'log, append-only: evidence of each decision and transition';
create index audit_record_by_verification on realname.audit_record (verification_id);

create table realname.precheck_record (
  record_id uuid primary key,
  principal text not null,
  operator_id text not null,
  document_index bytea not null,
  admitted boolean not null,
  create_time timestamptz not null
);
comment on table realname.precheck_record is 'log, append-only: who asked about whom';

create table realname.precheck_budget (
  principal text not null,
  hour timestamptz not null,
  used integer not null,
  primary key (principal, hour)
);
comment on table realname.precheck_budget is 'job: prechecks of a caller in a clock hour';

create table realname.policy_pack (
  digest text primary key,
  body text not null,
  create_time timestamptz not null
);
comment on table realname.policy_pack is 'log, append-only: every policy that ever decided';

create table realname.key_check (
  fingerprint text primary key,
  create_time timestamptz not null
);
comment on table realname.key_check is 'log, append-only: fingerprint of the key ring that sealed this database';

-- Functions: one round trip to observe, one to commit ----------------------------------------------------------------
-- Errors: RN001 what was observed moved; RN002 wrong state; RN003 reservation ran out; RN004 not found; RN005 request id
-- used with another payload.

create function realname.at(micros bigint) returns timestamptz language sql immutable parallel safe
as $$ select timestamptz 'epoch' + micros * interval '1 microsecond' $$;

create function realname.micros(t timestamptz) returns bigint language sql immutable parallel safe
as $$ select (extract(epoch from t) * 1000000)::bigint $$;

create function realname.observe(
  p_principal text, p_request_id uuid, p_payload_digest bytea, p_operator text,
  p_index_version integer, p_document_index bytea, p_name_index bytea, p_number_index bytea,
  p_verification_id uuid, p_now timestamptz)
returns table (request_verification_id uuid, same_payload boolean, person_id uuid, row_version bigint, person_known boolean,
               name_differs boolean, numbers_held integer, msisdn_taken boolean)
language sql stable as $$
  with known as (
    select rc.verification_id as request_verification_id, rc.payload_digest = p_payload_digest as same_payload,
           coalesce(vc.person_id, dc.person_id) as person_id, dc.person_id is not null as person_known,
           coalesce(dc.name_index <> p_name_index, false) as name_differs
    from (select 1) as one
    left join realname.request_claim rc on rc.principal = p_principal and rc.request_id = p_request_id
    left join realname.document_claim dc on dc.index_version = p_index_version and dc.document_index = p_document_index
    left join realname.verification_claim vc on vc.verification_id = p_verification_id)
  select k.request_verification_id, k.same_payload, k.person_id, p.row_version, k.person_known, k.name_differs,
         (coalesce(q.held, 0) - (
            select count(*) from realname.verification v
            where v.person_id = k.person_id and v.operator_id = p_operator and v.holds_place
              and (v.expire_time <= p_now or v.verification_id = p_verification_id)))::integer,
         exists (
            select 1 from realname.number_claim n
            join realname.verification v on v.person_id = n.person_id and v.verification_id = n.verification_id
            where n.index_version = p_index_version and n.number_index = p_number_index
              and n.verification_id is distinct from p_verification_id
              and (v.expire_time is null or v.expire_time > p_now))
  from known k
  left join realname.person p on p.person_id = k.person_id
  left join realname.person_quota q on q.person_id = k.person_id and q.operator_id = p_operator
$$;

-- Gives back what a verification holds and moves it to its last state. The person's row is locked by the caller.
create function realname.release_verification(
  p_person_id uuid, p_verification_id uuid, p_state smallint, p_now timestamptz)
returns void language plpgsql as $$
declare
  v realname.verification;
begin
  select * into v from realname.verification
  where person_id = p_person_id and verification_id = p_verification_id for update;
  if v.holds_place then
    update realname.person_quota set held = held - 1 where person_id = p_person_id and operator_id = v.operator_id;
  end if;
  if v.number_index is not null then
    delete from realname.number_claim
    where index_version = v.number_index_version and number_index = v.number_index
      and verification_id = p_verification_id;
  end if;
  update realname.verification
  set state = p_state, verdict = 0, sequence = sequence + 1, holds_place = false, expire_time = null,
      number_index = null, number_index_version = null, next_due = null
  where person_id = p_person_id and verification_id = p_verification_id;
  insert into realname.outbox (verification_id, sequence, operator_id, state, verdict, occur_time)
  values (p_verification_id, v.sequence + 1, v.operator_id, p_state, 0, p_now);
end $$;

-- Ends one reservation that ran out, if it still is there.
create function realname.expire_verification(p_person_id uuid, p_verification_id uuid, p_now timestamptz)
returns boolean language plpgsql as $$
begin
  update realname.person set row_version = row_version + 1 where person_id = p_person_id;
  if not exists (
    select 1 from realname.verification
    where person_id = p_person_id and verification_id = p_verification_id and expire_time <= p_now) then
    return false;
  end if;
  perform realname.release_verification(p_person_id, p_verification_id, 8::smallint, p_now);
  return true;
end $$;

create function realname.commit_decision(
  p_principal text, p_request_id uuid, p_digest_version integer, p_payload_digest bytea,
  p_verification_id uuid, p_operator text, p_agent text, p_outlet text,
  p_person_id uuid, p_person_is_new boolean, p_row_version bigint,
  p_index_version integer, p_document_index bytea, p_name_index bytea, p_number_index bytea,
  p_state smallint, p_verdict smallint, p_attempt integer, p_expected_sequence bigint,
  p_holds_place boolean, p_limit integer, p_expire_time timestamptz, p_next_due date,
  p_record bytea, p_record_subject bytea, p_id_photo bytea, p_live_portrait bytea,
  p_decision bytea, p_facts bytea, p_facts_subject bytea, p_salt bytea,
  p_policy_digest text, p_rules_version integer,
  p_audit_id uuid, p_leaf bytea, p_now timestamptz)
returns boolean language plpgsql as $$
declare
  v realname.verification;
  lapsed record;
begin
  insert into realname.request_claim values
    (p_principal, p_request_id, p_digest_version, p_payload_digest, p_verification_id, p_now)
  on conflict do nothing;
  if not found then
    return false;
  end if;

  if p_person_is_new then
    insert into realname.person values (p_person_id, 1, p_now);
    if p_document_index is not null then
      insert into realname.document_claim values
        (p_index_version, p_document_index, p_person_id, case when p_verdict = 1 then p_name_index end)
      on conflict do nothing;
      if not found then
        raise exception 'the document was claimed meanwhile' using errcode = 'RN001';
      end if;
    end if;
  else
    if p_holds_place or p_expected_sequence > 0 then
      update realname.person set row_version = row_version + 1
      where person_id = p_person_id and row_version = p_row_version;
    else
      perform 1 from realname.person where person_id = p_person_id and row_version = p_row_version for share;
    end if;
    if not found then
      raise exception 'the person moved meanwhile' using errcode = 'RN001';
    end if;
    if p_verdict = 1 and p_document_index is not null then
      update realname.document_claim set name_index = p_name_index
      where index_version = p_index_version and document_index = p_document_index and name_index is null;
    end if;
  end if;

  if p_expected_sequence > 0 then
    select * into v from realname.verification
    where person_id = p_person_id and verification_id = p_verification_id for update;
    if v.sequence <> p_expected_sequence or v.state <> 2 then
      raise exception 'the verification moved meanwhile' using errcode = 'RN002';
    elsif v.expire_time <= p_now then
      raise exception 'the reservation ran out' using errcode = 'RN003';
    end if;
    if v.holds_place and not p_holds_place then
      update realname.person_quota set held = held - 1 where person_id = p_person_id and operator_id = v.operator_id;
    end if;
    if v.number_index is not null and p_number_index is null then
      delete from realname.number_claim
      where index_version = v.number_index_version and number_index = v.number_index
        and verification_id = p_verification_id;
    end if;
  elsif p_holds_place then
    for lapsed in
      select verification_id from realname.verification
      where person_id = p_person_id and expire_time <= p_now order by verification_id
    loop
      perform realname.release_verification(p_person_id, lapsed.verification_id, 8::smallint, p_now);
    end loop;
  end if;

  if p_holds_place and not coalesce(v.holds_place, false) then
    insert into realname.person_quota as q values (p_person_id, p_operator, 1)
    on conflict (person_id, operator_id) do update set held = q.held + 1 where q.held < p_limit;
    if not found then
      raise exception 'the quota filled meanwhile' using errcode = 'RN001';
    end if;
  end if;
  if p_number_index is not null and v.number_index is null then
    select n.person_id, n.verification_id into lapsed
    from realname.number_claim n
    join realname.verification o on o.person_id = n.person_id and o.verification_id = n.verification_id
    where n.index_version = p_index_version and n.number_index = p_number_index and o.expire_time <= p_now;
    if found then
      perform realname.expire_verification(lapsed.person_id, lapsed.verification_id, p_now);
    end if;
    insert into realname.number_claim values (p_index_version, p_number_index, p_person_id, p_verification_id)
    on conflict do nothing;
    if not found then
      raise exception 'the number was taken meanwhile' using errcode = 'RN001';
    end if;
  end if;

  if p_expected_sequence > 0 then
    update realname.verification
    set state = p_state, verdict = p_verdict, attempt = p_attempt, sequence = sequence + 1, holds_place = p_holds_place,
        expire_time = p_expire_time, next_due = p_next_due, number_index = p_number_index,
        number_index_version = case when p_number_index is not null then p_index_version end
    where person_id = p_person_id and verification_id = p_verification_id;
  else
    insert into realname.verification_claim values (p_verification_id, p_person_id);
    insert into realname.verification values
      (p_person_id, p_verification_id, p_operator, p_agent, p_outlet, p_state, p_verdict, p_attempt, 1, p_holds_place,
       p_expire_time, case when p_number_index is not null then p_index_version end, p_number_index, p_next_due, p_now);
  end if;
  insert into realname.registration values
    (p_person_id, p_verification_id, p_attempt, p_record, p_record_subject, p_id_photo, p_live_portrait, p_now);
  insert into realname.decision values
    (p_person_id, p_verification_id, p_expected_sequence + 1, p_attempt, p_decision, p_facts, p_facts_subject, p_salt,
     p_policy_digest, p_rules_version, p_now);
  insert into realname.audit_record values (p_audit_id, p_verification_id, p_leaf, p_now);
  insert into realname.outbox (verification_id, sequence, operator_id, state, verdict, occur_time)
  values (p_verification_id, p_expected_sequence + 1, p_operator, p_state, p_verdict, p_now);
  return true;
end $$;

-- DECIDED with PASS -> ACTIVATED (6), or anything reserved -> CANCELLED (7). True if something changed.
create function realname.transition(
  p_target smallint, p_principal text, p_request_id uuid, p_digest_version integer, p_payload_digest bytea,
  p_operator text, p_agent text, p_outlet text, p_verification_id uuid, p_audit_id uuid, p_leaf bytea, p_now timestamptz)
returns boolean language plpgsql as $$
declare
  v realname.verification;
  earlier realname.request_claim;
begin
  select o.* into v from realname.verification_claim c
  join realname.verification o on o.person_id = c.person_id and o.verification_id = c.verification_id
  where c.verification_id = p_verification_id and o.operator_id = p_operator
    and (p_agent = '' or o.agent_id = p_agent) and (p_outlet = '' or o.outlet_id = p_outlet);
  if not found then
    raise exception 'no such verification' using errcode = 'RN004';
  end if;

  insert into realname.request_claim values
    (p_principal, p_request_id, p_digest_version, p_payload_digest, p_verification_id, p_now)
  on conflict do nothing;
  if not found then
    select * into earlier from realname.request_claim where principal = p_principal and request_id = p_request_id;
    if earlier.payload_digest <> p_payload_digest then
      raise exception 'request id used before' using errcode = 'RN005';
    end if;
    return false;
  end if;

  perform 1 from realname.person where person_id = v.person_id for update;
  select * into v from realname.verification
  where person_id = v.person_id and verification_id = p_verification_id for update;
  if v.state = p_target then
    return false;
  end if;
  if p_target = 6 then
    if v.state = 8 or (v.state = 5 and v.verdict = 1 and v.expire_time <= p_now) then
      raise exception 'the reservation ran out' using errcode = 'RN003';
    elsif v.state <> 5 or v.verdict <> 1 then
      raise exception 'only a PASS can be activated' using errcode = 'RN002';
    end if;
    update realname.verification set state = 6, sequence = sequence + 1, expire_time = null
    where person_id = v.person_id and verification_id = p_verification_id;
    insert into realname.outbox (verification_id, sequence, operator_id, state, verdict, occur_time)
    values (p_verification_id, v.sequence + 1, v.operator_id, 6, v.verdict, p_now);
  else
    if v.expire_time is null then
      raise exception 'nothing is reserved that could be cancelled' using errcode = 'RN002';
    end if;
    update realname.person set row_version = row_version + 1 where person_id = v.person_id;
    perform realname.release_verification(v.person_id, p_verification_id, 7::smallint, p_now);
  end if;
  insert into realname.audit_record values (p_audit_id, p_verification_id, p_leaf, p_now);
  return true;
end $$;

create function realname.expire_reservations(p_now timestamptz, p_limit integer)
returns integer language plpgsql as $$
declare
  due record;
  ended integer := 0;
begin
  for due in
    select person_id, verification_id from realname.verification
    where expire_time <= p_now order by expire_time limit p_limit
  loop
    if realname.expire_verification(due.person_id, due.verification_id, p_now) then
      ended := ended + 1;
    end if;
  end loop;
  return ended;
end $$;

create function realname.precheck(
  p_record_id uuid, p_principal text, p_operator text, p_index_version integer, p_document_index bytea,
  p_name_index bytea, p_limit integer, p_now timestamptz)
returns table (admitted boolean, person_known boolean, name_differs boolean, numbers_held integer)
language plpgsql as $$
declare
  v_admitted boolean;
begin
  insert into realname.precheck_budget as b values (p_principal, date_trunc('hour', p_now), 1)
  on conflict (principal, hour) do update set used = b.used + 1 where b.used < p_limit;
  v_admitted := found;
  insert into realname.precheck_record values
    (p_record_id, p_principal, p_operator, p_document_index, v_admitted, p_now);
  return query
    select v_admitted, o.person_known, o.name_differs, o.numbers_held
    from realname.observe(null, null, null, p_operator, p_index_version, p_document_index, p_name_index, null, null,
                          p_now) o;
end $$;

-- Gives positions to events that have none, in one server process at a time; returns the last position given.
create function realname.sequence_outbox(p_limit integer) returns bigint language plpgsql as $$
declare
  head bigint;
begin
  select position into head from realname.outbox_head for update skip locked;
  if not found then
    return null;
  end if;
  with fresh as (
    select verification_id, sequence, row_number() over (order by occur_time, verification_id, sequence) as n
    from (select * from realname.outbox where position is null order by occur_time, verification_id, sequence
          limit p_limit) o)
  update realname.outbox o set position = head + fresh.n
  from fresh where o.verification_id = fresh.verification_id and o.sequence = fresh.sequence;
  if found then
    update realname.outbox_head set position = (select max(position) from realname.outbox) returning position into head;
  end if;
  return head;
end $$;

-- What the server's role may do: read all, add all, change little, delete less -----------------------------------------

grant usage on schema realname, media to realname_server;
grant select, insert on all tables in schema realname, media to realname_server;
grant update on realname.person, realname.person_quota, realname.verification, realname.outbox_head,
  realname.outbox_consumer, realname.precheck_budget to realname_server;
grant update (name_index) on realname.document_claim to realname_server;
grant update (position) on realname.outbox to realname_server;
grant delete on realname.number_claim, realname.precheck_budget, media.photo to realname_server;
grant execute on all functions in schema realname to realname_server;
