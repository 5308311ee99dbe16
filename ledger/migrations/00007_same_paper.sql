-- +goose Up

-- A paper that went through a feeder twice (after a jam, say) is two sheets. The
-- one that was decided later names the one that stands for the paper; that one
-- always stays, and names none itself. A named paper is a duplicate.
alter table sheets add column same_paper bigint references sheets;
alter table sheets add constraint sheets_same_paper_duplicate check (same_paper is null or duplicate);
alter table sheets add constraint sheets_same_paper_other check (same_paper <> id);

create index sheets_same_paper on sheets (same_paper) where same_paper is not null;

grant update (same_paper) on sheets to sesshu_service;
