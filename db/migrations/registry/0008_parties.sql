-- SPDX-License-Identifier: Apache-2.0
-- Applications of several people: who comes for an organisation or a person, who will use the line, a minor's guardian. Each
-- is a person of their own in the registry, and what is known of them is sealed under their own key.

create table realname.party (
  person_id uuid not null,
  verification_id uuid not null,
  sequence bigint not null,            -- of the decision that they took part in; later ones without rows rest on these
  position integer not null check (position >= 0),  -- among the parties beside the subscriber
  role smallint not null,              -- enum PartyRole
  sealed_subject bytea not null,       -- realname.v1.SubjectFacts
  id_photo bytea,                      -- names in media.photo
  live_portrait bytea,
  letter_scan bytea,
  create_time timestamptz not null,
  primary key (person_id, verification_id, sequence, position)
);
comment on table realname.party is 'person, append-only: people beside the subscriber, at each decision';

-- Where somebody else comes, the subscriber needs no pictures.
alter table realname.registration alter column id_photo drop not null, alter column live_portrait drop not null;

-- Adds somebody to the decision that the same transaction writes. A person whose document was claimed meanwhile is RN001.
create function realname.add_party(
  p_person_id uuid, p_person_is_new boolean, p_index_version integer, p_document_index bytea,
  p_verification_id uuid, p_sequence bigint, p_position integer, p_role smallint, p_sealed_subject bytea,
  p_id_photo bytea, p_live_portrait bytea, p_letter_scan bytea, p_now timestamptz)
returns void language plpgsql as $$
begin
  if p_person_is_new then
    insert into realname.person values (p_person_id, 1, p_now);
    if p_document_index is not null then
      insert into realname.document_claim values (p_index_version, p_document_index, p_person_id, null)
      on conflict do nothing;
      if not found then
        raise exception 'the document was claimed meanwhile' using errcode = 'RN001';
      end if;
    end if;
  end if;
  insert into realname.party values
    (p_person_id, p_verification_id, p_sequence, p_position, p_role, p_sealed_subject, p_id_photo, p_live_portrait,
     p_letter_scan, p_now);
end $$;

grant select, insert on realname.party to realname_server;
grant execute on function realname.add_party to realname_server;
