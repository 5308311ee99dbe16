-- +goose Up

-- Who closed a batch by name, and why, is kept whether or not the counts agree:
-- an operator also answers for a picture that came twice in a row, which no count
-- shows. Whether the counts disagreed is therefore said by itself. Until now a
-- name was kept only when they did.
alter table batches add column counts_differ boolean not null default false;
update batches set counts_differ = true where closed_by is not null;
alter table batches add constraint batches_differing_answered check (not counts_differ or closed_by is not null);

grant update (counts_differ) on batches to sesshu_service;
