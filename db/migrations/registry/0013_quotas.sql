-- SPDX-License-Identifier: Apache-2.0
-- Several quotas. A line counts under one of the policy's rules, by its name; what was there before counts under "operator".

alter table realname.person_quota add column quota text not null default 'operator';
alter table realname.person_quota drop constraint person_quota_pkey;
alter table realname.person_quota add primary key (person_id, operator_id, quota);
alter table realname.person_quota alter column quota drop default;
alter table realname.verification add column quota text not null default 'operator';
alter table realname.verification alter column quota drop default;

-- As before, by quota.
create or replace function realname.release_verification(
  p_person_id uuid, p_verification_id uuid, p_state smallint, p_now timestamptz)
returns void language plpgsql as $$
declare
  v realname.verification;
begin
  select * into v from realname.verification
  where person_id = p_person_id and verification_id = p_verification_id for update;
  if v.holds_place then
    update realname.person_quota set held = held - 1
    where person_id = p_person_id and operator_id = v.operator_id and quota = v.quota;
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

drop function realname.precheck;
drop function realname.observe;
create function realname.observe(
  p_principal text, p_request_id uuid, p_payload_digest bytea, p_operator text,
  p_index_version integer, p_document_index bytea, p_name_index bytea, p_number_index bytea,
  p_verification_id uuid, p_quota text, p_now timestamptz)
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
  select k.request_verification_id, k.same_payload, k.person_id,
         (select p.row_version from realname.person p where p.person_id = k.person_id), k.person_known, k.name_differs,
         (coalesce((select q.held from realname.person_quota q
                    where q.person_id = k.person_id and q.operator_id = p_operator and q.quota = p_quota), 0) - (
            select count(*) filter (where v.operator_id = p_operator and v.quota = p_quota and v.holds_place
                                      and (v.expire_time <= p_now or v.verification_id = p_verification_id))
            from realname.verification v
            where v.person_id = k.person_id))::integer,
         exists (
            select 1 from realname.number_claim n
            where n.index_version = p_index_version and n.number_index = p_number_index
              and n.verification_id is distinct from p_verification_id
              and (select v.expire_time is null or v.expire_time > p_now from realname.verification v
                   where v.person_id = n.person_id and v.verification_id = n.verification_id))
  from known k
$$;

create function realname.precheck(
  p_record_id uuid, p_principal text, p_operator text, p_index_version integer, p_document_index bytea,
  p_name_index bytea, p_limit integer, p_quota text, p_now timestamptz)
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
                          p_quota, p_now) o;
end $$;

drop function realname.commit_application;
drop function realname.commit_decision;
create function realname.commit_decision(
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
      select verification_id from realname.verification
      where person_id = p_person_id and expire_time <= p_now order by verification_id
    loop
      perform realname.release_verification(p_person_id, lapsed.verification_id, 8::smallint, p_now);
    end loop;
  end if;

  if p_holds_place and not coalesce(v.holds_place, false) then
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

create function realname.commit_application(
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
begin
  if not realname.commit_decision(
      p_principal, p_request_id, p_digest_version, p_payload_digest, p_verification_id, p_operator, p_agent, p_outlet,
      p_person_id, p_person_is_new, p_row_version, p_index_version, p_document_index, p_name_index, p_number_index,
      p_state, p_verdict, p_attempt, p_expected_sequence, p_holds_place, p_quota, p_limit, p_expire_time, p_next_due,
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

grant execute on function realname.observe, realname.precheck, realname.commit_decision, realname.commit_application
  to realname_server;
