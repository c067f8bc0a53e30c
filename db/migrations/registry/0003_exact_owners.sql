-- SPDX-License-Identifier: Apache-2.0
-- Who has no agent, or no outlet, sees rows without, not everybody's; null stands for "any". And a picture that is sent
-- again is young again, so that the sweep of orphans leaves it alone until its registration names it.
--
-- Cost: a function that claims to be immutable and is not quite (timestamptz arithmetic is stable) cannot be inlined, and
-- was parsed and planned at every call, four times a registration. And the sequencer counts instead of looking for the
-- highest position, and goes by the key, event by event: joined as a set, its plan came to walk the whole log at every
-- beat where the statistics were of an empty table.

alter function realname.at(bigint) stable;
alter function realname.micros(timestamptz) stable;

create or replace function realname.sequence_outbox(p_limit integer) returns bigint language plpgsql as $$
declare
  head bigint;
  last bigint;
  fresh record;
begin
  select position into head from realname.outbox_head for update skip locked;
  if not found then
    return null;
  end if;
  last := head;
  for fresh in
    select verification_id, sequence from realname.outbox where position is null
    order by occur_time, verification_id, sequence limit p_limit
  loop
    last := last + 1;
    update realname.outbox set position = last
    where verification_id = fresh.verification_id and sequence = fresh.sequence;
  end loop;
  if last > head then
    update realname.outbox_head set position = last;
  end if;
  return last;
end $$;

-- DECIDED with PASS -> ACTIVATED (6), or anything reserved -> CANCELLED (7). True if something changed.
create or replace function realname.transition(
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

grant update (create_time) on media.photo to realname_server;
