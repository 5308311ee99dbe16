package slip_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"sesshu/ledger/slip"
)

// The worked example of the rule: whoever writes the rule again, in whatever
// language, must come to the same digits. These were computed by a few lines of Python:
//
//	parts = ["sesshu entry 1", "7", "S1", "B1", "3", …]
//	sha256(b"".join(b"%d:%s," % (len(p.encode()), p.encode()) for p in parts))
func TestEntryHashExample(t *testing.T) {
	t.Parallel()
	entry := slip.Entry{
		Sequence:   7,
		Sheet:      slip.SheetID{Station: "S1", Batch: "B1", Sequence: 3},
		SHA256:     slip.HashOf([]byte("sheet")),
		Page:       1,
		Values:     map[slip.Value]string{slip.Dose: "1", slip.Manufacturer: "武田"},
		DecidedBy:  slip.Actor{Kind: slip.ActorPerson, Name: "sato"},
		RecordedAt: time.Date(2021, 6, 30, 10, 2, 3, 4999, time.FixedZone("JST", 9*60*60)),
		Previous:   slip.HashOf([]byte("entry")),
	}
	const want = "f0ccb4122f858f8c8aeb59d6c1b75f413a4638e30123a7b73021a1fdc7722cfd"
	if got := slip.EntryHash(entry).String(); got != want {
		t.Errorf("EntryHash = %s, want %s", got, want)
	}
}

// Whatever is changed in an entry changes its hash; what is not part of it does
// not.
func TestEntryHashCoversEverything(t *testing.T) {
	t.Parallel()
	text := rapid.StringN(0, 8, -1)
	entries := rapid.Custom(func(t *rapid.T) slip.Entry {
		return slip.Entry{
			Sequence: rapid.Int64Range(1, 1<<40).Draw(t, "sequence"),
			Sheet: slip.SheetID{
				Station: text.Draw(t, "station"), Batch: text.Draw(t, "batch"),
				Sequence: rapid.IntRange(1, 1000).Draw(t, "sheet"),
			},
			SHA256: slip.HashOf([]byte(text.Draw(t, "image"))),
			Page:   rapid.IntRange(1, 4).Draw(t, "page"),
			Values: rapid.MapOf(rapid.Map(text, func(s string) slip.Value { return slip.Value(s) }), text).Draw(t, "values"),
			DecidedBy: slip.Actor{
				Kind: text.Draw(t, "kind"), Name: text.Draw(t, "name"),
			},
			Replaces:   rapid.Int64Range(0, 1000).Draw(t, "replaces"),
			RecordedAt: time.UnixMicro(rapid.Int64Range(0, 1<<50).Draw(t, "at")),
			Previous:   slip.HashOf([]byte(text.Draw(t, "previous"))),
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		entry := entries.Draw(t, "entry")
		hash := slip.EntryHash(entry)
		changes := map[string]func(e *slip.Entry){
			"sequence": func(e *slip.Entry) { e.Sequence++ },
			"station":  func(e *slip.Entry) { e.Sheet.Station += "x" },
			"shift":    func(e *slip.Entry) { e.Sheet.Station, e.Sheet.Batch = e.Sheet.Station+"1", "1"+e.Sheet.Batch },
			"sheet":    func(e *slip.Entry) { e.Sheet.Sequence++ },
			"image":    func(e *slip.Entry) { e.SHA256[5] ^= 1 },
			"page":     func(e *slip.Entry) { e.Page++ },
			"value":    func(e *slip.Entry) { e.Values = map[slip.Value]string{"a": e.Values["a"] + "x"} },
			"kind":     func(e *slip.Entry) { e.DecidedBy.Kind += "x" },
			"name":     func(e *slip.Entry) { e.DecidedBy.Name += "x" },
			"replaces": func(e *slip.Entry) { e.Replaces++ },
			"time":     func(e *slip.Entry) { e.RecordedAt = e.RecordedAt.Add(time.Microsecond) },
			"previous": func(e *slip.Entry) { e.Previous[31] ^= 0x80 },
		}
		for name, change := range changes {
			changed := entry
			change(&changed)
			if slip.EntryHash(changed) == hash {
				t.Fatalf("changing the %s does not show", name)
			}
		}
		same := entry
		same.Hash = hash
		same.RecordedAt = entry.RecordedAt.UTC().Add(999 * time.Nanosecond)
		if slip.EntryHash(same) != hash {
			t.Fatal("the hash depends on itself, on the time zone or on nanoseconds")
		}
	})
}
