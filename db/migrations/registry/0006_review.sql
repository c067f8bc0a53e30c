-- SPDX-License-Identifier: Apache-2.0
-- The review desk. A case is opened by the commit that puts a verification in review and ends with it. Votes are rows of
-- their own; what they decide is a new row in realname.decision.

create table realname.review_case (
  verification_id uuid primary key,
  person_id uuid not null,
  operator_id text not null,
  agent_id text not null,
  outlet_id text not null,
  at_counter boolean not null,         -- made at an outlet: somebody waits there
  escalated boolean not null default false,
  claimed_by text,
  claim_expire_time timestamptz,
  open_time timestamptz not null,
  closed boolean not null default false,
  check ((claimed_by is null) = (claim_expire_time is null))
);
comment on table realname.review_case is 'job: cases of the review desk';
create index review_queue on realname.review_case (operator_id, at_counter desc, open_time, verification_id)
  where not closed;

create table realname.review_participant (
  verification_id uuid not null,
  principal text not null,             -- sent in what is reviewed, or handed the case on
  primary key (verification_id, principal)
);
comment on table realname.review_participant is 'claim, append-only: who took part in a case, and so may not review it';

create table realname.review_vote (
  person_id uuid not null,
  verification_id uuid not null,
  sequence bigint not null,            -- of the decision under review
  reviewer text not null,
  vote_number integer not null check (vote_number >= 1),
  vote bytea not null,                 -- realname.v1.ReviewVote
  sealed_note bytea not null,
  vote_time timestamptz not null,
  primary key (person_id, verification_id, sequence, vote_number),
  unique (person_id, verification_id, reviewer)
);
comment on table realname.review_vote is 'person, append-only: votes of reviewers';

-- Gives back what a verification holds, moves it to its last state and ends its case. The person's row is locked by the
-- caller.
create or replace function realname.release_verification(
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
  if v.state = 3 then
    update realname.review_case set closed = true, claimed_by = null, claim_expire_time = null
    where verification_id = p_verification_id;
  end if;
  update realname.verification
  set state = p_state, verdict = 0, sequence = sequence + 1, holds_place = false, expire_time = null,
      number_index = null, number_index_version = null, next_due = null
  where person_id = p_person_id and verification_id = p_verification_id;
  insert into realname.outbox (verification_id, sequence, operator_id, state, verdict, occur_time)
  values (p_verification_id, v.sequence + 1, v.operator_id, p_state, 0, p_now);
end $$;

-- commit_decision, and the case if a person has to decide.
create function realname.commit_application(
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
  if p_state in (2, 3) then  -- what is sent in for a RETRY may come to be reviewed
    insert into realname.review_participant values (p_verification_id, p_principal) on conflict do nothing;
  end if;
  if p_state = 3 then
    insert into realname.review_case as c
      (verification_id, person_id, operator_id, agent_id, outlet_id, at_counter, open_time)
    values (p_verification_id, p_person_id, p_operator, p_agent, p_outlet, p_outlet <> '', p_now)
    on conflict (verification_id) do update
      set open_time = p_now, closed = false, escalated = false, claimed_by = null, claim_expire_time = null;
  end if;
  return true;
end $$;

-- The person behind a certificate: the member of staff that it names, whatever role it gives them.
create function realname.person_of(p_principal text) returns text language sql immutable parallel safe
as $$ select coalesce(substring(p_principal from ':staff:([^:]+)$'), p_principal) $$;

-- Whether somebody may take a case: not of their own agent or outlet, not one that they took part in, and an escalated one
-- only as an administrator.
create function realname.may_review(
  c realname.review_case, p_reviewer text, p_agent text, p_outlet text, p_administrator boolean)
returns boolean language sql stable as $$
  select (p_administrator or not c.escalated)
    and not (p_agent <> '' and c.agent_id = p_agent)
    and not (p_outlet <> '' and c.agent_id = p_agent and c.outlet_id = p_outlet)
    and not exists (select 1 from realname.review_participant p
                    where p.verification_id = c.verification_id
                      and realname.person_of(p.principal) = realname.person_of(p_reviewer))
    and not exists (select 1 from realname.review_vote x
                    where x.person_id = c.person_id and x.verification_id = c.verification_id
                      and realname.person_of(x.reviewer) = realname.person_of(p_reviewer))
$$;

-- The case that somebody holds from now on: the one named, or the next; null if there is none for them. RN006 if another
-- holds the one named.
create function realname.claim_case(
  p_reviewer text, p_operator text, p_agent text, p_outlet text, p_administrator boolean, p_verification_id uuid,
  p_expire_time timestamptz, p_now timestamptz)
returns uuid language plpgsql as $$
declare
  taken realname.review_case;
begin
  if p_verification_id is null then
    -- What one holds already comes first, so that a repeated call is answered alike.
    select c.* into taken from realname.review_case c
    join realname.verification v on v.person_id = c.person_id and v.verification_id = c.verification_id
    where not c.closed and c.operator_id = p_operator and v.state = 3 and v.expire_time > p_now
      and (c.claimed_by is null or c.claim_expire_time <= p_now or c.claimed_by = p_reviewer)
      and realname.may_review(c, p_reviewer, p_agent, p_outlet, p_administrator)
    order by coalesce(c.claimed_by = p_reviewer and c.claim_expire_time > p_now, false) desc,
             c.at_counter desc, c.open_time, c.verification_id
    limit 1 for update of c skip locked;
  else
    select c.* into taken from realname.review_case c
    join realname.verification v on v.person_id = c.person_id and v.verification_id = c.verification_id
    where c.verification_id = p_verification_id and not c.closed and c.operator_id = p_operator and v.state = 3
      and v.expire_time > p_now and realname.may_review(c, p_reviewer, p_agent, p_outlet, p_administrator)
    for update of c;
    if taken.claimed_by <> p_reviewer and taken.claim_expire_time > p_now then
      raise exception 'another reviewer holds the case' using errcode = 'RN006';
    end if;
  end if;
  -- Asked again under the row's lock: a vote of their own may have come meanwhile.
  if taken.verification_id is null
     or not realname.may_review(taken, p_reviewer, p_agent, p_outlet, p_administrator) then
    return null;
  end if;
  update realname.review_case set claimed_by = p_reviewer, claim_expire_time = p_expire_time
  where verification_id = taken.verification_id;
  return taken.verification_id;
end $$;

-- Ends somebody's claim. RN008 if the operator has no such case, RN007 if they do not hold it.
create function realname.release_case(
  p_reviewer text, p_operator text, p_verification_id uuid, p_escalate boolean, p_now timestamptz)
returns void language plpgsql as $$
begin
  if not exists (select 1 from realname.review_case
                 where verification_id = p_verification_id and operator_id = p_operator) then
    raise exception 'no such case' using errcode = 'RN008';
  end if;
  update realname.review_case
  set claimed_by = null, claim_expire_time = null, escalated = escalated or p_escalate
  where verification_id = p_verification_id and operator_id = p_operator and claimed_by = p_reviewer
    and claim_expire_time > p_now and not closed;
  if not found then
    raise exception 'the caller does not hold the case' using errcode = 'RN007';
  end if;
  -- Who hands a case on has taken part: no administrator lifts one past the second reviewer and decides it.
  if p_escalate then
    insert into realname.review_participant values (p_verification_id, p_reviewer) on conflict do nothing;
  end if;
end $$;

-- A vote with all its effects. False if the request was made before with the same payload.
create function realname.commit_vote(
  p_reviewer text, p_request_id uuid, p_digest_version integer, p_payload_digest bytea,
  p_person_id uuid, p_verification_id uuid, p_expected_sequence bigint, p_votes_before integer,
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
      where person_id = p_person_id and verification_id = p_verification_id and sequence = p_expected_sequence)
      <> p_votes_before then
    raise exception 'another vote came meanwhile' using errcode = 'RN001';
  end if;
  insert into realname.review_vote values
    (p_person_id, p_verification_id, p_expected_sequence, p_reviewer, p_votes_before + 1, p_vote, p_sealed_note, p_now);
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
  elsif p_verdict = 1 and v.number_index is null then
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

-- What was in review before there was a desk.
insert into realname.review_case (verification_id, person_id, operator_id, agent_id, outlet_id, at_counter, open_time)
select verification_id, person_id, operator_id, agent_id, outlet_id, outlet_id <> '', create_time
from realname.verification where state = 3;
insert into realname.review_participant
select distinct r.verification_id, r.principal from realname.request_claim r
join realname.review_case c on c.verification_id = r.verification_id;

grant select, insert on realname.review_participant, realname.review_vote to realname_server;
grant select, insert on realname.review_case to realname_server;
grant update (at_counter, escalated, claimed_by, claim_expire_time, open_time, closed) on realname.review_case
  to realname_server;
grant execute on all functions in schema realname to realname_server;
