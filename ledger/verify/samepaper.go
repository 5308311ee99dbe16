package verify

const firstName = `f.station || '/' || f.batch || '/' || f.sequence`

// paperFindings: a picture that came in twice is flagged, and a sheet that needs
// nobody because its paper was scanned before leaves that paper accounted for.
var paperFindings = []finding{
	{"sheet %s has the very bytes of an earlier one, and is not flagged as a duplicate", `
		select ` + sheetName + ` from sheets s
		where not s.duplicate and exists (select from sheets f where f.sha256 = s.sha256 and f.id < s.id)`},
	{"sheet %s, which does not stand for its paper", `
		select ` + sheetName + ` || ' is the same paper as ' || ` + firstName + `
		from sheets s join sheets f on f.id = s.same_paper
		where f.same_paper is not null or f.state = 'waiting'`},
	{"sheet %s, whose picture a person found unreadable, and nobody was asked about this one", `
		select ` + sheetName + ` || ' is the same paper as ' || ` + firstName + `
		from sheets s join sheets f on f.id = s.same_paper
		where exists (select from review_items i where i.sheet = f.id and i.state = 'rejected' and i.reason in ('unreadable', 'other'))
		  and not exists (select from review_items i where i.sheet = s.id)`},
	{"page %s was rejected as the same paper as none", `
		select ` + sheetName + ` || ' page ' || p.page from pages p join sheets s on s.id = p.sheet
		where p.outcome = 'reject' and p.decision -> 'reasons' ->> 0 = 'same_paper' and s.same_paper is null`},
}
