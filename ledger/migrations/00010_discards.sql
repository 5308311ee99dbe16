-- +goose Up

-- Batches that a person threw away at the station before they were handed in.
-- Their sheets were fed and are not here; who answers for that is. Written once.
create table discards (
    station      text        not null,
    batch        text        not null,
    person       text        not null check (char_length(person) between 1 and 100),
    reason       text        not null check (char_length(reason) between 1 and 1000),
    sheets       integer     not null check (sheets >= 0), -- fed and thrown away, by the station's count
    -- Sheets that had come in under the batch's name all the same. They stay and
    -- count; only a batch of which nothing had come in is gone as a whole.
    stored       integer     not null check (stored >= 0),
    discarded_at timestamptz not null, -- by the station's clock
    noted_at     timestamptz not null,
    primary key (station, batch),
    foreign key (station, batch) references batches (station, batch)
);

create trigger discards_append_only before update or delete or truncate on discards
    for each statement execute function refuse_change();

grant select, insert on discards to sesshu_service;
