// SPDX-License-Identifier: Apache-2.0
// One face under several documents, one document with several faces: in which galleries a portrait is searched, and
// what a hit there means. Pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "realname/v1/facts.pb.h"
#include "realname/v1/policy_pack.pb.h"
#include "realname/v1/reason_code.pb.h"
#include "rules/policy.h"

namespace realname::rules {

// The pack's gallery of a name, or null.
const v1::GalleryPolicy* GalleryOf(const Policy& policy, const std::string& name);

// The pack's galleries that are searched and added to in a channel, in the order of the pack.
std::vector<const v1::GalleryPolicy*> GalleriesOf(const Policy& policy, v1::ChannelType channel);

// The highest FMR at which a pair counts in a gallery that holds so many templates, so that a search for somebody who
// is not in it finds somebody with a probability of max_fpir at most: n comparisons at FMR f err with n f at most (the
// union bound; for independent ones ISO/IEC 19795-1 has 1 - (1 - f)^n, which is lower). Never above face.match_fmr:
// what would not pass for one person is no lead.
double FmrLimit(const Policy& policy, const v1::GalleryPolicy& gallery, uint32_t templates);

// The reason that a hit gives: DUP_FACE_OTHER_ID, DUP_ID_OTHER_FACE, or REASON_CODE_UNSPECIFIED where it is beyond the
// limit or people had decided that the two records are two people.
v1::ReasonCode LeadOf(const Policy& policy, const v1::GalleryPolicy& gallery, const v1::SearchedGallery& searched,
                      const v1::FaceHit& hit);

// Whether a decision's portrait stays in the galleries: where it led, or may yet lead, to a line. Whom the
// rules refuse, or who is asked to send evidence again, does not come in; whom a person refuses stays for the window.
bool StaysInGalleries(v1::Verdict verdict);

}  // namespace realname::rules
