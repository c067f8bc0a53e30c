-- SPDX-License-Identifier: Apache-2.0
-- Sessions of online sign-up. A session has a data key of its own in the key store, under its id, and its frames lie in
-- media.photo under that id: nobody is known yet when they are taken. A registration uses a session up in its own commit;
-- then the frames' evidence, which holds face templates, is dropped, and the pictures stay as evidence. What no registration
-- used is removed some time after it ran out.

create table realname.session (
  session_id uuid primary key,         -- random
  operator_id text not null,
  agent_id text not null,
  outlet_id text not null,
  principal text not null,             -- who started it
  version bigint not null check (version >= 1),
  record bytea not null,               -- realname.v1.SessionRecord, nothing personal
  nonce_index_version integer not null,
  nonce_index bytea not null,
  sealed_nonce bytea not null,
  expire_time timestamptz not null,
  verification_id uuid,                -- the registration that used it
  use_time timestamptz,
  create_time timestamptz not null,
  unique (nonce_index_version, nonce_index),
  unique (verification_id),
  check ((verification_id is null) = (use_time is null))
);
comment on table realname.session is 'job: online sessions';
create index session_unused on realname.session (expire_time) where verification_id is null;

create table realname.session_frame (
  session_id uuid not null references realname.session on delete cascade,
  step integer not null check (step >= 1),
  photo bytea not null,                -- name in media.photo, under the session's id
  sealed_evidence bytea,               -- realname.v1.FaceEvidence, until a registration uses the session
  create_time timestamptz not null,
  primary key (session_id, step)
);
comment on table realname.session_frame is 'job: frames of sessions that were accepted';

create table realname.session_request (
  principal text not null,
  request_id uuid not null,
  digest_version integer not null,
  payload_digest bytea not null,
  session_id uuid not null references realname.session on delete cascade,
  create_time timestamptz not null,
  primary key (principal, request_id)
);
comment on table realname.session_request is 'claim: what a request_id was used for in sessions, as long as the session is there';
create index session_request_by_session on realname.session_request (session_id);

-- Writes a session as it shall stand: a new one at version 0, or one that still is at the version given, unused. False if
-- the request id was used before.
create function realname.commit_session(
  p_principal text, p_request_id uuid, p_digest_version integer, p_payload_digest bytea,
  p_session_id uuid, p_version bigint, p_operator text, p_agent text, p_outlet text, p_record bytea,
  p_index_version integer, p_nonce_index bytea, p_sealed_nonce bytea, p_expire_time timestamptz,
  p_step integer, p_photo bytea, p_sealed_evidence bytea, p_now timestamptz)
returns boolean language plpgsql as $$
begin
  if exists (select 1 from realname.session_request where principal = p_principal and request_id = p_request_id) then
    return false;
  end if;
  -- The session comes first, for the request's row refers to it; if the same request was faster, it is taken back.
  if p_version = 0 then
    insert into realname.session
      (session_id, operator_id, agent_id, outlet_id, principal, version, record, nonce_index_version, nonce_index,
       sealed_nonce, expire_time, create_time)
    values
      (p_session_id, p_operator, p_agent, p_outlet, p_principal, 1, p_record, p_index_version, p_nonce_index,
       p_sealed_nonce, p_expire_time, p_now);
  else
    update realname.session set version = version + 1, record = p_record, expire_time = p_expire_time
    where session_id = p_session_id and version = p_version and verification_id is null;
    if not found then
      raise exception 'the session moved meanwhile' using errcode = 'RN001';
    end if;
  end if;
  insert into realname.session_request values
    (p_principal, p_request_id, p_digest_version, p_payload_digest, p_session_id, p_now)
  on conflict do nothing;
  if not found then
    if p_version > 0 then
      raise exception 'the request was made meanwhile' using errcode = 'RN001';
    end if;
    delete from realname.session where session_id = p_session_id;
    return false;
  end if;
  if p_step is not null then
    insert into realname.session_frame values (p_session_id, p_step, p_photo, p_sealed_evidence, p_now);
  end if;
  return true;
end $$;

-- commit_decision, which now uses up the session that the registration names.
drop function realname.commit_decision;

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

grant select, insert, delete on realname.session, realname.session_request to realname_server;
grant select, insert, delete on realname.session_frame to realname_server;
grant update (version, record, expire_time, verification_id, use_time) on realname.session to realname_server;
grant update (sealed_evidence) on realname.session_frame to realname_server;
grant execute on all functions in schema realname to realname_server;
