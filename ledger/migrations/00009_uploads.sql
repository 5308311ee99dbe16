-- +goose Up

-- Files that people handed in by hand at the desk. The browser makes up the
-- upload's id, one for each file it is given; the same id again is the same
-- request again, and changes nothing.

create table uploads (
    account   text   not null check (account <> ''),
    upload    text   not null check (upload ~ '^[0-9a-f]{32}$'),
    sheet     bigint not null unique references sheets,
    file_name text   not null check (char_length(file_name) <= 255), -- as the person's machine calls it
    primary key (account, upload)
);

create trigger uploads_append_only before update or delete or truncate on uploads
    for each statement execute function refuse_change();

grant select, insert on uploads to sesshu_service;
