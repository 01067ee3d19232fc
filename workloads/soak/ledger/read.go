package ledger

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/afero"
)

// Mark is a position in a ledger at the end of a line.
type Mark struct {
	Bytes int64  `json:"bytes"`
	Seq   uint64 `json:"seq"` // sequence number of the last event before it
}

// Read calls visit with every event of a ledger and returns the position after the last complete line. A torn line after it is
// ignored. floor is a position up to which the ledger is known to be durable, or the zero value. Read stops at an error of visit and
// returns it; other errors are ErrDamaged and those of the filesystem. Another process may append to the ledger meanwhile.
func Read(fsys afero.Fs, name string, floor Mark, visit func(*Event) error) (end Mark, err error) {
	f, err := fsys.Open(name)
	if err != nil {
		return end, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return read(f, name, floor, visit)
}

// read does what Read does, with an open file.
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

// torn returns nil if a bad line may be the torn last line left by a crash; otherwise it returns an ErrDamaged.
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

// short returns an error if a ledger ends before the floor.
func short(name string, end, floor Mark) error {
	if end.Bytes >= floor.Bytes && end.Seq >= floor.Seq {
		return nil
	}
	return fmt.Errorf("%w: %s ends at byte %d with event %d, but had %d events in %d bytes before: it is an older copy, or was cut; restore "+
		"the newer one, or remove the cursor to go on with what is here, and count the rest again", ErrDamaged, name, end.Bytes, end.Seq, floor.Seq,
		floor.Bytes)
}

// lines reads a file line by line. A line that is too long is returned in pieces, none of which decodes.
type lines struct {
	f   io.ReaderAt
	off int64
	buf []byte
	eof bool
}

func newLines(f io.ReaderAt) *lines { return &lines{f: f} }

const readAtOnce = 64 << 10

// next returns the next line, including its newline if it has one, or nil at the end of the file. The line is valid until the next
// call.
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
