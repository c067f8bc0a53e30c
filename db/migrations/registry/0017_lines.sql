-- SPDX-License-Identifier: Apache-2.0
-- The life of a number. What a holder asks for is a verification like any other, tied to the line that it is about; what
-- carries it out is its confirmation.

alter table realname.verification add column entry_type smallint not null default 1,  -- enum EntryType
  add column line_person_id uuid,      -- whose the line is that it is about
  add column line_id uuid,             -- the registration that opened that line
  add column given_id uuid;            -- TRANSFER_IN: the TRANSFER_OUT whose reference number it named
alter table realname.verification drop constraint verification_state_check;
alter table realname.verification add constraint verification_state_check check (state between 1 and 10);
create index verification_line on realname.verification (line_id) where line_id is not null;

create table realname.dispute (
  dispute_id uuid primary key,         -- time-ordered
  operator_id text not null,
  agent_id text not null,
  outlet_id text not null,
  person_id uuid not null,
  line_id uuid not null,
  state smallint not null check (state between 1 and 3),  -- enum DisputeState
  raise_time timestamptz not null,
  deadline timestamptz not null,
  resolve_time timestamptz,
  raised_by text not null,
  resolved_by text,
  sealed_statement bytea,
  sealed_explanation bytea
);
comment on table realname.dispute is 'log: numbers of which their holders say that they are not theirs';
create unique index dispute_open on realname.dispute (line_id) where state = 1;
create index dispute_person on realname.dispute (person_id, operator_id) where state = 1;
create index dispute_deadline on realname.dispute (operator_id, deadline, dispute_id);

create table realname.line_end (
  verification_id uuid primary key,    -- the registration that opened the line
  reason text not null,
  principal text not null,
  end_time timestamptz not null
);
comment on table realname.line_end is 'log, append-only: why each line ended, and who said so';

-- Ties what was just committed to its kind of entry and its line. RN001 if the line has ended.
create function realname.attach_line(
  p_person_id uuid, p_verification_id uuid, p_operator text, p_entry_type smallint, p_line_person_id uuid, p_line_id uuid,
  p_given_id uuid, p_verdict smallint, p_next_due date)
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
  set entry_type = p_entry_type, line_person_id = p_line_person_id, line_id = p_line_id, given_id = p_given_id,
      next_due = case when p_entry_type <> 7 then next_due end
  where person_id = p_person_id and verification_id = p_verification_id;
  -- One visit mends all lines of the person.
  if p_entry_type = 7 and p_verdict = 1 then
    update realname.verification set next_due = p_next_due
    where (person_id = p_person_id or person_id = any (realname.members_of(p_person_id, p_operator)))
      and operator_id = p_operator and state = 6;
  end if;
end $$;

-- DECIDED with PASS -> ACTIVATED (6) or COMPLETED (10), with what was asked for the line; ACTIVATED -> TERMINATED (9); or
-- anything reserved -> CANCELLED (7). True if something changed.
-- Locks in the order of ids who stand for people, too.
drop function realname.transition;
create function realname.transition(
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
          where verification_id = v.given_id and line_id = l.verification_id and entry_type = 5 and state = 5
            and verdict = 1 and expire_time > p_now
            and (person_id = l.person_id or person_id = any (realname.members_of(l.person_id, v.operator_id)))
          for update;
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

-- As before; knows lines, and an update that was approved links.
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
  perform realname.lock_groups(v.operator_id, array[p_person_id, v.line_person_id]);
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

-- Takes a dispute, or gives the one that is open. What was observed of the person has moved.
create function realname.raise_dispute(
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

-- Decides a dispute; upheld (2), the line ends, be it that of another document of the person. False if it was decided so before.
create function realname.resolve_dispute(
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

grant select, insert on realname.dispute, realname.line_end to realname_server;
grant update (state, resolve_time, resolved_by, sealed_explanation) on realname.dispute to realname_server;
grant execute on function realname.transition, realname.attach_line, realname.raise_dispute, realname.resolve_dispute to realname_server;
