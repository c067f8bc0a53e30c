// SPDX-License-Identifier: Apache-2.0
#include "db/postgres_registry.h"

#include <algorithm>
#include <array>
#include <sstream>
#include <utility>

#include "db/commit_row.h"
#include "db/document_index.h"
#include "db/pqxx_compat.h"
#include "db/read_verification.h"
#include "db/registry_statements.h"
#include "db/run_statement.h"
#include "db/sealed_decision.h"
#include "vault/audit_record.h"
#include "vault/blind_index.h"
#include "vault/digest.h"
#include "vault/sealer.h"

namespace realname::db {
namespace {

Status Defect(std::string detail) {
  return Status(StatusCode::kInternal, "INTERNAL_DEFECT", "internal error", std::move(detail));
}

Status NoSuchVerification() { return Status(StatusCode::kNotFound, "NO_SUCH_VERIFICATION", "no such verification"); }

Nullable HexOrNull(const std::string& bytes) { return bytes.empty() ? Nullable::Null() : Nullable::Hex(bytes); }

// Row id of a party's sealed column.
std::string PartyRow(const std::string& verification_id, uint64_t sequence, int position) {
  return verification_id + "/" + std::to_string(sequence) + "/" + std::to_string(position);
}

// {1,2,3}
std::string ArrayOf(const google::protobuf::RepeatedField<int>& numbers) {
  std::string text;
  for (const int number : numbers) text += (text.empty() ? "" : ",") + std::to_string(number);
  return "{" + text + "}";
}

// Names of devices are words: nothing in them is special in an array.
std::pair<std::string, std::string> ArraysOf(const std::vector<DeviceCapture>& captures) {
  std::string devices;
  std::string counters;
  for (const DeviceCapture& capture : captures) {
    devices += (devices.empty() ? "\"" : ",\"") + capture.device_id + "\"";
    counters += (counters.empty() ? "" : ",") + std::to_string(capture.counter);
  }
  return {"{" + devices + "}", "{" + counters + "}"};
}

// For enter_galleries; null where nothing is to be done.
struct GalleryArrays {
  Nullable names, owners, searched, most, expire;
};

GalleryArrays ArraysOf(const std::vector<GalleryEntry>& entries, bool leads) {
  if (entries.empty() && !leads) return {};
  std::string names, owners, searched, most, expire;
  for (const GalleryEntry& entry : entries) {
    const char* separator = &entry == entries.data() ? "" : ",";
    names += separator + ("\"" + entry.key.name + "\"");
    owners += separator + ("\"" + entry.key.owner + "\"");
    searched += separator + (entry.searched ? std::to_string(*entry.searched) : std::string("null"));
    most += separator + std::to_string(entry.max_templates);
    expire += separator + std::to_string(Micros(entry.expire_time));
  }
  const auto array = [](const std::string& items) { return Nullable::Text("{" + items + "}"); };
  return {array(names), array(owners), array(searched), array(most), array(expire)};
}

struct LeadArrays {
  std::string ids, others, galleries, kinds;
};

LeadArrays ArraysOf(const std::vector<LeadCommit>& leads, TimePoint now) {
  LeadArrays arrays;
  for (const LeadCommit& lead : leads) {
    const char* separator = &lead == leads.data() ? "" : ",";
    arrays.ids += separator + TimeOrderedUuid(now);
    arrays.others += separator + lead.other_verification_id;
    arrays.galleries += separator + ("\"" + lead.gallery + "\"");
    arrays.kinds += separator + std::to_string(static_cast<int>(lead.kind));
  }
  for (std::string* each : {&arrays.ids, &arrays.others, &arrays.galleries, &arrays.kinds}) *each = "{" + *each + "}";
  return arrays;
}

// "id:kind id:kind ..."
std::vector<v1::ListHit> ReadHits(const std::string& text) {
  std::vector<v1::ListHit> hits;
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    const size_t colon = word.find(':');
    v1::ListHit& hit = hits.emplace_back();
    hit.set_entry_id(word.substr(0, colon));
    hit.set_kind(static_cast<v1::ListKind>(std::stoi(word.substr(colon + 1))));
  }
  return hits;
}

Nullable MicrosOf(const std::optional<TimePoint>& time) {
  return time ? Nullable::Text(std::to_string(Micros(*time))) : Nullable::Null();
}

std::string Canonical(const google::protobuf::MessageLite& message) { return message.SerializeAsString(); }

}  // namespace

PostgresRegistry::PostgresRegistry(ConnectionPool& pool, PersonKeys& keys, PhotoStore& photos, const KeyRing& ring)
    : pool_(pool),
      keys_(keys),
      photos_(photos),
      ring_(ring),
      index_version_(ring.current_version(KeyPurpose::kIndex)),
      digest_version_(ring.current_version(KeyPurpose::kDigest)) {}

std::string PostgresRegistry::DocumentIndex(v1::DocumentType type, const std::string& number) const {
  return db::DocumentIndex(ring_, index_version_, type, number);
}
std::string PostgresRegistry::NameIndex(const std::string& name) const {
  return db::NameIndex(ring_, index_version_, name);
}
std::string PostgresRegistry::NumberIndex(const std::string& msisdn) const {
  return db::NumberIndex(ring_, index_version_, msisdn);
}
Nullable PostgresRegistry::AddressIndex(const std::string& address) const {
  if (address.empty()) return Nullable::Null();
  return Nullable::Hex(db::AddressIndex(ring_, index_version_, address));
}
std::string PostgresRegistry::Digest(std::string_view domain, std::string_view bytes) const {
  return *PayloadDigest(ring_, digest_version_, domain, bytes);
}

Result<Observation> PostgresRegistry::Observe(const ObserveQuery& query, Deadline deadline) {
  const std::string payload = Digest("request", query.request.canonical_payload);
  const Nullable document = query.document_number.Reveal().empty()
                                ? Nullable::Null()
                                : Nullable::Hex(DocumentIndex(query.document_type, query.document_number.Reveal()));
  const Nullable verification =
      query.verification_id.empty() ? Nullable::Null() : Nullable::Text(query.verification_id);
  const std::string name = NameIndex(query.name.Reveal());
  const std::string number = NumberIndex(query.msisdn.Reveal());

  const auto [devices, counters] = ArraysOf(query.captures);
  const Nullable address = AddressIndex(query.address.Reveal());
  const Nullable outlet_since =
      query.windows.outlet_since ? Nullable::Text(FirstUuidAt(*query.windows.outlet_since)) : Nullable::Null();
  const Nullable device_since = MicrosOf(query.windows.device_since);
  const Nullable address_since = MicrosOf(query.windows.address_since);
  const Nullable person_since = MicrosOf(query.windows.person_since);
  const Nullable attempts_since = MicrosOf(query.windows.attempts_since);

  const std::string& previous_number = query.previous_number.Reveal();
  const Nullable previous =
      previous_number.empty() ? Nullable::Null() : Nullable::Hex(DocumentIndex(query.previous_type, previous_number));
  const Nullable previous_name =
      previous_number.empty() ? Nullable::Null() : Nullable::Hex(NameIndex(query.previous_name.Reveal()));
  const Nullable today = query.today.empty() ? Nullable::Null() : Nullable::Text(query.today);
  std::string parties;
  for (const auto& [type, of_them] : query.parties) {
    parties += (parties.empty() ? "\"\\\\x" : ",\"\\\\x") + ToHex(DocumentIndex(type, of_them.Reveal())) + "\"";
  }
  parties = "{" + parties + "}";

  Observation observation;
  std::string earlier;
  Status status = RunStatement(pool_, deadline, "observe", Repeatable::kYes, [&](pqxx::transaction_base& tx) {
    const auto rows = Execute(tx, "observe", query.request.principal, query.request.request_id, Bytes{payload},
                              query.operator_id, index_version_, document, Bytes{name}, Bytes{number}, verification,
                              Micros(query.now), query.seller.agent_id, query.seller.outlet_id, query.staff_id, devices,
                              counters, address, device_since, address_since, person_since, outlet_since, query.quota,
                              parties, today, attempts_since, static_cast<int64_t>(query.windows.count_to), query.line,
                              previous, previous_name, query.transfer_reference);
    const auto row = rows[0];
    if (!row[0].is_null()) {
      earlier = row[0].as<std::string>();
      observation.request = row[1].as<bool>() ? RequestMatch::kSamePayload : RequestMatch::kOtherPayload;
    }
    if (!row[2].is_null()) {
      observation.person_id = row[2].as<std::string>();
      observation.person_version = row[3].as<uint64_t>();
    }
    observation.facts.set_person_known(row[4].as<bool>());
    observation.facts.set_name_differs(row[5].as<bool>());
    observation.facts.set_numbers_held(row[6].as<uint32_t>());
    observation.facts.set_msisdn_taken(row[7].as<bool>());
    observation.channel.Clear();
    const auto seller = [&](v1::SellerFacts& facts, int column) {
      facts.set_known(!row[column].is_null());
      if (facts.known()) facts.set_status(static_cast<v1::SellerStatus>(row[column].as<int>()));
    };
    const auto date = [&](int column) { return row[column].is_null() ? std::string() : row[column].as<std::string>(); };
    if (!query.seller.agent_id.empty()) {
      v1::SellerFacts& agent = *observation.channel.mutable_agent();
      seller(agent, 8);
      agent.set_contract_from(date(9));
      agent.set_contract_to(date(10));
      agent.set_trained_until(date(11));
      agent.set_sub_delegated(row[12].as<bool>());
    }
    if (!query.seller.outlet_id.empty()) seller(*observation.channel.mutable_outlet(), 13);
    if (!query.staff_id.empty()) {
      seller(*observation.channel.mutable_staff(), 14);
      observation.channel.mutable_staff()->set_trained_until(date(15));
    }
    observation.outlet_place.reset();
    if (!row[16].is_null() && !row[17].is_null()) {
      v1::Place& place = observation.outlet_place.emplace();
      place.set_latitude_e7(row[16].as<int32_t>());
      place.set_longitude_e7(row[17].as<int32_t>());
    }
    v1::ConductFacts& conduct = observation.conduct;
    conduct.set_identity_attempts_minute(row[18].as<uint32_t>());
    conduct.set_identity_attempts_day(row[19].as<uint32_t>());
    conduct.set_device_attempts_day(row[20].as<uint32_t>());
    conduct.set_agent_attempts_day(row[21].as<uint32_t>());
    conduct.set_device_people(row[22].as<uint32_t>());
    conduct.set_address_people(row[23].as<uint32_t>());
    conduct.set_outlet_applications_hour(row[24].as<uint32_t>());
    conduct.set_person_numbers(row[25].as<uint32_t>());
    observation.list_hits = row[26].is_null() ? std::vector<v1::ListHit>() : ReadHits(row[26].as<std::string>());
    observation.line_person_id = row[33].is_null() ? std::string() : row[33].as<std::string>();
    observation.line_id = row[34].is_null() ? std::string() : row[34].as<std::string>();
    if (!observation.line_id.empty()) {
      observation.facts.set_line_holder(row[36].as<bool>() ? v1::LINE_HOLDER_THIS_PERSON : v1::LINE_HOLDER_ANOTHER);
      observation.given_id = row[35].is_null() ? std::string() : row[35].as<std::string>();
      observation.facts.set_line_given(!observation.given_id.empty());
    }
    observation.previous_person_id = row[37].is_null() ? std::string() : row[37].as<std::string>();
    observation.facts.set_previous_known(!observation.previous_person_id.empty());
    observation.facts.set_previous_linked(!row[38].is_null() && row[38].as<bool>());
    if (!row[39].is_null()) {
      v1::SellerFacts& own = *observation.channel.mutable_operator_();
      seller(own, 39);
      own.set_contract_from(date(40));
      own.set_contract_to(date(41));
    }
    observation.members.clear();
    if (!row[42].is_null()) {
      std::istringstream members(row[42].as<std::string>());
      for (std::string member; members >> member;) observation.members.push_back(member);
    }
    observation.devices.clear();
    for (const auto& capture : rows) {
      if (capture[27].is_null()) break;
      ObservedDevice& device = observation.devices.emplace_back();
      device.known = !capture[28].is_null();
      device.counter_used = capture[32].as<bool>();
      if (!device.known) continue;
      device.status = static_cast<v1::SellerStatus>(capture[28].as<int>());
      device.agent_id = capture[29].as<std::string>();
      device.outlet_id = capture[30].as<std::string>();
      device.public_key = ReadBytes(capture[31]);
    }
  });
  if (!status.ok()) return status;
  if (!earlier.empty()) {
    auto stored = ReadUnscoped(earlier, deadline);
    if (!stored.ok()) return stored.status();
    observation.earlier = *std::move(stored);
  }
  return observation;
}

Result<std::vector<std::string>> PostgresRegistry::PutPictures(const std::string& person_id, const DataKey& key,
                                                               std::vector<const Picture*> pictures,
                                                               const CommitRequest& request, TimePoint evidence_expire,
                                                               Deadline deadline) {
  std::vector<std::string> names;
  std::vector<SealedPhoto> photos;
  for (const Picture* picture : pictures) {
    if (picture->bytes.empty()) {
      names.emplace_back();
      continue;
    }
    SealedPhoto& photo = photos.emplace_back();
    photo.name = Digest("photo", person_id + picture->sha256);
    photo.sealed = Seal(key, {"media.photo", "sealed", photo.name}, picture->bytes);
    if (request.evidence_expire_time && picture->evidence) {
      photo.sealed_evidence =
          Seal(key, {"media.photo", "sealed_evidence", photo.name}, picture->evidence->SerializeAsString());
    }
    names.push_back(photo.name);
  }
  if (!photos.empty()) {
    if (Status status = photos_.Put(person_id, photos, evidence_expire, request.now, deadline); !status.ok()) {
      return status;
    }
  }
  return names;
}

Result<std::vector<PostgresRegistry::PreparedParty>> PostgresRegistry::PrepareParties(const CommitRequest& request,
                                                                                      v1::Facts& facts,
                                                                                      KnownPerson subscriber,
                                                                                      TimePoint evidence_expire,
                                                                                      Deadline deadline) {
  std::vector<PreparedParty> prepared;
  // One person may have two roles, and be new.
  std::vector<KnownPerson> known = {std::move(subscriber)};
  for (size_t i = 0; i < request.parties.size(); ++i) {
    const PartyCommit& party = request.parties[i];
    v1::PartyFacts& of_them = *facts.mutable_parties(static_cast<int>(i));
    PreparedParty& each = prepared.emplace_back();
    const std::string& number = party.document_number.Reveal();
    const auto same = std::find_if(known.begin(), known.end(), [&](const KnownPerson& person) {
      return !number.empty() && person.document == std::pair(party.document_type, number);
    });
    if (!number.empty()) each.document_index = DocumentIndex(party.document_type, number);
    if (same != known.end()) {
      each.person_id = same->person_id;
    } else if (!number.empty()) {
      Status status = RunStatement(pool_, deadline, "find person", Repeatable::kYes, [&](pqxx::transaction_base& tx) {
        const auto rows = Execute(tx, "find_person", index_version_, Bytes{each.document_index});
        if (!rows.empty()) each.person_id = rows[0][0].as<std::string>();
      });
      if (!status.ok()) return status;
    }
    std::shared_ptr<const DataKey> key;
    if (each.person_id.empty()) {
      auto person = keys_.New();
      if (!person.ok()) return person.status();
      each.person_id = person->person_id;
      each.is_new = true;
      key = person->key;
    } else {
      auto found = keys_.Find(each.person_id);
      if (!found.ok()) return found.status();
      key = *found;
    }
    if (same == known.end() && !number.empty()) known.push_back({{party.document_type, number}, each.person_id});
    auto pictures =
        PutPictures(each.person_id, *key, {&party.pictures.id_photo, &party.pictures.live_portrait, &party.letter_scan},
                    request, evidence_expire, deadline);
    if (!pictures.ok()) return pictures.status();
    each.pictures = *std::move(pictures);
    of_them.set_person_id(each.person_id);
    each.sealed_subject = Seal(*key,
                               {"party", "sealed_subject",
                                PartyRow(request.verification_id, request.expected_sequence + 1, static_cast<int>(i))},
                               Canonical(of_them.subject()));
  }
  return prepared;
}

Result<StoredParty> PostgresRegistry::ReadParty(const v1::PartyFacts& party, const std::string& verification_id,
                                                int position, uint64_t sequence, bool with_pictures,
                                                Deadline deadline) {
  StoredParty stored;
  stored.role = party.role();
  std::string sealed;
  std::array<std::string, 3> names;
  uint64_t of_sequence = 0;
  Status status = RunStatement(pool_, deadline, "get party", Repeatable::kYes, [&](pqxx::transaction_base& tx) {
    const auto rows = Execute(tx, "get_party", party.person_id(), verification_id, position, sequence);
    if (rows.empty()) return;
    sealed = ReadBytes(rows[0][1]);
    for (int i = 0; i < 3; ++i) {
      names[static_cast<size_t>(i)] = rows[0][2 + i].is_null() ? std::string() : ReadBytes(rows[0][2 + i]);
    }
    of_sequence = rows[0][5].as<uint64_t>();
  });
  if (!status.ok()) return status;
  if (of_sequence == 0) return Defect("a party of a decision is not there");
  auto key = keys_.Find(party.person_id());
  if (key.status().code() == StatusCode::kFailedPrecondition) return stored;  // erased
  if (!key.ok()) return key.status();
  auto subject = Unseal(**key, {"party", "sealed_subject", PartyRow(verification_id, of_sequence, position)}, sealed);
  if (!subject.ok()) return subject.status();
  if (!stored.subject.emplace().ParseFromString(*subject)) return Defect("a party's facts cannot be parsed");
  if (!with_pictures) return stored;
  const std::array<StoredPicture*, 3> targets = {&stored.id_photo, &stored.live_portrait, &stored.letter_scan};
  for (size_t i = 0; i < targets.size(); ++i) {
    auto picture = ReadPicture(party.person_id(), **key, names[i], deadline);
    if (!picture.ok()) return picture.status();
    *targets[i] = *std::move(picture);
  }
  return stored;
}

Result<StoredPicture> PostgresRegistry::ReadPicture(const std::string& person_id, const DataKey& key,
                                                    const std::string& name, Deadline deadline) {
  StoredPicture read;
  if (name.empty()) return read;
  auto photos = photos_.Get(person_id, std::array{name}, deadline);
  if (!photos.ok()) return photos.status();
  auto picture = Unseal(key, {"media.photo", "sealed", name}, (*photos)[0].sealed);
  if (!picture.ok()) return picture.status();
  read.bytes = *std::move(picture);
  if ((*photos)[0].sealed_evidence.empty()) return read;
  auto evidence = Unseal(key, {"media.photo", "sealed_evidence", name}, (*photos)[0].sealed_evidence);
  if (!evidence.ok()) return evidence.status();
  if (!read.evidence.emplace().ParseFromString(*evidence)) return Defect("a picture's evidence cannot be parsed");
  return read;
}

Result<CommitOutcome> PostgresRegistry::Commit(const CommitRequest& request, Deadline deadline) {
  const bool new_person = request.person_id.empty();
  std::string person_id = request.person_id;
  std::shared_ptr<const DataKey> key;
  if (new_person) {
    // The key is durable before the commit; if the commit fails it is an orphan that opens nothing.
    auto person = keys_.New();
    if (!person.ok()) return person.status();
    person_id = person->person_id;
    key = person->key;
  } else {
    auto found = keys_.Find(person_id);
    if (!found.ok()) return found.status();
    key = *found;
  }

  const TimePoint evidence_expire = request.evidence_expire_time.value_or(request.now);
  // Of an attempt that was written before nothing is written again.
  std::vector<const Picture*> sent = {&request.pictures.id_photo, &request.pictures.live_portrait};
  if (request.same_attempt) sent.clear();
  auto photos = PutPictures(person_id, *key, sent, request, evidence_expire, deadline);
  if (!photos.ok()) return photos.status();
  photos->resize(2);

  const uint64_t sequence = request.expected_sequence + 1;
  const uint32_t attempt = request.facts.attempt();
  v1::Facts facts = request.facts;
  const KnownPerson subscriber = {{request.document_type, request.document_number.Reveal()}, person_id};
  auto parties = request.same_attempt ? Result<std::vector<PreparedParty>>(std::vector<PreparedParty>())
                                      : PrepareParties(request, facts, subscriber, evidence_expire, deadline);
  if (!parties.ok()) return parties.status();
  auto row = MakeCommitRow(ring_, *key, request, facts);
  if (!row.ok()) return row.status();

  const Nullable expire =
      request.expire_time ? Nullable::Text(std::to_string(Micros(*request.expire_time))) : Nullable::Null();
  const Nullable next_due = request.decision.next_reverification_date().empty()
                                ? Nullable::Null()
                                : Nullable::Text(request.decision.next_reverification_date());
  const Nullable session = request.session_id.empty() ? Nullable::Null() : Nullable::Text(request.session_id);
  const std::string record = request.same_attempt ? std::string() : row->record;
  const auto [devices, counters] = ArraysOf(request.captures);
  const GalleryArrays galleries = ArraysOf(request.galleries, !request.leads.empty());
  const LeadArrays leads = ArraysOf(request.leads, request.now);
  const std::optional<v1::FaceEvidence>& portrait = request.pictures.live_portrait.evidence;
  Nullable bundle = Nullable::Null(), face = Nullable::Null();
  if (!request.galleries.empty() && portrait) {
    bundle = Nullable::Text(portrait->bundle_digest());
    face = Nullable::Hex(Seal(*key, {"gallery_template", "sealed", request.verification_id}, portrait->template_()));
  }

  bool written = false;
  Status status = RunStatement(pool_, deadline, "commit", Repeatable::kNo, [&](pqxx::transaction_base& tx) {
    const auto commit = [&](const char* statement, const auto&... more) {
      written =
          Execute(tx, statement, request.request.principal, request.request.request_id, digest_version_,
                  Bytes{row->payload_digest}, request.verification_id, request.owner.operator_id,
                  request.owner.agent_id, request.owner.outlet_id, person_id, new_person, request.person_version,
                  index_version_, HexOrNull(row->document_index), HexOrNull(row->name_index),
                  HexOrNull(row->number_index), static_cast<int>(request.state),
                  static_cast<int>(request.decision.verdict()), attempt, request.expected_sequence, request.holds_place,
                  request.quota, request.quota_limit, expire, next_due, Bytes{record}, Bytes{row->record_subject},
                  HexOrNull((*photos)[0]), HexOrNull((*photos)[1]), Bytes{row->decision.decision},
                  Bytes{row->decision.facts}, Bytes{row->decision.facts_subject}, Bytes{row->decision.salt},
                  request.decision.policy_digest(), request.decision.rules_version(), TimeOrderedUuid(request.now),
                  Bytes{row->decision.audit_leaf}, session, Micros(request.now), devices, counters,
                  request.counts_identity, request.counted_device, request.counted_agent, HexOrNull(row->address_index),
                  more..., galleries.names, galleries.owners, galleries.searched, galleries.most, galleries.expire,
                  bundle, face, leads.ids, leads.others, leads.galleries, leads.kinds)[0][0]
              .template as<bool>();
    };
    const auto commit_one = [&] {
      if (const v1::Contest& contest = request.decision.contest();
          request.decision.has_contest() && request.expected_sequence == 0) {
        commit("commit_contest", contest.verification_id(), contest.level(), ArrayOf(contest.reasons()));
      } else {
        commit("commit_application");
      }
    };
    const bool opens = request.entry_type == v1::ENTRY_TYPE_OPEN;
    if (parties->empty() && opens) return commit_one();
    // Rare, so that it may cost more round trips.
    tx.exec("begin");
    try {
      commit_one();
      for (size_t i = 0; written && i < parties->size(); ++i) {
        const PreparedParty& party = (*parties)[i];
        Execute(tx, "add_party", party.person_id, party.is_new, index_version_, HexOrNull(party.document_index),
                request.verification_id, sequence, static_cast<int>(i),
                static_cast<int>(facts.parties(static_cast<int>(i)).role()), Bytes{party.sealed_subject},
                HexOrNull(party.pictures[0]), HexOrNull(party.pictures[1]), HexOrNull(party.pictures[2]),
                Micros(request.now));
      }
      if (written && !opens) {
        const auto line = [](const std::string& id) { return id.empty() ? Nullable::Null() : Nullable::Text(id); };
        Execute(tx, "attach_line", person_id, request.verification_id, request.owner.operator_id,
                static_cast<int>(request.entry_type), line(request.line_person_id), line(request.line_id),
                line(request.given_id), static_cast<int>(request.decision.verdict()), next_due);
      }
      tx.exec("commit");
    } catch (...) {
      // A connection that was lost took its transaction with it.
      try {
        tx.exec("rollback");
      } catch (const std::exception&) {
      }
      throw;
    }
  });
  if (status.code() == StatusCode::kAborted) return CommitOutcome(Moved{});
  if (!status.ok()) return status;
  if (!written) return ReadRepeated(request.request, row->payload_digest, deadline);

  StoredVerification stored;
  stored.verification_id = request.verification_id;
  stored.person_id = person_id;
  stored.owner = request.owner;
  stored.state = request.state;
  stored.attempt = attempt;
  stored.sequence = sequence;
  stored.decision = request.decision;
  stored.decision_sequence = sequence;
  stored.create_time = TimePoint(std::chrono::seconds(request.record.create_time().seconds()) +
                                 std::chrono::microseconds(request.record.create_time().nanos() / 1000));
  stored.decide_time = request.now;
  stored.reservation_expire_time = request.expire_time;
  return CommitOutcome(Committed{std::move(stored)});
}

Result<CommitOutcome> PostgresRegistry::ReadRepeated(const RequestKey& request, const std::string& payload_digest,
                                                     Deadline deadline) {
  std::string verification_id;
  bool same_payload = false;
  Status status = RunStatement(pool_, deadline, "request claim", Repeatable::kYes, [&](pqxx::transaction_base& tx) {
    const auto rows = Execute(tx, "request_claim", request.principal, request.request_id, Bytes{payload_digest});
    if (rows.empty()) return;
    verification_id = rows[0][0].as<std::string>();
    same_payload = rows[0][1].as<bool>();
  });
  if (!status.ok()) return status;
  if (verification_id.empty()) return Defect("a request claim vanished");
  auto stored = ReadUnscoped(verification_id, deadline);
  if (!stored.ok()) return stored.status();
  return CommitOutcome(Repeated{*std::move(stored), same_payload});
}

Result<StoredVerification> PostgresRegistry::ReadUnscoped(const std::string& verification_id, Deadline deadline) {
  std::optional<StoredVerification> stored;
  Status status = RunStatement(pool_, deadline, "read", Repeatable::kYes, [&](pqxx::transaction_base& tx) {
    const auto rows = Execute(tx, "read_unscoped", verification_id);
    if (!rows.empty()) stored = ReadVerification(rows[0]);
  });
  if (!status.ok()) return status;
  if (!stored) return NoSuchVerification();
  return *std::move(stored);
}

Result<StoredVerification> PostgresRegistry::Transition(Target target, const Scope& scope, const RequestKey& request,
                                                        const std::string& verification_id, const std::string& reason,
                                                        TimePoint now, Deadline deadline) {
  AuditRecord audit;
  audit.verification_id = verification_id;
  audit.event_kind = target == Target::kActivated   ? "activation"
                     : target == Target::kCancelled ? "cancellation"
                                                    : "termination";
  audit.caller = request.principal;
  audit.operator_id = scope.operator_id;
  audit.occur_time_us = Micros(now);
  audit.decision_commitment.assign(kSha256Bytes, '\0');
  audit.facts_commitment.assign(kSha256Bytes, '\0');
  auto leaf = EncodeAuditRecord(audit);
  if (!leaf.ok()) return leaf.status();
  const std::string payload = Digest("request", request.canonical_payload);
  Status status = RunStatement(pool_, deadline, "transition", Repeatable::kNo, [&](pqxx::transaction_base& tx) {
    Execute(tx, "transition", static_cast<int>(target), request.principal, request.request_id, digest_version_,
            Bytes{payload}, scope.operator_id, Nullable::Of(scope.agent_id), Nullable::Of(scope.outlet_id),
            verification_id, TimeOrderedUuid(now), Bytes{*leaf}, reason, Micros(now));
  });
  if (!status.ok()) return status;
  return Get(scope, verification_id, deadline);
}

Result<StoredVerification> PostgresRegistry::Confirm(const Scope& scope, const RequestKey& request,
                                                     const std::string& verification_id, TimePoint now,
                                                     Deadline deadline) {
  return Transition(Target::kActivated, scope, request, verification_id, "", now, deadline);
}

Result<StoredVerification> PostgresRegistry::Cancel(const Scope& scope, const RequestKey& request,
                                                    const std::string& verification_id, TimePoint now,
                                                    Deadline deadline) {
  return Transition(Target::kCancelled, scope, request, verification_id, "", now, deadline);
}

Result<StoredVerification> PostgresRegistry::Terminate(const Scope& scope, const RequestKey& request,
                                                       const std::string& verification_id, const std::string& reason,
                                                       TimePoint now, Deadline deadline) {
  return Transition(Target::kTerminated, scope, request, verification_id, reason, now, deadline);
}

Status PostgresRegistry::WithdrawConsent(const Scope& scope, const RequestKey& request,
                                         const std::string& verification_id, const std::string& notice_id,
                                         bool drop_evidence, TimePoint now, Deadline deadline) {
  auto facts = GetFacts(scope, verification_id, deadline);
  if (!facts.ok()) return facts.status();
  std::string parties;
  for (const v1::PartyFacts& party : facts->parties()) parties += (parties.empty() ? "" : ",") + party.person_id();
  AuditRecord audit;
  audit.verification_id = verification_id;
  audit.event_kind = "consent withdrawal";
  audit.caller = request.principal;
  audit.operator_id = scope.operator_id;
  audit.occur_time_us = Micros(now);
  audit.decision_commitment.assign(kSha256Bytes, '\0');
  audit.facts_commitment.assign(kSha256Bytes, '\0');
  auto leaf = EncodeAuditRecord(audit);
  if (!leaf.ok()) return leaf.status();
  const std::string payload = Digest("request", request.canonical_payload);
  return RunStatement(pool_, deadline, "withdraw", Repeatable::kNo, [&](pqxx::transaction_base& tx) {
    Execute(tx, "withdraw_consent", request.principal, request.request_id, digest_version_, Bytes{payload},
            scope.operator_id, Nullable::Of(scope.agent_id), Nullable::Of(scope.outlet_id), verification_id, notice_id,
            drop_evidence, "{" + parties + "}", TimeOrderedUuid(now), Bytes{*leaf}, Micros(now));
  });
}

Result<uint32_t> PostgresRegistry::ExpireReservations(TimePoint now, uint32_t limit, Deadline deadline) {
  uint32_t ended = 0;
  Status status = RunStatement(pool_, deadline, "expire", Repeatable::kYes, [&](pqxx::transaction_base& tx) {
    ended = Execute(tx, "expire_reservations", Micros(now), limit)[0][0].as<uint32_t>();
  });
  if (!status.ok()) return status;
  return ended;
}

Result<uint32_t> PostgresRegistry::WarnReservations(TimePoint now, TimePoint before, uint32_t limit,
                                                    Deadline deadline) {
  uint32_t told = 0;
  Status status = RunStatement(pool_, deadline, "warn", Repeatable::kYes, [&](pqxx::transaction_base& tx) {
    told = Execute(tx, "warn_reservations", Micros(now), Micros(before), limit)[0][0].as<uint32_t>();
  });
  if (!status.ok()) return status;
  return told;
}

Result<std::vector<AwaitingSource>> PostgresRegistry::TakeAwaitingSource(TimePoint now, TimePoint begun_before,
                                                                         std::chrono::seconds retry, uint32_t limit,
                                                                         Deadline deadline) {
  std::vector<AwaitingSource> taken;
  // Taken twice is asked twice, at worst.
  Status status = RunStatement(pool_, deadline, "take source waits", Repeatable::kYes, [&](pqxx::transaction_base& tx) {
    taken.clear();
    for (const auto& row : Execute(tx, "take_source_waits", Micros(now), Micros(begun_before), retry.count(), limit)) {
      taken.push_back({row[0].as<std::string>(), row[1].as<std::string>()});
    }
  });
  if (!status.ok()) return status;
  return taken;
}

Result<uint32_t> PostgresRegistry::ForgetAttempts(TimePoint before, uint32_t limit, Deadline deadline) {
  uint32_t forgotten = 0;
  Status status = RunStatement(pool_, deadline, "forget attempts", Repeatable::kYes, [&](pqxx::transaction_base& tx) {
    forgotten = Execute(tx, "forget_attempts", Micros(before), limit)[0][0].as<uint32_t>();
  });
  if (!status.ok()) return status;
  return forgotten;
}

Result<PrecheckObservation> PostgresRegistry::ObservePrecheck(const PrecheckQuery& query, Deadline deadline) {
  const std::string document = DocumentIndex(query.document_type, query.document_number.Reveal());
  const std::string name = NameIndex(query.name.Reveal());
  PrecheckObservation observation;
  Status status = RunStatement(pool_, deadline, "precheck", Repeatable::kNo, [&](pqxx::transaction_base& tx) {
    const auto row =
        Execute(tx, "precheck", TimeOrderedUuid(query.now), query.principal, query.operator_id, index_version_,
                Bytes{document}, Bytes{name}, query.limit_per_hour, query.quota, Micros(query.now))[0];
    if (!row[0].as<bool>()) return;
    v1::RegistryFacts& facts = observation.facts.emplace();
    facts.set_person_known(row[1].as<bool>());
    facts.set_name_differs(row[2].as<bool>());
    facts.set_numbers_held(row[3].as<uint32_t>());
  });
  if (!status.ok()) return status;
  return observation;
}

Status PostgresRegistry::ArchivePolicy(const std::string& digest, const std::string& text, Deadline deadline) {
  return RunStatement(pool_, deadline, "policy put", Repeatable::kYes,
                      [&](pqxx::transaction_base& tx) { Execute(tx, "policy_put", digest, text); });
}

Result<StoredVerification> PostgresRegistry::Get(const Scope& scope, const std::string& verification_id,
                                                 Deadline deadline) {
  std::optional<StoredVerification> stored;
  Status status = RunStatement(pool_, deadline, "get", Repeatable::kYes, [&](pqxx::transaction_base& tx) {
    const auto rows = Execute(tx, "get", scope.operator_id, Nullable::Of(scope.agent_id), Nullable::Of(scope.outlet_id),
                              verification_id);
    if (!rows.empty()) stored = ReadVerification(rows[0]);
  });
  if (!status.ok()) return status;
  if (!stored) return NoSuchVerification();
  return *std::move(stored);
}

Result<v1::Facts> PostgresRegistry::GetFacts(const Scope& scope, const std::string& verification_id,
                                             Deadline deadline) {
  auto stored = GetDecision(scope, verification_id, 0, deadline);
  if (!stored.ok()) return stored.status();
  if (!stored->facts.has_subject()) {
    return Status(StatusCode::kFailedPrecondition, "WRONG_STATE", "the person was erased");
  }
  return std::move(stored->facts);
}

Result<StoredDecision> PostgresRegistry::GetDecision(const Scope& scope, const std::string& verification_id,
                                                     uint64_t sequence, Deadline deadline) {
  StoredDecision stored;
  std::string decision;
  std::string clear;
  std::string sealed;
  std::string person_id;
  Status status = RunStatement(pool_, deadline, "get decision", Repeatable::kYes, [&](pqxx::transaction_base& tx) {
    const auto rows = Execute(tx, "get_decision", scope.operator_id, Nullable::Of(scope.agent_id),
                              Nullable::Of(scope.outlet_id), verification_id, sequence);
    if (rows.empty()) return;
    clear = ReadBytes(rows[0][0]);
    sealed = ReadBytes(rows[0][1]);
    stored.sequence = rows[0][2].as<uint64_t>();
    person_id = rows[0][3].as<std::string>();
    decision = ReadBytes(rows[0][4]);
  });
  if (!status.ok()) return status;
  if (person_id.empty()) return NoSuchVerification();
  if (!stored.decision.ParseFromString(decision) || !stored.facts.ParseFromString(clear)) {
    return Defect("a stored decision cannot be parsed");
  }
  auto key = keys_.Find(person_id);
  if (key.ok()) {
    auto subject = Unseal(**key, {"decision", "sealed_subject", DecisionRow(verification_id, stored.sequence)}, sealed);
    if (!subject.ok()) return subject.status();
    if (!stored.facts.mutable_subject()->ParseFromString(*subject)) return Defect("stored facts cannot be parsed");
  } else if (key.status().code() != StatusCode::kFailedPrecondition) {
    return key.status();
  }
  for (int i = 0; i < stored.facts.parties_size(); ++i) {
    auto party = ReadParty(stored.facts.parties(i), verification_id, i, stored.sequence, false, deadline);
    if (!party.ok()) return party.status();
    if (party->subject) *stored.facts.mutable_parties(i)->mutable_subject() = *std::move(party->subject);
  }
  return stored;
}

Result<StoredApplication> PostgresRegistry::GetApplication(const Scope& scope, const std::string& verification_id,
                                                           Deadline deadline) {
  std::optional<StoredApplication> application;
  std::string clear;
  std::string sealed;
  std::array<std::string, 2> names;
  uint32_t attempt = 0;
  Status status = RunStatement(pool_, deadline, "get application", Repeatable::kYes, [&](pqxx::transaction_base& tx) {
    const auto rows = Execute(tx, "get_registration", scope.operator_id, Nullable::Of(scope.agent_id),
                              Nullable::Of(scope.outlet_id), verification_id);
    if (rows.empty()) return;
    const auto row = rows[0];
    application.emplace();
    application->verification = ReadVerification(row);
    clear = ReadBytes(row[kVerificationColumns]);
    sealed = ReadBytes(row[kVerificationColumns + 1]);
    for (int i = 0; i < 2; ++i) {
      const auto name = row[kVerificationColumns + 2 + i];
      names[static_cast<size_t>(i)] = name.is_null() ? std::string() : ReadBytes(name);
    }
    attempt = row[kVerificationColumns + 4].as<uint32_t>();
  });
  if (!status.ok()) return status;
  if (!application) return NoSuchVerification();

  const std::string& person_id = application->verification.person_id;
  auto key = keys_.Find(person_id);
  if (!key.ok()) return key.status();
  auto subject = Unseal(**key, {"registration", "sealed_subject", AttemptRow(verification_id, attempt)}, sealed);
  if (!subject.ok()) return subject.status();
  if (!application->record.ParseFromString(clear) ||
      !application->record.mutable_subject()->ParseFromString(*subject)) {
    return Defect("a stored record cannot be parsed");
  }
  const std::array<StoredPicture*, 2> targets = {&application->id_photo, &application->live_portrait};
  for (size_t i = 0; i < targets.size(); ++i) {
    auto picture = ReadPicture(person_id, **key, names[i], deadline);
    if (!picture.ok()) return picture.status();
    *targets[i] = *std::move(picture);
  }
  if (application->record.parties().empty()) return *std::move(application);
  // Who they are stands in the facts.
  auto facts = GetFacts(scope, verification_id, deadline);
  if (!facts.ok()) return facts.status();
  for (int i = 0; i < facts->parties_size(); ++i) {
    auto party =
        ReadParty(facts->parties(i), verification_id, i, application->verification.decision_sequence, true, deadline);
    if (!party.ok()) return party.status();
    application->parties.push_back(*std::move(party));
  }
  return *std::move(application);
}

Result<std::vector<std::string>> PostgresRegistry::FindByReference(const std::string& operator_id,
                                                                   const std::string& reference, Deadline deadline) {
  std::vector<std::string> found;
  Status status = RunStatement(pool_, deadline, "by reference", Repeatable::kYes, [&](pqxx::transaction_base& tx) {
    found.clear();
    for (const auto& row : Execute(tx, "by_reference", operator_id, reference)) {
      found.push_back(row[0].as<std::string>());
    }
  });
  if (!status.ok()) return status;
  return found;
}

Result<std::vector<Withdrawal>> PostgresRegistry::Withdrawals(const Scope& scope, const std::string& verification_id,
                                                              Deadline deadline) {
  std::vector<Withdrawal> found;
  Status status = RunStatement(pool_, deadline, "withdrawals", Repeatable::kYes, [&](pqxx::transaction_base& tx) {
    found.clear();
    for (const auto& row : Execute(tx, "withdrawals", scope.operator_id, Nullable::Of(scope.agent_id),
                                   Nullable::Of(scope.outlet_id), verification_id)) {
      found.push_back({row[0].as<std::string>(), FromMicros(row[1].as<int64_t>())});
    }
  });
  if (!status.ok()) return status;
  return found;
}

Result<std::vector<StoredVerification>> PostgresRegistry::List(const ListQuery& query, Deadline deadline) {
  const Nullable before =
      query.before_verification_id.empty() ? Nullable::Null() : Nullable::Text(query.before_verification_id);
  std::vector<StoredVerification> rows;
  Status status = RunStatement(pool_, deadline, "list", Repeatable::kYes, [&](pqxx::transaction_base& tx) {
    rows.clear();
    for (const auto& row :
         Execute(tx, "list", query.scope.operator_id, Nullable::Of(query.scope.agent_id),
                 Nullable::Of(query.scope.outlet_id), static_cast<int>(query.state), before, query.limit)) {
      rows.push_back(ReadVerification(row));
    }
  });
  if (!status.ok()) return status;
  return rows;
}

Result<std::vector<StoredEvent>> PostgresRegistry::Events(const Scope& scope, const std::string& verification_id,
                                                          uint64_t after_sequence, Deadline deadline) {
  bool found = false;
  std::vector<StoredEvent> events;
  Status status = RunStatement(pool_, deadline, "events", Repeatable::kYes, [&](pqxx::transaction_base& tx) {
    events.clear();
    found = !Execute(tx, "in_scope", scope.operator_id, Nullable::Of(scope.agent_id), Nullable::Of(scope.outlet_id),
                     verification_id)
                 .empty();
    if (!found) return;
    for (const auto& row : Execute(tx, "events", verification_id, after_sequence)) {
      events.push_back({row[0].as<uint64_t>(), FromMicros(row[1].as<int64_t>()),
                        static_cast<v1::State>(row[2].as<int>()), static_cast<v1::Verdict>(row[3].as<int>()),
                        static_cast<v1::EventKind>(row[4].as<int>())});
    }
  });
  if (!status.ok()) return status;
  if (!found) return NoSuchVerification();
  return events;
}

Result<std::vector<FeedEntry>> PostgresRegistry::Feed(uint64_t after_position, uint32_t limit, Deadline deadline) {
  std::vector<FeedEntry> entries;
  Status status = RunStatement(pool_, deadline, "feed", Repeatable::kYes, [&](pqxx::transaction_base& tx) {
    entries.clear();
    Execute(tx, "sequence_outbox");
    for (const auto& row : Execute(tx, "feed", after_position, limit)) {
      entries.push_back({row[0].as<uint64_t>(), row[1].as<std::string>()});
    }
  });
  if (!status.ok()) return status;
  return entries;
}

Result<uint64_t> PostgresRegistry::FeedEnd(Deadline deadline) {
  uint64_t end = 0;
  Status status = RunStatement(pool_, deadline, "feed end", Repeatable::kYes,
                               [&](pqxx::transaction_base& tx) { end = Execute(tx, "feed_end")[0][0].as<uint64_t>(); });
  if (!status.ok()) return status;
  return end;
}

Result<std::string> PostgresRegistry::PolicyText(const std::string& digest, Deadline deadline) {
  std::optional<std::string> text;
  Status status = RunStatement(pool_, deadline, "policy get", Repeatable::kYes, [&](pqxx::transaction_base& tx) {
    const auto rows = Execute(tx, "policy_get", digest);
    if (!rows.empty()) text = rows[0][0].as<std::string>();
  });
  if (!status.ok()) return status;
  if (!text) return Status(StatusCode::kNotFound, "INTERNAL_DEFECT", "the policy that decided is not archived");
  return *std::move(text);
}

}  // namespace realname::db
