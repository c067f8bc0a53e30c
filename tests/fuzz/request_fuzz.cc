// SPDX-License-Identifier: Apache-2.0
// Applications as they come off the wire: checked, told apart, decided, without a crash; what is well formed is decided
// the same way twice.
#include "rules/decide.h"
#include "rules/explain.h"
#include "tests/fuzz/fuzz.h"
#include "tests/rules/sample_facts.h"
#include "verification/canonical_payload.h"
#include "verification/validate_request.h"

namespace {

std::string Named(std::string_view bytes) { return "digest of " + std::to_string(bytes.size()); }

}  // namespace

void Fuzz(std::string_view bytes) {
  using namespace realname;
  static const rules::Policy kPolicy = testing::ShippedPolicy();
  v1::SubmitRegistrationRequest request;
  if (!request.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return;
  const Owner owner{"op", request.channel().agent_id(), request.channel().outlet_id()};
  const Caller caller{"urn:fuzz", v1::ROLE_RETAIL, owner, ScopeOf(owner)};
  const Status form = Validate(request, caller);
  PictureDigests digests(Named), digests_again(Named);
  const std::string payload = CanonicalPayload(request, digests);
  v1::SubmitRegistrationRequest again;
  Require(again.ParseFromString(request.SerializeAsString()), "what was read can be written and read");
  Require(CanonicalPayload(again, digests_again) == payload, "the payload's canonical bytes do not depend on the wire");
  if (!form.ok()) return;

  v1::Facts facts = testing::SampleFacts();
  facts.mutable_application()->set_entry_type(request.entry_type());
  facts.mutable_application()->set_customer_kind(request.customer_kind());
  facts.mutable_application()->set_channel_type(request.channel().type());
  facts.mutable_application()->set_capture_method(request.parties(0).capture().method());
  *facts.mutable_application()->mutable_capture_time() = request.parties(0).capture().time();
  *facts.mutable_subject()->mutable_document() = request.parties(0).document();
  const v1::Decision decision = rules::Decide(kPolicy, facts);
  Require(decision.verdict() != v1::VERDICT_UNSPECIFIED, "there is a verdict");
  Require(rules::Decide(kPolicy, facts).SerializeAsString() == decision.SerializeAsString(),
          "decided the same way twice");
  for (const auto reader : {v1::READER_COUNTER, v1::READER_STAFF}) {
    v1::Verification answer;
    rules::Explain(kPolicy, decision, reader, answer);
    Require(decision.verdict() == v1::VERDICT_PASS || answer.reasons_size() > 0, "every other verdict has a reason");
  }
}
