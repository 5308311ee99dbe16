-- +goose Up

-- The queue of pages that wait for a person, or did.

create table review_items (
    id          bigint      generated always as identity primary key,
    sheet       bigint      not null,
    page        integer     not null,
    version     integer     not null default 1 check (version >= 1),
    state       text        not null default 'waiting' check (state in ('waiting', 'confirmed', 'rejected')),
    reason      text        check (reason in ('not_a_slip', 'duplicate', 'unreadable', 'no_vaccination', 'other_municipality', 'other')),
    finished_by text,
    finished_at timestamptz,
    leased_by   text,
    leased_till timestamptz,
    created_at  timestamptz not null,
    unique (sheet, page),
    foreign key (sheet, page) references pages (sheet, page),
    check ((state = 'rejected') = (reason is not null)),
    check ((state = 'waiting') = (finished_by is null)),
    check ((state = 'waiting') = (finished_at is null)),
    check ((leased_by is null) = (leased_till is null))
);

create index review_items_waiting on review_items (id) where state = 'waiting';

-- What people said, value by value. Nothing is overwritten: a later answer of
-- the same value counts, and taking one back is a row of its own.

create table answers (
    id          bigint      generated always as identity primary key,
    item        bigint      not null references review_items,
    value       text        not null,
    text        text        not null check (char_length(text) <= 1000),
    answered_by text        not null,
    answered_at timestamptz not null
);

create index answers_item on answers (item, id);

create table answer_undos (
    answer    bigint      primary key references answers,
    undone_by text        not null,
    undone_at timestamptz not null
);

create trigger answers_append_only before update or delete or truncate on answers
    for each statement execute function refuse_change();
create trigger answer_undos_append_only before update or delete or truncate on answer_undos
    for each statement execute function refuse_change();

grant select, insert, update (version, state, reason, finished_by, finished_at, leased_by, leased_till) on review_items to sesshu_service;
grant select, insert on answers, answer_undos to sesshu_service;
