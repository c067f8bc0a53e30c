// SPDX-License-Identifier: Apache-2.0
#include "db/postgres_gallery_store.h"

#include <map>

#include "db/connection_pool.h"
#include "db/pqxx_compat.h"
#include "db/registry_statements.h"
#include "db/run_statement.h"
#include "vault/digest.h"
#include "vault/sealer.h"

namespace realname::db {
namespace {

constexpr uint32_t kPage = 1000;

// {a,b,c}: ids are no words that need quotes.
std::string ArrayOf(std::span<const std::string> ids) {
  std::string text;
  for (const std::string& id : ids) text += (text.empty() ? "" : ",") + id;
  return "{" + text + "}";
}

void SetTime(google::protobuf::Timestamp& to, int64_t micros) {
  to.set_seconds(micros / 1'000'000);
  to.set_nanos(static_cast<int32_t>(micros % 1'000'000) * 1000);
}

v1::FaceLead ReadLead(const pqxx::row& row) {
  const auto text = [&](int column) { return row[column].is_null() ? std::string() : row[column].as<std::string>(); };
  v1::FaceLead lead;
  lead.set_lead_id(text(0));
  lead.set_verification_id(text(1));
  lead.set_other_verification_id(text(2));
  lead.set_gallery(text(3));
  lead.set_kind(static_cast<v1::GalleryKind>(row[4].as<int>()));
  SetTime(*lead.mutable_find_time(), row[5].as<int64_t>());
  lead.set_conclusion(static_cast<v1::FacePairConclusion>(row[6].as<int>()));
  lead.set_concluded_by(text(7));
  lead.set_confirmed_by(text(8));
  if (!row[9].is_null()) SetTime(*lead.mutable_conclude_time(), row[9].as<int64_t>());
  return lead;
}

}  // namespace

Result<GalleryPage> PostgresGalleryStore::ReadGallery(const GalleryKey& key, uint64_t after, Deadline deadline) {
  GalleryPage page;
  std::vector<std::string> people;
  std::vector<std::string> sealed;
  Status status = RunStatement(pool_, deadline, "read gallery", Repeatable::kYes, [&](pqxx::transaction_base& tx) {
    page = {};
    people.clear();
    sealed.clear();
    for (const auto& row : Execute(tx, "read_gallery", key.operator_id, key.name, key.owner, after, kPage)) {
      page.last_sequence = row[0].as<uint64_t>();
      page.removals = row[1].as<uint64_t>();
      if (row[2].is_null()) continue;
      GalleryTemplate& face = page.templates.emplace_back();
      face.sequence = row[2].as<uint64_t>();
      face.person_id = row[3].as<std::string>();
      face.verification_id = row[4].as<std::string>();
      face.bundle_digest = row[5].as<std::string>();
      face.expire_time = FromMicros(row[7].as<int64_t>());
      people.push_back(face.person_id);
      sealed.push_back(ReadBytes(row[6]));
    }
  });
  if (!status.ok()) return status;
  if (page.templates.size() == kPage) page.next = page.templates.back().sequence;
  if (people.empty()) return page;
  auto keys = keys_.FindAll(people);
  if (!keys.ok()) return keys.status();
  std::vector<GalleryTemplate> readable;
  for (size_t i = 0; i < page.templates.size(); ++i) {
    if (!(*keys)[i]) continue;  // erased
    GalleryTemplate& face = page.templates[i];
    auto clear = Unseal(*(*keys)[i], {"gallery_template", "sealed", face.verification_id}, sealed[i]);
    if (!clear.ok()) return clear.status();
    face.face_template = Redacted(*std::move(clear));
    readable.push_back(std::move(face));
  }
  page.templates = std::move(readable);
  return page;
}

Result<std::vector<GalleryKey>> PostgresGalleryStore::GalleriesOf(std::span<const std::string> verification_ids,
                                                                  Deadline deadline) {
  std::vector<GalleryKey> keys;
  Status status = RunStatement(pool_, deadline, "galleries of", Repeatable::kYes, [&](pqxx::transaction_base& tx) {
    keys.clear();
    for (const auto& row : Execute(tx, "galleries_of", ArrayOf(verification_ids))) {
      keys.push_back({row[0].as<std::string>(), row[1].as<std::string>(), row[2].as<std::string>()});
    }
  });
  if (!status.ok()) return status;
  return keys;
}

Result<std::vector<std::pair<GalleryKey, uint64_t>>> PostgresGalleryStore::CountRemovals(
    std::span<const GalleryKey> keys, Deadline deadline) {
  std::vector<std::pair<GalleryKey, uint64_t>> removals;
  // Names of operators, galleries, agents and devices are words: nothing in them is special in an array.
  std::string operators, names, owners;
  for (const GalleryKey& key : keys) {
    const char* separator = &key == keys.data() ? "" : ",";
    operators += separator + ("\"" + key.operator_id + "\"");
    names += separator + ("\"" + key.name + "\"");
    owners += separator + ("\"" + key.owner + "\"");
  }
  Status status = RunStatement(pool_, deadline, "count removals", Repeatable::kYes, [&](pqxx::transaction_base& tx) {
    removals.clear();
    for (const auto& row :
         Execute(tx, "gallery_removals", "{" + operators + "}", "{" + names + "}", "{" + owners + "}")) {
      removals.push_back(
          {{row[0].as<std::string>(), row[1].as<std::string>(), row[2].as<std::string>()}, row[3].as<uint64_t>()});
    }
  });
  if (!status.ok()) return status;
  return removals;
}

Result<std::vector<EarlierPortrait>> PostgresGalleryStore::EarlierPortraits(const std::string& operator_id,
                                                                            std::span<const std::string> people,
                                                                            const std::string& but_verification_id,
                                                                            TimePoint since, uint32_t limit,
                                                                            Deadline deadline) {
  struct Sealed {
    std::string verification_id, person_id, name, evidence;
  };
  std::vector<Sealed> rows;
  const Nullable but = but_verification_id.empty() ? Nullable::Null() : Nullable::Text(but_verification_id);
  Status status = RunStatement(pool_, deadline, "earlier portraits", Repeatable::kYes, [&](pqxx::transaction_base& tx) {
    rows.clear();
    for (const auto& row : Execute(tx, "earlier_portraits", operator_id, ArrayOf(people), but, Micros(since), limit)) {
      rows.push_back({row[0].as<std::string>(), row[1].as<std::string>(), ReadBytes(row[2]), ReadBytes(row[3])});
    }
  });
  if (!status.ok()) return status;
  std::vector<EarlierPortrait> portraits;
  for (const Sealed& row : rows) {
    auto key = keys_.Find(row.person_id);
    if (key.status().code() == StatusCode::kFailedPrecondition) continue;  // erased
    if (!key.ok()) return key.status();
    auto clear = Unseal(**key, {"media.photo", "sealed_evidence", row.name}, row.evidence);
    if (!clear.ok()) return clear.status();
    EarlierPortrait& portrait = portraits.emplace_back();
    portrait.verification_id = row.verification_id;
    if (!portrait.evidence.ParseFromString(*clear)) {
      return Status(StatusCode::kInternal, "INTERNAL_DEFECT", "internal error",
                    "a picture's evidence cannot be parsed");
    }
  }
  return portraits;
}

Result<std::vector<ConcludedPair>> PostgresGalleryStore::ConcludedPairs(const std::string& operator_id,
                                                                        std::span<const std::string> people,
                                                                        std::span<const std::string> others,
                                                                        Deadline deadline) {
  std::vector<ConcludedPair> pairs;
  Status status = RunStatement(pool_, deadline, "concluded pairs", Repeatable::kYes, [&](pqxx::transaction_base& tx) {
    pairs.clear();
    for (const auto& row : Execute(tx, "concluded_pairs", operator_id, ArrayOf(people), ArrayOf(others))) {
      pairs.push_back({row[0].as<std::string>(), static_cast<v1::FacePairConclusion>(row[1].as<int>())});
    }
  });
  if (!status.ok()) return status;
  return pairs;
}

Result<uint32_t> PostgresGalleryStore::SweepTemplates(TimePoint now, uint32_t limit, Deadline deadline) {
  uint32_t swept = 0;
  Status status = RunStatement(pool_, deadline, "sweep templates", Repeatable::kYes, [&](pqxx::transaction_base& tx) {
    swept = Execute(tx, "sweep_templates", Micros(now), limit)[0][0].as<uint32_t>();
  });
  if (!status.ok()) return status;
  return swept;
}

Result<uint64_t> PostgresGalleryStore::CountFaces(Deadline deadline) {
  uint64_t faces = 0;
  Status status = RunStatement(pool_, deadline, "count faces", Repeatable::kYes, [&](pqxx::transaction_base& tx) {
    faces = Execute(tx, "count_faces")[0][0].as<uint64_t>();
  });
  if (!status.ok()) return status;
  return faces;
}

Result<std::vector<UnsweptGallery>> PostgresGalleryStore::UnsweptGalleries(uint32_t limit, Deadline deadline) {
  std::vector<UnsweptGallery> galleries;
  Status status = RunStatement(pool_, deadline, "unswept galleries", Repeatable::kYes, [&](pqxx::transaction_base& tx) {
    galleries.clear();
    for (const auto& row : Execute(tx, "unswept_galleries", limit)) {
      galleries.push_back(
          {{row[0].as<std::string>(), row[1].as<std::string>(), row[2].as<std::string>()}, row[3].as<uint64_t>()});
    }
  });
  if (!status.ok()) return status;
  return galleries;
}

Status PostgresGalleryStore::MarkSwept(const GalleryKey& key, uint64_t sequence, Deadline deadline) {
  return RunStatement(pool_, deadline, "mark swept", Repeatable::kYes, [&](pqxx::transaction_base& tx) {
    Execute(tx, "mark_swept", key.operator_id, key.name, key.owner, sequence);
  });
}

Result<bool> PostgresGalleryStore::PutLead(const GalleryKey& key, v1::GalleryKind kind,
                                           const std::string& verification_id, const std::string& other_verification_id,
                                           TimePoint now, Deadline deadline) {
  bool put = false;
  Status status = RunStatement(pool_, deadline, "put lead", Repeatable::kYes, [&](pqxx::transaction_base& tx) {
    put = Execute(tx, "put_lead", TimeOrderedUuid(now), key.operator_id, key.name, static_cast<int>(kind),
                  verification_id, other_verification_id, Micros(now))[0][0]
              .as<bool>();
  });
  if (!status.ok()) return status;
  return put;
}

Result<std::vector<v1::FaceLead>> PostgresGalleryStore::ListLeads(const std::string& operator_id,
                                                                  const std::string& verification_id, bool concluded,
                                                                  uint32_t limit, Deadline deadline) {
  std::vector<v1::FaceLead> leads;
  const bool of_one = !verification_id.empty();
  Status status = RunStatement(pool_, deadline, "list leads", Repeatable::kYes, [&](pqxx::transaction_base& tx) {
    leads.clear();
    const pqxx::result rows = of_one ? Execute(tx, "leads_of", operator_id, concluded, limit, verification_id)
                                     : Execute(tx, concluded ? "list_leads" : "list_open_leads", operator_id, limit);
    for (const auto& row : rows) leads.push_back(ReadLead(row));
  });
  if (!status.ok()) return status;
  return leads;
}

Result<v1::FaceLead> PostgresGalleryStore::ConcludeLead(const std::string& operator_id, const std::string& lead_id,
                                                        v1::FacePairConclusion conclusion, const std::string& principal,
                                                        TimePoint now, Deadline deadline) {
  v1::FaceLead lead;
  Status status = RunStatement(pool_, deadline, "conclude lead", Repeatable::kYes, [&](pqxx::transaction_base& tx) {
    Execute(tx, "conclude_lead", operator_id, lead_id, static_cast<int>(conclusion), principal, TimeOrderedUuid(now),
            Micros(now));
    lead = ReadLead(Execute(tx, "get_lead", operator_id, lead_id)[0]);
  });
  if (!status.ok()) return status;
  return lead;
}

}  // namespace realname::db
