// SPDX-License-Identifier: Apache-2.0
// SubscriberStore: lines that people have, and what they dispute. Implementations are thread-safe; every method may
// fail with UNAVAILABLE (DATABASE_UNAVAILABLE).
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "base/redacted.h"
#include "base/result.h"
#include "realname/v1/subscriber_service.pb.h"
#include "verification/caller.h"

namespace realname {

// A line that is activated.
struct StoredLine {
  std::string line_id;
  Redacted<std::string> msisdn;  // E.164; empty where its holder's key was erased
  std::string product;
  TimePoint create_time;
  bool disputed = false;
};

struct NewDispute {
  Owner raised_at;
  std::string person_id;
  std::string line_id;
  Redacted<std::string> statement;
  TimePoint deadline;
};

class SubscriberStore {
 public:
  virtual ~SubscriberStore() = default;

  // The person's lines with the operator, by every document that is theirs, the oldest first.
  virtual Result<std::vector<StoredLine>> Lines(const std::string& operator_id, const std::string& person_id,
                                                Deadline deadline) = 0;

  // The id of the dispute, or of the one that is open about this line. Moves what was observed of the person.
  virtual Result<std::string> RaiseDispute(const NewDispute& dispute, const std::string& principal, TimePoint now,
                                           Deadline deadline) = 0;

  // NOT_FOUND (NO_SUCH_DISPUTE) if none was raised in the scope.
  virtual Result<v1::Dispute> GetDispute(const Scope& scope, const std::string& dispute_id, Deadline deadline) = 0;

  // The one with the nearest deadline first; unspecified: in every state.
  virtual Result<std::vector<v1::Dispute>> ListDisputes(const std::string& operator_id, v1::DisputeState state,
                                                        uint32_t limit, Deadline deadline) = 0;

  // Links of the person's documents, those that were taken back included, the oldest first.
  virtual Result<std::vector<v1::Link>> Links(const std::string& operator_id, const std::string& person_id,
                                              Deadline deadline) = 0;

  // Places that all their documents hold together under a quota.
  virtual Result<uint32_t> LinesHeld(const std::string& operator_id, const std::string& person_id,
                                     const std::string& quota, Deadline deadline) = 0;

  // Erases what was derived from the pictures of a verification's subscriber. NOT_FOUND (NO_SUCH_VERIFICATION).
  virtual Result<v1::EraseFaceTemplatesResponse> EraseFaces(const std::string& operator_id,
                                                            const std::string& verification_id,
                                                            const std::string& principal, TimePoint now,
                                                            Deadline deadline) = 0;

  // Takes a link back. Repeating is harmless. NOT_FOUND (NO_SUCH_LINK).
  virtual Result<v1::Link> Unlink(const std::string& operator_id, const std::string& link_id, const std::string& reason,
                                  const std::string& principal, TimePoint now, Deadline deadline) = 0;

  // UPHELD ends the line. Repeating is harmless. NOT_FOUND as GetDispute; FAILED_PRECONDITION (WRONG_STATE) if it was
  // decided otherwise.
  virtual Status ResolveDispute(const std::string& operator_id, const std::string& dispute_id, v1::DisputeState state,
                                const std::string& explanation, const std::string& principal, TimePoint now,
                                Deadline deadline) = 0;
};

}  // namespace realname
