-- SPDX-License-Identifier: Apache-2.0
-- Consents are part of each record; a withdrawal is a row of its own, and stops only what rested on that consent.

create table realname.consent_withdrawal (
  person_id uuid not null,
  verification_id uuid not null,
  notice_id text not null,
  principal text not null,             -- who took it in
  withdraw_time timestamptz not null,
  primary key (person_id, verification_id, notice_id, withdraw_time)
);
comment on table realname.consent_withdrawal is 'person, append-only: consents that were withdrawn';

-- Withdraws one consent of an application, `p_party_ids` the people beside its subscriber, and drops what was measured in the pictures if that rested on it. False if the request was made
-- before.
create function realname.withdraw_consent(
  p_principal text, p_request_id uuid, p_digest_version integer, p_payload_digest bytea,
  p_operator text, p_agent text, p_outlet text, p_verification_id uuid, p_notice_id text, p_drop_evidence boolean,
  p_party_ids uuid[],   p_audit_id uuid, p_leaf bytea, p_now timestamptz)
returns boolean language plpgsql as $$
declare
  v realname.verification;
  earlier bytea;
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
    select payload_digest into earlier from realname.request_claim
    where principal = p_principal and request_id = p_request_id;
    if earlier <> p_payload_digest then
      raise exception 'another payload' using errcode = 'RN005';
    end if;
    return false;
  end if;
  insert into realname.consent_withdrawal values (v.person_id, p_verification_id, p_notice_id, p_principal, p_now)
  on conflict do nothing;
  if p_drop_evidence then
    update media.photo m set sealed_evidence = null from realname.registration r
    where r.person_id = v.person_id and r.verification_id = p_verification_id
      and m.person_id = r.person_id and m.name in (r.id_photo, r.live_portrait);
    update media.photo m set sealed_evidence = null from realname.party q
    where q.person_id = any (p_party_ids) and q.verification_id = p_verification_id
      and m.person_id = q.person_id and m.name in (q.id_photo, q.live_portrait);
  end if;
  insert into realname.audit_record values (p_audit_id, p_verification_id, p_leaf, p_now);
  return true;
end $$;

grant select, insert on realname.consent_withdrawal to realname_server;
grant execute on function realname.withdraw_consent to realname_server;
