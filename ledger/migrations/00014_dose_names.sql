-- +goose Up

-- Slips of routine vaccinations bear no ticket: their doses are told by the
-- person's reference number, the vaccination and the dose. An entry must name its
-- dose in one of the two ways. (ticket_number stays as it is generated, null
-- where the slip has none; it is not joined by columns for the other values,
-- which would write the whole ledger anew.)

alter table entries alter column ticket_number drop not null;
alter table entries add constraint entries_dose_named check (
    coalesce(fields ->> 'ticket_number', fields ->> 'reference_number', '') <> ''
    and coalesce(fields ->> 'reference_number', '-') <> '');

-- dose_claims: a dose by each of its names. What a name does not consist of is
-- empty there, so that the primary key still makes a doubled dose impossible. An
-- entry that bears both numbers claims its dose by both.

alter table dose_claims add column reference_number text not null default '';
alter table dose_claims add column vaccine text not null default '';
alter table dose_claims alter column reference_number drop default, alter column vaccine drop default;
alter table dose_claims drop constraint dose_claims_pkey;
alter table dose_claims add primary key (municipality_code, ticket_number, reference_number, vaccine, dose);
alter table dose_claims drop constraint dose_claims_entry_key;
create index dose_claims_entry on dose_claims (entry);
alter table dose_claims add constraint dose_claims_one_number check ((ticket_number = '') <> (reference_number = ''));
alter table dose_claims add constraint dose_claims_vaccine_of_person check (vaccine = '' or reference_number <> '');

-- +goose StatementBegin
create or replace function claim_dose() returns trigger language plpgsql security definer
set search_path from current as $$
declare
    reference text := new.fields ->> 'reference_number';
begin
    if new.replaces is not null then
        delete from dose_claims where entry = new.replaces;
        if not found then
            raise exception 'entry % does not stand', new.replaces using errcode = 'foreign_key_violation';
        end if;
    end if;
    if new.ticket_number is not null then
        insert into dose_claims (municipality_code, ticket_number, reference_number, vaccine, dose, entry)
        values (new.municipality_code, new.ticket_number, '', '', new.dose, new.sequence);
    end if;
    if reference is not null then
        insert into dose_claims (municipality_code, ticket_number, reference_number, vaccine, dose, entry)
        values (new.municipality_code, '', reference, coalesce(new.fields ->> 'vaccine', ''), new.dose, new.sequence);
    end if;
    return null;
end
$$;
-- +goose StatementEnd

-- Looking for an earlier sheet of the same reference number.
create index pages_reference on pages ((decision #>> '{fields,reference_number,value}')) where outcome <> 'reject';
