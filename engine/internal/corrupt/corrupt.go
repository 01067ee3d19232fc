package corrupt

import (
	"errors"
	"fmt"
	"io/fs"
)

// Err is wrapped by every corruption error.
var Err = errors.New("engine: corrupt")

// Error is damage at a place. Its text names the file and the offset in bytes.
type Error struct {
	File   string
	Offset int64
	Detail string
}

// At returns an *Error for the damage at offset of file; the detail is formatted.
func At(file string, offset int64, format string, args ...any) error {
	return &Error{File: file, Offset: offset, Detail: fmt.Sprintf(format, args...)}
}

func (e *Error) Error() string {
	return fmt.Sprintf("%v: %s offset %d: %s", Err, e.File, e.Offset, e.Detail)
}

// Is makes errors.Is(err, Err) hold.
func (e *Error) Is(target error) bool { return target == Err }

// Missing turns the error of opening a file that should be there into corruption if the file does not exist.
func Missing(name string, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return At(name, 0, "live file is missing: %v", err)
	}
	return err
}
