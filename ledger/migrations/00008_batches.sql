-- +goose Up

-- What a batch holds besides its number of sheets: whose slips they are and
-- which month they belong to (請求年月). Empty when nobody has said.
alter table batches add column facility_code text check (facility_code ~ '^[0-9]{10}$');
alter table batches add column month text check (month ~ '^[0-9]{4}-(0[1-9]|1[0-2])$');

-- How a batch was closed. Declared, fed and stored agree, or a named person has
-- written why not.
alter table batches add column fed integer check (fed >= 0); -- sheets, by the station's count; null when it did not say
alter table batches add column closed_by text check (char_length(closed_by) between 1 and 100);
alter table batches add column closing_reason text check (char_length(closing_reason) between 1 and 1000);
alter table batches add constraint batches_person_with_reason check ((closed_by is null) = (closing_reason is null));
alter table batches add constraint batches_person_closes check (closed_by is null or closed_at is not null);

-- Sheets that steer the feeding and are no slips: the header in front of a batch
-- and the separators inside it. They are stored and counted like any sheet, but
-- no declared count includes them.
alter table sheets add column control text check (control in ('batch_header', 'separator'));
alter table sheets add constraint sheets_control_not_entered check (control is null or state <> 'accepted');

-- What the scanner's endorser printed on the paper, as the station reports it.
alter table sheets add column imprint text check (char_length(imprint) between 1 and 100);

-- The header sheet whose words describe the batch.
alter table batches add column header bigint references sheets;

-- Looking for an earlier sheet of the same ticket and dose.
create index pages_ticket on pages ((decision #>> '{fields,ticket_number,value}')) where outcome <> 'reject';

grant update (facility_code, month, fed, closed_by, closing_reason, header) on batches to sesshu_service;
grant update (control) on sheets to sesshu_service;
