-- SPDX-License-Identifier: Apache-2.0
-- Who proposed which policy pack, and who put it in force.

create table realname.policy_proposal (
  proposal_id uuid primary key,        -- time-ordered
  digest text not null,
  replaces_digest text not null,
  reason text not null,
  principal text not null,
  propose_time timestamptz not null
);
comment on table realname.policy_proposal is 'log, append-only: packs that somebody wants in force';

create table realname.policy_activation (
  position bigint primary key check (position >= 1),  -- 1, 2, 3 ...: two at once cannot both be the next
  proposal_id uuid not null unique,
  digest text not null,
  principal text not null,
  activate_time timestamptz not null
);
comment on table realname.policy_activation is 'log, append-only: packs in the order in which they came in force';

-- False if it is activated. RN002 if another pack is in force than it replaces.
create function realname.activate_policy(p_proposal_id uuid, p_principal text, p_now timestamptz)
returns boolean language plpgsql as $$
declare
  p realname.policy_proposal;
  latest realname.policy_activation;
begin
  if exists (select 1 from realname.policy_activation where proposal_id = p_proposal_id) then
    return false;
  end if;
  select * into p from realname.policy_proposal where proposal_id = p_proposal_id;
  select * into latest from realname.policy_activation order by position desc limit 1;
  if latest.digest <> p.replaces_digest then
    raise exception 'another pack is in force by now' using errcode = 'RN002';
  end if;
  insert into realname.policy_activation values
    (coalesce(latest.position, 0) + 1, p_proposal_id, p.digest, p_principal, p_now);
  return true;
end $$;

grant select, insert on realname.policy_proposal, realname.policy_activation to realname_server;
grant execute on function realname.activate_policy to realname_server;
