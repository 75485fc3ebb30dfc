-- Invented referrals, in sets. Settings: bench.referrals (how many), bench.decisions (one of each outcome, as JSON).
-- Every id says what it is of and which one: 01900000-<kind>-7000-8000-<number>, ascending as they come in.

create function pg_temp.uid(kind text, number bigint) returns uuid language sql immutable as $$
  select ('01900000-' || kind || '-7000-8000-' || lpad(to_hex(number), 12, '0'))::uuid
$$;

insert into organisation (id, charity_id, kind, name, code, active, version, created_at, updated_at)
select pg_temp.uid('0001', c), pg_temp.uid('0001', c), 'CHARITY', 'Example Charity ' || c, 'BN' || chr(65 + c), true, 1,
       '2023-01-01Z', '2023-01-01Z'
  from generate_series(0, 7) c;

insert into organisation (id, charity_id, kind, name, active, version, created_at, updated_at)
select pg_temp.uid('0002', p), pg_temp.uid('0001', p / 4), 'PARTNER', 'Example Agency ' || p, true, 1,
       '2023-01-01Z', '2023-01-01Z'
  from generate_series(0, 31) p;

insert into member (id, charity_id, organisation_id, display_name, email, roles, standing, authority, version,
                    created_at, updated_at)
select pg_temp.uid('0003', c), pg_temp.uid('0001', c), pg_temp.uid('0001', c), 'Example Coordinator ' || c,
       'coordinator' || c || '@charity.example', array['coordinator'], 'ACTIVE', 1, 1, '2023-01-01Z', '2023-01-01Z'
  from generate_series(0, 7) c;

insert into client (id, charity_id, organisation_id, name, role, scopes, standing, authority, version,
                    created_at, updated_at)
select pg_temp.uid('0004', p), pg_temp.uid('0001', p / 4), pg_temp.uid('0002', p), 'Example Program ' || p, 'referrer',
       array['programmes:read', 'referrals:read', 'referrals:write'], 'ACTIVE', 1, 1, '2023-01-01Z', '2023-01-01Z'
  from generate_series(0, 31) p;

insert into programme (id, charity_id, name, establishments, minimum_length, time_to_first_session, warning_days, intake,
                       version, created_at, updated_at)
select pg_temp.uid('0005', q), pg_temp.uid('0001', q / 5), 'Example Programme ' || q, array['BXI'], 'P3M', 'P14D', 28,
       'open', 1, '2023-01-01Z', '2023-01-01Z'
  from generate_series(0, 39) q;

insert into eligibility_policy (id, charity_id, programme_id, policy_version, valid_from, document, created_at)
select pg_temp.uid('0006', q), pg_temp.uid('0001', q / 5), pg_temp.uid('0005', q), 1, '2023-01-01',
       current_setting('bench.policy')::jsonb, '2023-01-01Z'
  from generate_series(0, 39) q;

-- What the rest is made of: whose it is, when it came in, how it was judged, where it ended.
create temp table made as
select n, n % 8 as charity, (n % 8) * 4 + (n / 8) % 4 as partner, (n % 8) * 5 + (n / 32) % 5 as programme,
       date '2023-01-02' + (n * 1000 / current_setting('bench.referrals')::bigint)::int as day,
       case when n % 10 < 8 then 'ELIGIBLE' when n % 10 = 8 then 'UNDETERMINED' else 'INELIGIBLE' end as outcome,
       case when n % 10 = 8 then 'awaiting_information'
            when n % 10 = 9 then 'ineligible'
            else (array['waiting', 'allocated', 'declined_by_person', 'released_unserved', 'withdrawn'])[n % 5 + 1]
       end as disposition
  from generate_series(1, current_setting('bench.referrals')::bigint) n;

insert into person (id, charity_id, given_name, family_name, known_as, date_of_birth, sex, establishment, location,
                    movement, name_keys, version, created_at, created_by, updated_at)
select pg_temp.uid('0010', n), pg_temp.uid('0001', charity), 'Testcase', 'Exampleson ' || n, '{}',
       date '1960-01-01' + (n * 7919 % 14600)::int, 'M', 'BXI', 'A wing, 1-' || n % 90, 'IN_ESTABLISHMENT',
       array['E251', 'EXAMPLESON', 'N' || n, 'T232', 'TESTCASE'], 1, day + time '10:00', pg_temp.uid('0004', partner),
       day + time '10:00'
  from made order by n;

insert into custody_facts (id, charity_id, person_id, sequence, legal_status, in_custody, conditional_release_date,
                           source, recorded_at, recorded_by)
select pg_temp.uid('0012', n), pg_temp.uid('0001', charity), pg_temp.uid('0010', n), 1, 'SENTENCED', true, day + 200,
       'partner', day + time '10:00', pg_temp.uid('0004', partner)
  from made order by n;

insert into consent (id, charity_id, person_id, purpose, given, stated_at, recorded_at, recorded_by)
select pg_temp.uid('0015', n), pg_temp.uid('0001', charity), pg_temp.uid('0010', n), 'TAKING_PART', true,
       day + time '10:00', day + time '10:00', pg_temp.uid('0004', partner)
  from made order by n;

insert into referral (id, charity_id, programme_id, person_id, partner_id, reference, partner_reference, source, channel,
                      received_on, received_at, reason, needs, disposition, disposition_for_partner, disposition_since,
                      version, version_for_partner, submitted, created_at, created_by, updated_at)
select pg_temp.uid('0011', n), pg_temp.uid('0001', charity), pg_temp.uid('0005', programme), pg_temp.uid('0010', n),
       pg_temp.uid('0002', partner), 'BN' || chr(65 + charity::int) || '-' || n, 'CASE-' || n, 'prison_offender_manager',
       'API', day, day + time '10:00', 'Would like help with finding work before release.',
       array['EDUCATION_SKILLS_AND_WORK'], disposition, disposition, day + time '10:00' + interval '9 days', 10, 10,
       jsonb_build_object(
         'source', 'prison_offender_manager', 'source_detail', null, 'channel', 'API', 'received_on', day,
         'reason', 'Would like help with finding work before release.',
         'needs', jsonb_build_array('EDUCATION_SKILLS_AND_WORK'), 'partner_reference', 'CASE-' || n,
         'person', jsonb_build_object('given_name', 'Testcase', 'family_name', 'Exampleson ' || n, 'establishment', 'BXI'),
         'custody', jsonb_build_object('legal_status', 'SENTENCED', 'conditional_release_date', day + 200),
         'consent', jsonb_build_object('given', true)
       ),
       day + time '10:00', pg_temp.uid('0004', partner), day + time '10:00' + interval '9 days'
  from made order by n;

-- Ten entries each: the same way for all up to the last step.
insert into disposition_change (id, charity_id, referral_id, sequence, disposition, source, step, effective_on,
                                recorded_at, recorded_by)
select pg_temp.uid('0014', n * 10 + s), pg_temp.uid('0001', charity), pg_temp.uid('0011', n), s,
       case s when 10 then disposition
              else (array['awaiting_information', 'waiting', 'allocated', 'waiting', 'awaiting_information', 'waiting',
                          'withdrawn', 'waiting', case outcome when 'INELIGIBLE' then 'awaiting_confirmation'
                                                               else 'waiting' end])[s] end,
       'prison_offender_manager',
       case s when 10 then case disposition
                when 'awaiting_information' then 'judged_undetermined' when 'ineligible' then 'confirm_ineligible'
                when 'allocated' then 'allocate' when 'declined_by_person' then 'decline'
                when 'released_unserved' then 'record_release' when 'withdrawn' then 'withdraw'
                else 'source_corrected' end
              else (array['judged_undetermined', 'judged_eligible', 'allocate', 'reopen', 'judged_undetermined',
                          'judged_eligible', 'withdraw', 'reopen',
                          case outcome when 'INELIGIBLE' then 'judged_ineligible' else 'source_corrected' end])[s] end,
       day + s - 1, day + time '10:00' + (s - 1) * interval '1 day', pg_temp.uid('0003', charity)
  from made cross join generate_series(1, 10) s order by n, s;

-- One decision each, and a second one on every fourth, so that the newest has to be looked for.
insert into eligibility_decision (id, charity_id, referral_id, partner_id, sequence, outcome, reasons, basis, custody_end,
                                  threshold, warnings, evaluated_on, inputs, policy_id, policy_version, custody_facts_id,
                                  decided_at, decided_for)
select pg_temp.uid('0013', n * 2 + s), pg_temp.uid('0001', charity), pg_temp.uid('0011', n), pg_temp.uid('0002', partner),
       s, said.outcome, said.found -> 'reasons', said.found ->> 'basis', day + 200, day + 90, '{}', day,
       said.found -> 'inputs', pg_temp.uid('0006', programme), 1, pg_temp.uid('0012', n), day + time '10:00',
       pg_temp.uid('0004', partner)
  from made
 cross join generate_series(1, 2) s
 cross join lateral (
   select case when s = 1 and n % 4 = 0 then 'UNDETERMINED' else made.outcome end as outcome
 ) as o
 cross join lateral (
   select o.outcome, current_setting('bench.decisions')::jsonb -> o.outcome as found
 ) as said
 where s = 1 or n % 4 = 0
 order by n, s;

insert into audit_entry (id, charity_id, action, object_id, fields, subject_id, role, request_id, at)
select pg_temp.uid('0016', n), pg_temp.uid('0001', charity), 'referral.submitted', pg_temp.uid('0011', n),
       array['person', 'programme_id', 'source'], pg_temp.uid('0004', partner), 'referrer', null, day + time '10:00'
  from made order by n;

insert into event (id, charity_id, type, aggregate_id, aggregate_version, partner_id, occurred_at)
select pg_temp.uid('0017', n), pg_temp.uid('0001', charity), 'referral.received', pg_temp.uid('0011', n), 1,
       pg_temp.uid('0002', partner), day + time '10:00'
  from made order by n;
