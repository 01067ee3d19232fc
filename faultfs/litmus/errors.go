package litmus

import "errors"

// Errors of the package.
var (
	// ErrSyntax is returned for a file that is no litmus program; the text names file, line, what is wrong and the remedy.
	ErrSyntax = errors.New("litmus: bad program")
	// ErrUnsupported is returned by a filesystem that lacks what a program does, such as links or a disk that can fail.
	ErrUnsupported = errors.New("litmus: the filesystem cannot do this")
)
