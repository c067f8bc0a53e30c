// SPDX-License-Identifier: Apache-2.0
// make_key_ring PATH: 0 if this process made the file, 2 if it was there, 1 for anything else.
#include "vault/key_ring.h"

int main(int count, char** arguments) {
  if (count != 2) return 1;
  const realname::Result<realname::KeyRing> ring = realname::KeyRing::Create(arguments[1]);
  if (ring.ok()) return 0;
  return ring.status().code() == realname::StatusCode::kAlreadyExists ? 2 : 1;
}
