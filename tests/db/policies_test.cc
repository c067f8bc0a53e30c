// SPDX-License-Identifier: Apache-2.0
// The policy changed by two people, on a real PostgreSQL.
#include <algorithm>
#include <thread>

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <pqxx/pqxx>

#include "db/postgres_decision_log.h"
#include "db/postgres_policy_store.h"
#include "db/registry_statements.h"
#include "rules/policy_diff.h"
#include "tests/db/counter_test.h"
#include "verification/dry_runs.h"
#include "verification/policy_packs.h"

namespace realname::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class PoliciesTest : public CounterTest {
 protected:
  // Packs are of the server, not of an operator: each test begins with none in force.
  PoliciesTest() {
    const auto file = rules::ReadPolicy(ShippedPolicyText(), Sha256Hex(ShippedPolicyText()));
    shipped_ = std::make_shared<const rules::Policy>(*file);
    EXPECT_TRUE(registry_.ArchivePolicy(shipped_->digest, ShippedPolicyText(), Soon()).ok());
    pqxx::connection connection(PrivateDatabase::Instance().RegistryDsn("postgres"));
    pqxx::nontransaction(connection).exec("truncate realname.policy_activation, realname.policy_proposal");
    mine_ = std::make_unique<PolicyArchive>(registry_, shipped_);
    packs_ = Packs(*mine_);
  }
  ~PoliciesTest() override {
    pqxx::connection connection(PrivateDatabase::Instance().RegistryDsn("postgres"));
    pqxx::nontransaction(connection).exec("truncate realname.policy_activation, realname.policy_proposal");
  }
  std::unique_ptr<PolicyPacks> Packs(PolicyArchive& archive) {
    return std::make_unique<PolicyPacks>(
        store_, registry_, archive, clock_, Sha256, [this](const rules::Policy& policy) {
          return policy.pack.version() == "too-strict" ? Status(StatusCode::kFailedPrecondition, "WRONG_STATE", "no")
                                                       : Status();
        });
  }
  // The shipped pack under another name, with another limit.
  static std::string Text(const std::string& version, int limit = 3) {
    v1::PolicyPack pack = ShippedPolicy().pack;
    pack.set_version(version);
    for (v1::QuotaRule& rule : *pack.mutable_quota()->mutable_rules()) {
      if (rule.name() == "operator") rule.set_limit(static_cast<uint32_t>(limit));
    }
    std::string text;
    google::protobuf::TextFormat::PrintToString(pack, &text);
    return text;
  }
  Result<v1::PolicyPackInfo> Upload(const std::string& text) {
    v1::UploadPolicyPackRequest request;
    request.set_text(text);
    return packs_->Upload(chief_, request, Soon());
  }
  Result<v1::PolicyProposal> Propose(const Caller& by, const std::string& digest) {
    v1::ProposePolicyPackRequest request;
    request.set_digest(digest);
    request.set_reason("a reason");
    return packs_->Propose(by, request, Soon());
  }
  Result<v1::PolicyProposal> Activate(const Caller& by, const std::string& proposal) {
    v1::ActivatePolicyPackRequest request;
    request.set_proposal_id(proposal);
    return packs_->Activate(by, request, Soon());
  }

  db::PostgresPolicyStore store_{PrivateDatabase::Instance().pool()};
  std::shared_ptr<const rules::Policy> shipped_;
  std::unique_ptr<PolicyArchive> mine_;
  std::unique_ptr<PolicyPacks> packs_;
  Caller deputy_ = Staff(v1::ROLE_ADMIN, "deputy");
};

TEST_F(PoliciesTest, TwoPeopleChangeThePolicyAndEveryProcessFollows) {
  PolicyArchive elsewhere(registry_, shipped_);
  auto other_process = Packs(elsewhere);
  auto uploaded = Upload(Text("stricter"));
  ASSERT_TRUE(uploaded.ok()) << uploaded.status().message() << uploaded.status().detail();
  EXPECT_EQ(uploaded->version(), "stricter");
  EXPECT_FALSE(uploaded->in_force());
  EXPECT_EQ(Upload(Text("stricter"))->digest(), uploaded->digest()) << "repeating is harmless";
  EXPECT_FALSE(*packs_->Follow(Soon())) << "nothing decides by it yet";

  auto proposal = Propose(chief_, uploaded->digest());
  ASSERT_TRUE(proposal.ok()) << proposal.status().reason() << proposal.status().detail();
  EXPECT_EQ(proposal->replaces_digest(), shipped_->digest);
  EXPECT_EQ(Activate(chief_, proposal->proposal_id()).status().reason(), "SAME_PERSON");
  Caller at_another_desk = chief_;
  at_another_desk.owner.outlet_id = "another";
  at_another_desk.principal =
      "urn:realname:operator:" + chief_.owner.operator_id + ":role:admin:outlet:another:staff:" + chief_.staff_id;
  EXPECT_EQ(Activate(at_another_desk, proposal->proposal_id()).status().reason(), "SAME_PERSON");
  EXPECT_EQ(mine_->Current().digest, shipped_->digest);
  auto activated = Activate(deputy_, proposal->proposal_id());
  ASSERT_TRUE(activated.ok()) << activated.status().reason() << activated.status().detail();
  EXPECT_EQ(activated->proposed_by(), chief_.principal);
  EXPECT_EQ(activated->activated_by(), deputy_.principal);
  EXPECT_TRUE(Activate(deputy_, proposal->proposal_id()).ok()) << "repeating is harmless";
  EXPECT_EQ(mine_->Current().pack.version(), "stricter");
  EXPECT_EQ(elsewhere.Current().digest, shipped_->digest);
  EXPECT_TRUE(*other_process->Follow(Soon()));
  EXPECT_EQ(elsewhere.Current().pack.version(), "stricter");

  // Decisions follow, and say by which pack they were made.
  Registration registration(registry_, PrivateDatabase::Instance().sessions(), faces_, search_, sources_, *mine_,
                            clock_, Uuid, Sha256, VerifySignature);
  auto request = Application(shop_);
  cli::SignMadeUp(request);
  EXPECT_EQ(registration.Submit(shop_, request, Soon())->policy_digest(), uploaded->digest());

  // And back.
  auto back = Propose(deputy_, shipped_->digest);
  ASSERT_TRUE(back.ok()) << back.status().reason();
  ASSERT_TRUE(Activate(chief_, back->proposal_id()).ok());
  EXPECT_EQ(mine_->Current().digest, shipped_->digest);
  EXPECT_THAT(packs_->Proposals(chief_, {}, Soon())->proposals(), SizeIs(2));
  const auto packs = *packs_->List(chief_, {}, Soon());
  EXPECT_EQ(std::count_if(packs.packs().begin(), packs.packs().end(), [](const auto& each) { return each.in_force(); }),
            1);
}

TEST_F(PoliciesTest, ADryRunSaysWhomAPackWouldHit) {
  // Two lines of one person, who passes; an old document; and what a person decided.
  auto request = Application(shop_);
  const v1::Verification first = Submitted(shop_, request);
  ASSERT_EQ(first.verdict(), v1::VERDICT_PASS);
  ASSERT_TRUE(
      registry_.Confirm(shop_.scope, {shop_.principal, Uuid(), "confirm"}, first.verification_id(), clock_.now, Soon())
          .ok());
  auto again = Application(shop_);
  *again.mutable_parties(0)->mutable_document() = request.parties(0).document();
  const v1::Verification second = Submitted(shop_, again);
  ASSERT_EQ(second.verdict(), v1::VERDICT_PASS);
  auto expired = Application(shop_);
  expired.mutable_parties(0)->mutable_document()->set_valid_to("2025-01-01");
  ASSERT_EQ(Submitted(shop_, expired).verdict(), v1::VERDICT_RETRY);
  auto twin = Application(shop_);
  twin.mutable_parties(0)->set_live_portrait("a look-alike");
  const v1::Verification looked_at = Submitted(shop_, twin);
  ASSERT_EQ(looked_at.verdict(), v1::VERDICT_REVIEW);
  ASSERT_EQ(Decided(ann_, looked_at.verification_id(), v1::REVIEW_CONCLUSION_APPROVE).verdict(), v1::VERDICT_PASS);
  ASSERT_EQ(Submitted(hall_, OfMinor()).verdict(), v1::VERDICT_PASS);

  db::PostgresDecisionLog log(PrivateDatabase::Instance().pool(), PrivateDatabase::Instance().keys());
  DryRuns dry_runs(log, registry_, store_, *mine_, clock_, Uuid, 2);
  const auto run = [&](const std::string& digest) {
    v1::DryRunPolicyPackRequest tried;
    tried.set_digest(digest);
    *tried.mutable_from_time() = ToTimestamp(clock_.now - std::chrono::hours(1));
    *tried.mutable_to_time() = ToTimestamp(clock_.now + std::chrono::hours(1));
    return dry_runs.Run(chief_, tried, Soon());
  };
  const auto same = run(Upload(Text("renamed", 5))->digest());
  ASSERT_TRUE(same.ok()) << same.status().reason() << same.status().detail();
  EXPECT_EQ(same->decisions(), 5U) << "the vote is no decision of the rules, and what it was about is";
  EXPECT_EQ(same->flips(), 0U);

  const std::string stricter = Upload(Text("stricter", 1))->digest();
  const auto report = run(stricter);
  ASSERT_TRUE(report.ok()) << report.status().reason() << report.status().detail();
  ASSERT_EQ(report->flips(), 1U) << "the second line of one person";
  EXPECT_EQ(report->examples(0).verification_id(), second.verification_id());
  EXPECT_THAT(report->examples(0).gained(), ::testing::ElementsAre(v1::QTA_OPERATOR_LIMIT));
  ASSERT_THAT(report->verdicts(), SizeIs(1));
  EXPECT_EQ(report->verdicts(0).from(), v1::VERDICT_PASS);
  EXPECT_EQ(report->verdicts(0).to(), v1::VERDICT_REJECT);
  EXPECT_EQ(report->lines_barred(), 0U) << "it is reserved, not activated";
  EXPECT_EQ(report->people_to_halls(), 1U);
  ASSERT_THAT(report->agents(), SizeIs(2)) << "the shop and the hall";

  // Whoever activates it sees it.
  v1::ProposePolicyPackRequest proposed;
  proposed.set_digest(stricter);
  proposed.set_reason("a reason");
  proposed.set_dry_run_id(same->dry_run_id());
  EXPECT_EQ(packs_->Propose(chief_, proposed, Soon()).status().reason(), "WRONG_STATE") << "of another pack";
  proposed.set_dry_run_id(Uuid());
  EXPECT_EQ(packs_->Propose(chief_, proposed, Soon()).status().reason(), "NO_SUCH_DRY_RUN");
  proposed.set_dry_run_id(report->dry_run_id());
  const auto proposal = packs_->Propose(chief_, proposed, Soon());
  ASSERT_TRUE(proposal.ok()) << proposal.status().reason() << proposal.status().detail();
  EXPECT_EQ(Activate(deputy_, proposal->proposal_id())->dry_run().flips(), 1U);

  // Of who was erased nothing is decided again.
  pqxx::connection connection(PrivateDatabase::Instance().RegistryDsn("postgres"));
  pqxx::nontransaction ask(connection);
  const auto person = ask.exec("select person_id from realname.verification_claim where verification_id = " +
                               ask.quote(first.verification_id()))[0][0]
                          .as<std::string>();
  ASSERT_TRUE(PrivateDatabase::Instance().keys().Erase(person).ok());
  const auto after = run(shipped_->digest);
  ASSERT_TRUE(after.ok()) << after.status().reason();
  EXPECT_EQ(after->erased(), 2U);
  EXPECT_EQ(after->decisions(), 3U);
  EXPECT_EQ(run(std::string(64, '0')).status().reason(), "NO_SUCH_PACK");
}

TEST_F(PoliciesTest, WhatCannotServeIsRefusedAndNamed) {
  auto broken = Upload("version: 'x'\nquota { rules { } }");
  EXPECT_EQ(broken.status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(Upload("no text format").status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(Upload(Text("too-strict")).status().reason(), "WRONG_STATE") << "this server could not start with it";
  EXPECT_EQ(Propose(chief_, std::string(64, '0')).status().reason(), "NO_SUCH_PACK");
  EXPECT_EQ(Propose(chief_, shipped_->digest).status().reason(), "WRONG_STATE") << "it is in force";
  EXPECT_EQ(Activate(chief_, Uuid()).status().reason(), "NO_SUCH_PROPOSAL");
  Caller nobody = chief_;
  nobody.staff_id.clear();
  EXPECT_EQ(Propose(nobody, shipped_->digest).status().reason(), "STAFF_REQUIRED");
}

TEST_F(PoliciesTest, AProposalHoldsForThePackThatItReplaces) {
  const auto one = *Propose(chief_, Upload(Text("one"))->digest());
  const auto other = *Propose(chief_, Upload(Text("other"))->digest());
  ASSERT_TRUE(Activate(deputy_, one.proposal_id()).ok());
  const auto third = *Propose(chief_, Upload(Text("third"))->digest());
  EXPECT_EQ(Activate(deputy_, other.proposal_id()).status().reason(), "WRONG_STATE")
      << "it was proposed beside another pack";
  ASSERT_TRUE(Activate(deputy_, third.proposal_id()).ok());
}

TEST_F(PoliciesTest, OfTwoActivatedAtOnceOneIsInForce) {
  ASSERT_TRUE(Activate(deputy_, Propose(chief_, Upload(Text("base"))->digest())->proposal_id()).ok());
  const auto one = *Propose(chief_, Upload(Text("one"))->digest());
  const auto other = *Propose(chief_, Upload(Text("other"))->digest());
  std::atomic<int> done = 0;
  std::vector<std::thread> threads;
  for (const std::string& id : {one.proposal_id(), other.proposal_id()}) {
    threads.emplace_back([&, id] {
      const Status status = store_.Activate(id, "urn:deputy", clock_.now, Soon());
      if (status.ok()) {
        ++done;
      } else {
        EXPECT_TRUE(status.reason() == "WRONG_STATE" || status.reason() == "RECORD_CONTENDED") << status.reason();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(done, 1);
}

TEST_F(PoliciesTest, ADifferenceIsNamedByWhatItIsOf) {
  v1::PolicyPack from = ShippedPolicy().pack;
  v1::PolicyPack to = from;
  EXPECT_THAT(rules::PolicyDifferences(from, to), IsEmpty());
  to.set_version("another");
  to.mutable_quota()->mutable_rules(2)->set_limit(3);
  std::reverse(to.mutable_reasons()->begin(), to.mutable_reasons()->end());
  to.mutable_reasons(0)->set_class_(v1::REASON_CLASS_REVIEW);
  to.mutable_channels(0)->set_max_distance_m(12345);
  to.mutable_alternative()->clear_channels();
  const v1::ReasonText gone = to.reasons(to.reasons_size() - 1);
  to.mutable_reasons()->RemoveLast();
  std::vector<std::string> words;
  for (const auto& each : rules::PolicyDifferences(from, to)) {
    // A whole entry in words is long.
    words.push_back(each.field() + ": " + each.from_value().substr(0, 20) + " -> " + each.to_value().substr(0, 20));
  }
  const std::string code = v1::ReasonCode_Name(to.reasons(0).code());
  EXPECT_THAT(words, ::testing::UnorderedElementsAre(
                         HasSubstr("version: "), "quota.rules[\"operator\"].limit: 5 -> 3",
                         HasSubstr("reasons[" + code + "].class: "), HasSubstr("].max_distance_m: "),
                         "alternative.channels[0]: CHANNEL_TYPE_OWN_HAL -> ",
                         HasSubstr("reasons[" + v1::ReasonCode_Name(gone.code()) + "]: code")));
}

}  // namespace
}  // namespace realname::testing
