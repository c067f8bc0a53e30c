// SPDX-License-Identifier: Apache-2.0
// GalleryStore: what the search for faces needs of the store. Galleries are filled by the commit of a registration
// (CommitRequest.galleries) in the same database; templates are sealed under their people's keys there and in the clear
// here.
//
// Implementations are thread-safe. Every method may fail with UNAVAILABLE (DATABASE_UNAVAILABLE); repeating is
// harmless.
#pragma once

#include <compare>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/redacted.h"
#include "base/result.h"
#include "realname/v1/face_evidence.pb.h"
#include "realname/v1/review_service.pb.h"
#include "realname/v1/types.pb.h"

namespace realname {

// One gallery: the policy's name for it, and whose it is (an agent's, or a device's name). Commits lock galleries in
// the order of their keys.
struct GalleryKey {
  std::string operator_id;
  std::string name;
  std::string owner;
  auto operator<=>(const GalleryKey&) const = default;
};

// A portrait in a gallery.
struct GalleryTemplate {
  uint64_t sequence = 0;  // counts from 1 in each gallery, without gaps, in the order of commits
  std::string person_id;
  std::string verification_id;
  std::string bundle_digest;
  Redacted<std::string> face_template;  // FaceEvidence.template
  TimePoint expire_time;
};

// Some of what a gallery holds.
struct GalleryPage {
  // The number that was given last, and how often templates were taken out before their time.
  uint64_t last_sequence = 0;
  uint64_t removals = 0;
  // In the order of their numbers. What ran out, or whose person was erased, is not there.
  std::vector<GalleryTemplate> templates;
  // After which the next page begins; 0 if this is the last one.
  uint64_t next = 0;
};

// A portrait with which somebody was registered before.
struct EarlierPortrait {
  std::string verification_id;
  v1::FaceEvidence evidence;
};

// What people decided of a record and another one, or itself.
struct ConcludedPair {
  std::string other_person_id;
  v1::FacePairConclusion conclusion = v1::FACE_PAIR_CONCLUSION_UNSPECIFIED;
};

// A gallery into which templates came since it was last swept.
struct UnsweptGallery {
  GalleryKey key;
  uint64_t swept_sequence = 0;
};

class GalleryStore {
 public:
  virtual ~GalleryStore() = default;

  // Templates with numbers above `after`, with where the gallery stands, as of one moment.
  virtual Result<GalleryPage> ReadGallery(const GalleryKey& key, uint64_t after, Deadline deadline) = 0;

  // Galleries into which these verifications brought a template.
  virtual Result<std::vector<GalleryKey>> GalleriesOf(std::span<const std::string> verification_ids,
                                                      Deadline deadline) = 0;

  // How often templates were taken out before their time, of each gallery that exists, in the order asked for.
  virtual Result<std::vector<std::pair<GalleryKey, uint64_t>>> CountRemovals(std::span<const GalleryKey> keys,
                                                                             Deadline deadline) = 0;

  // Live portraits with which these people were registered with an operator since `since`, the newest first, whose
  // evidence is kept. Not that of `but_verification_id`.
  virtual Result<std::vector<EarlierPortrait>> EarlierPortraits(const std::string& operator_id,
                                                                std::span<const std::string> people,
                                                                const std::string& but_verification_id, TimePoint since,
                                                                uint32_t limit, Deadline deadline) = 0;

  // What was decided last of these people and others (or themselves), as far as neither record was changed since.
  virtual Result<std::vector<ConcludedPair>> ConcludedPairs(const std::string& operator_id,
                                                            std::span<const std::string> people,
                                                            std::span<const std::string> others, Deadline deadline) = 0;

  // Deletes templates that ran out before `now`, `limit` at most; returns how many.
  virtual Result<uint32_t> SweepTemplates(TimePoint now, uint32_t limit, Deadline deadline) = 0;

  // Templates in galleries and beside pictures, of all operators: how many people they are of. Exact below 100,000;
  // from there on at least that.
  virtual Result<uint64_t> CountFaces(Deadline deadline) = 0;

  // Galleries that have templates above the number that they were swept to, `limit` at most.
  virtual Result<std::vector<UnsweptGallery>> UnsweptGalleries(uint32_t limit, Deadline deadline) = 0;
  virtual Status MarkSwept(const GalleryKey& key, uint64_t sequence, Deadline deadline) = 0;

  // Notes two records that a sweep found. False if that is on record already, or they were decided to be what they are.
  virtual Result<bool> PutLead(const GalleryKey& key, v1::GalleryKind kind, const std::string& verification_id,
                               const std::string& other_verification_id, TimePoint now, Deadline deadline) = 0;

  // Leads of an operator, the newest first; of one verification, on either side, if it is not empty. Without what was
  // decided unless `concluded`.
  virtual Result<std::vector<v1::FaceLead>> ListLeads(const std::string& operator_id,
                                                      const std::string& verification_id, bool concluded,
                                                      uint32_t limit, Deadline deadline) = 0;

  // NOT_FOUND (NO_SUCH_LEAD); FAILED_PRECONDITION (WRONG_STATE) if it was decided otherwise. What two members of staff
  // took for one person is linked, unless it is one record.
  virtual Result<v1::FaceLead> ConcludeLead(const std::string& operator_id, const std::string& lead_id,
                                            v1::FacePairConclusion conclusion, const std::string& principal,
                                            TimePoint now, Deadline deadline) = 0;
};

}  // namespace realname
