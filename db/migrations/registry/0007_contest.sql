-- SPDX-License-Identifier: Apache-2.0
-- The way back. A refusal is contested by a verification of its own, which a person decides: the refusal stays as it is, and
-- nobody who had part in it decides again. And the channel is told before a reservation in review runs out: an event that
-- changes nothing but the sequence, so votes now name the decision that they are about, not the last event.

alter table realname.outbox add column kind smallint not null default 1;  -- enum EventKind
alter table realname.review_case
  add column warned boolean not null default false,  -- the channel was told that the reservation runs out
  add column contested_agent_id text,                -- who had refused, where the case is a contest
  add column contested_outlet_id text,
  add column contest_level integer not null default 0;
create index verification_in_review on realname.verification (expire_time) where state = 3;
-- Reference numbers are the last twelve digits of the id.
create index verification_claim_by_reference on realname.verification_claim (right(verification_id::text, 12));

create table realname.contest (
  contested_verification_id uuid not null,
  verification_id uuid not null,       -- that contests it
  person_id uuid not null,             -- of that one
  operator_id text not null,
  agent_id text not null,              -- that had refused first
  outlet_id text not null,
  reasons integer[] not null,          -- of the refusal: enum ReasonCode
  open_time timestamptz not null,
  primary key (contested_verification_id, verification_id)  -- one that was given up leaves room for another
);
comment on table realname.contest is 'claim, append-only: which verifications contest a refusal';
create index contest_by_time on realname.contest (operator_id, open_time);

-- Whether somebody may take a case: not of their own agent or outlet, nor of a refusal by these, not one that they took part
-- in, and an escalated one only as an administrator.
create or replace function realname.may_review(
  c realname.review_case, p_reviewer text, p_agent text, p_outlet text, p_administrator boolean)
returns boolean language sql stable as $$
  select (p_administrator or not c.escalated)
    and not (p_agent <> '' and c.agent_id = p_agent)
    and not (p_outlet <> '' and c.agent_id = p_agent and c.outlet_id = p_outlet)
    and not (p_agent <> '' and coalesce(c.contested_agent_id = p_agent, false))
    and not (p_outlet <> '' and coalesce(c.contested_agent_id = p_agent and c.contested_outlet_id = p_outlet, false))
    and not exists (select 1 from realname.review_participant p
                    where p.verification_id = c.verification_id
                      and realname.person_of(p.principal) = realname.person_of(p_reviewer))
    and not exists (select 1 from realname.review_vote x
                    where x.person_id = c.person_id and x.verification_id = c.verification_id
                      and realname.person_of(x.reviewer) = realname.person_of(p_reviewer))
$$;

-- commit_decision, with what may come of it at the review desk.
create or replace function realname.commit_application(
  p_principal text, p_request_id uuid, p_digest_version integer, p_payload_digest bytea,
  p_verification_id uuid, p_operator text, p_agent text, p_outlet text,
  p_person_id uuid, p_person_is_new boolean, p_row_version bigint,
  p_index_version integer, p_document_index bytea, p_name_index bytea, p_number_index bytea,
  p_state smallint, p_verdict smallint, p_attempt integer, p_expected_sequence bigint,
  p_holds_place boolean, p_limit integer, p_expire_time timestamptz, p_next_due date,
  p_record bytea, p_record_subject bytea, p_id_photo bytea, p_live_portrait bytea,
  p_decision bytea, p_facts bytea, p_facts_subject bytea, p_salt bytea,
  p_policy_digest text, p_rules_version integer,
  p_audit_id uuid, p_leaf bytea, p_session_id uuid, p_now timestamptz)
returns boolean language plpgsql as $$
begin
  if not realname.commit_decision(
      p_principal, p_request_id, p_digest_version, p_payload_digest, p_verification_id, p_operator, p_agent, p_outlet,
      p_person_id, p_person_is_new, p_row_version, p_index_version, p_document_index, p_name_index, p_number_index,
      p_state, p_verdict, p_attempt, p_expected_sequence, p_holds_place, p_limit, p_expire_time, p_next_due,
      p_record, p_record_subject, p_id_photo, p_live_portrait, p_decision, p_facts, p_facts_subject, p_salt,
      p_policy_digest, p_rules_version, p_audit_id, p_leaf, p_session_id, p_now) then
    return false;
  end if;
  if p_verdict in (2, 3, 5) then  -- what is sent in for a RETRY, or contests a refusal, may come to be reviewed
    insert into realname.review_participant values (p_verification_id, p_principal) on conflict do nothing;
  end if;
  if p_state = 3 then
    insert into realname.review_case as c
      (verification_id, person_id, operator_id, agent_id, outlet_id, at_counter, open_time)
    values (p_verification_id, p_person_id, p_operator, p_agent, p_outlet, p_outlet <> '', p_now)
    on conflict (verification_id) do update
      set open_time = p_now, closed = false, escalated = c.contest_level > 1, warned = false, claimed_by = null,
          claim_expire_time = null;
  end if;
  return true;
end $$;

-- Whether a refusal is contested: by a verification that was not given up.
create function realname.is_contested(p_verification_id uuid) returns boolean language sql stable as $$
  select exists (
    select 1 from realname.contest k
    where k.contested_verification_id = p_verification_id
      and (select v.state <> 7 from realname.verification v
           where v.person_id = k.person_id and v.verification_id = k.verification_id))
$$;

-- Ties a new verification, which waits for people, to the refusal that it contests. Nobody who had part in that may take the
-- case, and from the second level on it is an administrator's. RN009 if the refusal was contested before.
create function realname.open_contest(
  p_verification_id uuid, p_person_id uuid, p_contested_verification_id uuid, p_level integer, p_reasons integer[],
  p_now timestamptz)
returns boolean language plpgsql as $$
declare
  refused realname.verification;
  earlier realname.review_case;
begin
  -- Locked, so that of two contests at once one sees the other.
  select v.* into refused from realname.verification_claim c
  join realname.verification v on v.person_id = c.person_id and v.verification_id = c.verification_id
  where c.verification_id = p_contested_verification_id for update of v;
  if realname.is_contested(p_contested_verification_id) then
    raise exception 'the refusal was contested before' using errcode = 'RN009';
  end if;
  -- Who had refused first, where the refusal was a contest itself.
  select * into earlier from realname.review_case
  where verification_id = p_contested_verification_id and contested_agent_id is not null;
  insert into realname.contest values
    (p_contested_verification_id, p_verification_id, p_person_id, refused.operator_id,
     coalesce(earlier.contested_agent_id, refused.agent_id), coalesce(earlier.contested_outlet_id, refused.outlet_id),
     p_reasons, p_now);
  insert into realname.review_participant
  select p_verification_id, principal from realname.review_participant
  where verification_id = p_contested_verification_id
  union
  select p_verification_id, reviewer from realname.review_vote
  where person_id = refused.person_id and verification_id = p_contested_verification_id
  on conflict do nothing;
  update realname.review_case
  set contested_agent_id = coalesce(earlier.contested_agent_id, refused.agent_id),
      contested_outlet_id = coalesce(earlier.contested_outlet_id, refused.outlet_id),
      contest_level = p_level, escalated = p_level > 1
  where verification_id = p_verification_id;
  return true;
end $$;

-- A vote with all its effects. False if the request was made before with the same payload. `p_expected_sequence` is the
-- verification's last event, `p_decision_sequence` that of the decision that the vote is about.
create function realname.commit_vote(
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
      update realname.person_quota set held = held - 1 where person_id = p_person_id and operator_id = v.operator_id;
    end if;
    if v.number_index is not null then
      delete from realname.number_claim
      where index_version = v.number_index_version and number_index = v.number_index
        and verification_id = p_verification_id;
    end if;
    v.number_index := null;
    v.number_index_version := null;
  end if;
  if p_verdict = 1 and (not p_holds or v.number_index is null) then
    raise exception 'no number is reserved' using errcode = 'RN002';
  end if;
  if p_verdict = 1 and p_document_index is not null then
    update realname.document_claim set name_index = p_name_index
    where index_version = p_index_version and document_index = p_document_index and name_index is null;
  end if;
  update realname.verification
  set state = p_state, verdict = p_verdict, sequence = sequence + 1, holds_place = v.holds_place and p_holds,
      expire_time = p_expire_time, next_due = p_next_due, number_index = v.number_index,
      number_index_version = v.number_index_version
  where person_id = p_person_id and verification_id = p_verification_id;
  insert into realname.decision values
    (p_person_id, p_verification_id, p_expected_sequence + 1, v.attempt, p_decision, p_facts, p_facts_subject, p_salt,
     p_policy_digest, p_rules_version, p_now);
  insert into realname.outbox (verification_id, sequence, operator_id, state, verdict, occur_time)
  values (p_verification_id, p_expected_sequence + 1, v.operator_id, p_state, p_verdict, p_now);
  return true;
end $$;

-- Tells the channels of cases whose reservations run out before `p_before`, each once. Returns how many.
create function realname.warn_reservations(p_now timestamptz, p_before timestamptz, p_limit integer)
returns integer language plpgsql as $$
declare
  each record;
  v realname.verification;
  told integer := 0;
begin
  for each in
    select o.person_id, o.verification_id from realname.verification o
    where o.state = 3 and o.expire_time > p_now and o.expire_time <= p_before
      and exists (select 1 from realname.review_case c where c.verification_id = o.verification_id and not c.warned)
    order by o.expire_time limit p_limit
  loop
    -- The verification first, as everybody locks.
    select * into v from realname.verification
    where person_id = each.person_id and verification_id = each.verification_id for update;
    continue when v.state <> 3 or v.expire_time <= p_now or v.expire_time > p_before;
    update realname.review_case set warned = true where verification_id = each.verification_id and not warned;
    continue when not found;
    update realname.verification set sequence = sequence + 1
    where person_id = each.person_id and verification_id = each.verification_id;
    insert into realname.outbox (verification_id, sequence, operator_id, state, verdict, occur_time, kind)
    values (each.verification_id, v.sequence + 1, v.operator_id, v.state, v.verdict, p_now, 2);
    told := told + 1;
  end loop;
  return told;
end $$;

-- Who had sent in what was refused before this.
insert into realname.review_participant
select distinct r.verification_id, r.principal from realname.request_claim r
join realname.verification_claim c on c.verification_id = r.verification_id
join realname.verification v on v.person_id = c.person_id and v.verification_id = c.verification_id
where v.verdict in (2, 5)
on conflict do nothing;

grant select, insert on realname.contest to realname_server;
grant update (warned, contested_agent_id, contested_outlet_id, contest_level) on realname.review_case to realname_server;
grant execute on all functions in schema realname to realname_server;
