-- SPDX-License-Identifier: Apache-2.0
-- What the face engine measured in a stored picture, its template included, sealed under the same key and kept beside the
-- picture for as long as the policy says: a resubmission or a re-verification with the same bundle does not look again.

alter table media.photo
  add column sealed_evidence bytea,            -- realname.v1.FaceEvidence
  add column evidence_expire_time timestamptz;  -- means nothing without it
alter table media.photo alter column sealed_evidence set storage external;  -- sealed bytes do not compress
create index photo_evidence_by_expiry on media.photo (evidence_expire_time) where sealed_evidence is not null;

grant update (sealed_evidence, evidence_expire_time) on media.photo to realname_server;
