// SPDX-License-Identifier: Apache-2.0
// GalleryStore on PostgreSQL. Templates are sealed under their people's keys.
#pragma once

#include "db/person_keys.h"
#include "verification/gallery_store.h"

namespace realname::db {

class ConnectionPool;

class PostgresGalleryStore final : public GalleryStore {
 public:
  // Both outlive this object.
  PostgresGalleryStore(ConnectionPool& pool, PersonKeys& keys) : pool_(pool), keys_(keys) {}

  Result<GalleryPage> ReadGallery(const GalleryKey& key, uint64_t after, Deadline deadline) override;
  Result<std::vector<GalleryKey>> GalleriesOf(std::span<const std::string> verification_ids,
                                              Deadline deadline) override;
  Result<std::vector<std::pair<GalleryKey, uint64_t>>> CountRemovals(std::span<const GalleryKey> keys,
                                                                     Deadline deadline) override;
  Result<std::vector<EarlierPortrait>> EarlierPortraits(const std::string& operator_id,
                                                        std::span<const std::string> people,
                                                        const std::string& but_verification_id, TimePoint since,
                                                        uint32_t limit, Deadline deadline) override;
  Result<std::vector<ConcludedPair>> ConcludedPairs(const std::string& operator_id, std::span<const std::string> people,
                                                    std::span<const std::string> others, Deadline deadline) override;
  Result<uint32_t> SweepTemplates(TimePoint now, uint32_t limit, Deadline deadline) override;
  Result<uint64_t> CountFaces(Deadline deadline) override;
  Result<std::vector<UnsweptGallery>> UnsweptGalleries(uint32_t limit, Deadline deadline) override;
  Status MarkSwept(const GalleryKey& key, uint64_t sequence, Deadline deadline) override;
  Result<bool> PutLead(const GalleryKey& key, v1::GalleryKind kind, const std::string& verification_id,
                       const std::string& other_verification_id, TimePoint now, Deadline deadline) override;
  Result<std::vector<v1::FaceLead>> ListLeads(const std::string& operator_id, const std::string& verification_id,
                                              bool concluded, uint32_t limit, Deadline deadline) override;
  Result<v1::FaceLead> ConcludeLead(const std::string& operator_id, const std::string& lead_id,
                                    v1::FacePairConclusion conclusion, const std::string& principal, TimePoint now,
                                    Deadline deadline) override;

 private:
  ConnectionPool& pool_;
  PersonKeys& keys_;
};

}  // namespace realname::db
