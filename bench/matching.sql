-- A programme in which 1,000 people wait and 300 mentors have two places each. Setting: bench.decisions, as in dataset.sql.

create function pg_temp.uid(kind text, number bigint) returns uuid language sql immutable as $$
  select ('01900000-' || kind || '-7000-8000-' || lpad(to_hex(number), 12, '0'))::uuid
$$;

insert into programme (id, charity_id, name, establishments, minimum_length, time_to_first_session, warning_days, intake,
                       version, created_at, updated_at)
select pg_temp.uid('0005', 999), pg_temp.uid('0001', 0), 'Example Programme to match', array['BXI'], 'P3M', 'P14D', 28,
       'open', 1, '2023-01-01Z', '2023-01-01Z';

create temp table waits as
select 10000000 + n as n, current_date - (n % 90)::int as day, current_date + 30 + (n * 7919 % 400)::int as release
  from generate_series(1, 1000) n;

insert into person (id, charity_id, given_name, family_name, known_as, date_of_birth, sex, establishment, location,
                    movement, name_keys, version, created_at, created_by, updated_at)
select pg_temp.uid('0010', n), pg_temp.uid('0001', 0), 'Testcase', 'Exampleson ' || n, '{}', '1990-01-31', 'M',
       (array['BXI', 'WWI', 'ISI'])[n % 3 + 1], 'A wing, 1-01', 'IN_ESTABLISHMENT', array['EXAMPLESON'], 1, day,
       pg_temp.uid('0003', 0), day
  from waits;

insert into referral (id, charity_id, programme_id, person_id, reference, source, channel, received_on, received_at, needs,
                      disposition, disposition_for_partner, disposition_since, version, version_for_partner, submitted,
                      created_at, created_by, updated_at)
select pg_temp.uid('0011', n), pg_temp.uid('0001', 0), pg_temp.uid('0005', 999), pg_temp.uid('0010', n), 'BNA-' || n,
       'prison_offender_manager', 'EMAIL', day, day, '{}', 'waiting', 'waiting', day, 1, 1, '{}', day,
       pg_temp.uid('0003', 0), day
  from waits;

insert into disposition_change (id, charity_id, referral_id, sequence, disposition, source, step, effective_on,
                                recorded_at, recorded_by)
select pg_temp.uid('0014', n), pg_temp.uid('0001', 0), pg_temp.uid('0011', n), 1, 'waiting', 'prison_offender_manager',
       'judged_eligible', day, day, pg_temp.uid('0003', 0)
  from waits;

insert into eligibility_decision (id, charity_id, referral_id, sequence, outcome, reasons, basis, custody_end, threshold,
                                  warnings, evaluated_on, inputs, decided_at, decided_for)
select pg_temp.uid('0013', n), pg_temp.uid('0001', 0), pg_temp.uid('0011', n), 1, 'ELIGIBLE', said -> 'reasons',
       said ->> 'basis', release, day + 90, '{}', day, said -> 'inputs', day, pg_temp.uid('0003', 0)
  from waits, lateral (select current_setting('bench.decisions')::jsonb -> 'ELIGIBLE' as said) s;

insert into match_profile (id, charity_id, release_area, times, languages, interests, has_children, person_id, wishes,
                           recorded_at, recorded_by)
select pg_temp.uid('0018', n), pg_temp.uid('0001', 0), 'AREA ' || n % 40,
       array[(array['MON_MORNING', 'TUE_MORNING', 'WED_AFTERNOON', 'THU_EVENING'])[n % 4 + 1], 'FRI_MORNING'],
       array['en', (array['pl', 'so', 'pt', 'ar'])[n % 4 + 1]], array[(array['music', 'football', 'books'])[n % 3 + 1]],
       n % 2 = 0, pg_temp.uid('0010', n),
       case when n % 5 = 0 then '[{"attribute": "LIVED_EXPERIENCE", "value": "YES", "required": false}]'::jsonb
            else '[]' end,
       day, pg_temp.uid('0003', 0)
  from waits;

insert into mentor (id, charity_id, kind, display_name, supervision_every_days, capacity, area, times, languages, interests,
                    has_children, stage, stage_since, programme_ids, offers, version, created_at, created_by, updated_at)
select pg_temp.uid('0019', m), pg_temp.uid('0001', 0), 'VOLUNTEER', 'Example Volunteer ' || m, 28, 2, 'AREA ' || m % 40,
       array[(array['MON_MORNING', 'TUE_MORNING', 'WED_AFTERNOON', 'THU_EVENING'])[m % 4 + 1]],
       array['en', (array['pl', 'so', 'pt', 'ar'])[m % 4 + 1]], array[(array['music', 'football', 'books'])[m % 3 + 1]],
       m % 3 = 0, 'ACTIVE', current_date - 100, array[pg_temp.uid('0005', 999)],
       case when m % 6 = 0 then '{"LIVED_EXPERIENCE": ["YES"]}'::jsonb else '{}' end, 1, now(), pg_temp.uid('0003', 0), now()
  from generate_series(1, 300) m;

insert into mentor_check (id, charity_id, mentor_id, kind, establishment, outcome, decided_on, recorded_at, recorded_by)
select pg_temp.uid('001a', m * 10 + k), pg_temp.uid('0001', 0), pg_temp.uid('0019', m),
       case k when 0 then 'VETTING' else 'CLEARANCE' end, case k when 0 then null else (array['BXI', 'WWI', 'ISI'])[k] end,
       'GRANTED', current_date - 120, now(), pg_temp.uid('0003', 0)
  from generate_series(1, 300) m cross join generate_series(0, 3) k
 where k = 0 or m % 4 <> k;

insert into mentor_training (id, charity_id, mentor_id, module, completed_on, recorded_at, recorded_by)
select pg_temp.uid('001b', m), pg_temp.uid('0001', 0), pg_temp.uid('0019', m), 'CORE', current_date - 110, now(),
       pg_temp.uid('0003', 0)
  from generate_series(1, 300) m;

analyze;
