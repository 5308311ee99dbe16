-- +goose Up

-- People, programs, and the log of what they looked at and changed.

create table accounts (
    name          text        primary key check (name ~ '^[a-z0-9][a-z0-9._@-]{0,62}$'),
    display_name  text        not null,
    role          text        not null check (role in ('reviewer', 'administrator', 'auditor')),
    password_hash text        not null,
    created_at    timestamptz not null,
    disabled_at   timestamptz
);

-- Only a digest of the secret is kept. A name may have several tokens at a time,
-- so that one can be exchanged without a pause.
create table tokens (
    sha256     bytea       primary key check (octet_length(sha256) = 32),
    name       text        not null,
    purpose    text        not null check (purpose in ('station', 'feed')),
    created_at timestamptz not null
);

create table sessions (
    sha256     bytea       primary key check (octet_length(sha256) = 32), -- of the session's token
    data       bytea       not null,
    expires_at timestamptz not null
);

create index sessions_expires_at on sessions (expires_at);

create table access_log (
    id      bigint      generated always as identity primary key,
    at      timestamptz not null,
    account text        not null,
    action  text        not null,
    object  text        not null -- an id, never a value
);

create trigger access_log_append_only before update or delete or truncate on access_log
    for each statement execute function refuse_change();

grant select, insert, update (display_name, role, password_hash, disabled_at) on accounts to sesshu_service;
grant select, insert on tokens to sesshu_service;
grant select, insert, update, delete on sessions to sesshu_service;
grant select, insert on access_log to sesshu_service;
