package ledger_test

import (
	"testing"
	"time"

	"sesshu/ledger"
	"sesshu/ledger/ledgertest"
	"sesshu/ledger/slip"
)

func TestAccountsAreAddedChangedAndDisabled(t *testing.T) {
	t.Parallel()
	store := ledgertest.NewStore(t)
	ctx := t.Context()
	sato := slip.Account{Name: "sato", DisplayName: "佐藤 花子", Role: slip.RoleReviewer, PasswordHash: "first"}
	if err := store.AddAccount(ctx, sato); err != nil {
		t.Fatal(err)
	}
	want(t, store.AddAccount(ctx, sato), ledger.ErrExists)
	want(t, store.AddAccount(ctx, slip.Account{Name: "Sato", Role: slip.RoleReviewer}), ledger.ErrInvalid)
	want(t, store.AddAccount(ctx, slip.Account{Name: "boss", Role: "boss"}), ledger.ErrInvalid)
	if err := store.SetPassword(ctx, "sato", "second"); err != nil {
		t.Fatal(err)
	}
	got, err := store.Account(ctx, "sato")
	if err != nil || got.DisplayName != sato.DisplayName || got.Role != sato.Role || got.PasswordHash != "second" || got.DisabledAt != nil || got.CreatedAt.IsZero() {
		t.Errorf("account %+v, %v", got, err)
	}
	if err := store.DisableAccount(ctx, "sato"); err != nil {
		t.Fatal(err)
	}
	if got, err := store.Account(ctx, "sato"); err != nil || got.DisabledAt == nil {
		t.Errorf("disabled account %+v, %v", got, err)
	}
	for _, err := range []error{store.SetPassword(ctx, "nobody", ""), store.DisableAccount(ctx, "nobody")} {
		want(t, err, ledger.ErrNotFound)
	}
	_, err = store.Account(ctx, "nobody")
	want(t, err, ledger.ErrNotFound)
}

func TestOnlyTheDigestOfATokenIsKept(t *testing.T) {
	t.Parallel()
	config := ledgertest.Prepare(t)
	store := ledgertest.Open(t, config)
	secret, err := store.AddToken(t.Context(), "counter", ledger.TokenStation)
	if err != nil {
		t.Fatal(err)
	}
	second, err := store.AddToken(t.Context(), "counter", ledger.TokenStation)
	if err != nil || second == secret {
		t.Errorf("second token: %v", err)
	}
	if name, purpose, err := store.Token(t.Context(), secret); err != nil || name != "counter" || purpose != ledger.TokenStation {
		t.Errorf("token of %q for %q, %v", name, purpose, err)
	}
	_, _, err = store.Token(t.Context(), secret+"x")
	want(t, err, ledger.ErrNotFound)
	if n, err := store.RevokeTokens(t.Context(), "counter", ledger.TokenStation); err != nil || n != 2 {
		t.Errorf("revoked %d, %v", n, err)
	}
	_, _, err = store.Token(t.Context(), secret)
	want(t, err, ledger.ErrNotFound)
	_, err = store.AddToken(t.Context(), "counter", "everything")
	want(t, err, ledger.ErrInvalid)
	var kept int
	if err := connect(t, config.DatabaseURL).QueryRow(t.Context(),
		`select count(*) from tokens where tokens::text like '%' || $1 || '%'`, secret).Scan(&kept); err != nil || kept != 0 {
		t.Errorf("the secret itself is in %d rows, %v", kept, err)
	}
}

func TestSessionsExpireAndEnd(t *testing.T) {
	t.Parallel()
	config := ledgertest.Prepare(t)
	clock := &movingClock{at: time.Date(2021, 7, 1, 0, 0, 0, 0, time.UTC)}
	config.Now = clock.now
	sessions := ledgertest.Open(t, config).Sessions()
	ctx := t.Context()
	for _, data := range []string{"first", "second"} {
		if err := sessions.CommitCtx(ctx, "token", []byte(data), clock.now().Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	if data, found, err := sessions.FindCtx(ctx, "token"); err != nil || !found || string(data) != "second" {
		t.Errorf("found %v, %q, %v", found, data, err)
	}
	clock.add(2 * time.Hour)
	if _, found, err := sessions.FindCtx(ctx, "token"); err != nil || found {
		t.Errorf("an expired session was found, %v", err)
	}
	if err := sessions.CommitCtx(ctx, "other", []byte("x"), clock.now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	var rows int
	if err := connect(t, config.DatabaseURL).QueryRow(ctx, `select count(*) from sessions`).Scan(&rows); err != nil || rows != 1 {
		t.Errorf("%d sessions kept, %v", rows, err)
	}
	for range 2 {
		if err := sessions.DeleteCtx(ctx, "other"); err != nil {
			t.Error(err)
		}
	}
	if _, found, err := sessions.FindCtx(ctx, "other"); err != nil || found {
		t.Errorf("an ended session was found, %v", err)
	}
}

func TestLooksAndChangesAreLogged(t *testing.T) {
	t.Parallel()
	config := ledgertest.Prepare(t)
	store := ledgertest.Open(t, config)
	if err := store.LogAccess(t.Context(), "sato", "look", "item/1"); err != nil {
		t.Fatal(err)
	}
	record(t, store, 1, doubtful("0000000001", slip.LotNumber))
	item := answer(t, store, next(t, store, "sato"), "sato", slip.LotNumber, "SECRET1")
	if _, err := store.Confirm(t.Context(), item.ID, item.Version, "sato"); err != nil {
		t.Fatal(err)
	}
	var actions string
	var quoted bool
	if err := connect(t, config.DatabaseURL).QueryRow(t.Context(), `
		select string_agg(action, ' ' order by id), bool_or(access_log::text like '%SECRET1%') from access_log`).Scan(&actions, &quoted); err != nil {
		t.Fatal(err)
	}
	if actions != "look answer confirm" || quoted {
		t.Errorf("logged %q, quoting values: %v", actions, quoted)
	}
}
