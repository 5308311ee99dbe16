package verify

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/jackc/pgx/v5"

	"sesshu/ledger/slip"
)

// checkImages reads every original and compares it with its hash and length.
func checkImages(ctx context.Context, tx pgx.Tx, images ImageStore, report *Report) error {
	rows, err := tx.Query(ctx, `select distinct sha256, bytes from sheets order by sha256`)
	if err != nil {
		return err
	}
	type original struct {
		SHA256 []byte
		Bytes  int64
	}
	originals, err := pgx.CollectRows(rows, pgx.RowToStructByPos[original])
	if err != nil {
		return err
	}
	for _, original := range originals {
		if err := ctx.Err(); err != nil {
			return err
		}
		report.Images++
		hash := slip.Hash(original.SHA256)
		length, found, err := measure(ctx, images, hash)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			report.complain("image %s is missing", hash)
		case err != nil:
			report.complain("image %s cannot be read: %v", hash, err)
		case found != hash:
			report.complain("image %s is damaged", hash)
		case length != original.Bytes:
			report.complain("image %s has %d bytes, its sheet says %d", hash, length, original.Bytes)
		}
	}
	return nil
}

func measure(ctx context.Context, images ImageStore, hash slip.Hash) (length int64, found slip.Hash, err error) {
	image, err := images.Open(ctx, hash)
	if err != nil {
		return 0, slip.Hash{}, err
	}
	sum := sha256.New()
	length, err = io.Copy(sum, image)
	if err := errors.Join(err, image.Close()); err != nil {
		return 0, slip.Hash{}, fmt.Errorf("read: %w", err)
	}
	return length, slip.Hash(sum.Sum(nil)), nil
}
