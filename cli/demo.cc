// SPDX-License-Identifier: Apache-2.0
#include "cli/demo.h"

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <functional>
#include <random>
#include <vector>

#include "cli/blurred.h"
#include "cli/made_up_person.h"
#include "cli/print.h"

namespace realname::cli {
namespace {

class Counter {
 public:
  Counter(Client& client, std::string photos, std::string agent_id, std::string outlet_id)
      : client_(client), photos_(std::move(photos)), agent_id_(std::move(agent_id)), outlet_id_(std::move(outlet_id)) {
    std::random_device random;
    last_person_ = next_msisdn_ = random() % 1000000000u;
  }

  bool all_as_expected() const { return all_as_expected_; }

  std::string Photo(const std::string& name) const { return ReadFileOrThrow(photos_ + "/" + name + ".jpg"); }

  // A new customer with two photographs.
  v1::SubmitRegistrationRequest Customer(const std::string& id_photo, const std::string& live_portrait) {
    return Again(++last_person_, id_photo, live_portrait);
  }
  uint64_t last_person() const { return last_person_; }
  // One who came before, for another number.
  v1::SubmitRegistrationRequest Again(uint64_t person, const std::string& id_photo, const std::string& live_portrait) {
    return MadeUpApplication(person, next_msisdn_++, agent_id_, outlet_id_, Photo(id_photo), Photo(live_portrait));
  }

  // Signed as it is now; what is sent again is signed again with the same counter.
  v1::Verification Submit(v1::SubmitRegistrationRequest request, grpc::Status* status = nullptr) {
    SignMadeUp(request);
    return Send(request, status);
  }

  v1::Verification Send(const v1::SubmitRegistrationRequest& request, grpc::Status* status = nullptr) {
    v1::Verification answer;
    const grpc::Status got = client_.Call([&](grpc::ClientContext& context) {
      return client_.registration().SubmitRegistration(&context, request, &answer);
    });
    if (status != nullptr) {
      *status = got;
    } else if (!got.ok()) {
      throw std::runtime_error(Describe(got));
    }
    return answer;
  }

  v1::Verification Resubmit(const v1::Verification& verification, const std::string& portrait) {
    v1::ResubmitEvidenceRequest request;
    request.set_request_id(NewUuid());
    request.set_verification_id(verification.verification_id());
    auto* item = request.add_items();
    item->set_item(v1::EVIDENCE_ITEM_LIVE_PORTRAIT);
    item->set_photo(Photo(portrait));
    SignMadeUp(request, agent_id_, std::time(nullptr));
    v1::Verification answer;
    const grpc::Status got = client_.Call([&](grpc::ClientContext& context) {
      return client_.registration().ResubmitEvidence(&context, request, &answer);
    });
    if (!got.ok()) throw std::runtime_error(Describe(got));
    return answer;
  }

  v1::Verification Confirm(const v1::Verification& verification) {
    v1::ConfirmActivationRequest request;
    request.set_request_id(NewUuid());
    request.set_verification_id(verification.verification_id());
    v1::Verification answer;
    const grpc::Status got = client_.Call([&](grpc::ClientContext& context) {
      return client_.registration().ConfirmActivation(&context, request, &answer);
    });
    if (!got.ok()) throw std::runtime_error(Describe(got));
    return answer;
  }

  // One line of the table.
  void Row(const std::string& story, const v1::Verification& answer, bool as_expected) {
    std::string next = answer.next_action_text().en();
    for (const auto& reason : answer.reasons()) {
      if (reason.code() != v1::REASON_CODE_UNSPECIFIED) {
        next = reason.subject_text().en();
        break;
      }
    }
    Row(story, Word(answer.verdict()), Codes(answer), next, as_expected);
  }
  void Row(const std::string& story, const std::string& verdict, const std::string& reasons, const std::string& next,
           bool as_expected) {
    std::printf("%-42s %-9s %-24s %-4s %s\n", story.c_str(), verdict.c_str(), reasons.empty() ? "-" : reasons.c_str(),
                as_expected ? "ok" : "BAD", next.c_str());
    std::fflush(stdout);
    all_as_expected_ &= as_expected;
  }

 private:
  Client& client_;
  const std::string photos_;
  const std::string agent_id_;
  const std::string outlet_id_;
  uint64_t last_person_ = 0;
  uint64_t next_msisdn_ = 0;
  bool all_as_expected_ = true;
};

bool Has(const v1::Verification& answer, v1::ReasonCode code) {
  return std::any_of(answer.reasons().begin(), answer.reasons().end(),
                     [code](const v1::Reason& reason) { return reason.code() == code; });
}

}  // namespace

bool PlayDemo(Client& client, const std::string& photos, const std::string& agent_id, const std::string& outlet_id) {
  Counter counter(client, photos, agent_id, outlet_id);
  std::printf("%-42s %-9s %-24s %-4s %s\n", "At the counter", "Verdict", "Reasons", "", "What the customer is told");
  std::printf("%s\n", std::string(150, '-').c_str());

  v1::Verification answer = counter.Submit(counter.Customer("cage", "cage2_crop"));
  counter.Row("the holder of the document", answer, answer.verdict() == v1::VERDICT_PASS);
  answer = counter.Confirm(answer);
  counter.Row("  its number is activated", answer, answer.state() == v1::STATE_ACTIVATED);

  answer = counter.Submit(counter.Customer("franck_01829", "cage"));
  counter.Row("somebody else with the document", answer,
              answer.verdict() != v1::VERDICT_PASS && Has(answer, v1::FACE_MISMATCH));

  auto decades = counter.Customer("SeanConnery", "sean_guru2_crop");
  decades.mutable_parties(0)->set_live_portrait(Blurred(counter.Photo("sean_guru2_crop"), 3));
  answer = counter.Submit(decades);
  counter.Row("decades after the document's photo", answer,
              answer.verdict() == v1::VERDICT_REVIEW && Has(answer, v1::FACE_GREY_BAND));

  auto blurred = counter.Customer("franck_01829", "franck_02045");
  const uint64_t regular = counter.last_person();
  blurred.mutable_parties(0)->set_live_portrait(Blurred(counter.Photo("franck_02045"), 6));
  answer = counter.Submit(blurred);
  counter.Row("another one, out of focus", answer, answer.verdict() == v1::VERDICT_RETRY && Has(answer, v1::IMG_BLUR));
  const std::string first_id = answer.verification_id();
  answer = counter.Resubmit(answer, "franck_02045");
  counter.Row("  and taken again", answer,
              answer.verdict() == v1::VERDICT_PASS && answer.verification_id() == first_id && answer.attempt() == 2);

  auto first = counter.Again(regular, "franck_01829", "franck_02045");
  answer = counter.Submit(first);
  bool as_expected = answer.verdict() == v1::VERDICT_PASS;
  const v1::Verification first_answer = answer;
  answer = counter.Submit(counter.Again(regular, "franck_01829", "franck_02045"));
  as_expected &= answer.verdict() == v1::VERDICT_PASS;
  counter.Row("a second and a third number for them", answer, as_expected);
  for (int i = 4; i <= 5; ++i) {
    answer = counter.Submit(counter.Again(regular, "franck_01829", "franck_02045"));
    as_expected &= answer.verdict() == v1::VERDICT_REVIEW && Has(answer, v1::QTA_VELOCITY);
  }
  counter.Row("  a fourth and a fifth on one day", answer, as_expected);
  answer = counter.Submit(counter.Again(regular, "franck_01829", "franck_02045"));
  counter.Row("  and a sixth", answer, answer.verdict() == v1::VERDICT_REJECT && Has(answer, v1::QTA_OPERATOR_LIMIT));

  answer = counter.Submit(first);
  counter.Row(
      "the second of them sent twice", answer,
      answer.verification_id() == first_answer.verification_id() && answer.sequence() == first_answer.sequence());
  first.set_product("postpaid");
  grpc::Status refused;
  counter.Submit(first, &refused);
  counter.Row("  and with another payload", "refused", ErrorReasonOf(refused), "(a fault of the calling program)",
              ErrorReasonOf(refused) == "REQUEST_ID_REUSED");

  answer = counter.Submit(counter.Customer("franck_01829", "sample1"));
  counter.Row("three people in the portrait", answer,
              answer.verdict() == v1::VERDICT_RETRY && Has(answer, v1::FACE_MULTIPLE));

  answer = counter.Submit(counter.Customer("picasso_drawing_crop", "picasso_drawing_crop"));
  counter.Row("a drawing on both photos", answer, answer.verdict() != v1::VERDICT_PASS);
  answer = counter.Submit(counter.Customer("joconde", "joconde"));
  counter.Row("a painting on both photos", answer, answer.verdict() != v1::VERDICT_PASS);
  answer = counter.Submit(counter.Customer("vendetta", "vendetta"));
  counter.Row("a mask on both photos", answer, answer.verdict() != v1::VERDICT_PASS);

  answer = counter.Submit(counter.Customer("franck_01829", "ironman"));
  counter.Row("no face at all", answer, answer.verdict() == v1::VERDICT_RETRY && Has(answer, v1::FACE_NONE));

  auto wrong_digit = counter.Customer("franck_01829", "franck_02045");
  std::string* number = wrong_digit.mutable_parties(0)->mutable_document()->mutable_number();
  number->back() = number->back() == '0' ? '1' : '0';
  answer = counter.Submit(wrong_digit);
  counter.Row("an identity number with a wrong digit", answer,
              answer.verdict() != v1::VERDICT_PASS && Has(answer, v1::IDN_CHECKSUM));

  auto expired = counter.Customer("franck_01829", "franck_02045");
  expired.mutable_parties(0)->mutable_document()->set_valid_from("2010-01-01");
  expired.mutable_parties(0)->mutable_document()->set_valid_to("2020-01-01");
  answer = counter.Submit(expired);
  counter.Row("an expired document", answer, answer.verdict() == v1::VERDICT_RETRY && Has(answer, v1::DOC_EXPIRED));

  auto by_hand = counter.Customer("franck_01829", "franck_02045");
  by_hand.mutable_parties(0)->mutable_capture()->clear_signature();
  answer = counter.Send(by_hand);
  counter.Row("a document that no registered reader read", answer,
              answer.verdict() == v1::VERDICT_REJECT && Has(answer, v1::CAP_MANUAL_ENTRY_FORBIDDEN));

  auto once = counter.Customer("franck_01829", "franck_02045");
  counter.Send(once);
  once.set_request_id(NewUuid());
  answer = counter.Send(once);
  counter.Row("a capture that was used before", answer,
              answer.verdict() == v1::VERDICT_REJECT && Has(answer, v1::CAP_REPLAYED));

  answer = counter.Submit(counter.Customer("cage", "cage2_crop"));
  counter.Row("the first one's face, another document", answer, answer.verdict() == v1::VERDICT_REVIEW);

  std::printf(
      "%s\n%s\n", std::string(150, '-').c_str(),
      counter.all_as_expected() ? "Every verdict is what it should be." : "SOME VERDICTS ARE NOT WHAT THEY SHOULD BE.");
  return counter.all_as_expected();
}

}  // namespace realname::cli
