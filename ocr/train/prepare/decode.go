package main

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"sesshu/ocr/line/decode"
)

// decodeLines reads lines of logits and writes each one's decode.Answer as a
// line of JSON. A line on standard input is three little-endian uint32 (columns,
// length, bytes of the charset), the charset, and the float32 logits, output by
// output.
func decodeLines(from io.Reader, to io.Writer) error {
	in, out := bufio.NewReaderSize(from, 1<<20), bufio.NewWriterSize(to, 1<<20)
	encoder := json.NewEncoder(out)
	for number := 0; ; number++ {
		var header struct{ Columns, Length, Charset uint32 }
		err := binary.Read(in, binary.LittleEndian, &header)
		if errors.Is(err, io.EOF) {
			return out.Flush()
		}
		if err != nil {
			return fmt.Errorf("read header of line %d: %w", number, err)
		}
		if header.Columns > 4096 || header.Charset > 4096 {
			return fmt.Errorf("line %d has %d columns and a charset of %d bytes", number, header.Columns, header.Charset)
		}
		charset := make([]byte, header.Charset)
		if _, err := io.ReadFull(in, charset); err != nil {
			return fmt.Errorf("read charset of line %d: %w", number, err)
		}
		logits := make([]float32, int(header.Columns)*decode.Outputs)
		if err := binary.Read(in, binary.LittleEndian, logits); err != nil {
			return fmt.Errorf("read logits of line %d: %w", number, err)
		}
		answer, err := decode.Decode(logits, int(header.Columns), string(charset), int(header.Length))
		if err != nil {
			return fmt.Errorf("decode line %d: %w", number, err)
		}
		if err := encoder.Encode(answer); err != nil {
			return fmt.Errorf("write answer of line %d: %w", number, err)
		}
	}
}
