// SPDX-License-Identifier: Apache-2.0
// The canonical bytes of a request's payload, by which a retried call is told from another under the same id.
// Protobuf's own encoding is not canonical, so this is one of ours: per field its number and its length-prefixed value,
// in field order, defaults left out, pictures (every field of type bytes is one) by SHA-256, without request_id and
// client_time. The registry keeps a keyed digest of these bytes, never the bytes. Versioned by the first byte. Pure
// functions but for the digests they remember.
#pragma once

#include <string>

#include "realname/v1/registration_service.pb.h"
#include "realname/v1/review_service.pb.h"
#include "realname/v1/subscriber_service.pb.h"
#include "verification/picture_digests.h"

namespace realname {

std::string CanonicalPayload(const v1::SubmitRegistrationRequest& request, PictureDigests& digests);
std::string CanonicalPayload(const v1::ResubmitEvidenceRequest& request, PictureDigests& digests);
std::string CanonicalPayload(const v1::SubmitChallengeFrameRequest& request, PictureDigests& digests);
std::string CanonicalPayload(const v1::StartSessionRequest& request);
std::string CanonicalPayload(const v1::ExtendSessionRequest& request);
std::string CanonicalPayload(const v1::ConfirmActivationRequest& request);
std::string CanonicalPayload(const v1::CancelVerificationRequest& request);
std::string CanonicalPayload(const v1::WithdrawConsentRequest& request);
std::string CanonicalPayload(const v1::RequestReviewRequest& request, PictureDigests& digests);
std::string CanonicalPayload(const v1::DecideCaseRequest& request);
std::string CanonicalPayload(const v1::TerminateServiceRequest& request);

}  // namespace realname
