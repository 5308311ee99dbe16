-- +goose Up

-- Intake: what was scanned. A sheet is the fact that a paper went through a
-- feeder: station, batch, sequence. Its image lies in the image store under its
-- hash.

create table batches (
    station   text        not null check (char_length(station) between 1 and 100 and station !~ '[[:cntrl:]/]'),
    batch     text        not null check (char_length(batch) between 1 and 100 and batch !~ '[[:cntrl:]/]'),
    declared  integer     check (declared >= 0),
    opened_at timestamptz not null,
    closed_at timestamptz,
    primary key (station, batch)
);

create table sheets (
    id          bigint      generated always as identity primary key,
    station     text        not null,
    batch       text        not null,
    sequence    integer     not null check (sequence >= 1),
    sha256      bytea       not null check (octet_length(sha256) = 32),
    bytes       bigint      not null check (bytes >= 0),
    media_type  text        not null,
    captured_at timestamptz not null,
    dpi         integer     not null check (dpi >= 0),
    stored_at   timestamptz not null,
    -- What became of the sheet. Exactly one state at a time; waiting is the
    -- time before the machine's decision.
    state       text        not null default 'waiting' check (state in ('waiting', 'accepted', 'review', 'rejected')),
    decided_at  timestamptz, -- the machine's decision
    crashes     integer     not null default 0 check (crashes >= 0),
    -- Set when the sheet's dose was found in the ledger already; never unset.
    duplicate   boolean     not null default false,
    unique (station, batch, sequence),
    foreign key (station, batch) references batches (station, batch),
    check ((state = 'waiting') = (decided_at is null))
);

create index sheets_sha256 on sheets (sha256);
create index sheets_waiting on sheets (id) where state = 'waiting';

-- Pages: what was read on a sheet and what the machine decided, as it was at
-- the time. Written once.

create table pages (
    sheet       bigint      not null references sheets,
    page        integer     not null check (page >= 1),
    reading     jsonb       not null,
    decision    jsonb       not null,
    outcome     text        not null check (outcome in ('accept', 'review', 'reject')),
    recorded_at timestamptz not null,
    primary key (sheet, page)
);

grant select, insert, update (declared, closed_at) on batches to sesshu_service;
grant select, insert, update (state, decided_at, crashes, duplicate) on sheets to sesshu_service;
grant select, insert on pages to sesshu_service;
