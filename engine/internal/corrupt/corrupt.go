package corrupt

import (
	"errors"
	"fmt"
	"io/fs"
)

// Err is wrapped by every corruption error.
var Err = errors.New("engine: corrupt")

// Error describes damage at a place. Its text names the file and the offset in bytes.
type Error struct {
	File   string
	Offset int64
	Detail string
}

// At returns an *Error for damage at an offset of a file. The detail is formatted.
func At(file string, offset int64, format string, args ...any) error {
	return &Error{File: file, Offset: offset, Detail: fmt.Sprintf(format, args...)}
}

func (e *Error) Error() string {
	return fmt.Sprintf("%v: %s offset %d: %s", Err, e.File, e.Offset, e.Detail)
}

// Is makes errors.Is(err, Err) true.
func (e *Error) Is(target error) bool { return target == Err }

// Missing turns an error from opening a file that should exist into corruption if the file does not exist.
func Missing(name string, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return At(name, 0, "live file is missing: %v", err)
	}
	return err
}
