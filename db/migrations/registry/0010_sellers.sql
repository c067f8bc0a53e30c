-- SPDX-License-Identifier: Apache-2.0
-- Who may sell: agents, outlets, members of staff. What was there before a change is in the changes.

create table realname.seller (
  operator_id text not null,
  agent_id text not null,
  outlet_id text not null,
  staff_id text not null,
  status smallint not null check (status between 1 and 3),  -- enum SellerStatus
  contract_from date,
  contract_to date,
  trained_until date,
  acts_for text not null,
  primary key (operator_id, agent_id, outlet_id, staff_id)
);
comment on table realname.seller is 'claim: who may sell for an operator';

create table realname.seller_change (
  operator_id text not null,
  agent_id text not null,
  outlet_id text not null,
  staff_id text not null,
  change_id uuid not null,             -- time-ordered
  seller bytea not null,               -- realname.v1.Seller from then on
  reason text not null,
  principal text not null,
  change_time timestamptz not null,
  primary key (operator_id, agent_id, outlet_id, staff_id, change_id)
);
comment on table realname.seller_change is 'log, append-only: changes of sellers';

create function realname.set_seller(
  p_operator text, p_agent text, p_outlet text, p_staff text, p_status smallint, p_contract_from date, p_contract_to date,
  p_trained_until date, p_acts_for text, p_change_id uuid, p_seller bytea, p_reason text, p_principal text,
  p_now timestamptz)
returns void language plpgsql as $$
begin
  insert into realname.seller values
    (p_operator, p_agent, p_outlet, p_staff, p_status, p_contract_from, p_contract_to, p_trained_until, p_acts_for)
  on conflict (operator_id, agent_id, outlet_id, staff_id) do update
    set status = excluded.status, contract_from = excluded.contract_from, contract_to = excluded.contract_to,
        trained_until = excluded.trained_until, acts_for = excluded.acts_for;
  insert into realname.seller_change values
    (p_operator, p_agent, p_outlet, p_staff, p_change_id, p_seller, p_reason, p_principal, p_now);
end $$;

grant select, insert, update on realname.seller to realname_server;
grant select, insert on realname.seller_change to realname_server;
grant execute on function realname.set_seller to realname_server;
