package evidence

import (
	"compress/flate"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"unicode/utf8"

	"github.com/lightningdb/lightning-torture/workloads/internal/jsonlimit"
)

// contentLimits bound the uncompressed content of a file. The evidence of the largest scenario, seed-crash, has 213
// MB, 660,000 elements and 4.2 million values. Decoding content at the limits takes about 1.5 GiB.
var contentLimits = jsonlimit.Limits{Bytes: 512 << 20, Elements: 2_000_000, Values: 16_000_000, Depth: 32}

// version is the version that Save writes, and the only one that Load reads.
const version = 1

// fileError says why a file cannot be read. It is an ErrBadToken.
type fileError struct {
	file string
	why  error
}

func (e *fileError) Error() string {
	return "torture: " + e.file + " is not a saved finding: " + e.why.Error()
}
func (e *fileError) Unwrap() []error { return []error{ErrBadToken, e.why} }

// Load reads a file written by Save. The file may come from anyone: its content is read twice through a limit, the
// first time only to measure it, and its numbers are checked. The error is an ErrBadToken that says what the file is
// instead.
func Load(file string) (*Evidence, error) {
	v, err := load(file)
	if err != nil {
		return nil, &fileError{file, err}
	}
	return v, nil
}

func load(file string) (*Evidence, error) {
	info, err := os.Stat(file) // before opening it, because opening a pipe would block until there is a writer
	switch {
	case err != nil:
		return nil, pathless(err)
	case info.IsDir():
		return nil, fmt.Errorf("it is a directory; name the files in it, such as %s/*%s", file, Ext)
	case !info.Mode().IsRegular():
		return nil, errors.New("it is not a regular file")
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, pathless(err)
	}
	defer f.Close() //nolint:errcheck // only read from
	return decode(f)
}

// pathless returns the cause of an error without the path, which the caller adds.
func pathless(err error) error {
	if failed := (*os.PathError)(nil); errors.As(err, &failed) {
		return failed.Err
	}
	return err
}

// decode reads the content of a file.
func decode(f io.ReadSeeker) (*Evidence, error) {
	text, err := unpack(f)
	if err != nil {
		return nil, err
	}
	var head struct {
		Version *int    `json:"version"`
		Engine  *string `json:"engine"`
	}
	switch err := json.Unmarshal(text, &head); {
	case !json.Valid(text):
		return nil, fmt.Errorf("its content is not JSON: %w", err)
	case err != nil || head.Version == nil || head.Engine == nil:
		return nil, errors.New("its content is JSON, but not of a finding: it lacks a version and an engine")
	case *head.Version > version:
		return nil, fmt.Errorf("it is of version %d, which a newer program wrote; this one reads version %d", *head.Version, version)
	case *head.Version != version:
		return nil, fmt.Errorf("it is of version %d; this program reads version %d", *head.Version, version)
	}
	v := &Evidence{}
	if err := json.Unmarshal(text, v); err != nil {
		return nil, fmt.Errorf("it is damaged: %w", err)
	}
	if err := v.check(); err != nil {
		return nil, err
	}
	return v, nil
}

// unpack returns the uncompressed content of a file after checking that it is undamaged and within the limits.
func unpack(f io.ReadSeeker) ([]byte, error) {
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, whatElse(f)
	}
	m := jsonlimit.NewMeter(contentLimits)
	if _, err := io.Copy(m, z); err != nil {
		return nil, unpacking(err)
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	if err := z.Reset(f); err != nil {
		return nil, unpacking(err)
	}
	text := make([]byte, m.Bytes())
	if _, err := io.ReadFull(z, text); err != nil {
		return nil, unpacking(err) // the file has changed in the meantime
	}
	return text, nil
}

// unpacking says why a compressed file cannot be unpacked.
func unpacking(err error) error {
	var corrupt flate.CorruptInputError
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return errors.New("it was cut short")
	case errors.As(err, &corrupt), errors.Is(err, gzip.ErrChecksum), errors.Is(err, gzip.ErrHeader):
		return fmt.Errorf("it is damaged: %w", err)
	}
	return err
}

// whatElse says what a file without gzip compression is instead.
func whatElse(f io.ReadSeeker) error {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	head := make([]byte, 4096)
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return err
	}
	head = head[:n]
	switch {
	case n == 0:
		return errors.New("it is empty")
	case head[0] == 0x1f && (n == 1 || head[1] == 0x8b): // the magic number of gzip
		return errors.New("it was cut short")
	case !isText(head):
		return errors.New("it is binary data that gzip did not write")
	case head[0] == '{' || head[0] == '[':
		return errors.New("it is JSON or text that is not compressed")
	}
	return errors.New("it is text")
}

// isText reports whether the beginning of a file looks like text. The last character may be cut.
func isText(head []byte) bool {
	for len(head) > 0 {
		r, size := utf8.DecodeRune(head)
		if r == utf8.RuneError && size == 1 && utf8.FullRune(head) || r < ' ' && r != '\n' && r != '\r' && r != '\t' {
			return false
		}
		head = head[size:]
	}
	return true
}
