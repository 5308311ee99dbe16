-- +goose Up

-- A secret that got into wrong hands is revoked; its row stays on record.
alter table tokens add column revoked_at timestamptz;
create index tokens_name on tokens (name, purpose);

grant update (revoked_at) on tokens to sesshu_service;
