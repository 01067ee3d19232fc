package schedule

import "errors"

// ErrNotGo is returned for a file that is no Go program built with GOOS=wasip1 GOARCH=wasm.
var ErrNotGo = errors.New("schedule: not a Go program built with GOOS=wasip1 GOARCH=wasm")
