// SPDX-License-Identifier: Apache-2.0
#include "db/registry_statements.h"

#include <string>

#include "db/pqxx_compat.h"

namespace realname::db {
namespace {

// Columns that Read() in postgres_registry.cc expects, in its order.
constexpr char kColumns[] =
    "v.verification_id, v.person_id, v.operator_id, v.agent_id, v.outlet_id, v.state, v.attempt, v.sequence, "
    "d.decision, realname.micros(v.create_time), realname.micros(d.decide_time), realname.micros(v.expire_time), "
    "d.sequence, realname.is_contested(v.verification_id)";

constexpr char kLatestDecision[] =
    " join lateral (select * from realname.decision x where x.person_id = v.person_id "
    "and x.verification_id = v.verification_id order by x.sequence desc limit 1) d on true ";

constexpr char kInScope[] =
    " v.operator_id = $1 and ($2::text is null or v.agent_id = $2) and ($3::text is null or v.outlet_id = $3) ";

// A count within a window, up to $25; what is in no window is not looked at.
std::string Counted(const std::string& window, const std::string& rows) {
  return "case when " + window + " is null then 0 else (select count(*) from (" + rows + " limit $25::bigint) n) end";
}

// The galleries that a portrait comes into, in a commit whose further parameters begin with `first`; not a call where
// there are none.
std::string EnterGalleries(int first) {
  std::string call = "and ($" + std::to_string(first) + "::text[] is null or realname.enter_galleries($6";
  for (int i = 0; i < 5; ++i) call += ", $" + std::to_string(first + i);
  call += ", $9, $5";
  for (int i = 5; i < 11; ++i) call += ", $" + std::to_string(first + i);
  return call + ", realname.at($38))) ";
}

}  // namespace

std::string ObserveStatement() {
  // Everything in one statement of subqueries, whose plan is kept: functions would cost a call each.
  const std::string person_attempts =
      "select 1 from realname.attempt t where t.operator_id = $4 and t.kind = 1 and t.counted = o.person_id::text ";
  const std::string in_force = "e.operator_id = $4 and realname.is_in_force(e, $23)";
  return "select o.request_verification_id, o.same_payload, o.person_id, o.row_version, o.person_known, "
         "o.name_differs, "
         "o.numbers_held, o.msisdn_taken, a.status, a.contract_from, a.contract_to, a.trained_until, "
         "coalesce(a.acts_for <> '', false), u.status, m.status, m.trained_until, u.latitude_e7, u.longitude_e7, " +
         Counted("$24::bigint", person_attempts + "and t.attempt_time > realname.at($10) - interval '1 minute'") +
         ", " + Counted("$24::bigint", person_attempts + "and t.attempt_time > realname.at($24)") + ", " +
         Counted("$24::bigint",
                 "select 1 from realname.attempt t where t.operator_id = $4 and t.kind = 2 "
                 "and t.counted = ($14::text[])[1] and t.attempt_time > realname.at($24)") +
         ", " +
         Counted("$24::bigint",
                 "select 1 from realname.attempt t where t.operator_id = $4 and t.kind = 3 and t.counted = $11 "
                 "and t.attempt_time > realname.at($24)") +
         ", " +
         Counted("$17::bigint",
                 "select distinct x.person_id from realname.capture x where x.operator_id = $4 "
                 "and x.device_id = ($14::text[])[1] and x.take_time > realname.at($17) "
                 "and x.person_id is distinct from o.person_id") +
         ", " +
         Counted("$18::bigint",
                 "select 1 from realname.address_use x where x.index_version = $5 and x.address_index = $16 "
                 "and x.operator_id = $4 and x.use_time > realname.at($18) "
                 "and x.person_id is distinct from o.person_id") +
         ", " +
         Counted("$20::uuid",
                 "select 1 from realname.verification v where v.operator_id = $4 and v.agent_id = $11 "
                 "and v.outlet_id = $12 and v.verification_id >= $20 and v.verification_id is distinct from $9") +
         ", " +
         Counted("$19::bigint",
                 "select 1 from realname.verification v where v.person_id = o.person_id and v.operator_id = $4 "
                 "and v.holds_place and v.create_time > realname.at($19) "
                 "and (v.expire_time is null or v.expire_time > realname.at($10)) "
                 "and v.verification_id is distinct from $9") +
         // Entries of lists in force, as "id:kind id:kind ..." in the order of their ids.
         ", (select string_agg(hit.entry_id || ':' || hit.kind, ' ' order by hit.entry_id) from ("
         "  select e.entry_id, e.kind from realname.list_entry e where e.person_id = any (o.members) and e.kind in "
         "(1, 3) "
         "  and " +
         in_force +
         "  union select e.entry_id, e.kind from unnest($22::bytea[]) as party "
         "  join realname.document_claim y on y.index_version = $5 and y.document_index = party "
         "  join realname.list_entry e on e.person_id = y.person_id and e.kind in (1, 3) and " +
         in_force +
         "  union select e.entry_id, e.kind from realname.list_entry e where $11 <> '' and e.agent_id = $11 and " +
         in_force +
         "  union select e.entry_id, e.kind from realname.list_entry e where e.number_index_version = $5 "
         "  and e.number_index = $8 and " +
         in_force +
         // And what the person disputes themselves.
         "  union select x.dispute_id, 4 from realname.dispute x where x.person_id = any (o.members) and "
         "x.operator_id = "
         "$4 "
         "  and x.state = 1) hit), k.device_id, d.status, d.agent_id, d.outlet_id, d.public_key, exists ("
         "  select 1 from realname.capture x where x.operator_id = $4 and x.device_id = k.device_id "
         "  and x.counter = nullif(k.counter, 0)), l.person_id, l.verification_id, l.given, "
         "coalesce(l.person_id = any (o.members), false), q.person_id, q.person_id = any (o.members), c.status, "
         "c.contract_from, "
         "c.contract_to, array_to_string(o.members, ' ') "
         "from realname.observe($1, $2, $3, $4, $5, $6, $7, $8, $9, $21, realname.at($10)) o "
         "left join realname.seller a on a.operator_id = $4 and a.agent_id = $11 and a.outlet_id = '' "
         "and a.staff_id = '' "
         "left join realname.seller c on c.operator_id = $4 and c.agent_id = '' and c.outlet_id = '' "
         "and c.staff_id = '' "
         "left join lateral (select y.person_id from realname.document_claim y where y.index_version = $5 "
         "  and y.document_index = $27 and y.name_index = $28 and exists (select 1 from realname.verification w "
         "  where w.person_id = y.person_id and w.operator_id = $4 and w.state = 6)) q on true "
         "left join realname.seller u on u.operator_id = $4 and u.agent_id = $11 and u.outlet_id = $12 "
         "and u.staff_id = '' "
         "left join realname.seller m on m.operator_id = $4 and m.agent_id = $11 and m.outlet_id = $12 and "
         "m.staff_id = $13 "
         "left join lateral (select n.person_id, n.verification_id, ("
         "    select t.verification_id from realname.verification t where t.line_id = n.verification_id "
         "    and t.entry_type = 5 and t.state = 5 and t.verdict = 1 and t.expire_time > realname.at($10) "
         "    and right(t.verification_id::text, 12) = $29) as given "
         "  from realname.number_claim n join realname.verification v on v.person_id = n.person_id "
         "  and v.verification_id = n.verification_id "
         "  where $26 and n.index_version = $5 and n.number_index = $8 and v.operator_id = $4 and v.state = 6) l on "
         "true "
         "left join unnest($14::text[], $15::bigint[]) with ordinality k(device_id, counter, position) on true "
         "left join realname.capture_device d on d.operator_id = $4 and d.device_id = k.device_id "
         "order by k.position";
}

std::string CommitApplicationStatement() {
  return "select case when realname.commit_application($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, "
         "$15, "
         "$16::smallint, $17::smallint, $18, $19, $20, $21, $22, realname.at($23), $24, $25, $26, $27, $28, $29, "
         "$30, $31, $32, $33, $34, $35, $36, $37, realname.at($38)) "
         "then realname.note_application($6, $43, $9, $5, $19 + 1, $39, $40, $41, $42, $12, $44, realname.at($38)) " +
         EnterGalleries(45) + "else false end";
}

std::string PutPhotosStatement() {
  return "insert into media.photo as p select v.* from (values "
         "  ($1::uuid, $2::bytea, $3::bytea, realname.at($6), $7::bytea, realname.at($9)), "
         "  ($1, $4::bytea, $5::bytea, realname.at($6), $8::bytea, realname.at($9))) "
         "  v (person_id, name, sealed, create_time, sealed_evidence, evidence_expire_time) "
         "limit case when $4 = $2 then 1 else 2 end "
         "on conflict (person_id, name) do update set "
         "create_time = greatest(p.create_time, excluded.create_time), "
         "sealed_evidence = coalesce(excluded.sealed_evidence, p.sealed_evidence), "
         "evidence_expire_time = case when excluded.sealed_evidence is null "
         "  then p.evidence_expire_time else excluded.evidence_expire_time end "
         "where p.create_time < excluded.create_time - interval '1 hour' "
         "  or excluded.sealed_evidence is not null";
}

void PrepareRegistryStatements(Connection& connection) {
  const std::string columns = kColumns;
  const std::string latest = kLatestDecision;
  const std::string scope = kInScope;
  const std::string by_claim =
      " from realname.verification_claim c join realname.verification v on v.person_id = c.person_id "
      "and v.verification_id = c.verification_id ";

  connection.raw.prepare("observe", ObserveStatement());
  connection.raw.prepare("commit_application", CommitApplicationStatement());
  connection.raw.prepare(
      "commit_contest",
      "select case when realname.commit_application($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, "
      "$16::smallint, $17::smallint, $18, $19, $20, $21, $22, realname.at($23), $24, $25, $26, $27, $28, $29, "
      "$30, $31, $32, $33, $34, $35, $36, $37, realname.at($38)) "
      "then realname.note_application($6, $43, $9, $5, $19 + 1, $39, $40, $41, $42, $12, $44, realname.at($38)) "
      "and realname.open_contest($5, $9, $45, $46, $47, realname.at($38)) " +
          EnterGalleries(48) + "else false end");
  connection.raw.prepare("read_gallery",
                         "select g.last_sequence, g.removals, t.sequence, t.person_id, t.verification_id, "
                         "t.bundle_digest, t.sealed, realname.micros(t.expire_time) from realname.gallery g "
                         "left join lateral (select * from realname.gallery_template x "
                         "  where x.operator_id = g.operator_id and x.name = g.name and x.owner = g.owner "
                         "  and x.sequence > $4 order by x.sequence limit $5) t on true "
                         "where g.operator_id = $1 and g.name = $2 and g.owner = $3 order by t.sequence");
  connection.raw.prepare("galleries_of",
                         "select distinct operator_id, name, owner from realname.gallery_template "
                         "where verification_id = any ($1::uuid[])");
  connection.raw.prepare("gallery_removals",
                         "select g.operator_id, g.name, g.owner, g.removals "
                         "from unnest($1::text[], $2::text[], $3::text[]) with ordinality "
                         "  as k (operator_id, name, owner, place) "
                         "join realname.gallery g on g.operator_id = k.operator_id and g.name = k.name "
                         "and g.owner = k.owner order by k.place");
  // With which somebody was registered: what was refused, or came to nothing, shows whoever tried.
  connection.raw.prepare(
      "earlier_portraits",
      "select v.verification_id, v.person_id, p.name, p.sealed_evidence from realname.verification v "
      "join realname.registration r on r.person_id = v.person_id and r.verification_id = v.verification_id "
      "and r.attempt = v.attempt "
      "join media.photo p on p.person_id = r.person_id and p.name = r.live_portrait "
      // By people, also where a plan was made over empty tables.
      "where v.person_id = any ($2::uuid[]) and (v.operator_id || '') = $1 and v.verification_id is distinct from $3 "
      "and v.create_time > realname.at($4) and (v.state in (6, 9, 10) or (v.state = 5 and v.verdict = 1)) "
      "and p.sealed_evidence is not null order by v.create_time desc, v.verification_id desc limit $5");
  connection.raw.prepare(
      "concluded_pairs",
      "select distinct on (other) other, conclusion from ("
      "  select l.other_person_id as other, l.conclusion, l.conclude_time from realname.face_lead l "
      "  where l.person_id = any ($2::uuid[]) and l.other_person_id = any ($3::uuid[]) and (l.operator_id || '') = $1 "
      "  and l.conclusion > 0 and l.kind <> 3 and realname.stands(l) "
      "  union all "
      "  select l.person_id, l.conclusion, l.conclude_time from realname.face_lead l "
      "  where l.other_person_id = any ($2::uuid[]) and l.person_id = any ($3::uuid[]) and (l.operator_id || '') = $1 "
      "  and l.conclusion > 0 and l.kind <> 3 and realname.stands(l)) pairs order by other, conclude_time desc");
  connection.raw.prepare("sweep_templates",
                         "with gone as (delete from realname.gallery_template where ctid in ("
                         "  select ctid from realname.gallery_template where expire_time <= realname.at($1) "
                         "  order by expire_time limit $2) returning 1) select count(*) from gone");
  connection.raw.prepare("count_faces",
                         // Not further than it matters, in however large a registry.
                         "select count(*) from ("
                         "(select distinct person_id from realname.gallery_template limit 100000) union "
                         "(select distinct person_id from media.photo where sealed_evidence is not null "
                         "limit 100000)) faces");
  connection.raw.prepare("unswept_galleries",
                         "select operator_id, name, owner, swept_sequence from realname.gallery "
                         "where swept_sequence < last_sequence order by operator_id, name, owner limit $1");
  connection.raw.prepare("mark_swept",
                         "update realname.gallery set swept_sequence = $4 where operator_id = $1 and name = $2 "
                         "and owner = $3 and swept_sequence < $4");
  connection.raw.prepare("put_lead", "select realname.put_lead($1, $2, $3, $4::smallint, $5, $6, realname.at($7))");
  const std::string lead_columns =
      "select lead_id, verification_id, other_verification_id, gallery, kind, realname.micros(find_time), conclusion, "
      "concluded_by, confirmed_by, realname.micros(conclude_time) from realname.face_lead ";
  const std::string of_operator = "(operator_id || '') = $1 and ($2 or conclusion = 0) ";
  connection.raw.prepare("get_lead", lead_columns + "where operator_id = $1 and lead_id = $2");
  connection.raw.prepare("list_leads", lead_columns + "where operator_id = $1 order by lead_id desc limit $2");
  connection.raw.prepare("list_open_leads",
                         lead_columns + "where operator_id = $1 and conclusion = 0 order by lead_id desc limit $2");
  // By their verifications, also where a plan was made over empty tables.
  connection.raw.prepare("leads_of", "select * from (" + lead_columns + "where verification_id = $4 and " +
                                         of_operator + "union " + lead_columns +
                                         "where other_verification_id = $4 and " + of_operator +
                                         ") leads order by lead_id desc limit $3");
  connection.raw.prepare("conclude_lead",
                         "select realname.conclude_lead($1, $2, $3::smallint, $4, $5, realname.at($6))");
  // The last column names the last verification of a full page.
  connection.raw.prepare(
      "read_decisions",
      "with page as materialized (select verification_id, person_id from realname.verification_claim "
      "  where verification_id > $2 and verification_id < $3 order by verification_id limit $4), "
      "last as (select (array_agg(verification_id order by verification_id desc))[1] as id from page "
      "  having count(*) = $4) "
      "select p.verification_id, d.person_id, v.agent_id, v.outlet_id, v.state, d.sequence, d.decision, d.facts, "
      "d.sealed_subject, (select id from last) from page p "
      "left join realname.verification v on v.person_id = p.person_id and v.verification_id = p.verification_id "
      "and v.operator_id = $1 "
      "left join realname.decision d on d.person_id = v.person_id and d.verification_id = v.verification_id "
      "order by p.verification_id, d.sequence");
  connection.raw.prepare("put_dry_run",
                         "insert into realname.policy_dry_run values ($1, $2, $3, $4, $5, realname.at($6))");
  connection.raw.prepare("get_dry_run", "select report from realname.policy_dry_run where dry_run_id = $1");
  connection.raw.prepare("erase_faces",
                         "select templates, pictures from realname.erase_faces($1, $2, $3, $4, realname.at($5))");
  connection.raw.prepare("by_reference",
                         "select c.verification_id from realname.verification_claim c "
                         "join realname.verification v on v.person_id = c.person_id and "
                         "v.verification_id = c.verification_id "
                         "where right(c.verification_id::text, 12) = $2 and v.operator_id = $1");
  connection.raw.prepare("warn_reservations",
                         "select realname.warn_reservations(realname.at($1), realname.at($2), $3)");
  // State and verdict are those of the verification that contests.
  connection.raw.prepare(
      "count_contests",
      "select k.agent_id, k.outlet_id, reason, count(*) filter (where v.state = 5 and v.verdict = 5), "
      "count(*) filter (where v.state in (5, 6) and v.verdict = 1), count(*) filter (where v.state = 2), "
      "count(*) filter (where v.state in (3, 4)), count(*) filter (where v.state = 8), "
      "count(*) filter (where v.state = 7) "
      "from realname.contest k cross join unnest(k.reasons) as reason "
      "join realname.verification v on v.person_id = k.person_id and v.verification_id = k.verification_id "
      "where k.operator_id = $1 and k.open_time >= realname.at($2) and k.open_time < realname.at($3) "
      "group by 1, 2, 3 order by 1, 2, 3");
  connection.raw.prepare("set_seller",
                         "select realname.set_seller($1, $2, $3, $4, $5::smallint, $6, $7, $8, $9, $10, $11, $12, $13, "
                         "$14, $15, realname.at($16))");
  connection.raw.prepare("set_capture_device",
                         "select realname.set_capture_device($1, $2, $3, $4, $5::smallint, $6, $7, $8, $9, $10, $11, "
                         "realname.at($12))");
  connection.raw.prepare("list_capture_devices",
                         "select device_id, agent_id, outlet_id, status, public_key, description "
                         "from realname.capture_device where operator_id = $1 and ($2 = '' or agent_id = $2) "
                         "and device_id > $3 order by device_id limit $4");
  connection.raw.prepare("capture_device_changes",
                         "select device, reason, principal, realname.micros(change_time) "
                         "from realname.capture_device_change where operator_id = $1 and device_id = $2 "
                         "order by change_id desc limit $3");
  connection.raw.prepare(
      "add_list_entry",
      "select realname.add_list_entry($1, $2, $3::smallint, $4::smallint, $5, $6, $7, $8, $9, $10, $11, $12, "
      "$13, $14, $15, $16, $17, $18, $19, realname.at($20))");
  connection.raw.prepare("change_list_entry",
                         "select realname.change_list_entry($1, $2, $3::smallint, $4::smallint, $5, $6, $7, "
                         "realname.at($8))");
  const std::string list_columns =
      "select entry_id, kind, state, person_id, agent_id, authority, authority_reference, legal_basis, from_date, "
      "to_date, sealed_subject, proposed_by from realname.list_entry e ";
  connection.raw.prepare("get_list_entry", list_columns + "where operator_id = $1 and entry_id = $2");
  connection.raw.prepare("list_list_entries",
                         list_columns +
                             "where operator_id = $1 and ($2 = 0 or kind = $2) and (not $3 or realname.is_in_force(e, "
                             "$4)) and ($5::uuid is null or entry_id < $5) order by entry_id desc limit $6");
  connection.raw.prepare("list_entry_changes",
                         "select state, note, principal, realname.micros(change_time) from realname.list_entry_change "
                         "where entry_id = $1 order by change_id");
  connection.raw.prepare("take_source_waits",
                         "select operator_id, verification_id from realname.take_source_waits(realname.at($1), "
                         "realname.at($2), make_interval(secs => $3), $4)");
  connection.raw.prepare("forget_attempts", "select realname.forget_attempts(realname.at($1), $2)");
  connection.raw.prepare(
      "list_sellers",
      "select agent_id, outlet_id, staff_id, status, contract_from, contract_to, trained_until, "
      "acts_for, latitude_e7, longitude_e7 from realname.seller where operator_id = $1 and ($2 = '' or agent_id = $2) "
      "and (agent_id, outlet_id, staff_id) > ($3, $4, $5) order by agent_id, outlet_id, staff_id "
      "limit $6");
  connection.raw.prepare("seller_changes",
                         "select seller, reason, principal, realname.micros(change_time) from realname.seller_change "
                         "where operator_id = $1 and agent_id = $2 and outlet_id = $3 and staff_id = $4 "
                         "order by change_id desc limit $5");
  connection.raw.prepare("withdraw_consent",
                         "select realname.withdraw_consent($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, "
                         "realname.at($14))");
  connection.raw.prepare("withdrawals",
                         "select w.notice_id, realname.micros(w.withdraw_time) " + by_claim +
                             "join realname.consent_withdrawal w on w.person_id = v.person_id and w.verification_id = "
                             "v.verification_id where c.verification_id = $4 and" +
                             scope);
  connection.raw.prepare(
      "find_person", "select person_id from realname.document_claim where index_version = $1 and document_index = $2");
  connection.raw.prepare("add_party",
                         "select realname.add_party($1, $2, $3, $4, $5, $6, $7, $8::smallint, $9, $10, $11, $12, "
                         "realname.at($13))");
  // As they stood at a decision: later ones rest on the rows of the last that had any.
  connection.raw.prepare("get_party",
                         "select role, sealed_subject, id_photo, live_portrait, letter_scan, sequence "
                         "from realname.party where person_id = $1 and verification_id = $2 and position = $3 "
                         "and sequence <= $4 order by sequence desc limit 1");
  connection.raw.prepare("attach_line",
                         "select realname.attach_line($1, $2, $3, $4::smallint, $5, $6, $7, $8::smallint, $9)");
  connection.raw.prepare("unlink_people", "select realname.unlink_people($1, $2, $3, $4, $5, $6, realname.at($7))");
  const std::string members =
      "(select m.person_id from realname.person_group g join realname.person_group m on m.head_id = g.head_id "
      "and m.operator_id = g.operator_id where g.person_id = $1 and g.operator_id = $2 union select $1) ";
  const std::string link_columns =
      "select l.link_id, l.verification_id, l.principal, realname.micros(l.link_time), u.principal, "
      "realname.micros(u.unlink_time), u.reason from realname.person_link l "
      "left join realname.person_unlink u on u.link_id = l.link_id where l.operator_id = $2 and ";
  connection.raw.prepare("get_link", link_columns + "l.link_id = $1");
  connection.raw.prepare("links", link_columns + "(l.person_id in " + members + "or l.other_person_id in " + members +
                                      ") order by l.link_time, l.link_id");
  connection.raw.prepare("lines_held",
                         "select coalesce(sum(held), 0) from realname.person_quota where operator_id = $2 "
                         "and quota = $3 and person_id in " +
                             members);
  connection.raw.prepare(
      "lines",
      "select v.verification_id, r.record, r.sealed_subject, r.attempt, "
      "realname.micros(v.create_time), exists (select 1 from realname.dispute x "
      "where x.line_id = v.verification_id and x.state = 1), v.person_id from realname.verification v "
      "join lateral (select * from realname.registration x where x.person_id = v.person_id "
      "and x.verification_id = v.verification_id order by x.attempt desc limit 1) r on true "
      "where v.person_id in " +
          members + "and v.operator_id = $2 and v.state = 6 order by v.create_time, v.verification_id");
  connection.raw.prepare("raise_dispute",
                         "select realname.raise_dispute($1, $2, $3, $4, $5, $6, realname.at($7), $8, $9, $10, $11, "
                         "realname.at($12))");
  connection.raw.prepare("resolve_dispute",
                         "select realname.resolve_dispute($1, $2, $3::smallint, $4, $5, $6, $7, realname.at($8))");
  const std::string dispute_columns =
      "select dispute_id, line_id, state, realname.micros(raise_time), realname.micros(deadline), "
      "realname.micros(resolve_time), person_id, sealed_statement, sealed_explanation from realname.dispute ";
  connection.raw.prepare("get_dispute", dispute_columns +
                                            "where dispute_id = $4 and operator_id = $1 and ($2::text is null or "
                                            "agent_id = $2) and ($3::text is null or outlet_id = $3)");
  connection.raw.prepare("list_disputes", dispute_columns +
                                              "where operator_id = $1 and ($2 = 0 or state = $2) "
                                              "order by deadline, dispute_id limit $3");
  connection.raw.prepare("transition",
                         "select realname.transition($1::smallint, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, "
                         "realname.at($13))");
  connection.raw.prepare("read_unscoped", "select " + columns + by_claim + latest + "where c.verification_id = $1");
  connection.raw.prepare("request_claim",
                         "select verification_id, payload_digest = $3 from realname.request_claim "
                         "where principal = $1 and request_id = $2");
  connection.raw.prepare("get", "select " + columns + by_claim + latest + "where c.verification_id = $4 and" + scope);
  connection.raw.prepare("get_decision",
                         "select d.facts, d.sealed_subject, d.sequence, v.person_id, d.decision " + by_claim +
                             "join lateral (select * from realname.decision x where x.person_id = v.person_id and "
                             "x.verification_id = v.verification_id and ($5::bigint = 0 or x.sequence = $5) "
                             "order by x.sequence desc limit 1) d on true where c.verification_id = $4 and" +
                             scope);
  connection.raw.prepare("get_registration",
                         "select " + columns + ", r.record, r.sealed_subject, r.id_photo, r.live_portrait, r.attempt " +
                             by_claim + latest +
                             " join lateral (select * from realname.registration x where x.person_id = v.person_id "
                             "and x.verification_id = v.verification_id order by x.attempt desc limit 1) r on true "
                             "where c.verification_id = $4 and" +
                             scope);
  connection.raw.prepare("list", "select " + columns + " from realname.verification v " + latest + "where" + scope +
                                     "and ($4 = 0 or v.state = $4) and ($5::uuid is null or v.verification_id < $5) "
                                     "order by v.verification_id desc limit $6");
  connection.raw.prepare("in_scope", "select 1 " + by_claim + "where c.verification_id = $4 and" + scope);
  connection.raw.prepare("events",
                         "select sequence, realname.micros(occur_time), state, verdict, kind from realname.outbox "
                         "where verification_id = $1 and sequence > $2 order by sequence");
  connection.raw.prepare("sequence_outbox", "select realname.sequence_outbox(1000)");
  connection.raw.prepare(
      "feed", "select position, verification_id from realname.outbox where position > $1 order by position limit $2");
  connection.raw.prepare("feed_end", "select position from realname.outbox_head");
  connection.raw.prepare("expire_reservations", "select realname.expire_reservations(realname.at($1), $2)");
  connection.raw.prepare("precheck",
                         "select admitted, person_known, name_differs, numbers_held "
                         "from realname.precheck($1, $2, $3, $4, $5, $6, $7, $8, realname.at($9))");
  connection.raw.prepare("unknown_people",
                         "select id from unnest($1::uuid[]) as id "
                         "where not exists (select 1 from realname.person p where p.person_id = id) "
                         "and not exists (select 1 from realname.session s where s.session_id = id)");
  const std::string session_columns =
      "s.session_id, s.operator_id, s.agent_id, s.outlet_id, s.principal, s.version, s.record, s.sealed_nonce, "
      "realname.micros(s.expire_time), s.verification_id, realname.micros(s.use_time) from realname.session s ";
  const std::string session_scope =
      " s.operator_id = $1 and ($2::text is null or s.agent_id = $2) and ($3::text is null or s.outlet_id = $3) and "
      "($4::text is null or s.principal = $4) ";
  connection.raw.prepare("session_request",
                         "select session_id, payload_digest = $3 from realname.session_request "
                         "where principal = $1 and request_id = $2");
  connection.raw.prepare("session_unscoped", "select " + session_columns + "where s.session_id = $1");
  connection.raw.prepare("session_get", "select " + session_columns + "where s.session_id = $5 and" + session_scope);
  connection.raw.prepare(
      "session_by_nonce",
      "select " + session_columns + "where s.nonce_index_version = $5 and s.nonce_index = $6 and" + session_scope);
  connection.raw.prepare("session_by_verification", "select " + session_columns + "where s.verification_id = $1");
  connection.raw.prepare("session_frames",
                         "select step, photo, sealed_evidence from realname.session_frame "
                         "where session_id = $1 order by step");
  connection.raw.prepare("commit_session",
                         "select realname.commit_session($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, "
                         "realname.at($14), $15, $16, $17, realname.at($18))");
  connection.raw.prepare("sessions_run_out",
                         "select session_id from realname.session where verification_id is null and "
                         "expire_time < realname.at($1) order by expire_time limit $2");
  connection.raw.prepare("session_delete",
                         "with gone as (delete from realname.session where session_id = $1 and verification_id is null "
                         "  and expire_time < realname.at($2) returning session_id) "
                         "delete from media.photo p using gone where p.person_id = gone.session_id");
  const std::string case_columns = columns +
                                   ", c.at_counter, c.escalated, realname.micros(c.open_time), c.claimed_by, "
                                   "realname.micros(c.claim_expire_time) from realname.review_case c "
                                   "join realname.verification v on v.person_id = c.person_id "
                                   "and v.verification_id = c.verification_id " +
                                   latest;
  const std::string open_case = " not c.closed and c.operator_id = $1 and v.state = 3 and v.expire_time > ";
  connection.raw.prepare("review_list", "select " + case_columns + "where" + open_case +
                                            "realname.at($6) and (c.claimed_by is null or c.claim_expire_time <= "
                                            "realname.at($6)) and realname.may_review(c, $2, $3, $4, $5) "
                                            "order by c.at_counter desc, c.open_time, c.verification_id limit $7");
  connection.raw.prepare("claim_case",
                         "select realname.claim_case($1, $2, $3, $4, $5, $6, realname.at($7), realname.at($8))");
  connection.raw.prepare("review_case",
                         "select " + case_columns + "where c.operator_id = $1 and c.verification_id = $2");
  connection.raw.prepare("review_votes",
                         "select vote from realname.review_vote where person_id = $1 and verification_id = $2 "
                         "and sequence = $3 order by vote_number");
  connection.raw.prepare("record_to_link",
                         "select w.verification_id" + by_claim +
                             "join realname.verification w on w.person_id = v.line_person_id "
                             "and w.operator_id = v.operator_id "
                             "and (w.state = 6 or w.state = 10 and w.entry_type = 7) "
                             "join realname.registration r on r.person_id = w.person_id "
                             "and r.verification_id = w.verification_id and r.attempt = w.attempt "
                             "where c.verification_id = $2 and v.operator_id = $1 and v.entry_type = 7 "
                             "order by r.live_portrait is null, w.create_time desc, w.verification_id desc limit 1");
  connection.raw.prepare("release_case", "select realname.release_case($1, $2, $3, $4, realname.at($5))");
  connection.raw.prepare(
      "commit_vote",
      "select realname.commit_vote($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, "
      "$17::smallint, $18::smallint, $19, realname.at($20), $21, $22, $23, $24, $25, $26, $27, $28, $29, "
      "realname.at($30))");
  connection.raw.prepare("cases_before",
                         "select (select count(*) from realname.review_case c join realname.verification v "
                         "on v.person_id = c.person_id and v.verification_id = c.verification_id where" +
                             open_case +
                             "realname.at($3) and (c.at_counter, own.open_time, own.verification_id) > "
                             "(own.at_counter, c.open_time, c.verification_id)) "
                             "from realname.review_case own where own.operator_id = $1 and own.verification_id = $2");
  connection.raw.prepare("policy_put",
                         "insert into realname.policy_pack values ($1, $2, now()) on conflict do nothing");
  connection.raw.prepare("list_packs",
                         "select digest, body, realname.micros(create_time) from realname.policy_pack "
                         "order by create_time desc, digest limit $1");
  connection.raw.prepare("policy_in_force",
                         "select digest from realname.policy_activation order by position desc limit 1");
  connection.raw.prepare("propose_policy",
                         "insert into realname.policy_proposal values ($1, $2, $3, $4, $5, realname.at($6), $7)");
  connection.raw.prepare("activate_policy", "select realname.activate_policy($1, $2, realname.at($3))");
  const std::string proposal_columns =
      "select p.proposal_id, p.digest, p.replaces_digest, p.reason, p.principal, realname.micros(p.propose_time), "
      "a.principal, realname.micros(a.activate_time), r.report from realname.policy_proposal p "
      "left join realname.policy_activation a on a.proposal_id = p.proposal_id "
      "left join realname.policy_dry_run r on r.dry_run_id = p.dry_run_id ";
  connection.raw.prepare("get_proposal", proposal_columns + "where p.proposal_id = $1");
  connection.raw.prepare("list_proposals", proposal_columns + "order by p.propose_time desc, p.proposal_id limit $1");
  connection.raw.prepare("policy_get", "select body from realname.policy_pack where digest = $1");
  connection.raw.prepare("photo_put", PutPhotosStatement());
  connection.raw.prepare("photo_get",
                         "select sealed, sealed_evidence from media.photo where person_id = $1 and name = $2");
  connection.raw.prepare(
      "evidence_sweep",
      "with page as (select person_id, name from media.photo "
      "  where sealed_evidence is not null and evidence_expire_time <= realname.at($1) "
      "  order by evidence_expire_time limit $2), "
      "gone as (update media.photo p set sealed_evidence = null from page "
      "  where p.person_id = page.person_id and p.name = page.name and p.evidence_expire_time <= realname.at($1) "
      "  returning 1) "
      "select count(*) from gone");
  connection.raw.prepare(
      "photo_sweep",
      "with page as (select person_id, name, create_time from media.photo "
      "  where (create_time, person_id, name) > (realname.at($1), $2::uuid, $3::bytea) and create_time < "
      "realname.at($4) "
      "  order by create_time, person_id, name limit $5), "
      "gone as (delete from media.photo p using page where p.person_id = page.person_id and p.name = page.name "
      "  and p.create_time = page.create_time and not exists (select 1 from realname.registration r "
      "  where r.person_id = page.person_id and (r.id_photo = page.name or r.live_portrait = page.name)) "
      "  and not exists (select 1 from realname.party q where q.person_id = page.person_id "
      "  and (q.id_photo = page.name or q.live_portrait = page.name or q.letter_scan = page.name)) "
      "  and not exists (select 1 from realname.session_frame f "
      "  where f.session_id = page.person_id and f.photo = page.name) returning 1) "
      "select (select count(*) from gone), realname.micros(create_time), person_id, name from page "
      "order by create_time desc, person_id desc, name desc limit 1");
}

}  // namespace realname::db
