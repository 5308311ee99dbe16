package ledger

import (
	"context"
	"errors"
	"time"

	"sesshu/ledger/slip"
)

func (s *Store) Municipalities(ctx context.Context) ([]string, error) {
	return nil, errors.ErrUnsupported
}
func (s *Store) Tickets(ctx context.Context, municipality string, numbers []string) ([]slip.Ticket, error) {
	return nil, errors.ErrUnsupported
}
func (s *Store) Lots(ctx context.Context) ([]slip.Lot, error) { return nil, errors.ErrUnsupported }
func (s *Store) Facilities(ctx context.Context, codes []string) ([]slip.Facility, error) {
	return nil, errors.ErrUnsupported
}
func (s *Store) ReplaceTickets(ctx context.Context, rows []slip.Ticket) error {
	return errors.ErrUnsupported
}
func (s *Store) ReplaceLots(ctx context.Context, rows []slip.Lot) error { return errors.ErrUnsupported }
func (s *Store) ReplaceFacilities(ctx context.Context, rows []slip.Facility) error {
	return errors.ErrUnsupported
}
func (s *Store) ReviewCount(ctx context.Context) (waiting int, oldest time.Time, err error) {
	return 0, time.Time{}, errors.ErrUnsupported
}
func (s *Store) ReviewQueue(ctx context.Context, afterID int64, limit int) ([]slip.ReviewItem, error) {
	return nil, errors.ErrUnsupported
}
func (s *Store) ReviewItem(ctx context.Context, id int64) (slip.ReviewItem, error) {
	return slip.ReviewItem{}, errors.ErrUnsupported
}
func (s *Store) LeaseNext(ctx context.Context, account string, after int64) (slip.ReviewItem, error) {
	return slip.ReviewItem{}, errors.ErrUnsupported
}
func (s *Store) Lease(ctx context.Context, id int64, account string) (slip.ReviewItem, error) {
	return slip.ReviewItem{}, errors.ErrUnsupported
}
func (s *Store) Release(ctx context.Context, id int64, account string) error {
	return errors.ErrUnsupported
}
func (s *Store) Answer(ctx context.Context, id int64, version int, account string, value slip.Value, text string) (slip.ReviewItem, error) {
	return slip.ReviewItem{}, errors.ErrUnsupported
}
func (s *Store) Undo(ctx context.Context, id int64, version int, account string) (slip.ReviewItem, error) {
	return slip.ReviewItem{}, errors.ErrUnsupported
}
func (s *Store) Confirm(ctx context.Context, id int64, version int, account string) (slip.Entry, error) {
	return slip.Entry{}, errors.ErrUnsupported
}
func (s *Store) Reject(ctx context.Context, id int64, version int, account, reason string) error {
	return errors.ErrUnsupported
}
func (s *Store) Entries(ctx context.Context, after int64, limit int) ([]slip.Entry, error) {
	return nil, errors.ErrUnsupported
}
func (s *Store) Evidence(ctx context.Context, sequence int64) (slip.Evidence, error) {
	return slip.Evidence{}, errors.ErrUnsupported
}
func (s *Store) AddAccount(ctx context.Context, account slip.Account) error {
	return errors.ErrUnsupported
}
func (s *Store) Account(ctx context.Context, name string) (slip.Account, error) {
	return slip.Account{}, errors.ErrUnsupported
}
func (s *Store) SetPassword(ctx context.Context, name, hash string) error {
	return errors.ErrUnsupported
}
func (s *Store) DisableAccount(ctx context.Context, name string) error { return errors.ErrUnsupported }
func (s *Store) AddToken(ctx context.Context, name, purpose string) (secret string, err error) {
	return "", errors.ErrUnsupported
}
func (s *Store) Token(ctx context.Context, secret string) (name, purpose string, err error) {
	return "", "", errors.ErrUnsupported
}

// Sessions keeps signed-in sessions; it is an scs.CtxStore.
type Sessions struct{ store *Store }

func (s *Store) Sessions() Sessions { return Sessions{s} }
func (s Sessions) DeleteCtx(ctx context.Context, token string) error {
	return errors.ErrUnsupported
}
func (s Sessions) FindCtx(ctx context.Context, token string) (data []byte, found bool, err error) {
	return nil, false, errors.ErrUnsupported
}
func (s Sessions) CommitCtx(ctx context.Context, token string, data []byte, expiry time.Time) error {
	return errors.ErrUnsupported
}
func (s Sessions) Delete(token string) error { return s.DeleteCtx(context.Background(), token) }
func (s Sessions) Find(token string) (data []byte, found bool, err error) {
	return s.FindCtx(context.Background(), token)
}
func (s Sessions) Commit(token string, data []byte, expiry time.Time) error {
	return s.CommitCtx(context.Background(), token, data, expiry)
}
func (s *Store) LogAccess(ctx context.Context, account, action, object string) error {
	return errors.ErrUnsupported
}
