package litmus

import "errors"

// Errors of the package.
var (
	// ErrSyntax is returned for a file that is not a litmus program. The text gives file, line, the problem and the
	// remedy.
	ErrSyntax = errors.New("litmus: bad program")
	// ErrUnsupported is returned by a filesystem that cannot do what a program does, such as creating links or failing
	// on demand.
	ErrUnsupported = errors.New("litmus: the filesystem cannot do this")
)
