// SPDX-License-Identifier: Apache-2.0
// Who may sell, on a real PostgreSQL.
#include "verification/sellers.h"

#include <gmock/gmock.h>

#include "tests/db/counter_test.h"

namespace realname::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::SizeIs;

class SellersTest : public CounterTest {
 protected:
  static v1::Seller Outlet(v1::SellerStatus status) {
    v1::Seller seller;
    seller.set_agent_id("agent1");
    seller.set_outlet_id("outlet1");
    seller.set_status(status);
    return seller;
  }
  Sellers sellers_{PrivateDatabase::Instance().sellers(), clock_};
};

// The operator itself, basic or virtual, has a status and a contract, too.
TEST_F(SellersTest, WhoSellsForAnOperatorThatIsSuspendedSellsNothing) {
  EXPECT_EQ(Submitted(shop_, Application(shop_)).verdict(), v1::VERDICT_PASS) << "one that was never registered";
  v1::Seller own;
  own.set_status(v1::SELLER_STATUS_ACTIVE);
  own.set_contract_from("2020-01-01");
  own.set_contract_to("2030-01-01");
  SetSeller(own);
  EXPECT_EQ(Submitted(shop_, Application(shop_)).verdict(), v1::VERDICT_PASS);
  own.set_status(v1::SELLER_STATUS_SUSPENDED);
  SetSeller(own);
  for (const Caller& caller : {shop_, hall_}) {
    auto request = Application(caller);
    if (caller.owner.agent_id.empty()) request.mutable_channel()->set_type(v1::CHANNEL_TYPE_OWN_HALL);
    EXPECT_THAT(Codes(Submitted(caller, request)), ::testing::ElementsAre(v1::CHN_AGENT_SUSPENDED));
  }
}

TEST_F(SellersTest, WhoIsSuspendedSellsNothingFromThatMoment) {
  EXPECT_EQ(Submitted(shop_, Application(shop_)).verdict(), v1::VERDICT_PASS);
  SetSeller(Outlet(v1::SELLER_STATUS_SUSPENDED));
  EXPECT_THAT(Codes(Submitted(shop_, Application(shop_))), ElementsAre(v1::CHN_AGENT_SUSPENDED));
  SetSeller(Outlet(v1::SELLER_STATUS_ACTIVE));
  EXPECT_EQ(Submitted(shop_, Application(shop_)).verdict(), v1::VERDICT_PASS);
  const Caller stranger = Seller("agent2", "outlet1");
  EXPECT_THAT(Codes(Submitted(stranger, Application(stranger))), Contains(int{v1::CHN_AGENT_SUSPENDED}))
      << "nobody knows them";
  v1::Seller clerk = Outlet(v1::SELLER_STATUS_ACTIVE);
  clerk.set_staff_id("seller");
  SetSeller(clerk);
  EXPECT_THAT(Codes(Submitted(shop_, Application(shop_))), ElementsAre(v1::CHN_AGENT_UNTRAINED));
  clerk.set_trained_until("2027-01-01");
  SetSeller(clerk);
  EXPECT_EQ(Submitted(shop_, Application(shop_)).verdict(), v1::VERDICT_PASS);
}

TEST_F(SellersTest, WhoSignedInIsWhoItWas) {
  auto request = Application(shop_);
  const auto signed_in = Submitted(shop_, request);
  auto stored = registry_.GetApplication(shop_.scope, signed_in.verification_id(), Soon());
  ASSERT_TRUE(stored.ok());
  EXPECT_EQ(stored->record.channel().staff_id(), "seller") << "the certificate's";
  EXPECT_TRUE(stored->record.staff_signed_in());
  Caller nameless = shop_;
  nameless.staff_id.clear();
  request = Application(shop_);
  request.mutable_channel()->set_staff_id("somebody");
  const auto outlet_only = Submitted(nameless, request);
  stored = registry_.GetApplication(shop_.scope, outlet_only.verification_id(), Soon());
  ASSERT_TRUE(stored.ok());
  EXPECT_EQ(stored->record.channel().staff_id(), "somebody");
  EXPECT_FALSE(stored->record.staff_signed_in()) << "the outlet only says so";
}

TEST_F(SellersTest, ListsGoPageByPageAndChangesAreAllThere) {
  for (const char* outlet : {"a", "b", "c"}) {
    v1::Seller seller = Outlet(v1::SELLER_STATUS_ACTIVE);
    seller.set_outlet_id(outlet);
    SetSeller(seller);
  }
  const Caller auditor = Staff(v1::ROLE_AUDITOR, "aud");
  v1::ListSellersRequest list;
  list.set_page_size(3);
  auto page = sellers_.List(auditor, list, Soon());
  ASSERT_TRUE(page.ok()) << page.status().detail();
  EXPECT_THAT(page->sellers(), SizeIs(3));
  list.set_page_token(page->next_page_token());
  page = sellers_.List(auditor, list, Soon());
  ASSERT_TRUE(page.ok());
  ASSERT_THAT(page->sellers(), SizeIs(1));
  EXPECT_EQ(page->sellers(0).outlet_id(), "c");
  EXPECT_TRUE(page->next_page_token().empty());
  list.set_page_token("nonsense");
  EXPECT_EQ(sellers_.List(auditor, list, Soon()).status().reason(), "BAD_TOKEN");

  v1::SetSellerRequest set;
  *set.mutable_seller() = Outlet(v1::SELLER_STATUS_ACTIVE);
  set.set_reason("opened");
  ASSERT_TRUE(sellers_.Set(chief_, set, Soon()).ok());
  set.mutable_seller()->set_status(v1::SELLER_STATUS_ENDED);
  set.set_reason("false registrations");
  clock_.now += std::chrono::seconds(1);
  ASSERT_TRUE(sellers_.Set(chief_, set, Soon()).ok());
  v1::ListSellerChangesRequest ask;
  ask.set_agent_id("agent1");
  ask.set_outlet_id("outlet1");
  auto changes = sellers_.Changes(auditor, ask, Soon());
  ASSERT_TRUE(changes.ok());
  ASSERT_THAT(changes->changes(), SizeIs(2));
  EXPECT_EQ(changes->changes(0).reason(), "false registrations");
  EXPECT_EQ(changes->changes(0).principal(), chief_.principal);
  EXPECT_EQ(changes->changes(1).seller().status(), v1::SELLER_STATUS_ACTIVE);
}

}  // namespace
}  // namespace realname::testing
