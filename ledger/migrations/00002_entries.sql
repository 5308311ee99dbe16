-- +goose Up

-- +goose StatementBegin
-- refuse_change keeps append-only tables append-only for everybody, their owner
-- included.
create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'table % is append-only', tg_table_name using errcode = 'restrict_violation';
end
$$;
-- +goose StatementEnd

-- The ledger itself. The constraints make it gapless (each entry refers to the
-- one before), chained (it carries that one's hash) and free of doubled doses
-- (dose_claims below).

create table entries (
    sequence          bigint      primary key check (sequence >= 1),
    previous_sequence bigint      generated always as (nullif(sequence - 1, 0)) stored,
    sheet             bigint      not null,
    page              integer     not null,
    sha256            bytea       not null check (octet_length(sha256) = 32),
    fields            jsonb       not null check (jsonb_typeof(fields) = 'object'),
    municipality_code text        generated always as (fields ->> 'municipality_code') stored not null check (municipality_code <> ''),
    ticket_number     text        generated always as (fields ->> 'ticket_number') stored not null check (ticket_number <> ''),
    dose              text        generated always as (fields ->> 'dose') stored not null check (dose <> ''),
    actor_kind        text        not null check (actor_kind in ('machine', 'person')),
    actor_name        text        not null check ((actor_kind = 'machine') = (actor_name = '')),
    replaces          bigint      unique check (replaces < sequence), -- at most one correction an entry
    recorded_at       timestamptz not null,
    previous          bytea       not null check (octet_length(previous) = 32),
    hash              bytea       not null check (octet_length(hash) = 32),
    unique (sequence, hash),
    foreign key (previous_sequence, previous) references entries (sequence, hash),
    foreign key (replaces) references entries (sequence),
    foreign key (sheet, page) references pages (sheet, page),
    check (sequence > 1 or previous = decode(repeat('00', 32), 'hex'))
);

-- A page enters the ledger once; what follows are corrections.
create unique index entries_page on entries (sheet, page) where replaces is null;

create trigger entries_append_only before update or delete or truncate on entries
    for each statement execute function refuse_change();
create trigger pages_append_only before update or delete or truncate on pages
    for each statement execute function refuse_change();

-- dose_claims says which entry holds a dose now. Its primary key is what makes
-- a doubled dose impossible. Only the trigger below writes it, with the owner's
-- rights: an entry claims its dose, and a correction first gives up the claim
-- of the entry it replaces, which it must find.

create table dose_claims (
    municipality_code text   not null,
    ticket_number     text   not null,
    dose              text   not null,
    entry             bigint not null unique references entries (sequence),
    primary key (municipality_code, ticket_number, dose)
);

-- +goose StatementBegin
create function claim_dose() returns trigger language plpgsql security definer
set search_path from current as $$
begin
    if new.replaces is not null then
        delete from dose_claims where entry = new.replaces;
        if not found then
            raise exception 'entry % does not stand', new.replaces using errcode = 'foreign_key_violation';
        end if;
    end if;
    insert into dose_claims (municipality_code, ticket_number, dose, entry)
    values (new.municipality_code, new.ticket_number, new.dose, new.sequence);
    return null;
end
$$;
-- +goose StatementEnd

revoke execute on function claim_dose() from public;

create trigger entries_claim_dose after insert on entries
    for each row execute function claim_dose();

grant select, insert on entries to sesshu_service;
grant select on dose_claims to sesshu_service;
