// SPDX-License-Identifier: Apache-2.0
#include "verification/policy_packs.h"

#include "rules/policy_diff.h"
#include "verification/answer.h"
#include "verification/hex.h"

namespace realname {
namespace {

Status NoSuchPack() { return Status(StatusCode::kNotFound, "NO_SUCH_PACK", "no such pack was uploaded"); }

Status StaffRequired() {
  return Status(StatusCode::kPermissionDenied, "STAFF_REQUIRED",
                "policies are changed by people: the certificate must name a member of staff (:staff:)");
}

// Two certificates of one person are one person.
bool IsOfStaff(std::string_view principal, const Caller& caller) {
  return principal == caller.principal ||
         (principal.starts_with("urn:realname:operator:" + caller.owner.operator_id + ":") &&
          principal.ends_with(":staff:" + caller.staff_id));
}

}  // namespace

Result<v1::PolicyPackInfo> PolicyPacks::Upload(const Caller&, const v1::UploadPolicyPackRequest& request,
                                               Deadline deadline) {
  const std::string digest = Hex(sha256_(request.text()));
  auto policy = rules::ReadPolicy(request.text(), digest);
  if (!policy.ok()) return Status::InvalidField("text", policy.status().message());
  if (Status status = serves_(*policy); !status.ok()) return status;
  if (Status status = registry_.ArchivePolicy(digest, request.text(), deadline); !status.ok()) return status;
  v1::PolicyPackInfo info;
  info.set_digest(digest);
  info.set_version(policy->pack.version());
  *info.mutable_upload_time() = ToTimestamp(clock_.Now());
  info.set_in_force(digest == policies_.Current().digest);
  return info;
}

Result<v1::ListPolicyPacksResponse> PolicyPacks::List(const Caller&, const v1::ListPolicyPacksRequest& request,
                                                      Deadline deadline) {
  auto packs = store_.Packs(request.page_size() == 0 ? 50 : static_cast<uint32_t>(request.page_size()), deadline);
  if (!packs.ok()) return packs.status();
  v1::ListPolicyPacksResponse response;
  for (const StoredPack& pack : *packs) {
    v1::PolicyPackInfo& info = *response.add_packs();
    info.set_digest(pack.digest);
    auto policy = policies_.Find(pack.digest, deadline);
    if (policy.ok()) info.set_version((*policy)->pack.version());
    *info.mutable_upload_time() = ToTimestamp(pack.create_time);
    info.set_in_force(pack.digest == policies_.Current().digest);
  }
  return response;
}

Result<v1::DiffPolicyPacksResponse> PolicyPacks::Diff(const Caller&, const v1::DiffPolicyPacksRequest& request,
                                                      Deadline deadline) {
  const std::string from = request.from_digest().empty() ? policies_.Current().digest : request.from_digest();
  for (const std::string& digest : {from, request.to_digest()}) {
    auto text = registry_.PolicyText(digest, deadline);
    if (text.status().code() == StatusCode::kNotFound) return NoSuchPack();
    if (!text.ok()) return text.status();
  }
  auto one = policies_.Find(from, deadline);
  if (!one.ok()) return one.status();
  auto other = policies_.Find(request.to_digest(), deadline);
  if (!other.ok()) return other.status();
  v1::DiffPolicyPacksResponse response;
  for (v1::PolicyDifference& difference : rules::PolicyDifferences((*one)->pack, (*other)->pack)) {
    *response.add_differences() = std::move(difference);
  }
  return response;
}

Result<v1::PolicyProposal> PolicyPacks::Propose(const Caller& caller, const v1::ProposePolicyPackRequest& request,
                                                Deadline deadline) {
  if (caller.staff_id.empty()) return StaffRequired();
  auto text = registry_.PolicyText(request.digest(), deadline);
  if (text.status().code() == StatusCode::kNotFound) return NoSuchPack();
  if (!text.ok()) return text.status();
  // What was archived by an older version, or under another configuration, may no longer serve.
  auto policy = rules::ReadPolicy(*text, request.digest());
  if (!policy.ok()) return Status(StatusCode::kFailedPrecondition, "WRONG_STATE", policy.status().message());
  if (Status status = serves_(*policy); !status.ok()) return status;
  const std::string replaces = policies_.Current().digest;
  if (replaces == request.digest()) {
    return Status(StatusCode::kFailedPrecondition, "WRONG_STATE", "the pack is in force");
  }
  if (!request.dry_run_id().empty()) {
    auto tried = store_.GetDryRun(request.dry_run_id(), deadline);
    if (!tried.ok()) return tried.status();
    if (!tried->run_by().starts_with("urn:realname:operator:" + caller.scope.operator_id + ":")) {
      return Status(StatusCode::kNotFound, "NO_SUCH_DRY_RUN", "no such dry run");
    }
    if (tried->digest() != request.digest() || tried->in_force_digest() != replaces) {
      return Status(StatusCode::kFailedPrecondition, "WRONG_STATE",
                    "the dry run was of another pack, or held against another one than is in force");
    }
  }
  auto id = store_.Propose(request.digest(), replaces, request.reason(), request.dry_run_id(), caller.principal,
                           clock_.Now(), deadline);
  if (!id.ok()) return id.status();
  return store_.Get(*id, deadline);
}

Result<v1::PolicyProposal> PolicyPacks::Activate(const Caller& caller, const v1::ActivatePolicyPackRequest& request,
                                                 Deadline deadline) {
  if (caller.staff_id.empty()) return StaffRequired();
  auto proposal = store_.Get(request.proposal_id(), deadline);
  if (!proposal.ok()) return proposal.status();
  if (proposal->activated_by().empty() && IsOfStaff(proposal->proposed_by(), caller)) {
    return Status(StatusCode::kFailedPrecondition, "SAME_PERSON",
                  "somebody else than who proposed it has to activate it");
  }
  if (Status status = store_.Activate(request.proposal_id(), caller.principal, clock_.Now(), deadline); !status.ok()) {
    return status;
  }
  if (auto followed = Follow(deadline); !followed.ok()) return followed.status();
  return store_.Get(request.proposal_id(), deadline);
}

Result<v1::ListPolicyProposalsResponse> PolicyPacks::Proposals(const Caller&,
                                                               const v1::ListPolicyProposalsRequest& request,
                                                               Deadline deadline) {
  auto proposals =
      store_.Proposals(request.page_size() == 0 ? 50 : static_cast<uint32_t>(request.page_size()), deadline);
  if (!proposals.ok()) return proposals.status();
  v1::ListPolicyProposalsResponse response;
  *response.mutable_proposals() = {proposals->begin(), proposals->end()};
  return response;
}

Result<bool> PolicyPacks::Follow(Deadline deadline) {
  auto digest = store_.InForce(deadline);
  if (!digest.ok()) return digest.status();
  if (digest->empty() || *digest == policies_.Current().digest) return false;
  auto policy = policies_.Find(*digest, deadline);
  if (!policy.ok()) return policy.status();
  policies_.Use(*policy);
  return true;
}

}  // namespace realname
