// SPDX-License-Identifier: Apache-2.0
// For each refusing reason: a person who was refused although all is well with them gets their number by every way out
// that the answer named. On a real PostgreSQL; faces say what they are told to.
#include <array>
#include <iostream>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "rules/decide.h"
#include "rules/resident_id.h"
#include "tests/db/counter_test.h"
#include "verification/sessions.h"
#include "verification/subscribers.h"

namespace realname::testing {
namespace {

using ::testing::Contains;

class RoutesOutTest;

// Who comes, and what for, while all is well with them.
enum class Visit {
  kPerson,        // for a number, to an agent
  kEnterprise,    // its handler, to an own hall
  kMinor,         // with a guardian, to an own hall
  kWithoutFace,   // to an own hall, with a second document
  kAbroad,        // for a number to be used abroad, to an own hall
  kHolder,        // for another SIM
  kTaker,         // to take a number over
  kUpdate,        // with a new document beside the registered one
  kOnline,        // to the operator's own app, with a session
  kOnlineAbroad,  // the same for a number to be used abroad
  kThings,        // for a line of a thing, to an own hall
  kOnlineThings,  // the same, to the app
  kVirtual,       // to a shop of a virtual operator
  kForeigner,     // with a passport, to an own hall
};

// How a good application came to be refused.
struct Refusal {
  v1::ReasonCode code;
  void (*spoil)(v1::SubmitRegistrationRequest& request);
  // What stood in the way before, and what a person who is shown that it is wrong puts right; null where nothing does.
  void (*before)(RoutesOutTest& test, v1::SubmitRegistrationRequest& request) = nullptr;
  void (*mend)(RoutesOutTest& test) = nullptr;
  Visit visit = Visit::kPerson;
};

v1::Document& DocumentOf(v1::SubmitRegistrationRequest& r) { return *r.mutable_parties(0)->mutable_document(); }
void AsItIs(v1::SubmitRegistrationRequest&) {}

// The lower line of a passport's machine readable zone, with the check digits of ICAO Doc 9303 part 4; what is optional
// is left out.
std::string LowerLine(const std::string& number, const std::string& country, const std::string& birth, char sex,
                      const std::string& expiry) {
  const auto check = [](const std::string& field) {
    int sum = 0;
    for (size_t i = 0; i < field.size(); ++i) {
      const char c = field[i];
      const int value = c == '<' ? 0 : c <= '9' ? c - '0' : c - 'A' + 10;
      sum += value * std::array{7, 3, 1}[i % 3];
    }
    return field + std::to_string(sum % 10);
  };
  const std::string numbered = check(number), born = check(birth), expires = check(expiry), none(14, '<');
  const std::string all = check(numbered + born + expires + check(none));
  return numbered + country + born + sex + expires + check(none) + all.back();
}

class RoutesOutTest : public CounterTest, public ::testing::WithParamInterface<Refusal> {
 public:
  static std::string Named(const std::vector<int>& ways) {
    std::string names;
    for (const int way : ways) {
      names += (names.empty() ? "" : " ") + v1::WayOut_Name(static_cast<v1::WayOut>(way)).substr(8);
    }
    return names;
  }
  static bool Online() {
    return GetParam().visit == Visit::kOnline || GetParam().visit == Visit::kOnlineAbroad ||
           GetParam().visit == Visit::kOnlineThings;
  }
  static bool InShop() { return GetParam().visit == Visit::kPerson || GetParam().visit == Visit::kVirtual; }
  const Caller& By() const { return Online() ? online_ : InShop() ? shop_ : hall_; }
  v1::SubmitRegistrationRequest Good() {
    if (InShop()) {
      auto good = Application(shop_);
      if (GetParam().visit == Visit::kVirtual) good.mutable_channel()->set_type(v1::CHANNEL_TYPE_MVNO_PHYSICAL);
      return good;
    }
    if (Online()) return OfApp();
    if (GetParam().visit == Visit::kEnterprise) return OfEnterprise();
    if (GetParam().visit == Visit::kMinor) return OfMinor();
    auto good = InHall(Application(hall_));
    if (GetParam().visit == Visit::kWithoutFace) {
      AddSecondDocument(good);
    } else if (GetParam().visit == Visit::kAbroad) {
      good.set_product("overseas");
      Consent(good, "fraud-risk", v1::CONSENT_EVIDENCE_SIGNED);
      Consent(good, "overseas-data", v1::CONSENT_EVIDENCE_SIGNED);
    } else if (GetParam().visit == Visit::kThings) {
      good.set_customer_kind(v1::CUSTOMER_KIND_IOT_INDIVIDUAL);
    } else if (GetParam().visit == Visit::kForeigner) {
      v1::Document& passport = DocumentOf(good);
      passport.set_type(v1::DOCUMENT_TYPE_PASSPORT);
      passport.set_number("L" + std::to_string(10000000 + ++people_));
      passport.set_nationality("UTO");
      passport.set_name("ERIKSSON ANNA MARIA");
      passport.clear_address();
      passport.set_birth_date("1991-01-01");
      passport.set_sex(v1::SEX_FEMALE);
      passport.set_valid_to("2030-05-01");
      passport.set_mrz("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\n" +
                       LowerLine(passport.number(), "UTO", "910101", 'F', "300501"));
      good.mutable_parties(0)->mutable_capture()->set_method(v1::CAPTURE_METHOD_MRZ);
    } else if (GetParam().visit == Visit::kHolder) {
      Line(good);
      good.set_request_id(Uuid());
      good.set_entry_type(v1::ENTRY_TYPE_SIM_REPLACEMENT);
    } else if (GetParam().visit == Visit::kTaker) {
      auto holder = InHall(Application(hall_));
      Line(holder);
      holder.set_request_id(Uuid());
      holder.set_entry_type(v1::ENTRY_TYPE_TRANSFER_OUT);
      Retime(holder);
      good.set_transfer_reference_number(Submitted(hall_, holder).reference_number());
      good.set_entry_type(v1::ENTRY_TYPE_TRANSFER_IN);
      good.set_msisdn(holder.msisdn());
    } else if (GetParam().visit == Visit::kUpdate) {
      auto old = InHall(Application(hall_));
      Line(old);
      good.set_entry_type(v1::ENTRY_TYPE_UPDATE);
      good.clear_msisdn();
      *good.mutable_previous_document() = old.parties(0).document();
    }
    // Time has passed meanwhile.
    Retime(good);
    if (GetParam().visit == Visit::kWithoutFace) {
      *good.mutable_parties(0)->mutable_alternative()->mutable_second_capture()->mutable_time() =
          ToTimestamp(clock_.now);
    }
    return good;
  }
  // What was read by a phone's camera, with the nonce of a session in which somebody did as asked.
  v1::SubmitRegistrationRequest OfApp() {
    auto good = Application(online_);
    good.mutable_channel()->set_type(v1::CHANNEL_TYPE_OWN_APP);
    good.mutable_parties(0)->mutable_capture()->set_method(v1::CAPTURE_METHOD_OCR);
    if (GetParam().visit == Visit::kOnlineThings) good.set_customer_kind(v1::CUSTOMER_KIND_IOT_INDIVIDUAL);
    if (GetParam().visit == Visit::kOnlineAbroad) {
      good.set_product("overseas");
      Consent(good, "overseas-data", v1::CONSENT_EVIDENCE_TICKED);
      Consent(good, "fraud-risk-aloud", v1::CONSENT_EVIDENCE_READ_ALOUD);
    }
    good.set_session_nonce(Nonce("live"));
    Retime(good);
    return good;
  }
  // Of a session in which `who` did as asked, `frames` times at most.
  std::string Nonce(const std::string& who, int frames = 100) {
    v1::StartSessionRequest start;
    start.set_request_id(Uuid());
    start.mutable_channel()->set_type(v1::CHANNEL_TYPE_OWN_APP);
    auto session = sessions_.Start(online_, start, Soon());
    while (session.ok() && session->state() == v1::SESSION_STATE_AWAITING_FRAME && frames-- > 0) {
      v1::SubmitChallengeFrameRequest frame;
      frame.set_request_id(Uuid());
      frame.set_session_id(session->session_id());
      frame.set_step(session->next_step());
      frame.set_frame(Shown(*session, who));
      session = sessions_.SubmitFrame(online_, frame, Soon());
    }
    EXPECT_TRUE(session.ok()) << session.status().reason();
    return session.ok() ? session->nonce() : "";
  }
  void UseUpItsSession(v1::SubmitRegistrationRequest other) {
    other.set_request_id(Uuid());
    other.set_msisdn(cli::MadeUpMsisdn(static_cast<uint64_t>(++people_)));
    CancelRequest(Submitted(online_, other));
  }
  void LiveTogether(const v1::SubmitRegistrationRequest& request, int people) {
    for (int i = 0; i < people; ++i) {
      auto neighbour = Application(shop_);
      DocumentOf(neighbour).set_address(request.parties(0).document().address());
      CancelRequest(Submitted(shop_, neighbour));
    }
  }
  void Line(const v1::SubmitRegistrationRequest& request) {
    const auto passed = Submitted(hall_, request);
    ASSERT_EQ(passed.verdict(), v1::VERDICT_PASS);
    ASSERT_TRUE(
        registry_
            .Confirm(hall_.scope, {hall_.principal, Uuid(), "confirm"}, passed.verification_id(), clock_.now, Soon())
            .ok());
    clock_.now += std::chrono::hours(25);
  }
  // A source that says this, until it is mended.
  void AskASource(IdentityAnswer says, bool photo = false) {
    auto policy = std::make_shared<rules::Policy>(*policy_);
    v1::IdentitySourcePolicy& source = *policy->pack.add_identity_sources();
    source.set_name("national");
    source.add_document_types(v1::DOCUMENT_TYPE_RESIDENT_ID);
    source.set_photo(photo);
    source.set_wait_minutes(60);
    source.set_retry_seconds(30);
    policy->digest += Uuid();
    policies_.Use(policy);
    sources_.Say(std::move(says));
  }
  void AskASource(v1::AuthorityAnswer answer, bool photo = false) {
    IdentityAnswer says;
    says.answer = answer;
    if (photo) says.photo_state = v1::AUTHORITY_PHOTO_NONE;
    AskASource(std::move(says), photo);
  }
  void MendTheSource() { sources_.Say(v1::AUTHORITY_ANSWER_MATCH); }
  // Another application of the same person.
  v1::SubmitRegistrationRequest SamePerson(const v1::SubmitRegistrationRequest& request) {
    auto other = Application(By());
    DocumentOf(other) = request.parties(0).document();
    other.mutable_channel()->set_type(request.channel().type());
    other.set_customer_kind(request.customer_kind());
    return other;
  }
  void UseUpItsCapture(v1::SubmitRegistrationRequest request) {
    cli::SignMadeUp(request);
    auto other = request;
    other.set_request_id(Uuid());
    other.set_msisdn(cli::MadeUpMsisdn(static_cast<uint64_t>(++people_)));
    auto used = registration_.Submit(shop_, other, Soon());
    ASSERT_TRUE(used.ok());
    CancelRequest(*used);
  }
  void PutTheOutletSomewhere() {
    v1::Seller outlet;
    outlet.set_agent_id("agent1");
    outlet.set_outlet_id("outlet1");
    outlet.set_status(v1::SELLER_STATUS_ACTIVE);
    outlet.mutable_place()->set_latitude_e7(312304000);
    SetSeller(outlet);
  }
  void SuspendTheReader() {
    v1::CaptureDevice device = Device("agent1");
    device.set_status(v1::SELLER_STATUS_SUSPENDED);
    SetDevice(device);
  }
  void ChangeTheAgent(void (*change)(v1::Seller& agent)) {
    v1::Seller agent;
    agent.set_agent_id("agent1");
    agent.set_status(v1::SELLER_STATUS_ACTIVE);
    agent.set_contract_from("2025-01-01");
    agent.set_contract_to("2027-12-31");
    agent.set_trained_until("2027-12-31");
    change(agent);
    SetSeller(agent);
  }
  // Two a day, so that only their number counts; the last one waits to be activated.
  void OpenNumbers(const v1::SubmitRegistrationRequest& request, int count, bool hastily = false) {
    for (int i = 0; i < count; ++i) {
      if (i > 0 && i % 2 == 0 && !hastily) clock_.now += std::chrono::hours(24);
      const auto opened = Submitted(By(), SamePerson(request));
      ASSERT_EQ(opened.verdict(), v1::VERDICT_PASS);
      spare_ = opened;
      if (i == count - 1) break;
      ASSERT_TRUE(
          registry_
              .Confirm(By().scope, {By().principal, Uuid(), "confirm"}, opened.verification_id(), clock_.now, Soon())
              .ok());
    }
  }
  void WaitAnHour() { clock_.now += std::chrono::hours(1); }
  void GiveUpOne() { CancelRequest(spare_); }
  void TryOften(const v1::SubmitRegistrationRequest& request) {
    for (int i = 0; i < 15; ++i) {
      auto other = SamePerson(request);
      other.mutable_parties(0)->set_live_portrait("nobody");
      CancelRequest(Submitted(shop_, other));
    }
  }
  void Import(const v1::ListEntry& entry) {
    NewListEntry added;
    added.entry = entry;
    added.entry.set_authority("the bureau");
    added.entry.set_authority_reference(Uuid());
    added.entry.set_legal_basis("a law");
    added.entry.set_from_date("2026-01-01");
    added.entry.set_to_date("2027-12-31");
    added.entry.set_state(v1::LIST_STATE_ACTIVE);
    if (entry.has_document()) {
      added.document_type = entry.document().type();
      added.document_number = Redacted(std::string(entry.document().number()));
    }
    added.note = "a reason";
    ASSERT_TRUE(*PrivateDatabase::Instance().lists().Add(operator_, added, "urn:admin", clock_.now, Soon()));
  }
  void List(const v1::SubmitRegistrationRequest& request) {
    v1::ListEntry entry;
    entry.set_kind(v1::LIST_KIND_PUNISHED_PERSON);
    *entry.mutable_document() = request.parties(0).document();
    Import(entry);
  }
  void ListTheOrganisation(const v1::SubmitRegistrationRequest& request) {
    v1::ListEntry entry;
    entry.set_kind(v1::LIST_KIND_BAD_ORGANISATION);
    *entry.mutable_document() = request.parties(0).document();
    Import(entry);
  }
  void TakeOffTheList() {
    db::PostgresListStore& lists = PrivateDatabase::Instance().lists();
    for (const auto& each : *lists.List(operator_, v1::LIST_KIND_UNSPECIFIED, true, "2026-03-01", "", 100, Soon())) {
      ASSERT_TRUE(*lists.Change(operator_, each.entry.entry_id(), v1::LIST_STATE_ACTIVE, v1::LIST_STATE_REMOVED,
                                "by appeal", "urn:admin", clock_.now, Soon()));
    }
  }
  void Dispute(const v1::SubmitRegistrationRequest& request) {
    v1::ListEntry entry;
    entry.set_kind(v1::LIST_KIND_DISPUTED_NUMBER);
    entry.set_msisdn(request.msisdn());
    Import(entry);
  }
  void ListTheAgent() {
    v1::ListEntry entry;
    entry.set_kind(v1::LIST_KIND_BAD_AGENT);
    entry.set_agent_id("agent1");
    Import(entry);
  }
  void RegisterUnderAnotherName(const v1::SubmitRegistrationRequest& request) {
    auto other = SamePerson(request);
    DocumentOf(other).set_name("别名");
    ASSERT_EQ(Submitted(shop_, other).verdict(), v1::VERDICT_PASS);
  }
  void ShowTheFaceUnderAnotherDocument(const v1::SubmitRegistrationRequest& request) {
    auto other = Application(shop_);
    other.mutable_parties(0)->set_live_portrait(request.parties(0).live_portrait());
    ASSERT_EQ(Submitted(shop_, other).verdict(), v1::VERDICT_PASS);
  }
  void ShowAnotherFaceUnderTheDocument(const v1::SubmitRegistrationRequest& request) {
    auto other = SamePerson(request);
    other.mutable_parties(0)->set_id_photo("a stranger's card");
    other.mutable_parties(0)->set_live_portrait("a stranger");
    ASSERT_EQ(Submitted(shop_, other).verdict(), v1::VERDICT_PASS);
  }
  void TakeItsNumber(const v1::SubmitRegistrationRequest& request) {
    auto other = Application(shop_);
    other.set_msisdn(request.msisdn());
    ASSERT_EQ(Submitted(shop_, other).verdict(), v1::VERDICT_PASS);
  }

 protected:
  void CancelRequest(const v1::Verification& answer) {
    EXPECT_TRUE(
        registry_.Cancel(By().scope, {By().principal, Uuid(), "cancel"}, answer.verification_id(), clock_.now, Soon())
            .ok());
  }
  void Retime(v1::SubmitRegistrationRequest& request) {
    cli::SetTimes(request,
                  std::chrono::duration_cast<std::chrono::seconds>(clock_.now.time_since_epoch()).count() - 60);
  }

  // What is about a line that there is keeps its number.
  static void Renumber(v1::SubmitRegistrationRequest& request) {
    if (request.entry_type() == v1::ENTRY_TYPE_OPEN) {
      request.set_msisdn(cli::MadeUpMsisdn(static_cast<uint64_t>(++people_)));
    }
  }
  void AddSecondDocument(v1::SubmitRegistrationRequest& request) {
    v1::AlternativeIdentification& alternative = *request.mutable_parties(0)->mutable_alternative();
    v1::Document& second = *alternative.mutable_second_document();
    second.set_type(v1::DOCUMENT_TYPE_PASSPORT);
    second.set_number("E" + std::to_string(10000000 + ++people_));
    second.set_nationality("CHN");
    if (GetParam().visit == Visit::kForeigner) {
      second.set_type(v1::DOCUMENT_TYPE_OTHER_TRAVEL_DOC);
      second.set_nationality("UTO");
    }
    second.set_name(request.parties(0).document().name());
    second.set_valid_to("2030-01-01");
    alternative.mutable_second_capture()->set_method(v1::CAPTURE_METHOD_OCR);
    *alternative.mutable_second_capture()->mutable_time() = ToTimestamp(clock_.now);
  }

  static void Consent(v1::SubmitRegistrationRequest& request, const std::string& notice, v1::ConsentEvidence evidence) {
    v1::Consent& consent = *request.add_consents();
    consent.set_notice_id(notice);
    consent.set_version("1");
    consent.set_evidence(evidence);
    consent.set_reference("scans/1");
  }
  static Caller AtTheApp(Caller caller) {
    caller.role = v1::ROLE_ONLINE;
    caller.staff_id.clear();
    return caller;
  }

  v1::Verification spare_;
  Caller online_ = AtTheApp(Seller("", "app"));
  Sessions sessions_{PrivateDatabase::Instance().sessions(),
                     faces_,
                     policies_,
                     clock_,
                     [](size_t count) { return Sha256(Uuid()).substr(0, count); },
                     Sha256};
  Subscribers subscribers_{PrivateDatabase::Instance().subscribers(), registry_, policies_, clock_};
  v1::SubmitRegistrationRequest InHall(v1::SubmitRegistrationRequest good) {
    good.set_request_id(Uuid());
    Renumber(good);
    good.mutable_channel()->Clear();
    good.mutable_channel()->set_type(v1::CHANNEL_TYPE_OWN_HALL);
    good.mutable_channel()->set_outlet_id(hall_.owner.outlet_id);
    if (Online()) {
      good.clear_session_nonce();
      good.mutable_parties(0)->mutable_capture()->set_method(v1::CAPTURE_METHOD_CHIP_READ);
      if (GetParam().visit == Visit::kOnlineAbroad) Consent(good, "fraud-risk", v1::CONSENT_EVIDENCE_SIGNED);
    }
    Retime(good);
    return good;
  }
  v1::Verification Resubmitted(const Caller& by, v1::Verification answer, const v1::SubmitRegistrationRequest& good) {
    v1::ResubmitEvidenceRequest more;
    more.set_request_id(Uuid());
    more.set_verification_id(answer.verification_id());
    for (const int asked : answer.retry_items()) {
      v1::Evidence& item = *more.add_items();
      item.set_item(static_cast<v1::EvidenceItem>(asked));
      switch (asked) {
        case v1::EVIDENCE_ITEM_ID_PHOTO:
          item.set_photo(good.parties(0).id_photo());
          break;
        case v1::EVIDENCE_ITEM_LIVE_PORTRAIT:
          item.set_photo(good.parties(0).live_portrait());
          break;
        case v1::EVIDENCE_ITEM_DOCUMENT:
          *item.mutable_document() = good.parties(0).document();
          *item.mutable_capture() = good.parties(0).capture();
          break;
        case v1::EVIDENCE_ITEM_SECOND_DOCUMENT:
          *item.mutable_document() = good.parties(0).alternative().second_document();
          *item.mutable_capture() = good.parties(0).alternative().second_capture();
          break;
        case v1::EVIDENCE_ITEM_CONSENT:
          *item.mutable_consents() = good.consents();
          break;
        default:
          break;
      }
    }
    auto again = Resubmit(by, more);
    EXPECT_TRUE(again.ok()) << again.status().reason() << " " << again.status().message();
    return again.ok() ? *again : v1::Verification();
  }
  v1::Verification Reviewed(v1::Verification answer) {
    for (const Caller* reviewer : {&ann_, &ben_}) {
      if (answer.state() == v1::STATE_IN_REVIEW) {
        answer = Decided(*reviewer, answer.verification_id(), v1::REVIEW_CONCLUSION_APPROVE);
      }
    }
    return answer;
  }
  // Who comes without a face needs the word of a second member of the staff, at the counter or before the desk.
  v1::Verification Attested(v1::Verification answer, const v1::SubmitRegistrationRequest& good) {
    if (GetParam().visit != Visit::kWithoutFace) return answer;
    const bool contest = !answer.contested_reference_number().empty();
    if (answer.state() == v1::STATE_IN_REVIEW && contest) answer = AskedFor(v1::EVIDENCE_ITEM_ATTESTATION, answer);
    if (answer.state() != v1::STATE_AWAITING_EVIDENCE) return answer;
    return Resubmitted(Seller("", "hall1", "colleague"), answer, good);
  }
  v1::Verification AskedFor(v1::EvidenceItem item, const v1::Verification& waiting) {
    const Caller asks = Staff(v1::ROLE_REVIEWER, "asks");
    auto vote = Vote(Claimed(asks, waiting.verification_id()), v1::REVIEW_CONCLUSION_REQUEST_EVIDENCE);
    vote.add_retry_items(item);
    auto asked = reviews_.Decide(asks, vote, Soon());
    EXPECT_TRUE(asked.ok()) << asked.status().reason() << " " << asked.status().message();
    return asked.ok() ? asked->verification() : v1::Verification();
  }
  // Goes a way as somebody with whom all is well.
  v1::Verification Gone(v1::WayOut way, const v1::Verification& refused, v1::SubmitRegistrationRequest good) {
    switch (way) {
      case v1::WAY_OUT_RESUBMIT:
        // A second member of the staff says who it is.
        return Resubmitted(GetParam().visit == Visit::kWithoutFace ? Seller("", "hall1", "colleague") : By(), refused,
                           good);
      case v1::WAY_OUT_WAIT_FOR_REVIEW:
        // What is missing no vote makes up for: the reviewer asks for it.
        return GetParam().code == v1::REC_INCOMPLETE
                   ? Resubmitted(By(), AskedFor(v1::EVIDENCE_ITEM_DOCUMENT, refused), good)
                   : refused;
      case v1::WAY_OUT_TRY_LATER:
        clock_.now += std::chrono::hours(24);
        Retime(good);
        good.set_request_id(Uuid());
        return Submitted(By(), good);
      case v1::WAY_OUT_SUBMIT_AGAIN:
        good.set_request_id(Uuid());
        Renumber(good);
        return Submitted(By(), good);
      case v1::WAY_OUT_START_SESSION:
        good.set_session_nonce(Nonce("live"));
        good.set_request_id(Uuid());
        Renumber(good);
        return Submitted(By(), good);
      case v1::WAY_OUT_OWN_HALL:
        return Submitted(hall_, InHall(good));
      case v1::WAY_OUT_OWN_HALL_WITHOUT_FACE: {
        auto request = InHall(good);
        AddSecondDocument(request);
        // This way asks for the chip, which a passport has, too.
        request.mutable_parties(0)->mutable_capture()->set_method(v1::CAPTURE_METHOD_CHIP_READ);
        return Resubmitted(Seller("", "hall1", "colleague"), Submitted(hall_, request), request);
      }
      case v1::WAY_OUT_WAIT_FOR_SOURCE: {
        EXPECT_TRUE(registration_.AskAgain(operator_, refused.verification_id(), Soon()).ok());
        return Seen(By(), refused.verification_id());
      }
      case v1::WAY_OUT_REQUEST_REVIEW: {
        auto contest = Contest(refused, good);
        if (good.entry_type() == v1::ENTRY_TYPE_OPEN) {
          contest.set_msisdn(cli::MadeUpMsisdn(static_cast<uint64_t>(++people_)));
        }
        if (!Online()) contest.mutable_capture()->set_method(good.parties(0).capture().method());
        if (GetParam().visit == Visit::kHolder) contest.set_msisdn(good.msisdn());
        if (GetParam().visit != Visit::kWithoutFace) contest.set_live_portrait(good.parties(0).live_portrait());
        *contest.mutable_consents() = (Online() ? InHall(good) : good).consents();
        return Contested(contest);
      }
      default:
        ADD_FAILURE() << v1::WayOut_Name(way) << " leads nowhere here";
        return {};
    }
  }
};

// What is not here: reasons that the shipped pack does not give.
const Refusal kRefusals[] = {
    {v1::DOC_NOT_PRESENTED, [](auto& r) { DocumentOf(r).clear_number(); }},
    {v1::DOC_TYPE_NOT_ALLOWED,
     [](auto& r) {
       DocumentOf(r).set_type(v1::DOCUMENT_TYPE_TEMP_RESIDENT_ID);
       r.mutable_parties(0)->mutable_capture()->set_method(v1::CAPTURE_METHOD_OCR);
     }},
    {v1::DOC_EXPIRED,
     [](auto& r) {
       DocumentOf(r).set_valid_from("2006-01-01");
       DocumentOf(r).set_valid_to("2026-01-01");
     }},
    {v1::DOC_NOT_YET_VALID,
     [](auto& r) {
       DocumentOf(r).set_valid_from("2026-04-01");
       DocumentOf(r).set_valid_to("2046-04-01");
     }},
    {v1::CAP_MANUAL_ENTRY_FORBIDDEN,
     [](auto& r) { r.mutable_parties(0)->mutable_capture()->set_method(v1::CAPTURE_METHOD_MANUAL); }},
    {v1::CAP_READER_REQUIRED,
     [](auto& r) { r.mutable_parties(0)->mutable_capture()->set_method(v1::CAPTURE_METHOD_OCR); }},
    {v1::CAP_STALE, [](auto& r) { r.mutable_parties(0)->mutable_capture()->mutable_time()->set_seconds(0); }},
    {v1::IDN_SEX_MISMATCH,
     [](auto& r) {
       DocumentOf(r).set_sex(v1::SEX_FEMALE);
       r.mutable_parties(0)->mutable_capture()->set_method(v1::CAPTURE_METHOD_OCR);
     }},
    {v1::IDN_CHECKSUM,
     [](auto& r) {
       std::string& number = *DocumentOf(r).mutable_number();
       number.back() = number.back() == '1' ? '2' : '1';
       r.mutable_parties(0)->mutable_capture()->set_method(v1::CAPTURE_METHOD_OCR);
     }},
    {v1::FACE_NONE, [](auto& r) { r.mutable_parties(0)->set_live_portrait("nobody"); }},
    {v1::FACE_MISMATCH, [](auto& r) { r.mutable_parties(0)->set_live_portrait("a stranger"); }},
    {v1::PAD_PRINT, [](auto& r) { r.mutable_parties(0)->set_live_portrait("printed"); }},
    {v1::PAD_UNCERTAIN, [](auto& r) { r.mutable_parties(0)->set_live_portrait("doubtful"); }},
    {v1::CNS_NOTICE_MISSING, [](auto& r) { r.clear_consents(); }},
    {v1::CHN_AGENT_SUSPENDED, [](auto& r) { r.mutable_channel()->set_staff_id("dismissed"); }},
    {v1::DOC_VALIDITY_IMPLAUSIBLE, [](auto& r) { DocumentOf(r).set_valid_to("2033-01-01"); }},
    {v1::IDN_FORMAT,
     [](auto& r) {
       DocumentOf(r).set_number("36042619910101");
       r.mutable_parties(0)->mutable_capture()->set_method(v1::CAPTURE_METHOD_OCR);
     }},
    {v1::IDN_DATE,
     [](auto& r) {
       DocumentOf(r).mutable_number()->replace(10, 4, "1332");
       r.mutable_parties(0)->mutable_capture()->set_method(v1::CAPTURE_METHOD_OCR);
     }},
    {v1::IDN_REGION,
     [](auto& r) {
       DocumentOf(r).mutable_number()->replace(0, 2, "99");
       r.mutable_parties(0)->mutable_capture()->set_method(v1::CAPTURE_METHOD_OCR);
     }},
    {v1::IDN_BIRTH_MISMATCH,
     [](auto& r) {
       DocumentOf(r).set_birth_date("1991-01-02");
       r.mutable_parties(0)->mutable_capture()->set_method(v1::CAPTURE_METHOD_OCR);
     }},
    {v1::CAP_REPLAYED, AsItIs,
     [](RoutesOutTest& test, auto& request) { test.UseUpItsCapture(request); }},
    {v1::CAP_GEO_MISMATCH,
     [](auto& r) {
       r.mutable_parties(0)->mutable_capture()->mutable_signature()->mutable_place()->set_latitude_e7(100000000);
     },
     [](RoutesOutTest& test, auto&) { test.PutTheOutletSomewhere(); }},
    {v1::CHN_DEVICE_UNREGISTERED, AsItIs, [](RoutesOutTest& test, auto&) { test.SuspendTheReader(); }},
    {v1::CHN_AGENT_UNTRAINED, AsItIs,
     [](RoutesOutTest& test, auto&) { test.ChangeTheAgent([](auto& agent) { agent.clear_trained_until(); }); }},
    {v1::CHN_SUBDELEGATION, AsItIs,
     [](RoutesOutTest& test, auto&) { test.ChangeTheAgent([](auto& agent) { agent.set_acts_for("agent2"); }); }},
    {v1::CHN_NOT_ALLOWED, [](auto& r) { r.set_entry_type(v1::ENTRY_TYPE_PORT_IN); }},
    {v1::IMG_DECODE, [](auto& r) { r.mutable_parties(0)->set_live_portrait("broken"); }},
    {v1::IMG_TOO_LARGE, [](auto& r) { r.mutable_parties(0)->set_live_portrait("huge"); }},
    {v1::IMG_TOO_SMALL, [](auto& r) { r.mutable_parties(0)->set_live_portrait("tiny"); }},
    {v1::IMG_BLUR, [](auto& r) { r.mutable_parties(0)->set_live_portrait("blurred"); }},
    {v1::IMG_DARK, [](auto& r) { r.mutable_parties(0)->set_live_portrait("dark"); }},
    {v1::IMG_BRIGHT, [](auto& r) { r.mutable_parties(0)->set_live_portrait("bright"); }},
    {v1::IMG_LOW_CONTRAST, [](auto& r) { r.mutable_parties(0)->set_live_portrait("flat"); }},
    {v1::IMG_POSE, [](auto& r) { r.mutable_parties(0)->set_live_portrait("turned"); }},
    {v1::IMG_OCCLUDED, [](auto& r) { r.mutable_parties(0)->set_live_portrait("asleep"); }},
    {v1::IMG_MOUTH, [](auto& r) { r.mutable_parties(0)->set_live_portrait("laughing"); }},
    {v1::IMG_MASK, [](auto& r) { r.mutable_parties(0)->set_live_portrait("masked"); }},
    {v1::FACE_MULTIPLE, [](auto& r) { r.mutable_parties(0)->set_live_portrait("a crowd"); }},
    {v1::FACE_TOO_SMALL, [](auto& r) { r.mutable_parties(0)->set_live_portrait("far away"); }},
    {v1::FACE_GREY_BAND, [](auto& r) { r.mutable_parties(0)->set_live_portrait("a look-alike"); }},
    {v1::FACE_SAME_IMAGE, [](auto& r) { r.mutable_parties(0)->set_live_portrait("a copy"); }},
    {v1::PAD_SCREEN, [](auto& r) { r.mutable_parties(0)->set_live_portrait("on a screen"); }},
    {v1::PAD_ATTACK, [](auto& r) { r.mutable_parties(0)->set_live_portrait("an attack"); }},
    {v1::QTA_OPERATOR_LIMIT, AsItIs,
     [](RoutesOutTest& test, auto& request) { test.OpenNumbers(request, 5); },
     [](RoutesOutTest& test) { test.GiveUpOne(); }},
    {v1::QTA_VELOCITY, AsItIs,
     [](RoutesOutTest& test, auto& request) { test.OpenNumbers(request, 3, true); }},
    {v1::RATE_ATTEMPTS_EXCEEDED, AsItIs,
     [](RoutesOutTest& test, auto& request) { test.TryOften(request); }},
    {v1::LST_PUNISHED_PERSON, AsItIs,
     [](RoutesOutTest& test, auto& request) { test.List(request); },
     [](RoutesOutTest& test) { test.TakeOffTheList(); }},
    {v1::LST_DISPUTED, AsItIs,
     [](RoutesOutTest& test, auto& request) { test.Dispute(request); }},
    {v1::DUP_FACE_OTHER_ID, [](auto& r) { r.mutable_parties(0)->set_live_portrait("the face of " + r.request_id()); },
     [](RoutesOutTest& test, auto& request) { test.ShowTheFaceUnderAnotherDocument(request); }},
    {v1::DUP_ID_OTHER_FACE, AsItIs,
     [](RoutesOutTest& test, auto& request) { test.ShowAnotherFaceUnderTheDocument(request); }},
    {v1::LST_BAD_AGENT, AsItIs, [](RoutesOutTest& test, auto&) { test.ListTheAgent(); }},
    {v1::REC_NAME, AsItIs,
     [](RoutesOutTest& test, auto& request) { test.RegisterUnderAnotherName(request); }},
    {v1::REC_NUMBER, AsItIs,
     [](RoutesOutTest& test, auto& request) { test.TakeItsNumber(request); }},
    {v1::REC_INCOMPLETE, [](auto& r) { DocumentOf(r).clear_address(); }},
    // Of an enterprise.
    {v1::PTY_ACTUAL_USER_MISSING, [](auto& r) { r.mutable_parties()->RemoveLast(); }, nullptr, nullptr,
     Visit::kEnterprise},
    {v1::PTY_AUTHORITY_LETTER_MISSING, [](auto& r) { r.mutable_parties(1)->clear_power(); }, nullptr, nullptr,
     Visit::kEnterprise},
    {v1::PTY_HANDLER_DOC_MISSING,
     [](auto& r) { r.mutable_parties(1)->mutable_capture()->set_method(v1::CAPTURE_METHOD_MANUAL); }, nullptr, nullptr,
     Visit::kEnterprise},
    {v1::PTY_RESPONSIBLE_MISSING, [](auto& r) { r.set_customer_kind(v1::CUSTOMER_KIND_ORG_IOT); }, nullptr, nullptr,
     Visit::kEnterprise},
    {v1::ORG_HANDLER_NOT_AUTHORISED,
     [](auto& r) { r.mutable_parties(1)->mutable_power()->mutable_letter()->set_name("别人"); }, nullptr, nullptr,
     Visit::kEnterprise},
    {v1::ORG_USCC_INVALID, [](auto& r) { DocumentOf(r).set_number("91350100M000100Y44"); }, nullptr, nullptr,
     Visit::kEnterprise},
    {v1::CHN_ORG_CHANNEL_NOT_ALLOWED, [](auto& r) { r.mutable_channel()->set_type(v1::CHANNEL_TYPE_PARTNER_STORE); },
     nullptr, nullptr, Visit::kEnterprise},
    {v1::LST_BAD_ORG, AsItIs,
     [](RoutesOutTest& test, auto& request) { test.ListTheOrganisation(request); },
     [](RoutesOutTest& test) { test.TakeOffTheList(); }, Visit::kEnterprise},
    // Of a minor.
    {v1::PTY_GUARDIAN_REQUIRED, [](auto& r) { r.mutable_parties()->RemoveLast(); }, nullptr, nullptr, Visit::kMinor},
    {v1::PTY_GUARDIAN_NOT_ALLOWED,
     [](auto& r) {
       r.mutable_parties(0)->mutable_document()->set_number("360426199001010078");
       r.mutable_parties(0)->mutable_document()->set_birth_date("1990-01-01");
     },
     nullptr, nullptr, Visit::kMinor},
    // Without a face.
    {v1::ALT_NOT_ALLOWED, [](auto& r) { r.mutable_channel()->set_type(v1::CHANNEL_TYPE_DOOR_TO_DOOR); }, nullptr,
     nullptr, Visit::kWithoutFace},
    {v1::ALT_SECOND_DOCUMENT,
     [](auto& r) {
       r.mutable_parties(0)->mutable_alternative()->mutable_second_document()->set_valid_to("2026-01-01");
     },
     nullptr, nullptr, Visit::kWithoutFace},
    {v1::ALT_DOCUMENTS_DIFFER,
     [](auto& r) { r.mutable_parties(0)->mutable_alternative()->mutable_second_document()->set_name("别名"); }, nullptr,
     nullptr, Visit::kWithoutFace},
    {v1::ALT_ATTESTATION_MISSING, AsItIs, nullptr, nullptr, Visit::kWithoutFace},
    // What is signed for numbers that are used abroad.
    {v1::CNS_SEPARATE_CONSENT_MISSING, [](auto& r) { r.mutable_consents()->RemoveLast(); }, nullptr, nullptr,
     Visit::kAbroad},
    {v1::CNS_RISK_NOTICE_UNSIGNED,
     [](auto& r) { r.mutable_consents(r.consents_size() - 2)->set_evidence(v1::CONSENT_EVIDENCE_SHOWN); }, nullptr,
     nullptr, Visit::kAbroad},
    // About lines and documents.
    {v1::REC_NUMBER_NOT_HELD, [](auto& r) { r.set_msisdn(cli::MadeUpMsisdn(9999999)); }, nullptr, nullptr,
     Visit::kHolder},
    {v1::REC_NUMBER_NOT_GIVEN, [](auto& r) { r.set_transfer_reference_number("0000-0000-0000"); }, nullptr, nullptr,
     Visit::kTaker},
    {v1::REC_PREVIOUS_UNKNOWN, [](auto& r) { r.mutable_previous_document()->set_name("别名"); }, nullptr, nullptr,
     Visit::kUpdate},
    {v1::REC_DOCUMENT_LINK, AsItIs, nullptr, nullptr, Visit::kUpdate},
    // Online.
    {v1::PAD_CHALLENGE_MISSING, [](auto& r) { r.clear_session_nonce(); }, nullptr, nullptr, Visit::kOnline},
    {v1::PAD_CHALLENGE_FAILED, AsItIs,
     [](RoutesOutTest& test, auto& request) { request.set_session_nonce(test.Nonce("live", 2)); }, nullptr,
     Visit::kOnline},
    {v1::PAD_CHALLENGE_EXPIRED, AsItIs, [](RoutesOutTest& test, auto&) { test.WaitAnHour(); }, nullptr,
     Visit::kOnline},
    {v1::PAD_FACE_CHANGED, AsItIs,
     [](RoutesOutTest& test, auto& request) { request.set_session_nonce(test.Nonce("a stranger")); }, nullptr,
     Visit::kOnline},
    {v1::PAD_INJECTION, AsItIs,
     [](RoutesOutTest& test, auto& request) { request.set_session_nonce(test.Nonce("a copy")); }, nullptr,
     Visit::kOnline},
    {v1::PAD_REPLAY, AsItIs, [](RoutesOutTest& test, auto& request) { test.UseUpItsSession(request); }, nullptr,
     Visit::kOnline},
    {v1::CNS_READ_ALOUD_VIDEO_MISSING, [](auto& r) { r.mutable_consents()->RemoveLast(); }, nullptr, nullptr,
     Visit::kOnlineAbroad},
    {v1::CHN_IOT_ONLINE_FORBIDDEN, AsItIs, nullptr, nullptr, Visit::kOnlineThings},
    {v1::PTY_AGE_NOT_ALLOWED,
     [](auto& r) {
       v1::Document& document = DocumentOf(r);
       std::string digits = document.number().substr(0, 17);
       digits.replace(6, 8, "20120101");
       document.set_number(digits + rules::ResidentIdCheckCharacter(digits));
       document.set_birth_date("2012-01-01");
       document.set_valid_from("2024-01-01");
       document.set_valid_to("2029-01-01");
     },
     nullptr, nullptr, Visit::kOnline},
    // As many as may be, of things and of a virtual operator; what is out of the ordinary.
    {v1::QTA_IOT_LIMIT, AsItIs, [](RoutesOutTest& test, auto& request) { test.OpenNumbers(request, 10); },
     [](RoutesOutTest& test) { test.GiveUpOne(); }, Visit::kThings},
    {v1::QTA_MVNO_LIMIT, AsItIs, [](RoutesOutTest& test, auto& request) { test.OpenNumbers(request, 5); },
     [](RoutesOutTest& test) { test.GiveUpOne(); }, Visit::kVirtual},
    {v1::RSK_ABNORMAL_APPLICATION, AsItIs,
     [](RoutesOutTest& test, auto& request) { test.LiveTogether(request, 20); }},
    // Of a passport, and of a picture of whose background too much is seen.
    {v1::DOC_FIELDS_MISMATCH_MRZ, [](auto& r) { DocumentOf(r).set_name("SMITH JOHN"); }, nullptr, nullptr,
     Visit::kForeigner},
    {v1::NAME_ENCODING_VARIANT, [](auto& r) { DocumentOf(r).set_name("ERIKSSON ANN? MARIA"); }, nullptr, nullptr,
     Visit::kForeigner},
    {v1::IMG_BACKGROUND, [](auto& r) { r.mutable_parties(0)->set_id_photo("cluttered"); }},
    // What a source says.
    {v1::AUTH_NAME_NUMBER_MISMATCH, AsItIs,
     [](RoutesOutTest& test, auto&) {
       IdentityAnswer says;
       says.answer = v1::AUTHORITY_ANSWER_MISMATCH;
       says.mismatches = {v1::IDENTITY_FIELD_NAME};
       test.AskASource(says);
     },
     [](RoutesOutTest& test) { test.MendTheSource(); }},
    {v1::AUTH_FIELD_MISMATCH, AsItIs,
     [](RoutesOutTest& test, auto&) {
       IdentityAnswer says;
       says.answer = v1::AUTHORITY_ANSWER_MISMATCH;
       says.mismatches = {v1::IDENTITY_FIELD_SEX};
       test.AskASource(says);
     },
     [](RoutesOutTest& test) { test.MendTheSource(); }},
    {v1::AUTH_NO_RECORD, AsItIs,
     [](RoutesOutTest& test, auto&) { test.AskASource(v1::AUTHORITY_ANSWER_NO_RECORD); },
     [](RoutesOutTest& test) { test.MendTheSource(); }},
    {v1::AUTH_NO_PHOTO, AsItIs,
     [](RoutesOutTest& test, auto&) { test.AskASource(v1::AUTHORITY_ANSWER_MATCH, true); },
     [](RoutesOutTest& test) { test.MendTheSource(); }},
    {v1::AUTH_PHOTO_UNUSABLE, AsItIs,
     [](RoutesOutTest& test, auto&) {
       IdentityAnswer says;
       says.answer = v1::AUTHORITY_ANSWER_MATCH;
       says.photo_state = v1::AUTHORITY_PHOTO_ATTACHED;
       says.photo = "blurred";
       test.AskASource(says, true);
     },
     [](RoutesOutTest& test) { test.MendTheSource(); }},
    {v1::AUTH_SOURCE_UNAVAILABLE, AsItIs,
     [](RoutesOutTest& test, auto&) { test.AskASource(v1::AUTHORITY_ANSWER_UNAVAILABLE); },
     [](RoutesOutTest& test) { test.MendTheSource(); }},
    {v1::AUTH_TIMEOUT, AsItIs, [](RoutesOutTest& test, auto&) { test.AskASource(v1::AUTHORITY_ANSWER_TIMEOUT); },
     [](RoutesOutTest& test) { test.MendTheSource(); }},
};

// Which ways are named, so that none is lost either: of most reasons the first two, of the others these.
std::string WaysThatAreNamed(v1::ReasonCode code) {
  switch (code) {
    // Whatever is wrong with the application, and can be put right by another alone.
    case v1::ORG_HANDLER_NOT_AUTHORISED:
    case v1::ORG_USCC_INVALID:
    case v1::PTY_ACTUAL_USER_MISSING:
    case v1::PTY_AUTHORITY_LETTER_MISSING:
    case v1::PTY_HANDLER_DOC_MISSING:
    case v1::PTY_RESPONSIBLE_MISSING:
    case v1::REC_NUMBER:
    case v1::REC_NUMBER_NOT_GIVEN:
    case v1::REC_PREVIOUS_UNKNOWN:
      return "SUBMIT_AGAIN";
    case v1::PTY_GUARDIAN_NOT_ALLOWED:
    case v1::PTY_GUARDIAN_REQUIRED:
      return "OWN_HALL";
    case v1::PAD_CHALLENGE_EXPIRED:
    case v1::PAD_CHALLENGE_FAILED:
    case v1::PAD_CHALLENGE_MISSING:
    case v1::PAD_FACE_CHANGED:
      return "START_SESSION OWN_HALL_WITHOUT_FACE REQUEST_REVIEW";
    case v1::DOC_FIELDS_MISMATCH_MRZ:
    case v1::IDN_CHECKSUM:
    case v1::IDN_DATE:
    case v1::IDN_FORMAT:
    case v1::IDN_REGION:
      return "SUBMIT_AGAIN OWN_HALL_WITHOUT_FACE REQUEST_REVIEW";
    case v1::CAP_MANUAL_ENTRY_FORBIDDEN:
    case v1::DOC_NOT_PRESENTED:
      return "OWN_HALL_WITHOUT_FACE REQUEST_REVIEW";
    case v1::CAP_REPLAYED:
    case v1::CHN_AGENT_SUSPENDED:
    case v1::CHN_AGENT_UNTRAINED:
    case v1::CHN_DEVICE_UNREGISTERED:
    case v1::CHN_IOT_ONLINE_FORBIDDEN:
    case v1::CHN_NOT_ALLOWED:
    case v1::CHN_SUBDELEGATION:
    case v1::FACE_SAME_IMAGE:
    case v1::LST_BAD_AGENT:
    case v1::LST_PUNISHED_PERSON:
    case v1::PAD_INJECTION:
    case v1::PAD_REPLAY:
    case v1::PTY_AGE_NOT_ALLOWED:
    case v1::QTA_IOT_LIMIT:
    case v1::QTA_MVNO_LIMIT:
    case v1::QTA_OPERATOR_LIMIT:
    case v1::REC_NUMBER_NOT_HELD:
      return "OWN_HALL OWN_HALL_WITHOUT_FACE REQUEST_REVIEW";
    case v1::RATE_ATTEMPTS_EXCEEDED:
      return "TRY_LATER OWN_HALL OWN_HALL_WITHOUT_FACE REQUEST_REVIEW";
    // Of who comes without a face, for an organisation, or with a document that has no chip.
    case v1::ALT_ATTESTATION_MISSING:
    case v1::ALT_DOCUMENTS_DIFFER:
    case v1::ALT_SECOND_DOCUMENT:
      return "RESUBMIT";
    case v1::ALT_NOT_ALLOWED:
    case v1::DOC_TYPE_NOT_ALLOWED:
    case v1::CHN_ORG_CHANNEL_NOT_ALLOWED:
    case v1::LST_BAD_ORG:
      return "OWN_HALL REQUEST_REVIEW";
    case v1::AUTH_SOURCE_UNAVAILABLE:
    case v1::AUTH_TIMEOUT:
      return "WAIT_FOR_SOURCE OWN_HALL_WITHOUT_FACE";
    case v1::REC_INCOMPLETE:
      return "WAIT_FOR_REVIEW OWN_HALL OWN_HALL_WITHOUT_FACE";
    case v1::AUTH_FIELD_MISMATCH:
    case v1::AUTH_NAME_NUMBER_MISMATCH:
    case v1::AUTH_NO_PHOTO:
    case v1::AUTH_NO_RECORD:
    case v1::AUTH_PHOTO_UNUSABLE:
    case v1::CAP_GEO_MISMATCH:
    case v1::DOC_VALIDITY_IMPLAUSIBLE:
    case v1::DUP_FACE_OTHER_ID:
    case v1::DUP_ID_OTHER_FACE:
    case v1::FACE_GREY_BAND:
    case v1::IMG_BACKGROUND:
    case v1::LST_DISPUTED:
    case v1::NAME_ENCODING_VARIANT:
    case v1::QTA_VELOCITY:
    case v1::REC_DOCUMENT_LINK:
    case v1::REC_NAME:
    case v1::RSK_ABNORMAL_APPLICATION:
      return "WAIT_FOR_REVIEW OWN_HALL_WITHOUT_FACE";
    default:
      return "RESUBMIT OWN_HALL_WITHOUT_FACE";
  }
}

// No reason of the shipped pack is forgotten: what has no route above is named here, with the reason why.
TEST(RoutesOut, EveryReasonOfTheShippedPackHasOneOrIsKnownToHaveNone) {
  std::set<int> known = {// What every contest has.
                         v1::CTS_REQUESTED,
                         // That the shipped pack cannot give: every channel has its assessment.
                         v1::CHN_ASSESSMENT_MISSING,
                         // That takes a gallery which moves faster than it can be read (galleries_test.cc).
                         v1::DUP_NOT_SEARCHED};
  for (const Refusal& refusal : kRefusals) {
    EXPECT_TRUE(known.insert(refusal.code).second) << v1::ReasonCode_Name(refusal.code) << " is there twice";
  }
  std::set<int> shipped;
  const rules::Policy policy = ShippedPolicy();
  for (const v1::ReasonText& reason : policy.pack.reasons()) shipped.insert(reason.code());
  EXPECT_EQ(known, shipped);
}

TEST_P(RoutesOutTest, EveryWayThatWasNamedLeadsToTheNumber) {
  v1::Seller dismissed;
  dismissed.set_agent_id("agent1");
  dismissed.set_outlet_id("outlet1");
  dismissed.set_staff_id("dismissed");
  dismissed.set_status(v1::SELLER_STATUS_ENDED);
  SetSeller(dismissed);
  // The outlet says who serves.
  shop_.staff_id.clear();

  // Somebody anew for each way (the enterprise and the child stay the same): a number, or what was asked for it, is the
  // measure.
  std::vector<int> ways;
  for (size_t i = 0; i == 0 || i < ways.size(); ++i) {
    auto good = Good();
    auto spoiled = good;
    GetParam().spoil(spoiled);
    if (GetParam().before != nullptr) {
      GetParam().before(*this, spoiled);
      // Time may have passed.
      Retime(good);
      Retime(spoiled);
    }
    const auto refused = Submitted(By(), spoiled);
    ASSERT_NE(refused.verdict(), v1::VERDICT_PASS);
    auto stored = registry_.Get(By().scope, refused.verification_id(), Soon());
    ASSERT_TRUE(stored.ok());
    std::vector<int> codes;
    for (const auto& check : stored->decision.checks()) {
      codes.insert(codes.end(), check.reasons().begin(), check.reasons().end());
    }
    ASSERT_THAT(codes, Contains(int{GetParam().code}));
    if (i == 0) {
      ways.assign(refused.ways_out().begin(), refused.ways_out().end());
      ASSERT_FALSE(ways.empty()) << "no way out is named";
      EXPECT_EQ(Named(ways), WaysThatAreNamed(GetParam().code));
    } else {
      ASSERT_THAT(refused.ways_out(), ::testing::ElementsAreArray(ways));
    }
    const auto way = static_cast<v1::WayOut>(ways[i]);
    if (GetParam().mend != nullptr) GetParam().mend(*this);
    const auto answer = Reviewed(Attested(Gone(way, refused, good), good));
    ASSERT_EQ(answer.verdict(), v1::VERDICT_PASS)
        << v1::WayOut_Name(way) << ": " << ::testing::PrintToString(Codes(answer));
    const bool in_hall =
        way == v1::WAY_OUT_OWN_HALL || way == v1::WAY_OUT_OWN_HALL_WITHOUT_FACE || way == v1::WAY_OUT_REQUEST_REVIEW;
    auto active = registry_.Confirm((in_hall ? hall_ : By()).scope, {hall_.principal, Uuid(), "confirm"},
                                    answer.verification_id(), clock_.now, Soon());
    ASSERT_TRUE(active.ok()) << active.status().reason();
    const bool line = GetParam().visit != Visit::kHolder && GetParam().visit != Visit::kUpdate;
    ASSERT_EQ(active->state, line ? v1::STATE_ACTIVATED : v1::STATE_COMPLETED);
    if (GetParam().visit == Visit::kUpdate) {
      v1::ListLinksRequest of;
      of.set_verification_id(answer.verification_id());
      auto links = subscribers_.Links(chief_, of, Soon());
      ASSERT_TRUE(links.ok()) << links.status().reason();
      EXPECT_EQ(links->links_size(), 1) << "the two documents are one person's";
    }
    std::cout << "route: " << v1::ReasonCode_Name(GetParam().code) << " -> " << v1::WayOut_Name(way).substr(8) << " -> "
              << v1::State_Name(active->state).substr(6) << "\n";
  }
}

INSTANTIATE_TEST_SUITE_P(Refusals, RoutesOutTest, ::testing::ValuesIn(kRefusals),
                         [](const auto& each) { return v1::ReasonCode_Name(each.param.code); });

}  // namespace
}  // namespace realname::testing
