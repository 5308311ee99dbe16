package station

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"strconv"
	"strings"

	"sesshu/scanner"
	"sesshu/scanner/pin"
)

// refusals are the words for what the station itself refuses; everything else is
// in the table of conditions.
var refusals = []struct {
	err          error
	title, steps scanner.Words
}{
	{ErrBatchClosed,
		scanner.Words{Japanese: "この束はもう閉じられています。", English: "This batch is closed."},
		scanner.Words{Japanese: "新しい束として取り込んでください。", English: "Feed the stack as a new batch."}},
	{ErrDeclaredDiffers,
		scanner.Words{Japanese: "この束の申告枚数は別の数で登録されています。", English: "This batch was opened with another declared count."},
		scanner.Words{Japanese: "枚数を数え直し、新しい束として取り込むか、元の枚数のまま続けてください。", English: "Count again, and feed a new batch or continue with the first count."}},
	{ErrFeeding,
		scanner.Words{Japanese: "この端末はいま取り込み中です。", English: "This station is feeding already."},
		scanner.Words{Japanese: "終わってから再開してください。", English: "Wait until it has finished."}},
	{ErrConflict,
		scanner.Words{Japanese: "この束の番号で別の用紙がサーバーに登録されています。", English: "The server holds other sheets under this batch's numbers."},
		scanner.Words{
			Japanese: "画像はこの端末に保管されています。同じ名前の端末がほかにないか、管理者に確かめてもらってください。急ぐときは、用紙を新しい束として取り込めます。",
			English:  "The images are kept here. Ask the administrator whether another station has the same name. If it is urgent, feed the paper again as a new batch."}},
	{ErrSpoolDamaged,
		scanner.Words{Japanese: "この束の保存データが壊れています。", English: "The stored data of this batch is damaged."},
		scanner.Words{Japanese: "用紙を保管し、管理者に連絡してください。", English: "Keep the paper and tell the administrator."}},
	{ErrInterrupted,
		scanner.Words{Japanese: "この束は取り込みの途中です。", English: "This batch is not finished."},
		scanner.Words{
			Japanese: "取り込み済みは{last}枚目までです。画面の画像で{last}枚目の用紙を確かめ、それより後の用紙(排紙トレイ・搬送路にあるものも含む)を元の順で給紙口に戻し、再開してください。",
			English:  "Sheets up to number {last} are safely in. Find the sheet shown as number {last}, put every sheet behind it back into the feeder in its old order, also those in the output tray and in the paper path, and continue."}},
	{ErrLedgerDisagrees,
		scanner.Words{Japanese: "サーバーの枚数と、この端末が送った枚数が合いません。", English: "The server holds another number of sheets than this station handed in."},
		scanner.Words{Japanese: "用紙を保管し、管理者に連絡してください。", English: "Keep the paper and tell the administrator."}},
	{ErrRefused,
		scanner.Words{Japanese: "サーバーがこの束の用紙を受け付けません。", English: "The server refuses a sheet of this batch."},
		scanner.Words{Japanese: "画像はこの端末に保管されています。用紙を保管し、管理者に連絡してください。", English: "The images are kept here. Keep the paper and tell the administrator."}},
	{ErrUnauthorized,
		scanner.Words{Japanese: "サーバーがこの端末の認証情報(トークン)を受け付けません。", English: "The server does not accept this station's credential (token)."},
		scanner.Words{
			Japanese: "取り込みは続けられます。画像はこの端末に保管されます。管理者に連絡し、新しいトークンを設定ファイルに入れてもらってください。",
			English:  "You can go on scanning; the images are kept here. Ask the administrator for a new token in the configuration file."}},
	{ErrSpoolInUse,
		scanner.Words{Japanese: "この端末のプログラムはもう動いています。", English: "The station's program is running already."},
		scanner.Words{Japanese: "動いている画面を使ってください。見つからない場合は、もう一方のプログラムを終了してから起動してください。", English: "Use the one that runs. If you cannot find it, end the other program and start again."}},
	{ErrSpoolForeign,
		scanner.Words{Japanese: "保存フォルダーは別の名前の端末のものです。", English: "The spool folder belongs to a station of another name."},
		scanner.Words{Japanese: "設定の name を元の名前に戻すか、spool に別のフォルダーを指定してください。中の画像は残っています。", English: "Set name back to the old one, or give spool another folder. The images in it are untouched."}},
	{ErrSpoolVersion,
		scanner.Words{Japanese: "保存フォルダーは別の版のプログラムで作られたものです。", English: "The spool folder was written by another version of this program."},
		scanner.Words{Japanese: "それを作った版で残りを送信してから、この版に替えてください。中の画像は残っています。", English: "Hand in what is left with the version that wrote it, then change to this one. The images in it are untouched."}},
	{ErrBatchExists,
		scanner.Words{Japanese: "この束の名前はもう使われています。", English: "A batch of this name exists already."},
		scanner.Words{Japanese: "別の名前を付けてください。", English: "Give it another name."}},
	{ErrUnknownBatch,
		scanner.Words{Japanese: "その名前の束はありません。", English: "There is no batch of that name."},
		scanner.Words{Japanese: "画面を読み直してください。", English: "Load the page again."}},
	{ErrCountsDisagree,
		scanner.Words{Japanese: "申告枚数と取り込み枚数が違います。", English: "The declared count and the sheets fed do not agree."},
		scanner.Words{Japanese: "数え直してください。このまま閉じるには、氏名と理由が必要です。", English: "Count again. To close it all the same, a name and a reason are needed."}},
	{ErrRepeats,
		scanner.Words{Japanese: "同じ画像が続けて2回届いています。", English: "The same picture came twice in a row."},
		scanner.Words{
			Japanese: "画像の番号の用紙を見比べてください。別々の用紙なら、そのことを理由に書いて閉じてください。1枚が2回届いたのなら、代わりにほかの1枚が抜けているかもしれません。理由を書いて閉じ、抜けた用紙を新しい束として取り込んでください。",
			English:  "Compare the sheets of these numbers. If they are two papers, say so as the reason and close the batch. If one paper came twice, another one may be missing instead. Close the batch with the reason, and feed the missing sheet as a new batch."}},
	{ErrHeld,
		scanner.Words{Japanese: "この束は確認待ちです。", English: "This batch waits for somebody to look at it."},
		scanner.Words{Japanese: "画像を確かめ、「送信する」か「破棄する」を選んでください。", English: "Look at the pictures, then hand it over or discard it."}},
	{ErrHandedOver,
		scanner.Words{Japanese: "この束はもう送信に回っています。", English: "This batch is handed over already."},
		scanner.Words{Japanese: "この端末では破棄できません。審査デスクで却下してください。", English: "It cannot be discarded here. Reject its slips at the desk."}},
	{ErrUnanswered,
		scanner.Words{Japanese: "氏名と理由を入力してください。", English: "A name and a reason are needed."},
		scanner.Words{Japanese: "担当者の氏名と、その理由を書いてください。", English: "Write who decides and why."}},
	{ErrCountForm,
		scanner.Words{Japanese: "枚数は1以上の数で入力してください。", English: "The count must be 1 or more."},
		scanner.Words{Japanese: "分からないときは「不明」を選んでください。", English: "Choose “unknown” when you do not know it."}},
	{ErrFacilityForm,
		scanner.Words{Japanese: "医療機関等コードは数字10桁です。", English: "The medical institution's code has 10 digits."},
		scanner.Words{Japanese: "分からないときは空のままにしてください。", English: "Leave it empty when you do not know it."}},
	{ErrMonthForm,
		scanner.Words{Japanese: "月は 2026-04 の形で入力してください。", English: "Write the month as 2026-04."},
		scanner.Words{Japanese: "分からないときは空のままにしてください。", English: "Leave it empty when you do not know it."}},
	{errName,
		scanner.Words{Japanese: "束の名前は、半角の英数字と . - _ で64文字までです。", English: "A batch's name has up to 64 letters, digits, dots, dashes and underscores."},
		scanner.Words{Japanese: "名前を直してください。", English: "Correct the name."}},
}

// refusalWords looks an error up in the table.
func refusalWords(err error, safe int) (title, steps scanner.Words, known bool) {
	for _, refusal := range refusals {
		if errors.Is(err, refusal.err) {
			number := strconv.Itoa(safe)
			return refusal.title, scanner.Words{
				Japanese: strings.ReplaceAll(refusal.steps.Japanese, "{last}", number),
				English:  strings.ReplaceAll(refusal.steps.English, "{last}", number),
			}, true
		}
	}
	return scanner.Words{}, scanner.Words{}, false
}

// Words says to the operator what an error of the station means and what to do.
// safe is how many sheets of the batch are safely in, 0 when the error is about
// no batch.
func Words(err error, safe int) (title, steps scanner.Words) { return wordsFor(err, safe) }

// TroubleWords says to the operator why nothing is handed in at the moment. An
// error that brings words of its own (package handin's) knows best what to do.
func TroubleWords(err error) (title, steps scanner.Words) {
	if scanner.ConditionOf(err) != scanner.Unknown {
		return wordsFor(err, 0)
	}
	title, steps, known := refusalWords(err, 0)
	if !known {
		title, steps = unreachedWords(err)
	}
	var worded interface{ Words() scanner.Words }
	if !errors.As(err, &worded) || worded.Words().Japanese == "" || worded.Words().English == "" {
		return title, steps
	}
	said := worded.Words()
	if errors.Is(err, ErrConflict) || errors.Is(err, ErrRefused) {
		// The service knows what is wrong, the station what to do with the paper.
		return title, scanner.Words{Japanese: said.Japanese + steps.Japanese, English: said.English + " " + steps.English}
	}
	return title, said
}

// Away reports whether an error means no more than that the server does not
// answer, which mends itself.
func Away(err error) bool {
	title, _ := TroubleWords(err)
	return title == awayTitle
}

var awayTitle = scanner.Words{Japanese: "サーバーに接続できません。", English: "The server cannot be reached."}

// unreachedWords tells a server that is away from one that is not trusted.
func unreachedWords(err error) (title, steps scanner.Words) {
	var (
		invalid      x509.CertificateInvalidError
		verification *tls.CertificateVerificationError
		mismatch     *pin.Mismatch
		worded       interface{ Words() scanner.Words }
	)
	switch {
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return scanner.Words{Japanese: "サーバーの証明書が有効期間の外です。", English: "The server's certificate is not valid at this time."},
			scanner.Words{
				Japanese: "まずこの端末の日付と時刻を確かめてください。正しければ、管理者に連絡してください。取り込みは続けられます。",
				English:  "First check this computer's date and time. If they are right, tell the administrator. You can go on scanning."}
	case errors.As(err, &mismatch), errors.As(err, &verification):
		return scanner.Words{Japanese: "サーバーの証明書が登録されたものと違います。", English: "The server shows a certificate that is not on record."},
			scanner.Words{
				Japanese: "何も送信していません。管理者に連絡してください。取り込みは続けられます。画像はこの端末に保管されます。",
				English:  "Nothing was handed in. Tell the administrator. You can go on scanning; the images are kept here."}
	case errors.As(err, &worded) && worded.Words().Japanese != "":
		return scanner.Words{Japanese: "サーバーに送れません。", English: "Nothing can be handed in."}, worded.Words()
	}
	return awayTitle, scanner.Words{
		Japanese: "取り込みは続けられます。画像はこの端末に保管され、つながり次第、自動で送ります。",
		English:  "You can go on scanning. The images are kept here and handed in by themselves once the server is back."}
}
