package slip

import "strings"

// HalfWidth folds what Japanese keyboards and prints write wide into ASCII:
// full-width letters, digits and signs, the ideographic blank, the many dashes.
// Kana and kanji stay as they are. (The standard library has no width folding,
// and this package imports nothing else.)
func HalfWidth(text string) string { return strings.Map(halfWidth, text) }

func halfWidth(r rune) rune {
	if r >= '！' && r <= '～' {
		return r - '！' + '!'
	}
	switch r {
	case '\u3000', '\u00a0':
		return ' '
	case '‐', '‑', '‒', '–', '—', '―', '−':
		return '-'
	case '。':
		return '.'
	case '、':
		return ','
	case '￥':
		return '\\'
	}
	return r
}
