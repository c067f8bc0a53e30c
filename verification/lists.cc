// SPDX-License-Identifier: Apache-2.0
#include "verification/lists.h"

#include <algorithm>

#include "rules/civil_date.h"
#include "rules/decide.h"
#include "rules/list_entry.h"
#include "rules/parties.h"
#include "verification/masked.h"
#include "verification/validate_request.h"

namespace realname {
namespace {

struct Fault {
  std::string field, description;
};

// What is wrong with an entry by itself; an empty description if nothing is. `person`: by which who is listed is known.
Fault FaultOf(const v1::ListEntry& entry, const rules::PersonKey& person) {
  const bool of_person = entry.kind() == v1::LIST_KIND_PUNISHED_PERSON;
  const bool of_organisation = entry.kind() == v1::LIST_KIND_BAD_ORGANISATION;
  const auto too_long = [](const std::string& text, size_t longest) { return text.empty() || text.size() > longest; };
  if (entry.kind() == v1::LIST_KIND_UNSPECIFIED) return {"kind", "required"};
  if (!entry.entry_id().empty()) return {"entry_id", "must be empty: the service gives it"};
  if ((of_person || of_organisation) != entry.has_document()) {
    return {"document", "required for a person or an organisation, and for nobody else"};
  }
  if ((of_person || of_organisation) &&
      (person.number.empty() || rules::IsOfOrganisation(entry.document().type()) != of_organisation)) {
    return {"document.number", "names nobody who can be on this list"};
  }
  if ((entry.kind() == v1::LIST_KIND_BAD_AGENT) == entry.agent_id().empty() || entry.agent_id().size() > 64) {
    return {"agent_id", "required for an agent, and for nobody else"};
  }
  if ((entry.kind() == v1::LIST_KIND_DISPUTED_NUMBER) == entry.msisdn().empty() ||
      (!entry.msisdn().empty() && !IsE164(entry.msisdn()))) {
    return {"msisdn", "required for a disputed number, in E.164 form, and for nothing else"};
  }
  if (!entry.retained_msisdn().empty() && (!of_person || !IsE164(entry.retained_msisdn()))) {
    return {"retained_msisdn", "is a punished person's, in E.164 form"};
  }
  if (too_long(entry.authority(), 256)) return {"authority", "required, up to 256 bytes"};
  if (too_long(entry.authority_reference(), 128)) return {"authority_reference", "required, up to 128 bytes"};
  if (too_long(entry.legal_basis(), 256)) return {"legal_basis", "required, up to 256 bytes"};
  const auto from = rules::ParseDate(entry.from_date());
  const auto to = rules::ParseDate(entry.to_date());
  if (!from) return {"from_date", "must be a day, YYYY-MM-DD"};
  if ((of_person || !entry.to_date().empty()) && !to) return {"to_date", "must be a day, YYYY-MM-DD"};
  if (to && *to < *from) return {"to_date", "lies before from_date"};
  if (entry.state() != v1::LIST_STATE_PROPOSED && entry.state() != v1::LIST_STATE_ACTIVE) {
    return {"state", "must be PROPOSED, or ACTIVE where the authority has told them"};
  }
  return {};
}

}  // namespace

std::string Lists::Today() const { return rules::FormatDate(rules::DayAt(policies_.Current(), clock_.Now())); }

v1::ListEntry Lists::Shown(const StoredListEntry& stored) const {
  v1::ListEntry entry = stored.entry;
  if (entry.has_document()) {
    v1::Document document;
    document.set_type(entry.document().type());
    document.set_number(Masked(entry.document().number(), 3));
    *entry.mutable_document() = std::move(document);
  }
  if (!entry.msisdn().empty()) entry.set_msisdn(MaskedNumber(entry.msisdn()));
  if (!entry.retained_msisdn().empty()) entry.set_retained_msisdn(MaskedNumber(entry.retained_msisdn()));
  const bool over = !entry.to_date().empty() && entry.to_date() < Today();
  if (over && entry.state() != v1::LIST_STATE_REMOVED) entry.set_state(v1::LIST_STATE_EXPIRED);
  return entry;
}

Result<v1::ImportListEntriesResponse> Lists::Import(const Caller& caller, const v1::ImportListEntriesRequest& request,
                                                    Deadline deadline) {
  v1::ImportListEntriesResponse response;
  for (int i = 0; i < request.entries_size(); ++i) {
    const v1::ListEntry& entry = request.entries(i);
    NewListEntry added;
    rules::PersonKey person = rules::PersonOf(policies_.Current(), entry.document(), clock_.Now());
    if (const Fault fault = FaultOf(entry, person); !fault.description.empty()) {
      v1::ListEntryFault& told = *response.add_faults();
      told.set_position(static_cast<uint32_t>(i));
      told.set_field(fault.field);
      told.set_description(fault.description);
      continue;
    }
    added.entry = entry;
    if (entry.has_document()) {
      added.document_type = person.type;
      added.document_number = Redacted(std::move(person.number));
    }
    added.note = request.note();
    auto is_new = store_.Add(caller.scope.operator_id, added, caller.principal, clock_.Now(), deadline);
    if (!is_new.ok()) return is_new.status();
    *is_new ? response.set_taken(response.taken() + 1) : response.set_known(response.known() + 1);
  }
  return response;
}

Result<v1::ListEntry> Lists::Change(const Caller& caller, const v1::ChangeListEntryRequest& request,
                                    Deadline deadline) {
  auto stored = store_.Get(caller.scope.operator_id, request.entry_id(), deadline);
  if (!stored.ok()) return stored.status();
  const v1::ListState state = stored->entry.state();
  if (state == request.state()) return Shown(*stored);
  if (!rules::MayMove(state, request.state()) || Shown(*stored).state() == v1::LIST_STATE_EXPIRED) {
    return Status(
        StatusCode::kFailedPrecondition, "WRONG_STATE",
        "an entry goes from PROPOSED by NOTIFIED to ACTIVE, from there by APPEALED to UPHELD, and from each to "
        "REMOVED, within its term");
  }
  if (request.state() == v1::LIST_STATE_ACTIVE && stored->proposed_by == caller.principal) {
    return Status(StatusCode::kFailedPrecondition, "SAME_PERSON",
                  "somebody else than who proposed it has to activate it");
  }
  auto changed = store_.Change(caller.scope.operator_id, request.entry_id(), state, request.state(), request.note(),
                               caller.principal, clock_.Now(), deadline);
  if (!changed.ok()) return changed.status();
  stored = store_.Get(caller.scope.operator_id, request.entry_id(), deadline);
  if (!stored.ok()) return stored.status();
  return Shown(*stored);
}

// A token is the id of the last row.
Result<v1::ListListEntriesResponse> Lists::List(const Caller& caller, const v1::ListListEntriesRequest& request,
                                                Deadline deadline) {
  const uint32_t page_size = request.page_size() == 0 ? 50 : static_cast<uint32_t>(request.page_size());
  auto rows = store_.List(caller.scope.operator_id, request.kind(), request.in_force(), Today(), request.page_token(),
                          page_size + 1, deadline);
  if (!rows.ok()) return rows.status();
  v1::ListListEntriesResponse response;
  for (size_t i = 0; i < std::min<size_t>(rows->size(), page_size); ++i) *response.add_entries() = Shown((*rows)[i]);
  if (rows->size() > page_size) response.set_next_page_token(response.entries().rbegin()->entry_id());
  return response;
}

}  // namespace realname
