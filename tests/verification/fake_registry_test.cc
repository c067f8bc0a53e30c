// SPDX-License-Identifier: Apache-2.0
#include "tests/verification/fake_registry.h"

#include "tests/verification/registry_conformance.h"
#include "tests/verification/session_conformance.h"

namespace realname::testing {
namespace {

struct FakeStores {
  FakeSessionStore sessions;
  FakeRegistry registry{sessions};
};

}  // namespace

INSTANTIATE_TEST_SUITE_P(Fake, RegistryConformance, ::testing::Values(RegistryFactory([] {
                           const auto stores = std::make_shared<FakeStores>();
                           return std::shared_ptr<Registry>(stores, &stores->registry);
                         })),
                         [](const auto&) { return std::string("Registry"); });

INSTANTIATE_TEST_SUITE_P(Fake, SessionConformance, ::testing::Values(StoresFactory([] {
                           const auto stores = std::make_shared<FakeStores>();
                           return Stores{std::shared_ptr<Registry>(stores, &stores->registry),
                                         std::shared_ptr<SessionStore>(stores, &stores->sessions)};
                         })),
                         [](const auto&) { return std::string("Sessions"); });

}  // namespace realname::testing
