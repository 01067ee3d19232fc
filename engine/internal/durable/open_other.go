//go:build !unix

package durable

import "github.com/spf13/afero"

// openRegular opens a file that was regular a moment ago.
func openRegular(fsys afero.Fs, path string) (afero.File, error) { return fsys.Open(path) }
