// SPDX-License-Identifier: Apache-2.0
#include "authority/answer_check.h"

#include <algorithm>
#include <set>

namespace realname::authority {
namespace {

bool WasAsked(const v1::CheckIdentityRequest& request, int field) {
  switch (field) {
    case v1::IDENTITY_FIELD_NAME:
      return true;
    case v1::IDENTITY_FIELD_SEX:
      return request.sex() != v1::SEX_UNSPECIFIED;
    case v1::IDENTITY_FIELD_BIRTH_DATE:
      return !request.birth_date().empty();
    default:
      return false;
  }
}

}  // namespace

std::string AnswerFault(const v1::CheckIdentityRequest& request, const v1::CheckIdentityResponse& response) {
  if (response.query_id() != request.query_id()) return "it answers another question";
  const v1::AuthorityAnswer answer = response.answer();
  if (answer != v1::AUTHORITY_ANSWER_MATCH && answer != v1::AUTHORITY_ANSWER_MISMATCH &&
      answer != v1::AUTHORITY_ANSWER_NO_RECORD) {
    return "it is none that a source gives";
  }
  if ((answer == v1::AUTHORITY_ANSWER_MISMATCH) == response.mismatches().empty()) {
    return "what differs and that something differs contradict each other";
  }
  std::set<int> differs;
  for (const int field : response.mismatches()) {
    if (!WasAsked(request, field) || !differs.insert(field).second)
      return "a field differs that was not asked, or twice";
  }
  const bool photo_due = answer == v1::AUTHORITY_ANSWER_MATCH && request.photo();
  const bool photo_said =
      response.photo_state() == v1::AUTHORITY_PHOTO_ATTACHED || response.photo_state() == v1::AUTHORITY_PHOTO_NONE;
  if (photo_due != photo_said) return "it says nothing of a photograph that was asked for, or something of another";
  if ((response.photo_state() == v1::AUTHORITY_PHOTO_ATTACHED) == response.photo().empty()) {
    return "a photograph is said to be there and is not, or the other way round";
  }
  if (response.photo().size() > kMaxPhotoBytes) return "its photograph is too large";
  if (response.reference().size() > kMaxReferenceBytes ||
      !std::all_of(response.reference().begin(), response.reference().end(),
                   [](unsigned char c) { return c > 0x20 && c < 0x7f; })) {
    return "its reference is no short word";
  }
  return "";
}

}  // namespace realname::authority
