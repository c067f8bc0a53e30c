-- SPDX-License-Identifier: Apache-2.0
-- Plans are made before there is anything to count, so an index that serves housekeeping must not be one that an
-- observation could walk instead of its own: on an empty table all look alike.

-- By age for the sweep alone: its expression is no observation's.
drop index realname.attempt_by_age;
create index attempt_by_age on realname.attempt ((attempt_time at time zone 'utc'));

create or replace function realname.forget_attempts(p_before timestamptz, p_limit integer) returns integer
language sql as $$
  with gone as (
    delete from realname.attempt where ctid in (
      select ctid from realname.attempt where attempt_time at time zone 'utc' < p_before at time zone 'utc'
      order by attempt_time at time zone 'utc' limit p_limit)
    returning 1)
  select count(*)::integer from gone
$$;

-- A person's group is found by the person, its members by their head; nothing by the operator.
drop index realname.person_group_head;
create index person_group_head on realname.person_group (head_id);
