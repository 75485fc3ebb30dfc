-- What somebody would click together in Directus' own settings: the lists from the other side of five foreign keys, and
-- everybody may read and add. The policy is the one that Directus makes for callers without a token.

insert into directus_collections (collection)
select unnest(array['person', 'custody_facts', 'consent', 'referral', 'disposition_change', 'eligibility_decision']);

insert into directus_relations (many_collection, many_field, one_collection, one_field)
values ('referral', 'person_id', 'person', null),
       ('disposition_change', 'referral_id', 'referral', 'history'),
       ('eligibility_decision', 'referral_id', 'referral', 'decisions'),
       ('custody_facts', 'person_id', 'person', 'custody'),
       ('consent', 'person_id', 'person', 'consents');

insert into directus_fields (collection, field, special, interface)
values ('referral', 'history', 'o2m', 'list-o2m'),
       ('referral', 'decisions', 'o2m', 'list-o2m'),
       ('person', 'custody', 'o2m', 'list-o2m'),
       ('person', 'consents', 'o2m', 'list-o2m');

insert into directus_permissions (collection, action, permissions, validation, fields, policy)
select collection, action, '{}', '{}', '*', 'abf8a154-5b1c-4a46-ac9c-7300570f4f17'
  from unnest(array['person', 'custody_facts', 'consent', 'referral', 'disposition_change', 'eligibility_decision'])
       as collection,
       unnest(array['create', 'read']) as action;
