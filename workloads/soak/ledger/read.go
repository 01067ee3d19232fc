package ledger

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/afero"
)

// Mark is a place in a ledger behind a whole line.
type Mark struct {
	Bytes int64  `json:"bytes"`
	Seq   uint64 `json:"seq"` // of the last event before it
}

// Read calls visit with every event of a ledger, and returns the place behind the last whole line. What a crash has left of a
// line behind it is not shown. floor is a place up to which the ledger is known to be durable; the zero value: none is known.
// An error of visit ends it. Others are ErrDamaged and those of the filesystem. Somebody else may append to the ledger
// meanwhile.
func Read(fsys afero.Fs, name string, floor Mark, visit func(*Event) error) (end Mark, err error) {
	f, err := fsys.Open(name)
	if err != nil {
		return end, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return read(f, name, floor, visit)
}

// read is Read of an open file.
func read(f io.ReaderAt, name string, floor Mark, visit func(*Event) error) (end Mark, err error) {
	r := newLines(f)
	for {
		text, err := r.next()
		if err != nil {
			return end, fmt.Errorf("ledger: read %s: %w", name, err)
		}
		if text == nil {
			break
		}
		event, wrong := decode(bytes.TrimSuffix(text, []byte{'\n'}))
		if wrong == "" && text[len(text)-1] != '\n' {
			wrong = "it has no end"
		}
		if wrong != "" {
			return end, torn(r, name, end, floor, wrong)
		}
		if event.Seq != end.Seq+1 {
			return end, fmt.Errorf("%w: %s line %d has the number %d: lines are missing or were added; restore the file from a copy that "+
				"has them", ErrDamaged, name, end.Seq+1, event.Seq)
		}
		end = Mark{end.Bytes + int64(len(text)), event.Seq}
		if err := visit(&event); err != nil {
			return end, err
		}
	}
	return end, short(name, end, floor)
}

// torn returns nil if a line may be what a crash has left of the last one.
func torn(r *lines, name string, end, floor Mark, wrong string) error {
	where := fmt.Sprintf("%s line %d, at byte %d: %s", name, end.Seq+1, end.Bytes, wrong)
	remedy := fmt.Sprintf("restore the file from a copy, or begin a soak in a new directory; its first %d bytes are good", end.Bytes)
	if end.Bytes < floor.Bytes {
		return fmt.Errorf("%w: %s; it was durable, so no crash explains that; %s", ErrDamaged, where, remedy)
	}
	for {
		text, err := r.next()
		if err != nil {
			return fmt.Errorf("ledger: read %s: %w", name, err)
		}
		if text == nil {
			return nil
		}
		if _, wrong := decode(bytes.TrimSuffix(text, []byte{'\n'})); wrong == "" {
			return fmt.Errorf("%w: %s; valid lines follow, so no crash explains that; %s", ErrDamaged, where, remedy)
		}
	}
}

// short returns an error if a ledger ends before a place up to which it was durable.
func short(name string, end, floor Mark) error {
	if end.Bytes >= floor.Bytes && end.Seq >= floor.Seq {
		return nil
	}
	return fmt.Errorf("%w: %s ends at byte %d with event %d, but had %d events in %d bytes before: it is an older copy, or was cut; restore "+
		"the newer one, or remove the cursor to go on with what is here, and count the rest again", ErrDamaged, name, end.Bytes, end.Seq, floor.Seq,
		floor.Bytes)
}

// lines reads a file line by line. Lines that are too long come in pieces, none of which is a valid line.
type lines struct {
	f   io.ReaderAt
	off int64
	buf []byte
	eof bool
}

func newLines(f io.ReaderAt) *lines { return &lines{f: f} }

const readAtOnce = 64 << 10

// next returns the next line, with its end if it has one; nil: there is none. It is valid until the next call.
func (r *lines) next() ([]byte, error) {
	for {
		if i := bytes.IndexByte(r.buf, '\n'); i >= 0 {
			return r.take(i + 1), nil
		}
		if r.eof || len(r.buf) >= maxLine {
			return r.take(len(r.buf)), nil
		}
		more := make([]byte, readAtOnce)
		n, err := r.f.ReadAt(more, r.off)
		r.off += int64(n)
		r.buf = append(r.buf, more[:n]...)
		if errors.Is(err, io.EOF) {
			r.eof = true
		} else if err != nil {
			return nil, err
		}
	}
}

func (r *lines) take(n int) []byte {
	if n == 0 {
		return nil
	}
	text := r.buf[:n:n]
	r.buf = r.buf[n:]
	return text
}
