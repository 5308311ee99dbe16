-- +goose Up

-- What slips are checked against: issued tickets, lots, medical institutions.
-- A ticket number is unique inside its municipality, but one may be printed for
-- several doses.

create table tickets (
    municipality_code text not null,
    ticket_number     text not null,
    dose              text not null,
    ticket_type       text not null,
    birth_date        text not null, -- ISO 8601; empty when unknown
    name_kana         text not null,
    status            text not null check (status in ('issued', 'used', 'invalid')),
    primary key (municipality_code, ticket_number, dose)
);

create table lots (
    manufacturer  text not null,
    product       text not null,
    lot_number    text not null,
    first_shipped text not null, -- ISO 8601; empty when unknown
    primary key (lot_number, manufacturer, product)
);

create table facilities (
    facility_code text primary key,
    name          text not null
);

grant select, insert, update on tickets, lots, facilities to sesshu_service;
