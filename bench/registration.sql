-- SPDX-License-Identifier: Apache-2.0
-- For pgbench -M prepared: the statements that a first registration with PASS costs the registry (see
-- db/registry_statements.cc), on keys that were never used and with sealed values of the true lengths.
\set i :i + 1
\set key :first_key + :client_id * 1000000000 + :i
select o.request_verification_id, o.same_payload, o.person_id, o.row_version, o.person_known, o.name_differs, o.numbers_held,
  o.msisdn_taken, a.status, a.contract_from, a.contract_to, a.trained_until, coalesce(a.acts_for <> '', false), u.status,
  m.status, m.trained_until, u.latitude_e7, u.longitude_e7, 0, 0, 0, 0, 0, 0, 0, 0,
  (select string_agg(hit.entry_id || ':' || hit.kind, ' ' order by hit.entry_id) from (
    select e.entry_id, e.kind from realname.list_entry e where e.person_id = o.person_id and e.kind in (1, 3)
      and e.operator_id = 'bench' and realname.is_in_force(e, '2027-01-15')
    union select e.entry_id, e.kind from unnest('{}'::bytea[]) as party
      join realname.document_claim y on y.index_version = 1 and y.document_index = party
      join realname.list_entry e on e.person_id = y.person_id and e.kind in (1, 3) and e.operator_id = 'bench'
      and realname.is_in_force(e, '2027-01-15')
    union select e.entry_id, e.kind from realname.list_entry e where 'agent1' <> '' and e.agent_id = 'agent1'
      and e.operator_id = 'bench' and realname.is_in_force(e, '2027-01-15')
    union select e.entry_id, e.kind from realname.list_entry e where e.number_index_version = 1
      and e.number_index = sha256(('+' || :key)::bytea) and e.operator_id = 'bench'
      and realname.is_in_force(e, '2027-01-15')) hit),
  k.device_id, d.status, d.agent_id, d.outlet_id, d.public_key, exists (
    select 1 from realname.capture x where x.operator_id = 'bench' and x.device_id = k.device_id
    and x.counter = nullif(k.counter, 0))
from realname.observe(:principal::text, md5(:key::text)::uuid, :bytes32::bytea, 'bench', 1, sha256(:key::text::bytea),
  :bytes32::bytea, sha256(('+' || :key)::bytea), null, 'operator', realname.at(1800000000000000)) o
left join realname.seller a on a.operator_id = 'bench' and a.agent_id = 'agent1' and a.outlet_id = '' and a.staff_id = ''
left join realname.seller u on u.operator_id = 'bench' and u.agent_id = 'agent1' and u.outlet_id = 'outlet1' and u.staff_id = ''
left join realname.seller m on m.operator_id = 'bench' and m.agent_id = 'agent1' and m.outlet_id = 'outlet1' and m.staff_id = ''
left join unnest('{agent1-reader}'::text[], array[:key]::bigint[]) with ordinality k(device_id, counter, position) on true
left join realname.capture_device d on d.operator_id = 'bench' and d.device_id = k.device_id order by k.position;
insert into media.photo as p
  select md5('p' || :key)::uuid, '\x01'::bytea, :id_photo::bytea, realname.at(1800000000000000)
  union all select md5('p' || :key)::uuid, '\x02'::bytea, :live_portrait::bytea, realname.at(1800000000000000)
  where '\x02'::bytea <> '\x01'::bytea
on conflict (person_id, name) do update set create_time = excluded.create_time
where p.create_time < excluded.create_time - interval '1 hour';
select case when realname.commit_application(:principal::text, md5(:key::text)::uuid, 1, :bytes32::bytea,
  (lpad(to_hex(:i::bigint), 12, '0') || lpad(to_hex(:key::bigint), 20, '0'))::uuid, 'bench', 'agent1', 'outlet1',
  md5('p' || :key)::uuid, true, 0, 1, sha256(:key::text::bytea), :bytes32::bytea, sha256(('+' || :key)::bytea),
  5::smallint, 1::smallint, 1, 0, true, 'operator', 5, realname.at(1800003600000000), '2027-11-24',
  :record::bytea, :record_subject::bytea, '\x01', '\x02', :decision::bytea, :facts::bytea, :facts_subject::bytea,
  :salt::bytea, :policy_digest::text, 1,
  (lpad(to_hex(:i::bigint), 12, '0') || lpad(to_hex(:key::bigint), 20, '0'))::uuid, :leaf::bytea, null,
  realname.at(1800000000000000))
then realname.note_application('bench', 'agent1', md5('p' || :key)::uuid,
  (lpad(to_hex(:i::bigint), 12, '0') || lpad(to_hex(:key::bigint), 20, '0'))::uuid, 1, '{agent1-reader}'::text[],
  array[:key]::bigint[], true, 'agent1-reader', 1, sha256(('@' || :key)::bytea), realname.at(1800000000000000))
else false end;
