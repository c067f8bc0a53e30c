// SPDX-License-Identifier: Apache-2.0
#include "cli/print.h"

#include <cstdio>
#include <ctime>
#include <iostream>

#include <google/protobuf/util/json_util.h>

namespace realname::cli {
namespace {

std::string Strip(const std::string& name, const char* prefix) {
  return name.rfind(prefix, 0) == 0 ? name.substr(std::char_traits<char>::length(prefix)) : name;
}

std::string Local(const google::protobuf::Timestamp& time) {
  const std::time_t seconds = time.seconds();
  std::tm parts{};
  localtime_r(&seconds, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &parts);
  return text;
}

void PrintEvidence(const char* name, const v1::FaceEvidence& e,
                   const google::protobuf::RepeatedPtrField<std::string>& reasons) {
  std::printf("%-7s %ux%u px, %u face(s)", name, e.image_width(), e.image_height(), e.face_count());
  if (e.status() == v1::FACE_STATUS_OK) {
    std::printf(", eyes %.0f px apart, sharpness %.3f, brightness %.2f, yaw %.0f pitch %.0f roll %.0f, live %.2f",
                e.eye_distance_px(), e.sharpness(), e.brightness(), e.yaw_degrees(), e.pitch_degrees(),
                e.roll_degrees(), e.live_score());
  }
  for (const std::string& reason : reasons) std::printf("  %s", reason.c_str());
  std::printf("\n");
}

}  // namespace

std::string Word(v1::Verdict verdict) {
  return verdict == v1::VERDICT_UNSPECIFIED ? "-" : Strip(v1::Verdict_Name(verdict), "VERDICT_");
}
std::string Word(v1::State state) { return Strip(v1::State_Name(state), "STATE_"); }
std::string Word(v1::Outcome outcome) { return Strip(v1::Outcome_Name(outcome), "OUTCOME_"); }

std::string Word(v1::SessionState state) { return Strip(v1::SessionState_Name(state), "SESSION_STATE_"); }
std::string Word(v1::ChallengeAction action) { return Strip(v1::ChallengeAction_Name(action), "CHALLENGE_ACTION_"); }

std::string Codes(const v1::Verification& verification) {
  std::string text;
  for (const v1::Reason& reason : verification.reasons()) {
    if (!text.empty()) text += " ";
    text += reason.code() == v1::REASON_CODE_UNSPECIFIED ? "(withheld)" : v1::ReasonCode_Name(reason.code());
  }
  return text;
}

void Print(const v1::Verification& v) {
  std::printf("%s  %s\n", Word(v.verdict()).c_str(), Word(v.state()).c_str());
  std::printf("  verification  %s, attempt %u, event %llu\n", v.verification_id().c_str(), v.attempt(),
              static_cast<unsigned long long>(v.sequence()));
  std::printf("  reference     %s\n", v.reference_number().c_str());
  for (const v1::Reason& reason : v.reasons()) {
    std::printf(
        "  reason        %s  %s\n",
        reason.code() == v1::REASON_CODE_UNSPECIFIED ? "(withheld)" : v1::ReasonCode_Name(reason.code()).c_str(),
        reason.reader_text().en().c_str());
    std::printf("                to the customer: %s %s\n", reason.subject_text().zh().c_str(),
                reason.subject_text().en().c_str());
    for (const v1::Finding& finding : reason.findings()) {
      std::printf("                measured on %s: %s %.3g, limit %.3g\n",
                  Strip(v1::EvidenceItem_Name(finding.item()), "EVIDENCE_ITEM_").c_str(), finding.component().c_str(),
                  finding.value(), finding.limit());
    }
    for (const std::string& rule : reason.rule_ids()) std::printf("                rule: %s\n", rule.c_str());
  }
  if (!v.next_action_text().en().empty()) {
    std::printf("  next          %s  %s\n", Strip(v1::NextAction_Name(v.next_action()), "NEXT_ACTION_").c_str(),
                v.next_action_text().en().c_str());
  }
  for (const int item : v.retry_items()) {
    std::printf("  send again    %s\n",
                Strip(v1::EvidenceItem_Name(static_cast<v1::EvidenceItem>(item)), "EVIDENCE_ITEM_").c_str());
  }
  if (v.has_reservation_expire_time()) {
    std::printf("  reserved to   %s\n", Local(v.reservation_expire_time()).c_str());
  }
  if (v.has_review_wait()) std::printf("  decided in    about %u minutes\n", v.review_wait().expected_minutes());
  if (!v.next_reverification_date().empty()) {
    std::printf("  verify again  %s\n", v.next_reverification_date().c_str());
  }
  if (v.ways_out_size() > 0) {
    std::printf("  ways out     ");
    for (const int way : v.ways_out()) {
      std::printf(" %s", Strip(v1::WayOut_Name(static_cast<v1::WayOut>(way)), "WAY_OUT_").c_str());
    }
    std::printf("\n");
  }
  if (v.identification() == v1::IDENTIFICATION_ATTESTED)
    std::printf("  identified by two members of staff, not by face\n");
  if (v.has_contest_expire_time()) {
    std::printf("  contest       a review can be asked for until %s: request-review %s\n",
                Local(v.contest_expire_time()).c_str(), v.reference_number().c_str());
  }
  if (!v.contested_reference_number().empty()) {
    std::printf("  contests      the refusal %s\n", v.contested_reference_number().c_str());
  }
  std::printf("  checks       ");
  for (const v1::CheckResult& check : v.checks()) {
    if (check.outcome() == v1::OUTCOME_SKIPPED) continue;
    std::printf(" %s=%s%s", Strip(v1::Check_Name(check.check()), "CHECK_").c_str(),
                check.outcome() == v1::OUTCOME_UNSPECIFIED ? "withheld" : Word(check.outcome()).c_str(),
                check.assurance() == v1::ASSURANCE_ASSERTED ? " (asserted, not proved)" : "");
    if (check.reviewed_outcome() != v1::OUTCOME_UNSPECIFIED) {
      std::printf(" (reviewed: %s)", Word(check.reviewed_outcome()).c_str());
    }
    if (check.active_outcome() != v1::OUTCOME_UNSPECIFIED) {
      std::printf(" (passive %s, active %s)", Word(check.passive_outcome()).c_str(),
                  Word(check.active_outcome()).c_str());
    }
  }
  std::printf("\n");
  if (v.has_comparison()) {
    std::printf("  comparison    similarity %.3f, FMR %.2g (at most %.2g)\n", v.comparison().similarity(),
                v.comparison().fmr_at_similarity(), v.comparison().fmr_upper());
  }
}

void PrintRow(const v1::Verification& v) {
  std::printf("%s  %-17s %-12s attempt %u  %s  %s\n", v.verification_id().c_str(), Word(v.state()).c_str(),
              Word(v.verdict()).c_str(), v.attempt(), Local(v.create_time()).c_str(), Codes(v).c_str());
}

void Print(const v1::VerificationEvent& event) {
  std::printf("%llu  %s  %-17s %-12s %sresume %s\n", static_cast<unsigned long long>(event.sequence()),
              Local(event.occur_time()).c_str(), Word(event.state()).c_str(), Word(event.verdict()).c_str(),
              event.kind() == v1::EVENT_KIND_RESERVATION_ENDING ? "RESERVATION ENDS SOON  " : "",
              event.resume_token().c_str());
}

void Print(const v1::CompareFacesResponse& response) {
  std::printf("%s\n", response.band() == v1::MATCH_BAND_UNSPECIFIED
                          ? "NOT COMPARED: a picture did not pass the quality gate"
                          : Strip(v1::MatchBand_Name(response.band()), "MATCH_BAND_").c_str());
  if (response.has_comparison()) {
    std::printf("similarity %.3f, false match rate %.2g (at most %.2g); match up to %.2g, review up to %.2g\n",
                response.comparison().similarity(), response.comparison().fmr_at_similarity(),
                response.comparison().fmr_upper(), response.match_fmr(), response.review_fmr());
    if (response.comparison().references() > 1) {
      std::printf("best of %u references is number %u; the rate is corrected for their number\n",
                  response.comparison().references(), response.comparison().best_reference() + 1);
    }
  }
  PrintEvidence("first", response.first(), response.first_reasons());
  PrintEvidence("second", response.second(), response.second_reasons());
}

void Print(const v1::ModelCard& card) {
  std::printf("bundle       %s (%s)\n             %s\n             %s\n", card.bundle_name().c_str(),
              card.licence().c_str(), card.bundle_digest().c_str(), card.provenance().c_str());
  std::printf("calibration  %s of %s, signed off by %s on %s\n", card.calibration_digest().c_str(),
              card.calibration_date().c_str(), card.sign_off().signatory().c_str(), card.sign_off().date().c_str());
  std::printf("asked for    match at FMR %g, review up to FMR %g; the data support %.2g and above\n", card.match_fmr(),
              card.review_fmr(), card.lowest_fmr());
  if (card.match_similarity() != 0) {
    std::printf("cuts         match %.3f, review %.3f\n", card.match_similarity(), card.review_similarity());
  }
  for (const v1::GroupCard& group : card.groups()) {
    std::printf(
        "  %c %-10s %5u people %10llu genuine %10llu impostor pairs  FMR %.2e [%.1e, %.1e]  FNMR %.2f %%  BPCER %.2f "
        "%%\n",
        group.in_population() ? '*' : ' ', group.name().c_str(), group.people(),
        static_cast<unsigned long long>(group.genuine_pairs()), static_cast<unsigned long long>(group.impostor_pairs()),
        group.fmr(), group.fmr_interval().lower(), group.fmr_interval().upper(), 100 * group.fnmr(),
        100 * group.bpcer());
  }
  std::printf("  * the population served: the strictest of these sets the cuts\n");
  std::printf("liveness     BPCER %.2f %%%s\n", 100 * card.liveness_bpcer(),
              card.liveness_review_only() ? ", above the policy's limit: it can ask for review only" : "");
  if (card.outcomes().groups_size() > 0) {
    std::printf("customers    genuine ones under policy %s%s\n", card.outcomes().policy_version().c_str(),
                card.outcomes_current() ? "" : ", whose limits are NOT those in force");
  }
  for (const v1::GroupOutcomes& group : card.outcomes().groups()) {
    std::printf("    %-10s %5u people: pass %.1f %%, review %.1f %%, turned away %.1f %%; asked again %.1f %%\n",
                group.name().c_str(), group.people(), 100 * group.pass(), 100 * group.review(),
                100 * group.turned_away(), 100 * group.retry());
  }
  for (const v1::NetworkCard& network : card.networks()) {
    std::printf("network      %s %s\n", network.purpose().c_str(), network.sha256().substr(0, 12).c_str());
  }
  for (const int component : card.not_measured()) {
    std::printf("not measured: %s\n",
                Strip(v1::FaceComponent_Name(static_cast<v1::FaceComponent>(component)), "FACE_COMPONENT_").c_str());
  }
  for (const std::string& attack : card.not_countered()) std::printf("not countered: %s\n", attack.c_str());
}

void Print(const v1::ReplayDecisionResponse& response) {
  std::printf("%s: event %llu, stored %s by rules %u, replayed %s by rules %u, pack %s\n",
              response.identical()         ? "IDENTICAL"
              : response.erased_size() > 0 ? "ERASED"
                                           : "DIFFERS",
              static_cast<unsigned long long>(response.sequence()), Word(response.stored_verdict()).c_str(),
              response.stored_rules_version(), Word(response.replayed_verdict()).c_str(), response.rules_version(),
              response.policy_digest().substr(0, 12).c_str());
  for (const v1::DecisionDifference& difference : response.differences()) {
    std::printf("  %s: stored \"%s\", replayed \"%s\"\n", difference.field().c_str(), difference.stored().c_str(),
                difference.replayed().c_str());
  }
}

void Print(const v1::Seller& seller) {
  std::printf("%-12s %-12s %-12s %-9s", seller.agent_id().c_str(), seller.outlet_id().c_str(),
              seller.staff_id().c_str(), Strip(v1::SellerStatus_Name(seller.status()), "SELLER_STATUS_").c_str());
  if (!seller.contract_from().empty()) {
    std::printf("  contract %s to %s", seller.contract_from().c_str(), seller.contract_to().c_str());
  }
  if (!seller.trained_until().empty()) std::printf("  trained until %s", seller.trained_until().c_str());
  if (!seller.acts_for().empty()) std::printf("  SELLS FOR %s", seller.acts_for().c_str());
  if (seller.has_place()) {
    std::printf("  at %.5f %.5f", seller.place().latitude_e7() * 1e-7, seller.place().longitude_e7() * 1e-7);
  }
  std::printf("\n");
}

void Print(const v1::ListSellersResponse& response) {
  for (const v1::Seller& seller : response.sellers()) Print(seller);
  if (!response.next_page_token().empty()) std::printf("next page: %s\n", response.next_page_token().c_str());
}

void Print(const v1::ListSellerChangesResponse& response) {
  for (const v1::SellerChange& change : response.changes()) {
    std::printf("%s  %s: %s\n  ", Local(change.change_time()).c_str(), change.principal().c_str(),
                change.reason().c_str());
    Print(change.seller());
  }
}

void Print(const v1::CaptureDevice& device) {
  std::printf("%-20s %-12s %-12s %-9s  %s\n", device.device_id().c_str(), device.agent_id().c_str(),
              device.outlet_id().c_str(), Strip(v1::SellerStatus_Name(device.status()), "SELLER_STATUS_").c_str(),
              device.description().c_str());
}

void Print(const v1::ListCaptureDevicesResponse& response) {
  for (const v1::CaptureDevice& device : response.devices()) Print(device);
  if (!response.next_page_token().empty()) std::printf("next page: %s\n", response.next_page_token().c_str());
}

void Print(const v1::ListCaptureDeviceChangesResponse& response) {
  for (const v1::CaptureDeviceChange& change : response.changes()) {
    std::printf("%s  %s: %s\n  ", Local(change.change_time()).c_str(), change.principal().c_str(),
                change.reason().c_str());
    Print(change.device());
  }
}

void Print(const v1::ListEntry& entry) {
  const std::string who = entry.has_document()       ? entry.document().number()
                          : entry.agent_id().empty() ? entry.msisdn()
                                                     : entry.agent_id();
  std::printf("%s  %-17s %-9s %s to %s  %s  %s %s\n", entry.entry_id().c_str(),
              Strip(v1::ListKind_Name(entry.kind()), "LIST_KIND_").c_str(),
              Strip(v1::ListState_Name(entry.state()), "LIST_STATE_").c_str(), entry.from_date().c_str(),
              entry.to_date().empty() ? "(no end)" : entry.to_date().c_str(), who.c_str(), entry.authority().c_str(),
              entry.authority_reference().c_str());
  for (const v1::ListEntryChange& change : entry.changes()) {
    std::printf("  %s  %-9s %s: %s\n", Local(change.change_time()).c_str(),
                Strip(v1::ListState_Name(change.state()), "LIST_STATE_").c_str(), change.principal().c_str(),
                change.note().c_str());
  }
}

void Print(const v1::ListListEntriesResponse& response) {
  for (const v1::ListEntry& entry : response.entries()) Print(entry);
  if (!response.next_page_token().empty()) std::printf("next page: %s\n", response.next_page_token().c_str());
}

void Print(const v1::ImportListEntriesResponse& response) {
  std::printf("%u taken, %u known before, %d not taken\n", response.taken(), response.known(), response.faults_size());
  for (const v1::ListEntryFault& fault : response.faults()) {
    std::printf("  line %u: %s %s\n", fault.position() + 1, fault.field().c_str(), fault.description().c_str());
  }
}

void Print(const v1::NoticeToShow& notice) {
  std::printf("  notice        %s %s, %s%s: %s\n                %s\n", notice.notice_id().c_str(),
              notice.version().c_str(), Strip(v1::NoticeKind_Name(notice.kind()), "NOTICE_KIND_").c_str(),
              notice.required() ? "" : ", optional", notice.text().zh().c_str(), notice.text().en().c_str());
}

void Print(const v1::ListConsentsResponse& response) {
  for (const v1::GivenConsent& given : response.consents()) {
    const v1::Consent& consent = given.consent();
    std::printf("%s %s  %s  %s%s%s\n  for %s (%s)%s\n  %s\n  %s\n", consent.notice_id().c_str(),
                consent.version().c_str(), Local(consent.time()).c_str(),
                Strip(v1::ConsentEvidence_Name(consent.evidence()), "CONSENT_EVIDENCE_").c_str(),
                consent.reference().empty() ? "" : " kept at ", consent.reference().c_str(), given.purpose().c_str(),
                Strip(v1::LegalBasis_Name(given.legal_basis()), "LEGAL_BASIS_").c_str(),
                given.has_withdraw_time() ? (", WITHDRAWN " + Local(given.withdraw_time())).c_str() : "",
                given.text().zh().c_str(),
                given.translated_text().empty() ? given.text().en().c_str() : given.translated_text().c_str());
  }
}

void Print(const v1::ListNumbersResponse& response) {
  for (const v1::NumberInName& number : response.numbers()) {
    std::printf("%s  %-16s %s  since %s%s\n", number.line_id().c_str(), number.masked_number().c_str(),
                number.product().c_str(), Local(number.create_time()).c_str(), number.disputed() ? "  DISPUTED" : "");
  }
  if (response.numbers().empty()) std::printf("no number is in this name\n");
}

void Print(const v1::Dispute& dispute) {
  std::printf("%s %s\n  line          %s\n  raised        %s\n", dispute.dispute_id().c_str(),
              Strip(v1::DisputeState_Name(dispute.state()), "DISPUTE_STATE_").c_str(), dispute.line_id().c_str(),
              Local(dispute.raise_time()).c_str());
  if (dispute.has_resolve_time()) {
    std::printf("  decided       %s\n", Local(dispute.resolve_time()).c_str());
  } else {
    std::printf("  decided by    %s\n", Local(dispute.deadline()).c_str());
  }
  if (!dispute.statement().empty()) std::printf("  they say      %s\n", dispute.statement().c_str());
  if (!dispute.explanation().empty()) std::printf("  because       %s\n", dispute.explanation().c_str());
}

void Print(const v1::ListDisputesResponse& response) {
  for (const v1::Dispute& dispute : response.disputes()) Print(dispute);
}

void Print(const v1::PolicyPackInfo& pack) {
  std::printf("%s  %-20s %s%s\n", pack.digest().c_str(), pack.version().c_str(), Local(pack.upload_time()).c_str(),
              pack.in_force() ? "  IN FORCE" : "");
}

void Print(const v1::ListPolicyPacksResponse& response) {
  for (const v1::PolicyPackInfo& pack : response.packs()) Print(pack);
}

void Print(const v1::DiffPolicyPacksResponse& response) {
  for (const v1::PolicyDifference& difference : response.differences()) {
    std::printf("%s\n  - %s\n  + %s\n", difference.field().c_str(), difference.from_value().c_str(),
                difference.to_value().c_str());
  }
  if (response.differences().empty()) std::printf("nothing differs\n");
}

void Print(const v1::DryRun& report) {
  const auto number = [](uint64_t count) { return static_cast<unsigned long long>(count); };
  const auto verdict = [](v1::Verdict value) { return Strip(v1::Verdict_Name(value), "VERDICT_"); };
  std::printf("dry run %s\n  %llu decisions from %s to %s made again", report.dry_run_id().c_str(),
              number(report.decisions()), Local(report.from_time()).c_str(), Local(report.to_time()).c_str());
  if (report.erased() > 0) std::printf(", %llu more were erased", number(report.erased()));
  std::printf("\n  %llu flips, %llu people sent to an own hall, %llu activated lines refused\n", number(report.flips()),
              number(report.people_to_halls()), number(report.lines_barred()));
  for (const v1::VerdictFlips& row : report.verdicts()) {
    std::printf("  %-12s -> %-12s %10llu\n", verdict(row.from()).c_str(), verdict(row.to()).c_str(),
                number(row.flips()));
  }
  for (const v1::ReasonFlips& row : report.reasons()) {
    std::printf("  %-28s gained %10llu lost %10llu\n", v1::ReasonCode_Name(row.reason()).c_str(), number(row.gained()),
                number(row.lost()));
  }
  for (const v1::ChannelFlips& row : report.channels()) {
    std::printf("  channel %-32s %10llu of %llu\n", Strip(v1::ChannelType_Name(row.channel()), "CHANNEL_TYPE_").c_str(),
                number(row.flips()), number(row.decisions()));
  }
  for (const v1::AgentFlips& row : report.agents()) {
    std::printf("  agent %-16s %-17s %10llu of %llu\n", row.agent_id().c_str(), row.outlet_id().c_str(),
                number(row.flips()), number(row.decisions()));
  }
  for (const v1::GroupFlips& row : report.groups()) {
    std::printf("  group %-16s %-17s %10llu of %llu\n",
                Strip(v1::CustomerKind_Name(row.customer_kind()), "CUSTOMER_KIND_").c_str(),
                Strip(v1::DocumentType_Name(row.document_type()), "DOCUMENT_TYPE_").c_str(), number(row.flips()),
                number(row.decisions()));
  }
  if (report.examples_size() > 0) std::printf("  the first flips are in --json\n");
}

void Print(const v1::PolicyProposal& proposal) {
  std::printf("%s  %s\n  instead of    %s\n  because       %s\n  proposed      %s by %s\n",
              proposal.proposal_id().c_str(), proposal.digest().c_str(), proposal.replaces_digest().c_str(),
              proposal.reason().c_str(), Local(proposal.propose_time()).c_str(), proposal.proposed_by().c_str());
  if (proposal.has_activate_time()) {
    std::printf("  IN FORCE from %s by %s\n", Local(proposal.activate_time()).c_str(), proposal.activated_by().c_str());
  }
  if (proposal.has_dry_run()) Print(proposal.dry_run());
}

void Print(const v1::ListPolicyProposalsResponse& response) {
  for (const v1::PolicyProposal& proposal : response.proposals()) Print(proposal);
}

void Print(const v1::EraseFaceTemplatesResponse& gone) {
  std::printf("%u templates left galleries, measurements of %u pictures were dropped\n", gone.templates(),
              gone.pictures());
}

void Print(const v1::Link& link) {
  std::printf("%s  by %s, decided by %s %s\n", link.link_id().c_str(), link.verification_id().c_str(),
              link.decided_by().c_str(), Local(link.link_time()).c_str());
  if (link.has_unlink_time()) {
    std::printf("  TAKEN BACK by %s %s: %s\n", link.unlinked_by().c_str(), Local(link.unlink_time()).c_str(),
                link.unlink_reason().c_str());
  }
}

void Print(const v1::ListLinksResponse& response) {
  for (const v1::Link& link : response.links()) Print(link);
  std::printf("%u lines by all documents together%s\n", response.lines(),
              response.multi_card() ? ", MORE THAN ONE PERSON MAY HAVE" : "");
}

void Print(const v1::Session& session) {
  std::printf("%s\n", Word(session.state()).c_str());
  if (!session.session_id().empty()) std::printf("  session       %s\n", session.session_id().c_str());
  if (!session.nonce().empty()) std::printf("  nonce         %s\n", session.nonce().c_str());
  if (session.has_expire_time()) {
    std::printf("  open to       %s, may be extended %u more times\n", Local(session.expire_time()).c_str(),
                session.extensions_left());
  }
  for (const v1::NoticeToShow& notice : session.notices()) Print(notice);
  for (int i = 0; i < session.steps_size(); ++i) {
    const v1::ChallengeStep& step = session.steps(i);
    std::printf("  step %d        %s  %s\n", i + 1, Word(step.action()).c_str(), step.accepted() ? "accepted" : "-");
  }
  for (const v1::RefusedFrame& refused : session.refused_frames()) {
    std::printf("  refused       step %u:", refused.step());
    for (const v1::Reason& reason : refused.reasons()) {
      std::printf(
          " %s  %s",
          reason.code() == v1::REASON_CODE_UNSPECIFIED ? "(withheld)" : v1::ReasonCode_Name(reason.code()).c_str(),
          reason.reader_text().en().c_str());
    }
    std::printf("\n");
  }
  if (!session.verification_id().empty()) std::printf("  used by       %s\n", session.verification_id().c_str());
  std::printf("  next          %s", Strip(v1::NextAction_Name(session.next_action()), "NEXT_ACTION_").c_str());
  if (session.next_step() > 0) std::printf(" %u", session.next_step());
  std::printf("  %s %s\n", session.next_action_text().zh().c_str(), session.next_action_text().en().c_str());
}

void PrintRow(const v1::ReviewCase& review) {
  std::printf("%s  %-15s  %-7s  since %s  to %s\n", review.verification().verification_id().c_str(),
              Strip(v1::CaseState_Name(review.state()), "CASE_STATE_").c_str(),
              review.at_counter() ? "counter" : "online", Local(review.open_time()).c_str(),
              Local(review.deadline()).c_str());
}

void Print(const v1::FaceLead& lead) {
  std::printf("  face lead     %s %s: %s and %s, found %s\n", lead.lead_id().c_str(), lead.gallery().c_str(),
              lead.verification_id().c_str(), lead.other_verification_id().c_str(), Local(lead.find_time()).c_str());
  if (lead.has_document()) {
    std::printf("                %s %s born %s, pictures %zu and %zu bytes\n", lead.document().number().c_str(),
                lead.document().name().c_str(), lead.document().birth_date().c_str(), lead.id_photo().size(),
                lead.live_portrait().size());
  }
  if (lead.conclusion() == v1::FACE_PAIR_CONCLUSION_UNSPECIFIED) return;
  std::printf("                %s, says %s%s%s\n",
              lead.conclusion() == v1::FACE_PAIR_CONCLUSION_ONE_PERSON ? "one person" : "two people",
              lead.concluded_by().c_str(), lead.confirmed_by().empty() ? "" : ", and ", lead.confirmed_by().c_str());
}

void Print(const v1::ListFaceLeadsResponse& response) {
  for (const v1::FaceLead& lead : response.leads()) Print(lead);
}

void Print(const v1::ReviewCase& review) {
  std::printf("%s, %s\n", Strip(v1::CaseState_Name(review.state()), "CASE_STATE_").c_str(),
              review.at_counter() ? "the customer waits at a counter" : "online");
  if (!review.claimed_by().empty()) {
    std::printf("  held by       %s to %s\n", review.claimed_by().c_str(), Local(review.claim_expire_time()).c_str());
  }
  if (review.has_document()) {
    const v1::Document& document = review.document();
    std::printf("  document      %s %s, born %s, valid %s to %s\n                %s\n", document.number().c_str(),
                document.name().c_str(), document.birth_date().c_str(), document.valid_from().c_str(),
                document.valid_to().c_str(), document.address().c_str());
    std::printf("  made at       %s %s %s, read by %s\n",
                Strip(v1::ChannelType_Name(review.channel().type()), "CHANNEL_TYPE_").c_str(),
                review.channel().agent_id().c_str(), review.channel().outlet_id().c_str(),
                Strip(v1::CaptureMethod_Name(review.capture().method()), "CAPTURE_METHOD_").c_str());
    std::printf("  pictures      %zu and %zu bytes\n", review.id_photo().size(), review.live_portrait().size());
  }
  if (review.has_second_document()) {
    std::printf("  and           %s %s %s\n",
                Strip(v1::DocumentType_Name(review.second_document().type()), "DOCUMENT_TYPE_").c_str(),
                review.second_document().number().c_str(), review.second_document().name().c_str());
  }
  if (review.has_previous_document()) {
    std::printf("  before        %s %s %s\n",
                Strip(v1::DocumentType_Name(review.previous_document().type()), "DOCUMENT_TYPE_").c_str(),
                review.previous_document().number().c_str(), review.previous_document().name().c_str());
  }
  if (review.has_previous_registration()) {
    const v1::PreviousRegistration& previous = review.previous_registration();
    std::printf("  on record     %s %s born %s, registered %s, pictures %zu and %zu bytes\n",
                previous.document().number().c_str(), previous.document().name().c_str(),
                previous.document().birth_date().c_str(), Local(previous.create_time()).c_str(),
                previous.id_photo().size(), previous.live_portrait().size());
  }
  if (review.has_contested()) {
    const v1::ContestedRefusal& contested = review.contested();
    std::printf("  contests      %s, refused for %s, pictures %zu and %zu bytes\n",
                contested.verification().verification_id().c_str(), Codes(contested.verification()).c_str(),
                contested.id_photo().size(), contested.live_portrait().size());
    std::printf("  they say      %s\n", contested.statement().c_str());
  }
  for (const v1::FaceLead& lead : review.face_leads()) Print(lead);
  for (const v1::ReviewVote& vote : review.votes()) {
    std::printf("  vote          %s %s\n",
                Strip(v1::ReviewConclusion_Name(vote.conclusion()), "REVIEW_CONCLUSION_").c_str(),
                vote.reviewer().c_str());
  }
  Print(review.verification());
}

void Print(const v1::CountContestsResponse& response) {
  std::printf("%-16s %-16s %-26s %8s %8s %8s %8s %8s %8s\n", "agent", "outlet", "reason", "upheld", "revised",
              "evidence", "open", "lapsed", "withdrawn");
  const auto number = [](uint64_t count) { return static_cast<unsigned long long>(count); };
  for (const v1::ContestCount& row : response.counts()) {
    std::printf("%-16s %-16s %-26s %8llu %8llu %8llu %8llu %8llu %8llu\n", row.agent_id().c_str(),
                row.outlet_id().c_str(), v1::ReasonCode_Name(row.reason()).c_str(), number(row.upheld()),
                number(row.revised()), number(row.evidence_asked()), number(row.open()), number(row.lapsed()),
                number(row.withdrawn()));
  }
}

void PrintJson(const google::protobuf::Message& message) {
  std::string text;
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  (void)google::protobuf::util::MessageToJsonString(message, &text, options);
  std::cout << text << std::endl;
}

}  // namespace realname::cli
