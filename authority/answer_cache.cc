// SPDX-License-Identifier: Apache-2.0
#include "authority/answer_cache.h"

#include "vault/digest.h"

namespace realname::authority {

AnswerCache::AnswerCache(size_t capacity) : capacity_(capacity), key_(RandomBytes(kSha256Bytes)) {}

std::string AnswerCache::KeyOf(const IdentityQuestion& question) const {
  const std::string separator(1, '\0');
  return HmacSha256(
      key_, {question.source, separator, question.operator_id, separator, std::to_string(question.document_type),
             separator, question.number.Reveal(), separator, question.name.Reveal(), separator,
             std::to_string(question.sex), separator, question.birth_date.Reveal()});
}

std::optional<IdentityAnswer> AnswerCache::Find(const IdentityQuestion& question, TimePoint now) {
  if (question.photo || question.max_age.count() == 0) return std::nullopt;
  const std::string key = KeyOf(question);
  const std::lock_guard lock(mutex_);
  const auto found = answers_.find(key);
  if (found == answers_.end() || now - found->second.answer_time > question.max_age) return std::nullopt;
  return found->second;
}

void AnswerCache::Keep(const IdentityQuestion& question, const IdentityAnswer& answer) {
  if (question.photo || question.max_age.count() == 0 || answer.answer != v1::AUTHORITY_ANSWER_MATCH) return;
  std::string key = KeyOf(question);
  const std::lock_guard lock(mutex_);
  if (!answers_.insert_or_assign(key, answer).second) return;
  in_order_.push_back(std::move(key));
  if (in_order_.size() <= capacity_) return;
  answers_.erase(in_order_.front());
  in_order_.pop_front();
}

}  // namespace realname::authority
