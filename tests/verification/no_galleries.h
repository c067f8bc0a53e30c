// SPDX-License-Identifier: Apache-2.0
// A store whose galleries nobody ever came into, for tests that are about something else.
#pragma once

#include "verification/gallery_store.h"

namespace realname::testing {

class NoGalleries final : public GalleryStore {
 public:
  Result<GalleryPage> ReadGallery(const GalleryKey&, uint64_t, Deadline) override { return GalleryPage(); }
  Result<std::vector<GalleryKey>> GalleriesOf(std::span<const std::string>, Deadline) override {
    return std::vector<GalleryKey>();
  }
  Result<std::vector<std::pair<GalleryKey, uint64_t>>> CountRemovals(std::span<const GalleryKey>, Deadline) override {
    return std::vector<std::pair<GalleryKey, uint64_t>>();
  }
  Result<std::vector<EarlierPortrait>> EarlierPortraits(const std::string&, std::span<const std::string>,
                                                        const std::string&, TimePoint, uint32_t, Deadline) override {
    return std::vector<EarlierPortrait>();
  }
  Result<std::vector<ConcludedPair>> ConcludedPairs(const std::string&, std::span<const std::string>,
                                                    std::span<const std::string>, Deadline) override {
    return std::vector<ConcludedPair>();
  }
  Result<uint32_t> SweepTemplates(TimePoint, uint32_t, Deadline) override { return 0U; }
  Result<uint64_t> CountFaces(Deadline) override { return uint64_t{0}; }
  Result<std::vector<UnsweptGallery>> UnsweptGalleries(uint32_t, Deadline) override {
    return std::vector<UnsweptGallery>();
  }
  Status MarkSwept(const GalleryKey&, uint64_t, Deadline) override { return {}; }
  Result<bool> PutLead(const GalleryKey&, v1::GalleryKind, const std::string&, const std::string&, TimePoint,
                       Deadline) override {
    return false;
  }
  Result<std::vector<v1::FaceLead>> ListLeads(const std::string&, const std::string&, bool, uint32_t,
                                              Deadline) override {
    return std::vector<v1::FaceLead>();
  }
  Result<v1::FaceLead> ConcludeLead(const std::string&, const std::string&, v1::FacePairConclusion, const std::string&,
                                    TimePoint, Deadline) override {
    return Status(StatusCode::kNotFound, "NO_SUCH_LEAD", "no such pair of records");
  }
};

}  // namespace realname::testing
