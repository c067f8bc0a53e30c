-- SPDX-License-Identifier: Apache-2.0
-- observe: every look is by its own key, as a subquery of its own. Joined, a planner whose statistics were of an empty or
-- unknown table came to walk whole indexes: everything that the operator ever registered, everybody's quota.

create or replace function realname.observe(
  p_principal text, p_request_id uuid, p_payload_digest bytea, p_operator text,
  p_index_version integer, p_document_index bytea, p_name_index bytea, p_number_index bytea,
  p_verification_id uuid, p_now timestamptz)
returns table (request_verification_id uuid, same_payload boolean, person_id uuid, row_version bigint, person_known boolean,
               name_differs boolean, numbers_held integer, msisdn_taken boolean)
language sql stable as $$
  with known as (
    select rc.verification_id as request_verification_id, rc.payload_digest = p_payload_digest as same_payload,
           coalesce(vc.person_id, dc.person_id) as person_id, dc.person_id is not null as person_known,
           coalesce(dc.name_index <> p_name_index, false) as name_differs
    from (select 1) as one
    left join realname.request_claim rc on rc.principal = p_principal and rc.request_id = p_request_id
    left join realname.document_claim dc on dc.index_version = p_index_version and dc.document_index = p_document_index
    left join realname.verification_claim vc on vc.verification_id = p_verification_id)
  select k.request_verification_id, k.same_payload, k.person_id,
         (select p.row_version from realname.person p where p.person_id = k.person_id), k.person_known, k.name_differs,
         (coalesce((select q.held from realname.person_quota q
                    where q.person_id = k.person_id and q.operator_id = p_operator), 0) - (
            select count(*) filter (where v.operator_id = p_operator and v.holds_place
                                      and (v.expire_time <= p_now or v.verification_id = p_verification_id))
            from realname.verification v
            where v.person_id = k.person_id))::integer,
         exists (
            select 1 from realname.number_claim n
            where n.index_version = p_index_version and n.number_index = p_number_index
              and n.verification_id is distinct from p_verification_id
              and (select v.expire_time is null or v.expire_time > p_now from realname.verification v
                   where v.person_id = n.person_id and v.verification_id = n.verification_id))
  from known k
$$;
