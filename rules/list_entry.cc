// SPDX-License-Identifier: Apache-2.0
#include "rules/list_entry.h"

namespace realname::rules {

bool MayMove(v1::ListState from, v1::ListState to) {
  switch (from) {
    case v1::LIST_STATE_PROPOSED:
      return to == v1::LIST_STATE_NOTIFIED || to == v1::LIST_STATE_REMOVED;
    case v1::LIST_STATE_NOTIFIED:
      return to == v1::LIST_STATE_ACTIVE || to == v1::LIST_STATE_REMOVED;
    case v1::LIST_STATE_ACTIVE:
      return to == v1::LIST_STATE_APPEALED || to == v1::LIST_STATE_REMOVED;
    case v1::LIST_STATE_APPEALED:
      return to == v1::LIST_STATE_UPHELD || to == v1::LIST_STATE_REMOVED;
    case v1::LIST_STATE_UPHELD:
      return to == v1::LIST_STATE_REMOVED;
    default:
      return false;
  }
}

}  // namespace realname::rules
