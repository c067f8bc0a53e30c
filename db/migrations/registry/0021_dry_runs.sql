-- SPDX-License-Identifier: Apache-2.0
-- Packs that were tried on the past, and which of these trials a proposal rests on.

create table realname.policy_dry_run (
  dry_run_id uuid primary key,         -- time-ordered
  operator_id text not null,           -- on whose decisions
  digest text not null,
  report bytea not null,               -- realname.v1.DryRun
  principal text not null,
  run_time timestamptz not null
);
comment on table realname.policy_dry_run is 'log, append-only: what packs would have decided';

alter table realname.policy_proposal add column dry_run_id uuid;

grant select, insert on realname.policy_dry_run to realname_server;
