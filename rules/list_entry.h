// SPDX-License-Identifier: Apache-2.0
// The life of an entry of a list. Pure.
#pragma once

#include "realname/v1/types.pb.h"

namespace realname::rules {

// Whether an entry may move from one state to another (ListState).
bool MayMove(v1::ListState from, v1::ListState to);

}  // namespace realname::rules
