// SPDX-License-Identifier: Apache-2.0
// What each kind of entry does with a number. Pure.
#pragma once

#include "realname/v1/types.pb.h"

namespace realname::rules {

// Registers a number that is nobody's.
inline bool OpensLine(v1::EntryType type) {
  return type == v1::ENTRY_TYPE_OPEN || type == v1::ENTRY_TYPE_PORT_IN || type == v1::ENTRY_TYPE_BACK_REGISTRATION;
}

// Afterwards somebody has a line that they had not, and that counts under their quota.
inline bool TakesPlace(v1::EntryType type) { return OpensLine(type) || type == v1::ENTRY_TYPE_TRANSFER_IN; }

// About a person, and no number.
inline bool NamesNoNumber(v1::EntryType type) {
  return type == v1::ENTRY_TYPE_UPDATE || type == v1::ENTRY_TYPE_INQUIRY;
}

// About a number that the person has.
inline bool OfOwnLine(v1::EntryType type) { return !TakesPlace(type) && !NamesNoNumber(type); }

// The face was verified anew, and the line or lines stay: they are due for re-verification later.
inline bool Reverifies(v1::EntryType type) {
  return type == v1::ENTRY_TYPE_SIM_REPLACEMENT || type == v1::ENTRY_TYPE_UPDATE;
}

}  // namespace realname::rules
