// SPDX-License-Identifier: Apache-2.0
#include "rules/face_search.h"

#include <algorithm>

namespace realname::rules {

const v1::GalleryPolicy* GalleryOf(const Policy& policy, const std::string& name) {
  for (const v1::GalleryPolicy& gallery : policy.pack.galleries()) {
    if (gallery.name() == name) return &gallery;
  }
  return nullptr;
}

std::vector<const v1::GalleryPolicy*> GalleriesOf(const Policy& policy, v1::ChannelType channel) {
  std::vector<const v1::GalleryPolicy*> galleries;
  for (const v1::GalleryPolicy& gallery : policy.pack.galleries()) {
    const auto& channels = gallery.channels();
    if (channels.empty() || std::find(channels.begin(), channels.end(), channel) != channels.end()) {
      galleries.push_back(&gallery);
    }
  }
  return galleries;
}

double FmrLimit(const Policy& policy, const v1::GalleryPolicy& gallery, uint32_t templates) {
  return std::min(policy.pack.face().match_fmr(),
                  gallery.max_fpir() / static_cast<double>(std::max(templates, uint32_t{1})));
}

v1::ReasonCode LeadOf(const Policy& policy, const v1::GalleryPolicy& gallery, const v1::SearchedGallery& searched,
                      const v1::FaceHit& hit) {
  if (gallery.kind() == v1::GALLERY_KIND_PERSON) {
    // Whatever was decided of an earlier portrait: this one may be anybody's. One that a person approved is among the
    // earlier ones from then on.
    return hit.fmr_at_similarity() > policy.pack.face().review_fmr() ? v1::DUP_ID_OTHER_FACE
                                                                     : v1::REASON_CODE_UNSPECIFIED;
  }
  const bool alike = hit.fmr_at_similarity() <= FmrLimit(policy, gallery, searched.templates());
  return alike && hit.concluded() != v1::FACE_PAIR_CONCLUSION_TWO_PEOPLE ? v1::DUP_FACE_OTHER_ID
                                                                         : v1::REASON_CODE_UNSPECIFIED;
}

bool StaysInGalleries(v1::Verdict verdict) {
  return verdict == v1::VERDICT_PASS || verdict == v1::VERDICT_REVIEW || verdict == v1::VERDICT_INCONCLUSIVE;
}

}  // namespace realname::rules
