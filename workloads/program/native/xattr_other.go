//go:build !linux

package native

import "errors"

func lsetxattr(string, string, []byte) error { return errors.ErrUnsupported }
