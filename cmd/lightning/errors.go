package lightning

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"

	"github.com/lightningdb/lightning-torture/cmd/internal/exit"
	"github.com/lightningdb/lightning-torture/engine"
	"github.com/lightningdb/lightning-torture/workloads/torture"
)

// storeError gives an error of the engine its exit code, and says what the user can do about it.
func storeError(err error) error {
	var path *fs.PathError
	is := func(target error) bool { return errors.Is(err, target) }
	switch {
	case err == nil, errors.As(err, new(exit.Code)), errors.As(err, new(*exit.Error)):
		return err
	case is(engine.ErrCorrupt):
		return exit.With(exit.Violation, plain{err})
	case is(engine.ErrMissing):
		return exit.Usagef("%w: the directory is empty; name the directory of a store", plain{err})
	case is(engine.ErrNotADatabase):
		return exit.Usagef("%w; name the directory, or a file, of a store", plain{err})
	case is(engine.ErrNotARepository):
		return exit.Usagef("%w; name the directory that backups were made in", plain{err})
	case is(engine.ErrLocked):
		return fmt.Errorf("%w: %w; close it there first", torture.ErrHost, plain{err})
	case is(engine.ErrVersion), is(engine.ErrTargetNotEmpty), is(engine.ErrNoBackup), is(engine.ErrOptions):
		return exit.Usagef("%w", plain{err})
	case is(syscall.ENOTDIR) && errors.As(err, &path):
		return exit.Usagef("not a directory: %s", path.Path)
	case is(fs.ErrNotExist) && errors.As(err, &path):
		return exit.Usagef("no such file or directory: %s", path.Path)
	}
	return fmt.Errorf("%w: %w", torture.ErrHost, plain{err})
}

// printFirst is the error of a command that has done part of its work. Its result is printed before the error.
type printFirst struct{ error }

func (p printFirst) Unwrap() error { return p.error }

// plain is an error of the engine without the prefixes that mean something only to programmers.
type plain struct{ error }

func (p plain) Error() string { return plainText(p.error.Error()) }
func (p plain) Unwrap() error { return p.error }

func plainText(text string) string {
	text = strings.ReplaceAll(text, engine.ErrCorrupt.Error()+": ", "damaged: ")
	text = strings.ReplaceAll(text, engine.ErrNotADatabase.Error(), "not a Lightning database")
	return strings.ReplaceAll(text, "engine: ", "")
}
