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

drop index realname.verification_line;
create index verification_line on realname.verification (line_id) where line_id is not null;

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

-- Locks everybody whom the operator takes for one of these, also who came to be meanwhile; returns them.
create function realname.lock_groups(p_operator text, p_people uuid[]) returns uuid[] language plpgsql as $$
declare
  v_people uuid[] := p_people;
  v_more uuid[];
begin
  loop
    perform realname.lock_people(v_people);
    select array_agg(distinct p) into v_more from (
      select unnest(v_people) as p
      union
      select m.person_id from realname.person_group g
      join realname.person_group m on m.head_id = g.head_id and m.operator_id = g.operator_id
      where g.person_id = any (v_people) and g.operator_id = p_operator) people;
    exit when v_more <@ v_people;
    v_people := v_more;
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

-- As before, for all who are one person.
create or replace function realname.commit_decision(
  p_principal text, p_request_id uuid, p_digest_version integer, p_payload_digest bytea,
  p_verification_id uuid, p_operator text, p_agent text, p_outlet text,
  p_person_id uuid, p_person_is_new boolean, p_row_version bigint,
  p_index_version integer, p_document_index bytea, p_name_index bytea, p_number_index bytea,
  p_state smallint, p_verdict smallint, p_attempt integer, p_expected_sequence bigint,
  p_holds_place boolean, p_quota text, p_limit integer, p_expire_time timestamptz, p_next_due date,
  p_record bytea, p_record_subject bytea, p_id_photo bytea, p_live_portrait bytea,
  p_decision bytea, p_facts bytea, p_facts_subject bytea, p_salt bytea,
  p_policy_digest text, p_rules_version integer,
  p_audit_id uuid, p_leaf bytea, p_session_id uuid, p_now timestamptz)
returns boolean language plpgsql as $$
declare
  v realname.verification;
  lapsed record;
  v_members uuid[];                    -- everybody who was decided to be this person; null where nobody was
  v_turn uuid := p_person_id;          -- in whose row it stands whose turn it is
begin
  insert into realname.request_claim values
    (p_principal, p_request_id, p_digest_version, p_payload_digest, p_verification_id, p_now)
  on conflict do nothing;
  if not found then
    return false;
  end if;

  -- Of two registrations with one session the second waits here, and then finds it used.
  if p_session_id is not null then
    update realname.session set verification_id = p_verification_id, use_time = p_now, version = version + 1
    where session_id = p_session_id and verification_id is null and expire_time > p_now;
    if not found then
      raise exception 'the session was used meanwhile' using errcode = 'RN001';
    end if;
    update realname.session_frame set sealed_evidence = null where session_id = p_session_id;
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
    -- Links and their ends set row versions that none of them had, so that what was observed before them has moved.
    v_members := realname.members_of(p_person_id, p_operator);
    v_turn := coalesce(v_members[1], p_person_id);
    if p_holds_place or p_expected_sequence > 0 then
      update realname.person set row_version = row_version + 1
      where person_id = v_turn and row_version = p_row_version;
    else
      perform 1 from realname.person where person_id = v_turn and row_version = p_row_version for share;
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
    -- A resubmission brings a record, a source's answer an empty one.
    if v.sequence <> p_expected_sequence or v.state <> (case when p_record = '' then 4 else 2 end) then
      raise exception 'the verification moved meanwhile' using errcode = 'RN002';
    elsif v.expire_time <= p_now then
      raise exception 'the reservation ran out' using errcode = 'RN003';
    end if;
    if v.holds_place and not p_holds_place then
      update realname.person_quota set held = held - 1
      where person_id = p_person_id and operator_id = v.operator_id and quota = v.quota;
    end if;
    if v.number_index is not null and p_number_index is null then
      delete from realname.number_claim
      where index_version = v.number_index_version and number_index = v.number_index
        and verification_id = p_verification_id;
    end if;
  elsif p_holds_place then
    for lapsed in
      select person_id, verification_id from realname.verification
      where person_id = any (coalesce(v_members, array[p_person_id])) and expire_time <= p_now
      order by person_id, verification_id
    loop
      if lapsed.person_id = v_turn then
        perform realname.release_verification(lapsed.person_id, lapsed.verification_id, 8::smallint, p_now);
      else
        perform realname.expire_verification(lapsed.person_id, lapsed.verification_id, p_now);
      end if;
    end loop;
  end if;

  if p_holds_place and not coalesce(v.holds_place, false) then
    if v_members is not null and p_limit <= (
        select coalesce(sum(held), 0) from realname.person_quota
        where person_id = any (v_members) and operator_id = p_operator and quota = p_quota) then
      raise exception 'the quota filled meanwhile' using errcode = 'RN001';
    end if;
    insert into realname.person_quota as q values (p_person_id, p_operator, 1, p_quota)
    on conflict (person_id, operator_id, quota) do update set held = q.held + 1 where q.held < p_limit;
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
        quota = case when v.holds_place then v.quota else p_quota end,
        expire_time = p_expire_time, next_due = p_next_due, number_index = p_number_index,
        number_index_version = case when p_number_index is not null then p_index_version end
    where person_id = p_person_id and verification_id = p_verification_id;
  else
    insert into realname.verification_claim values (p_verification_id, p_person_id);
    insert into realname.verification values
      (p_person_id, p_verification_id, p_operator, p_agent, p_outlet, p_state, p_verdict, p_attempt, 1, p_holds_place,
       p_expire_time, case when p_number_index is not null then p_index_version end, p_number_index, p_next_due, p_now,
       p_quota);
  end if;
  if p_record <> '' then
    insert into realname.registration values
      (p_person_id, p_verification_id, p_attempt, p_record, p_record_subject, p_id_photo, p_live_portrait, p_now);
  end if;
  insert into realname.decision values
    (p_person_id, p_verification_id, p_expected_sequence + 1, p_attempt, p_decision, p_facts, p_facts_subject, p_salt,
     p_policy_digest, p_rules_version, p_now);
  insert into realname.audit_record values (p_audit_id, p_verification_id, p_leaf, p_now);
  insert into realname.outbox (verification_id, sequence, operator_id, state, verdict, occur_time)
  values (p_verification_id, p_expected_sequence + 1, p_operator, p_state, p_verdict, p_now);
  return true;
end $$;

-- As before; locks in the order of ids who stand for people, too.
create or replace function realname.transition(
  p_target smallint, p_principal text, p_request_id uuid, p_digest_version integer, p_payload_digest bytea,
  p_operator text, p_agent text, p_outlet text, p_verification_id uuid, p_audit_id uuid, p_leaf bytea, p_reason text,
  p_now timestamptz)
returns boolean language plpgsql as $$
declare
  v realname.verification;
  l realname.verification;
  given realname.verification;
  earlier realname.request_claim;
  v_state smallint;
begin
  select o.* into v from realname.verification_claim c
  join realname.verification o on o.person_id = c.person_id and o.verification_id = c.verification_id
  where c.verification_id = p_verification_id and o.operator_id = p_operator
    and (p_agent is null or o.agent_id = p_agent) and (p_outlet is null or o.outlet_id = p_outlet);
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

  perform realname.lock_people(array[v.person_id, v.line_person_id]);
  select * into v from realname.verification
  where person_id = v.person_id and verification_id = p_verification_id for update;
  if v.state = p_target or (p_target = 6 and v.state = 10) then
    return false;
  end if;
  if p_target = 6 then
    if v.state = 8 or (v.state = 5 and v.verdict = 1 and v.expire_time <= p_now) then
      raise exception 'the reservation ran out' using errcode = 'RN003';
    elsif v.state <> 5 or v.verdict <> 1 then
      raise exception 'only a PASS can be activated' using errcode = 'RN002';
    end if;
    if v.entry_type = 5 then
      raise exception 'who takes the number over carries a transfer out' using errcode = 'RN002';
    end if;
    if v.entry_type in (4, 6, 8, 9) and v.line_id is null then
      raise exception 'it was about no line' using errcode = 'RN002';
    end if;
    if v.line_id is not null then
      select * into l from realname.verification
      where person_id = v.line_person_id and verification_id = v.line_id for update;
      if l.state <> 6 then
        raise exception 'the line has ended meanwhile' using errcode = 'RN002';
      end if;
      -- A link may have been taken back since.
      if v.entry_type <> 6 and v.person_id <> l.person_id
         and not coalesce(v.person_id = any (realname.members_of(l.person_id, v.operator_id)), false) then
        raise exception 'the line is somebody else''s by now' using errcode = 'RN002';
      end if;
      if v.entry_type = 4 then
        update realname.verification set next_due = v.next_due
        where person_id = l.person_id and verification_id = l.verification_id;
      else
        if v.entry_type = 6 then
          select * into given from realname.verification
          where line_id = l.verification_id and entry_type = 5 and state = 5 and verdict = 1 and expire_time > p_now
            and (person_id = l.person_id or person_id = any (realname.members_of(l.person_id, v.operator_id)))
          order by verification_id desc limit 1 for update;
          if not found then
            raise exception 'the holder''s word ran out' using errcode = 'RN003';
          end if;
          update realname.verification set state = 10, sequence = sequence + 1, expire_time = null
          where person_id = given.person_id and verification_id = given.verification_id;
          insert into realname.outbox (verification_id, sequence, operator_id, state, verdict, occur_time)
          values (given.verification_id, given.sequence + 1, given.operator_id, 10, given.verdict, p_now);
        end if;
        update realname.person set row_version = row_version + 1 where person_id in (v.person_id, l.person_id);
        perform realname.release_verification(l.person_id, l.verification_id, 9::smallint, p_now);
        insert into realname.line_end values
          (l.verification_id,
           case v.entry_type when 6 then 'transfer' when 8 then 'given up by the holder' else 'ported out' end,
           p_principal, p_now);
        if v.entry_type = 6 then
          insert into realname.number_claim values
            (l.number_index_version, l.number_index, v.person_id, p_verification_id);
          update realname.verification
          set number_index_version = l.number_index_version, number_index = l.number_index
          where person_id = v.person_id and verification_id = p_verification_id;
        end if;
      end if;
    end if;
    v_state := case when v.entry_type in (1, 2, 3, 6) then 6 else 10 end;
    update realname.verification
    set state = v_state, sequence = sequence + 1, expire_time = null,
        next_due = case when v_state = 6 then next_due end
    where person_id = v.person_id and verification_id = p_verification_id;
    insert into realname.outbox (verification_id, sequence, operator_id, state, verdict, occur_time)
    values (p_verification_id, v.sequence + 1, v.operator_id, v_state, v.verdict, p_now);
  elsif p_target = 9 then
    if v.state <> 6 then
      raise exception 'only a line that is activated can end' using errcode = 'RN002';
    end if;
    update realname.person set row_version = row_version + 1 where person_id = v.person_id;
    perform realname.release_verification(v.person_id, p_verification_id, 9::smallint, p_now);
    insert into realname.line_end values (p_verification_id, p_reason, p_principal, p_now);
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

-- As before; an update that was approved links.
create or replace function realname.commit_vote(
  p_reviewer text, p_request_id uuid, p_digest_version integer, p_payload_digest bytea,
  p_person_id uuid, p_verification_id uuid, p_expected_sequence bigint, p_decision_sequence bigint,
  p_votes_before integer,
  p_vote bytea, p_sealed_note bytea, p_escalate boolean, p_final boolean,
  p_index_version integer, p_document_index bytea, p_name_index bytea,
  p_state smallint, p_verdict smallint, p_holds boolean, p_expire_time timestamptz, p_next_due date,
  p_decision bytea, p_facts bytea, p_facts_subject bytea, p_salt bytea, p_policy_digest text, p_rules_version integer,
  p_audit_id uuid, p_leaf bytea, p_now timestamptz)
returns boolean language plpgsql as $$
declare
  v realname.verification;
  earlier bytea;
begin
  insert into realname.request_claim values
    (p_reviewer, p_request_id, p_digest_version, p_payload_digest, p_verification_id, p_now)
  on conflict do nothing;
  if not found then
    select payload_digest into earlier from realname.request_claim
    where principal = p_reviewer and request_id = p_request_id;
    if earlier <> p_payload_digest then
      raise exception 'another payload' using errcode = 'RN005';
    end if;
    return false;
  end if;
  select * into v from realname.verification
  where person_id = p_person_id and verification_id = p_verification_id;
  perform realname.lock_people(array[p_person_id, v.line_person_id]);
  update realname.person set row_version = row_version + 1 where person_id = p_person_id;
  select * into v from realname.verification
  where person_id = p_person_id and verification_id = p_verification_id for update;
  if not found or v.state <> 3 or v.sequence <> p_expected_sequence then
    raise exception 'the verification moved meanwhile' using errcode = 'RN001';
  elsif v.expire_time <= p_now then
    raise exception 'the reservation ran out' using errcode = 'RN003';
  end if;
  update realname.review_case
  set claimed_by = null, claim_expire_time = null, escalated = escalated or p_escalate, closed = p_final
  where verification_id = p_verification_id and claimed_by = p_reviewer and claim_expire_time > p_now and not closed;
  if not found then
    raise exception 'the caller does not hold the case' using errcode = 'RN007';
  end if;
  if (select count(*) from realname.review_vote
      where person_id = p_person_id and verification_id = p_verification_id and sequence = p_decision_sequence)
      <> p_votes_before then
    raise exception 'another vote came meanwhile' using errcode = 'RN001';
  end if;
  insert into realname.review_vote values
    (p_person_id, p_verification_id, p_decision_sequence, p_reviewer, p_votes_before + 1, p_vote, p_sealed_note, p_now);
  insert into realname.audit_record values (p_audit_id, p_verification_id, p_leaf, p_now);
  if not p_final then
    return true;
  end if;

  -- Place and number go apart: who cannot be told from the document holds a number and no place.
  if not p_holds then
    if v.holds_place then
      update realname.person_quota set held = held - 1
      where person_id = p_person_id and operator_id = v.operator_id and quota = v.quota;
    end if;
    if v.number_index is not null then
      delete from realname.number_claim
      where index_version = v.number_index_version and number_index = v.number_index
        and verification_id = p_verification_id;
    end if;
    v.number_index := null;
    v.number_index_version := null;
  end if;
  -- A line that is new has a number of its own, one that is taken over has the place only until it is activated.
  if p_verdict = 1 and v.entry_type in (1, 2, 3, 6) and (not p_holds or (v.number_index is null and v.entry_type <> 6)) then
    raise exception 'no number is reserved' using errcode = 'RN002';
  end if;
  if p_verdict = 1 and p_document_index is not null then
    -- An update may change the name.
    update realname.document_claim set name_index = p_name_index
    where index_version = p_index_version and document_index = p_document_index
      and (name_index is null or v.entry_type = 7);
  end if;
  update realname.verification
  set state = p_state, verdict = p_verdict, sequence = sequence + 1, holds_place = v.holds_place and p_holds,
      expire_time = p_expire_time, next_due = case when v.entry_type <> 7 then p_next_due end,
      number_index = v.number_index,
      number_index_version = v.number_index_version
  where person_id = p_person_id and verification_id = p_verification_id;
  if p_verdict = 1 and v.entry_type = 7 and v.line_person_id is not null then
    perform realname.link_people(p_audit_id, p_person_id, v.line_person_id, p_verification_id, p_reviewer, p_now);
  end if;
  if p_verdict = 1 and v.entry_type = 7 then
    update realname.verification set next_due = p_next_due
    where (person_id = p_person_id or person_id = any (realname.members_of(p_person_id, v.operator_id)))
      and operator_id = v.operator_id and state = 6;
  end if;
  insert into realname.decision values
    (p_person_id, p_verification_id, p_expected_sequence + 1, v.attempt, p_decision, p_facts, p_facts_subject, p_salt,
     p_policy_digest, p_rules_version, p_now);
  insert into realname.outbox (verification_id, sequence, operator_id, state, verdict, occur_time)
  values (p_verification_id, p_expected_sequence + 1, v.operator_id, p_state, p_verdict, p_now);
  return true;
end $$;

-- As before, for all who are one person.
create or replace function realname.attach_line(
  p_person_id uuid, p_verification_id uuid, p_operator text, p_entry_type smallint, p_line_person_id uuid, p_line_id uuid,
  p_verdict smallint, p_next_due date)
returns void language plpgsql as $$
begin
  if p_line_id is not null then
    perform 1 from realname.verification
    where person_id = p_line_person_id and verification_id = p_line_id and state = 6 for share;
    if not found then
      raise exception 'the line ended meanwhile' using errcode = 'RN001';
    end if;
  end if;
  update realname.verification
  set entry_type = p_entry_type, line_person_id = p_line_person_id, line_id = p_line_id,
      next_due = case when p_entry_type <> 7 then next_due end
  where person_id = p_person_id and verification_id = p_verification_id;
  -- One visit mends all lines of the person.
  if p_entry_type = 7 and p_verdict = 1 then
    update realname.verification set next_due = p_next_due
    where (person_id = p_person_id or person_id = any (realname.members_of(p_person_id, p_operator)))
      and operator_id = p_operator and state = 6;
  end if;
end $$;

-- As before; locks in the order of ids.
create or replace function realname.raise_dispute(
  p_dispute_id uuid, p_operator text, p_agent text, p_outlet text, p_person_id uuid, p_line_id uuid, p_deadline timestamptz,
  p_principal text, p_sealed bytea, p_audit_id uuid, p_leaf bytea, p_now timestamptz)
returns uuid language plpgsql as $$
begin
  perform realname.lock_people(array[p_person_id]);
  update realname.person set row_version = row_version + 1 where person_id = p_person_id;
  insert into realname.dispute values
    (p_dispute_id, p_operator, p_agent, p_outlet, p_person_id, p_line_id, 1, p_now, p_deadline, null, p_principal, null,
     p_sealed, null)
  on conflict do nothing;
  if not found then
    return (select dispute_id from realname.dispute where line_id = p_line_id and state = 1);
  end if;
  insert into realname.audit_record values (p_audit_id, p_line_id, p_leaf, p_now);
  return p_dispute_id;
end $$;

-- As before; the line may be that of another document of the person.
create or replace function realname.resolve_dispute(
  p_operator text, p_dispute_id uuid, p_state smallint, p_principal text, p_sealed bytea, p_audit_id uuid, p_leaf bytea,
  p_now timestamptz)
returns boolean language plpgsql as $$
declare
  d realname.dispute;
  v_holder uuid;
begin
  select * into d from realname.dispute where dispute_id = p_dispute_id and operator_id = p_operator;
  -- Linked people dispute each other's lines as their own.
  select person_id into v_holder from realname.verification_claim where verification_id = d.line_id;
  perform realname.lock_people(array[d.person_id, v_holder]);
  update realname.person set row_version = row_version + 1 where person_id in (d.person_id, v_holder);
  select * into d from realname.dispute where dispute_id = p_dispute_id for update;
  if d.state = p_state then
    return false;
  elsif d.state <> 1 then
    raise exception 'it was decided otherwise' using errcode = 'RN002';
  end if;
  update realname.dispute
  set state = p_state, resolve_time = p_now, resolved_by = p_principal, sealed_explanation = p_sealed
  where dispute_id = p_dispute_id;
  if p_state = 2 and exists (select 1 from realname.verification v
                             where v.person_id = v_holder and v.verification_id = d.line_id and v.state = 6) then
    perform realname.release_verification(v_holder, d.line_id, 9::smallint, p_now);
    insert into realname.line_end values (d.line_id, 'not the holder''s, by dispute', p_principal, p_now);
  end if;
  insert into realname.audit_record values (p_audit_id, d.line_id, p_leaf, p_now);
  return true;
end $$;

grant select, insert, delete on realname.person_group to realname_server;
grant select, insert on realname.person_link, realname.person_unlink to realname_server;
grant execute on function realname.observe, realname.members_of, realname.lock_people, realname.lock_groups, realname.regroup, realname.link_people,
  realname.unlink_people to realname_server;
