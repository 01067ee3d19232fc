package schedule

import "errors"

// MaxModuleBytes is the largest module that Load takes. The tests of a large package have about 60 MB; instrumenting and compiling
// takes several times the size of the module.
const MaxModuleBytes = 512 << 20

// ErrNotGo is returned for a file that is no Go program built with GOOS=wasip1 GOARCH=wasm.
var ErrNotGo = errors.New("schedule: not a Go program built with GOOS=wasip1 GOARCH=wasm")

// errEndless stops a program that has entered more functions than its job allows.
var errEndless = errors.New("schedule: the program entered as many functions as its limit allows, and has not ended")
