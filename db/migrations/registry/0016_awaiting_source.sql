-- SPDX-License-Identifier: Apache-2.0
-- Verifications that await an identity source, and when it is asked again.

create table realname.source_wait (
  verification_id uuid primary key,
  person_id uuid not null,
  operator_id text not null,
  begin_time timestamptz not null,
  ask_time timestamptz not null,       -- not before
  asks integer not null
);
comment on table realname.source_wait is 'job: verifications whose identity source is asked again';
create index source_wait_due on realname.source_wait (ask_time);

-- As before, for all who are one person; also decides again what awaited a source, without a new attempt.
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

-- As before; what waits is asked again, and by then nobody stands at the counter.
create or replace function realname.commit_application(
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
  if p_verdict in (2, 3, 5, 6) then  -- what is sent in for a RETRY, or contests a refusal, may come to be reviewed
    insert into realname.review_participant values (p_verification_id, p_principal) on conflict do nothing;
  end if;
  if p_state = 4 then
    insert into realname.source_wait values (p_verification_id, p_person_id, p_operator, p_now, p_now, 0)
    on conflict (verification_id) do update set begin_time = p_now, ask_time = p_now, asks = 0;
  end if;
  if p_state = 3 then
    insert into realname.review_case as c
      (verification_id, person_id, operator_id, agent_id, outlet_id, at_counter, open_time)
    values (p_verification_id, p_person_id, p_operator, p_agent, p_outlet, p_outlet <> '' and p_record <> '', p_now)
    on conflict (verification_id) do update
      set open_time = p_now, closed = false, escalated = c.contest_level > 1, warned = false, claimed_by = null,
          claim_expire_time = null;
  end if;
  return true;
end $$;

-- Takes what is due and waits since `p_begun_before` at least, each for `p_retry` and twice as long each time, up to an hour; forgets what waits no longer.
create function realname.take_source_waits(
  p_now timestamptz, p_begun_before timestamptz, p_retry interval, p_limit integer)
returns table (operator_id text, verification_id uuid) language plpgsql as $$
#variable_conflict use_column
declare
  w realname.source_wait;
begin
  for w in
    select * from realname.source_wait where ask_time <= p_now and begin_time <= p_begun_before
    order by ask_time limit p_limit for update skip locked
  loop
    if exists (select 1 from realname.verification v
               where v.person_id = w.person_id and v.verification_id = w.verification_id and v.state = 4) then
      update realname.source_wait
      set asks = asks + 1, ask_time = p_now + least(interval '1 hour', p_retry * power(2, least(asks, 12)))
      where verification_id = w.verification_id;
      operator_id := w.operator_id;
      verification_id := w.verification_id;
      return next;
    else
      delete from realname.source_wait where verification_id = w.verification_id;
    end if;
  end loop;
end $$;

grant select, insert, update, delete on realname.source_wait to realname_server;
grant execute on function realname.take_source_waits to realname_server;
