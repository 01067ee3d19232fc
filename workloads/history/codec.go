package history

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"

	"github.com/lightningdb/lightning-torture/workloads/internal/jsonlimit"
)

// Version is the newest version of the file format that Decode reads. Version 2 added conditions, writes that depend on
// the current value, and the kinds of operations that need them. Version 3 added cursors, barriers, everything that is
// held open, and operations on whole stores. Version 4 added the model. Version 5 added the prefixes of cursors and what showed each read.
// Encode writes the oldest version that can hold a history, so that older programs can read it.
const Version = 5

// versionOf returns the oldest version that can hold the operations.
func versionOf(ops []Op) int {
	version := 1
	for i := range ops {
		op := &ops[i]
		switch {
		case len(op.Prefix) > 0 || slices.ContainsFunc(op.Reads, told):
			return 5
		case op.Kind >= Cursor || op.ReadBy != 0:
			version = 3
		case op.Kind >= CAS || len(op.If) > 0 || op.Missed || slices.ContainsFunc(op.Writes, depends):
			version = max(version, 2)
		}
	}
	return version
}

// depends reports whether the result of a write depends on the previous value.
func depends(w Write) bool { return w.Change != Assign }

// told reports whether a read says what showed it.
func told(r Read) bool { return r.By != "" }

// Limits on the input of Decode, which is not trusted.
const (
	MaxOps       = 16 << 20 // operations in a history
	MaxLineBytes = 64 << 20 // one operation; a scan of 200,000 keys with values of 100 bytes takes 40 MB
	maxLineParts = 2 << 20  // reads, writes and conditions of one operation, which take more space in memory than as text
)

// header is the first line of a file. The number of operations reveals a truncated file.
type header struct {
	Version int    `json:"lightning_history"`
	Ops     int    `json:"ops"`
	Model   string `json:"model,omitempty"`
}

// File is the content of a file: a history and, if the file says so, what its keys hold, such as "kv" or "list-append".
// The judges define these models.
type File struct {
	Model string
	Ops   []Op
}

// Encode writes ops as a file without a model.
func Encode(w io.Writer, ops []Op) error { return File{Ops: ops}.Encode(w) }

// Encode writes JSON lines: a header with the version and the number of operations, then one line per operation.
func (f File) Encode(w io.Writer) error {
	buffered := bufio.NewWriter(w)
	encoder := json.NewEncoder(buffered) // ends each value with a newline
	head := header{Version: versionOf(f.Ops), Ops: len(f.Ops), Model: f.Model}
	if f.Model != "" {
		head.Version = max(head.Version, 4)
	}
	if err := encoder.Encode(head); err != nil {
		return fmt.Errorf("history: write header: %w", err)
	}
	for i := range f.Ops {
		if err := encoder.Encode(&f.Ops[i]); err != nil {
			return fmt.Errorf("history: write operation %d: %w", i, err)
		}
	}
	if err := buffered.Flush(); err != nil {
		return fmt.Errorf("history: write: %w", err)
	}
	return nil
}

// Decode reads operations written by Encode. A damaged line or one beyond a limit is ErrFormat with the number of the
// line, counting from 1.
func Decode(r io.Reader) ([]Op, error) {
	f, err := DecodeFile(r)
	return f.Ops, err
}

// DecodeFile reads a file written by File.Encode. Its errors are those of Decode.
func DecodeFile(r io.Reader) (File, error) {
	lines := &lineReader{buffered: bufio.NewReader(r)}
	var head header
	if err := lines.decode(&head); err != nil {
		return File{}, err
	}
	if head.Version < 1 || head.Version > Version {
		return File{}, lines.bad(fmt.Errorf("version %d, want 1 to %d", head.Version, Version))
	}
	if head.Ops < 0 || head.Ops > MaxOps {
		return File{}, lines.bad(fmt.Errorf("%d operations; the limit is %d", head.Ops, MaxOps))
	}
	var ops []Op // not sized by the header, because a damaged number must not exhaust memory
	for i := range head.Ops {
		var op Op
		if err := lines.decode(&op); errors.Is(err, errEnd) {
			return File{}, lines.bad(fmt.Errorf("the file ends after %d of %d operations", i, head.Ops))
		} else if err != nil {
			return File{}, err
		}
		if op.ID != i {
			return File{}, lines.bad(fmt.Errorf("operation %d, want %d", op.ID, i))
		}
		ops = append(ops, op)
	}
	if _, err := lines.next(); !errors.Is(err, io.EOF) {
		return File{}, lines.bad(fmt.Errorf("more than the announced %d operations", head.Ops))
	}
	return File{Model: head.Model, Ops: ops}, nil
}

// errEnd means that the file ends where a line is expected.
var errEnd = errors.New("the file ends here")

// lineReader decodes one JSON value per line and counts lines.
type lineReader struct {
	buffered *bufio.Reader
	line     int
}

func (l *lineReader) next() ([]byte, error) {
	l.line++
	text, err := l.lineWithin(MaxLineBytes)
	if errors.Is(err, io.EOF) && len(text) > 0 {
		return text, nil // a last line without a newline is accepted if it decodes
	}
	return text, err
}

// lineWithin reads a line of at most limit bytes.
func (l *lineReader) lineWithin(limit int) ([]byte, error) {
	var text []byte
	for {
		part, err := l.buffered.ReadSlice('\n')
		if text = append(text, part...); len(text) > limit {
			return nil, l.bad(fmt.Errorf("it has more than %d bytes", limit))
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return text, err
		}
	}
}

func (l *lineReader) decode(into any) error {
	text, err := l.next()
	if errors.Is(err, io.EOF) {
		return l.bad(errEnd)
	}
	if errors.Is(err, ErrFormat) {
		return err
	}
	if err != nil {
		return fmt.Errorf("history: read line %d: %w", l.line, err)
	}
	limits := jsonlimit.Limits{Bytes: MaxLineBytes, Elements: maxLineParts, Values: 8 * maxLineParts, Depth: 8}
	if _, err := jsonlimit.NewMeter(limits).Write(text); err != nil {
		return l.bad(err)
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return l.bad(plain(err))
	}
	if decoder.More() {
		return l.bad(errors.New("more than one value"))
	}
	return nil
}

// plain rewords an error of package json, which is in terms of Go, in terms of the format.
func plain(err error) error {
	var mismatch *json.UnmarshalTypeError
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("the line is cut off")
	case errors.As(err, &mismatch):
		want := map[reflect.Kind]string{
			reflect.String: "a string", reflect.Bool: "true or false", reflect.Slice: "a list", reflect.Struct: "an object",
		}[mismatch.Type.Kind()]
		if mismatch.Type == reflect.TypeFor[[]byte]() {
			want = "a string in base64"
		}
		return fmt.Errorf("field %q: found %s, want %s", mismatch.Field, mismatch.Value, cmp.Or(want, "a whole number within its limits"))
	}
	return err
}

func (l *lineReader) bad(why error) error {
	return fmt.Errorf("%w: line %d: %w", ErrFormat, l.line, why)
}
