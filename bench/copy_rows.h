// SPDX-License-Identifier: Apache-2.0
// Rows for COPY ... FROM STDIN (FORMAT binary), as PostgreSQL documents it under COPY, "Binary Format". Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "base/clock.h"

namespace realname {

class CopyRows {
 public:
  // `target` is what stands after COPY: "schema.table (column, ...)".
  explicit CopyRows(std::string target);

  // Begins a row; its values follow, one for each column, of the columns' types.
  CopyRows& Row();
  CopyRows& Null();
  CopyRows& Bool(bool value);
  CopyRows& Int2(int16_t value);
  CopyRows& Int4(int32_t value);
  CopyRows& Int8(int64_t value);
  CopyRows& Text(std::string_view value);  // also bytea
  CopyRows& Uuid(std::string_view text);   // 36 characters
  CopyRows& Date(std::string_view date);   // YYYY-MM-DD
  CopyRows& Timestamp(TimePoint time);

  // COPY target FROM STDIN (FORMAT binary)
  const std::string& statement() const { return statement_; }
  bool empty() const { return rows_ == 0; }
  // Everything so far with header and trailer; empties this.
  std::string Take();

 private:
  void Size(int32_t bytes);

  std::string statement_;
  int16_t columns_;
  std::string bytes_;
  uint64_t rows_ = 0;
};

}  // namespace realname
