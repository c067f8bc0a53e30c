// SPDX-License-Identifier: Apache-2.0
#include "tests/verification/fake_registry.h"

#include "tests/verification/registry_conformance.h"

namespace realname::testing {

INSTANTIATE_TEST_SUITE_P(Fake, RegistryConformance,
                         ::testing::Values(RegistryFactory([] { return std::make_shared<FakeRegistry>(); })),
                         [](const auto&) { return std::string("Registry"); });

}  // namespace realname::testing
