// SPDX-License-Identifier: Apache-2.0
// Fills an empty registry with a population: each line goes through the service itself, faces excepted, and is written
// by COPY.
#pragma once

#include <functional>
#include <memory>

#include "bench/population.h"
#include "rules/policy.h"
#include "server/store.h"

namespace realname {

// Where everybody in the population went: an own hall of this operator, whose made-up devices are named by
// MadeUpReader.
constexpr char kPopulationOperator[] = "demo";
constexpr char kPopulationOutlet[] = "hall1";
constexpr int kReaders = 4000;
std::string MadeUpReader(uint64_t number);

// `store` is empty and nobody else uses it; `registry_dsn` and `key_store_dsn` reach its databases as their owner.
// Registers the made-up devices, too. Tells `progress` how many people are written, from one thread at a time. Throws
// std::runtime_error.
void Populate(const Population& population, server::Store& store, const std::string& registry_dsn,
              const std::string& key_store_dsn, const std::string& policy_text,
              std::shared_ptr<const rules::Policy> policy, TimePoint end, int threads,
              const std::function<void(uint64_t people)>& progress);

}  // namespace realname
