-- SPDX-License-Identifier: Apache-2.0
-- One face under several documents. A gallery is a bounded set of portraits among which each new one is searched before its
-- registration is committed; its row says how far it has come, and the commit moves that on only if it still is what the
-- search saw.

create table realname.gallery (
  operator_id text not null,
  name text not null,                  -- by the policy
  owner text not null,                 -- whose: an agent, a device
  last_sequence bigint not null,       -- the number given last; without gaps, in the order of commits
  removals bigint not null,            -- how often templates were taken out before their time
  swept_sequence bigint not null,      -- the second net looked at these
  primary key (operator_id, name, owner)
) with (fillfactor = 50);
comment on table realname.gallery is 'job: how far each gallery of faces has come';
create index gallery_unswept on realname.gallery (operator_id, name, owner) where swept_sequence < last_sequence;

create table realname.gallery_template (
  operator_id text not null,
  name text not null,
  owner text not null,
  sequence bigint not null,
  person_id uuid not null,
  verification_id uuid not null,
  bundle_digest text not null,
  sealed bytea not null,               -- FaceEvidence.template, under the person's key
  expire_time timestamptz not null,
  primary key (operator_id, name, owner, sequence)
);
comment on table realname.gallery_template is 'log: faces in galleries, until they run out';
alter table realname.gallery_template alter column sealed set storage external;
create index gallery_template_person on realname.gallery_template (person_id);
create index gallery_template_verification on realname.gallery_template (verification_id);
create index gallery_template_expiry on realname.gallery_template (expire_time);

create table realname.face_lead (
  lead_id uuid primary key,            -- time-ordered
  operator_id text not null,
  verification_id uuid not null,       -- decided when it was found
  other_verification_id uuid not null, -- was there before
  person_id uuid not null,
  other_person_id uuid not null,       -- the same: of one record the faces differ
  gallery text not null,
  kind smallint not null,              -- enum GalleryKind
  find_time timestamptz not null,
  conclusion smallint not null check (conclusion between 0 and 2),  -- enum FacePairConclusion
  concluded_by text,
  confirmed_by text,
  conclude_time timestamptz
);
comment on table realname.face_lead is 'log: records whose faces a person has to look at, and what was decided of them';
create unique index face_lead_pair on realname.face_lead (verification_id, other_verification_id);
create index face_lead_other on realname.face_lead (other_verification_id);
create index face_lead_person on realname.face_lead (person_id);
create index face_lead_other_person on realname.face_lead (other_person_id);
create index face_lead_open on realname.face_lead (operator_id, lead_id) where conclusion = 0;
create index face_lead_all on realname.face_lead (operator_id, lead_id);

-- Brings a portrait into galleries, in the order of their keys, and puts down what was found there. Errors: RN001 if a gallery
-- has given another number since the search (`p_searched`; null: whatever it is).
create function realname.enter_galleries(
  p_operator text, p_names text[], p_owners text[], p_searched bigint[], p_most integer[], p_expire bigint[],
  p_person_id uuid, p_verification_id uuid, p_bundle text, p_sealed bytea,
  p_lead_ids uuid[], p_lead_others uuid[], p_lead_galleries text[], p_lead_kinds smallint[], p_now timestamptz)
returns boolean language plpgsql as $$
declare
  v_sequence bigint;
begin
  for i in 1 .. coalesce(array_length(p_names, 1), 0) loop
    insert into realname.gallery values (p_operator, p_names[i], p_owners[i], 0, 0, 0) on conflict do nothing;
    update realname.gallery set last_sequence = last_sequence + 1
    where operator_id = p_operator and name = p_names[i] and owner = p_owners[i]
      and (p_searched[i] is null or last_sequence = p_searched[i])
    returning last_sequence into v_sequence;
    if not found then
      raise exception 'somebody came into the gallery meanwhile' using errcode = 'RN001';
    end if;
    insert into realname.gallery_template values
      (p_operator, p_names[i], p_owners[i], v_sequence, p_person_id, p_verification_id, p_bundle, p_sealed,
       realname.at(p_expire[i]));
    delete from realname.gallery_template
    where operator_id = p_operator and name = p_names[i] and owner = p_owners[i] and sequence <= v_sequence - p_most[i];
  end loop;
  insert into realname.face_lead
  select lead_id, p_operator, p_verification_id, other, p_person_id, c.person_id, gallery, kind, p_now, 0
  from unnest(p_lead_ids, p_lead_others, p_lead_galleries, p_lead_kinds) as l (lead_id, other, gallery, kind)
  join realname.verification_claim c on c.verification_id = l.other
  on conflict do nothing;
  return true;
end $$;

-- What was decided of two records, as far as none was changed since: what an UPDATE mended is another record.
create function realname.stands(l realname.face_lead) returns boolean language sql stable as $$
  select not exists (
    select 1 from realname.verification v
    where v.person_id in (l.person_id, l.other_person_id) and v.operator_id = l.operator_id and v.entry_type = 7
      and v.state = 10 and v.create_time > l.conclude_time)
$$;

-- Puts down what a sweep found; false if it is known. Who was decided to be one person already is no pair.
create function realname.put_lead(
  p_lead_id uuid, p_operator text, p_gallery text, p_kind smallint, p_verification_id uuid, p_other uuid, p_now timestamptz)
returns boolean language plpgsql as $$
declare
  v_person uuid;
  v_other uuid;
begin
  select person_id into v_person from realname.verification_claim where verification_id = p_verification_id;
  select person_id into v_other from realname.verification_claim where verification_id = p_other;
  if v_person is null or v_other is null or v_person = v_other
     or coalesce(v_other = any (realname.members_of(v_person, p_operator)), false)
     or exists (select 1 from realname.face_lead l
                where l.operator_id = p_operator
                  and ((l.verification_id = p_verification_id and l.other_verification_id = p_other)
                    or (l.verification_id = p_other and l.other_verification_id = p_verification_id)
                    or (l.conclusion = 1 and realname.stands(l)
                      and ((l.person_id = v_person and l.other_person_id = v_other)
                        or (l.person_id = v_other and l.other_person_id = v_person))))) then
    return false;
  end if;
  insert into realname.face_lead values
    (p_lead_id, p_operator, p_verification_id, p_other, v_person, v_other, p_gallery, p_kind, p_now, 0)
  on conflict do nothing;
  return found;
end $$;

-- Says what two records are. RN011 if there is no such lead, RN002 if somebody said otherwise. The second of two who say that
-- they are one person links them.
create function realname.conclude_lead(
  p_operator text, p_lead_id uuid, p_conclusion smallint, p_principal text, p_link_id uuid, p_now timestamptz)
returns void language plpgsql as $$
declare
  l realname.face_lead;
begin
  select * into l from realname.face_lead where lead_id = p_lead_id and operator_id = p_operator for update;
  if not found then
    raise exception 'no such lead' using errcode = 'RN011';
  end if;
  if l.conclusion not in (0, p_conclusion) then
    raise exception 'it was decided otherwise' using errcode = 'RN002';
  end if;
  if l.conclusion = 0 then
    update realname.face_lead set conclusion = p_conclusion, concluded_by = p_principal, conclude_time = p_now
    where lead_id = p_lead_id;
    return;
  end if;
  -- A person is one whatever their certificates.
  if p_conclusion <> 2 or l.confirmed_by is not null
     or realname.person_of(l.concluded_by) = realname.person_of(p_principal) then
    return;
  end if;
  update realname.face_lead set confirmed_by = p_principal, conclude_time = p_now where lead_id = p_lead_id;
  if l.person_id <> l.other_person_id
     and not coalesce(l.other_person_id = any (realname.members_of(l.person_id, p_operator)), false) then
    perform realname.link_people(p_link_id, l.person_id, l.other_person_id, l.verification_id, p_principal, p_now);
  end if;
end $$;

-- Takes a person out of an operator's galleries; returns how many templates went. Galleries in the order of their keys.
create function realname.leave_galleries(p_operator text, p_person_id uuid) returns integer language plpgsql as $$
declare
  g record;
  v_gone integer;
  v_all integer := 0;
begin
  for g in
    select distinct operator_id, name, owner from realname.gallery_template
    where person_id = p_person_id and operator_id = p_operator
    order by operator_id, name, owner
  loop
    update realname.gallery set removals = removals + 1
    where operator_id = g.operator_id and name = g.name and owner = g.owner;
    delete from realname.gallery_template
    where operator_id = g.operator_id and name = g.name and owner = g.owner and person_id = p_person_id;
    get diagnostics v_gone = row_count;
    v_all := v_all + v_gone;
  end loop;
  return v_all;
end $$;

-- Erases what was derived from a person's pictures: templates in galleries, and what was measured beside the pictures.
-- RN004 if there is no such verification.
create function realname.erase_faces(
  p_operator text, p_verification_id uuid, p_audit_id uuid, p_leaf bytea, p_now timestamptz,
  out templates integer, out pictures integer)
language plpgsql as $$
declare
  v_person uuid;
begin
  select v.person_id into v_person from realname.verification_claim c
  join realname.verification v on v.person_id = c.person_id and v.verification_id = c.verification_id
  where c.verification_id = p_verification_id and v.operator_id = p_operator;
  if not found then
    raise exception 'no such verification' using errcode = 'RN004';
  end if;
  -- Whoever registers them at this moment comes before or after.
  perform realname.lock_people(array[v_person]);
  templates := realname.leave_galleries(p_operator, v_person);
  update media.photo set sealed_evidence = null where person_id = v_person and sealed_evidence is not null;
  get diagnostics pictures = row_count;
  insert into realname.audit_record values (p_audit_id, p_verification_id, p_leaf, p_now);
end $$;

grant select, insert, update on realname.gallery, realname.face_lead to realname_server;
grant select, insert, delete on realname.gallery_template to realname_server;
grant execute on function realname.enter_galleries, realname.stands, realname.put_lead, realname.conclude_lead,
  realname.leave_galleries, realname.erase_faces to realname_server;
