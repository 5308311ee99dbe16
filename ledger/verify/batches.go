package verify

const batchName = `b.station || '/' || b.batch`

// batchFindings: the law of conservation of paper. Declared, fed and stored
// agree for every batch that is closed, and no sheet bears another's imprint,
// unless a named person has written why not; header and separator sheets, which no declared count includes, are what
// their code says. A paper that was fed twice in one batch is one slip. That each stored sheet is accepted, in review, rejected or
// waiting, and only one of these, is checkSheets' part of the law.
var batchFindings = []finding{
	{"batch %s was closed with another number of sheets than declared", `
		select ` + batchName + ` || ' (' || b.declared || ' declared, ' || count(s.id) filter (where ` + isSlip + `) || ' stored)'
		from batches b left join sheets s on s.station = b.station and s.batch = b.batch
		where b.closed_at is not null and not b.counts_differ
		group by b.station, b.batch having count(s.id) filter (where ` + isSlip + `) <> b.declared`},
	{"batch %s was closed with another number of sheets than fed", `
		select ` + batchName + ` || ' (' || b.fed || ' fed, ' || count(s.id) || ' stored)'
		from batches b left join sheets s on s.station = b.station and s.batch = b.batch
		where b.closed_at is not null and not b.counts_differ
		group by b.station, b.batch having count(s.id) <> b.fed`},
	{"batch %s was closed with a sheet missing among its numbers", `
		select ` + batchName + ` from batches b join sheets s on s.station = b.station and s.batch = b.batch
		where b.closed_at is not null and not b.counts_differ group by b.station, b.batch having max(s.sequence) <> count(*)`},
	{"batch %s was closed with another sheet's imprint on one of its sheets, and nobody answers for it", `
		select distinct ` + batchName + ` from batches b join sheets s on s.station = b.station and s.batch = b.batch
		where b.closed_at is not null and not b.counts_differ and s.imprint_verdict = 'other' and s.decided_at <= b.closed_at`},
	{"sheet %s does not follow what its pages say of its imprint", `
		select ` + sheetName + ` from sheets s where s.imprint_verdict <> case
			when exists (select from pages p where p.sheet = s.id and p.reading #>> '{imprint,verdict}' = 'same') then 'same'
			when exists (select from pages p where p.sheet = s.id and p.reading #>> '{imprint,verdict}' = 'other') then 'other'
			else 'unreadable' end
		   or s.imprint_read is not null and not exists (select from pages p where p.sheet = s.id and p.reading #>> '{imprint,text}' = s.imprint_read)`},
	{"batch %s has somebody answer for its counts without a reason, or before it was closed", `
		select ` + batchName + ` from batches b
		where (b.closed_by is null) <> (b.closing_reason is null) or b.closed_by is not null and b.closed_at is null
		   or b.counts_differ and b.closed_by is null`},
	{"sheet %s is left out of its batch's count, but its code does not say so", `
		select ` + sheetName + ` from sheets s where s.control is not null and (s.state = 'accepted' or not exists (
			select from pages p, ` + batchSheetTexts + ` where p.sheet = s.id and code #>> '{}' like
				case s.control when 'batch_header' then 'SESSHU:BATCH:1:%' else 'SESSHU:SEPARATOR:1' end))`},
	{"batch %s does not count what its header sheet says", `
		select ` + batchName + ` from batches b where b.header is not null and not exists (
			select from sheets s join pages p on p.sheet = s.id, ` + batchSheetTexts + `
			where s.id = b.header and s.station = b.station and s.batch = b.batch and s.control = 'batch_header'
			  and code #>> '{}' || ';' like 'SESSHU:BATCH:1:declared=' || b.declared || ';%'
			  and (code #>> '{}' not like '%;facility=%' or code #>> '{}' || ';' like '%;facility=' || b.facility_code || ';%')
			  and (code #>> '{}' not like '%;month=%' or code #>> '{}' || ';' like '%;month=' || b.month || ';%'))`},
}

// isSlip: sheet s is a slip of its batch, for the first time.
const isSlip = `s.control is null and not exists (
	select from sheets f where f.id = s.same_paper and f.station = s.station and f.batch = s.batch)`

// batchSheetTexts are the texts that were read as a batch sheet's code on p.
const batchSheetTexts = `jsonb_path_query(p.reading, '$.readings[*] ? (@.field == "batch_sheet").candidates[*].text') code`
