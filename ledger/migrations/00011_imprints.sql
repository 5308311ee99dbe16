-- +goose Up

-- What the picture says of the text that the endorser was told to print. A sheet
-- without an imprint has no verdict; one that was read before this had none either.
alter table sheets add column imprint_verdict text check (imprint_verdict in ('same', 'unreadable', 'other'));
alter table sheets add column imprint_read text check (char_length(imprint_read) between 1 and 100); -- the other sheet's imprint
alter table sheets add constraint sheets_verdict_on_imprint check (imprint_verdict is null or imprint is not null);
alter table sheets add constraint sheets_other_imprint_read check ((imprint_verdict is not distinct from 'other') = (imprint_read is not null));

-- Whose imprint it is.
create index sheets_imprint on sheets (imprint) where imprint is not null;

grant update (imprint_verdict, imprint_read) on sheets to sesshu_service;
