package page

import (
	"errors"

	"sesshu/ledger/slip"
)

// Error is a named fault of a file, with words for people.
type Error struct {
	Code     slip.Fault // stable: stored with the reading
	English  string
	Japanese string
}

// Error returns the English sentence.
func (e *Error) Error() string { return e.English }

// The faults. Errors of this package wrap exactly one of them; what they add
// names sizes and formats only, never anything that stands on the page.
var (
	ErrEmpty = &Error{slip.FaultEmpty,
		"the file is empty",
		"ファイルが空です。"}
	ErrWrongType = &Error{slip.FaultWrongType,
		"the file is no JPEG, PNG, TIFF or PDF",
		"JPEG・PNG・TIFF・PDF のいずれでもないファイルです。"}
	ErrTruncated = &Error{slip.FaultTruncated,
		"the image file ends too early; scan the sheet again",
		"画像ファイルが途中で切れています。もう一度スキャンしてください。"}
	ErrCorrupt = &Error{slip.FaultCorrupt,
		"the image file is damaged; scan the sheet again",
		"画像ファイルが壊れています。もう一度スキャンしてください。"}
	ErrTooLarge = &Error{slip.FaultTooLarge,
		"the image has more pixels than any scanned sheet",
		"画像の画素数が大きすぎます。"}
	ErrTooSmall = &Error{slip.FaultTooSmall,
		"the image has too few pixels to read",
		"画像の画素数が少なすぎて読み取れません。"}
	ErrTooManyPages = &Error{slip.FaultTooManyPages,
		"the file holds too many pages",
		"ファイルのページ数が多すぎます。"}
	ErrPassword = &Error{slip.FaultPassword,
		"the PDF is protected by a password; hand it in without one",
		"PDF にパスワードがかかっています。パスワードなしで提出してください。"}
	ErrNoPage = &Error{slip.FaultNoPage,
		"the file has no such page",
		"指定のページはファイルにありません。"}
	ErrUnsupported = &Error{slip.FaultUnsupported,
		"the image uses an encoding that cannot be read",
		"対応していない画像形式です。"}
	ErrLimit = &Error{slip.FaultLimit,
		"the file took too much time or memory to open",
		"ファイルを開く処理が時間またはメモリの上限を超えました。"}
	ErrTool = &Error{slip.FaultTool,
		"the PDF program (poppler-utils) did not start",
		"PDF 処理プログラム(poppler-utils)を起動できません。"}
)

// Message returns the words for a person, in Japanese for "ja" and in English
// for every other language. It returns the plain text of errors that are not
// this package's.
func Message(err error, language string) string {
	var fault *Error
	switch {
	case err == nil:
		return ""
	case !errors.As(err, &fault):
		return err.Error()
	case language == "ja":
		return fault.Japanese
	default:
		return fault.English
	}
}

// FaultOf returns the code of an error of this package; errors of others count
// as a failure of the reading itself.
func FaultOf(err error) slip.Fault {
	var fault *Error
	if errors.As(err, &fault) {
		return fault.Code
	}
	return slip.FaultReader
}
