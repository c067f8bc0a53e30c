// SPDX-License-Identifier: Apache-2.0
// Status: how a call that could not do its work says so. Codes are chosen by the action that the caller should take.
// Values; safe to copy between threads.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace realname {

// One value per action of the caller. The names and numbers are those of gRPC, so that one table maps them.
enum class StatusCode {
  kOk = 0,
  kInvalidArgument = 3,     // mend the request
  kDeadlineExceeded = 4,    // retry with the same request_id and more time
  kNotFound = 5,            // look elsewhere
  kAlreadyExists = 6,       // make a new request_id
  kPermissionDenied = 7,    // ask an administrator
  kResourceExhausted = 8,   // wait as told, then retry
  kFailedPrecondition = 9,  // change the state first
  kAborted = 10,            // retry the whole call at once
  kInternal = 13,           // report a defect
  kUnavailable = 14,        // wait, then retry with the same request_id
  kUnauthenticated = 16,    // present a certificate
};

// A field at fault. `field` is a path as the proto file spells it; `description` never repeats the field's value.
struct FieldViolation {
  std::string field;
  std::string description;
};

class [[nodiscard]] Status {
 public:
  // OK.
  Status() = default;

  // `reason` is the name of an ErrorReason value. `message` may be shown to anybody: it holds no personal data.
  // `detail` is for the log only and holds none either.
  Status(StatusCode code, std::string reason, std::string message, std::string detail = "")
      : code_(code), reason_(std::move(reason)), message_(std::move(message)), detail_(std::move(detail)) {}

  static Status InvalidField(std::string field, std::string description) {
    Status status(StatusCode::kInvalidArgument, "INVALID_FIELD", field + ": " + description);
    status.violations_.push_back({std::move(field), std::move(description)});
    return status;
  }
  static Status InvalidFields(std::vector<FieldViolation> violations);

  // Adds how long the caller should wait before it tries again.
  Status WithRetryAfter(std::chrono::milliseconds delay) && {
    retry_after_ = delay;
    return std::move(*this);
  }

  bool ok() const { return code_ == StatusCode::kOk; }
  StatusCode code() const { return code_; }
  const std::string& reason() const { return reason_; }
  const std::string& message() const { return message_; }
  const std::string& detail() const { return detail_; }
  const std::vector<FieldViolation>& violations() const { return violations_; }
  std::optional<std::chrono::milliseconds> retry_after() const { return retry_after_; }

 private:
  StatusCode code_ = StatusCode::kOk;
  std::string reason_;
  std::string message_;
  std::string detail_;
  std::vector<FieldViolation> violations_;
  std::optional<std::chrono::milliseconds> retry_after_;
};

inline Status Status::InvalidFields(std::vector<FieldViolation> violations) {
  std::string message;
  for (const FieldViolation& violation : violations) {
    if (!message.empty()) message += "; ";
    message += violation.field + ": " + violation.description;
  }
  Status status(StatusCode::kInvalidArgument, "INVALID_FIELD", std::move(message));
  status.violations_ = std::move(violations);
  return status;
}

}  // namespace realname
