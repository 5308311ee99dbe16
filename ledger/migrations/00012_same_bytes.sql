-- +goose Up

-- A sheet that has the very bytes of an earlier one is a duplicate, wherever it
-- came in. Until now only a file handed in at the desk was looked at.
update sheets set duplicate = true
where not duplicate and exists (select from sheets first where first.sha256 = sheets.sha256 and first.id < sheets.id);
