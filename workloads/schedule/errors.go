package schedule

import "errors"

// MaxModuleBytes is the size in bytes of the largest module that Load accepts. The tests of a large package have about
// 60 MB. Instrumenting and compiling needs several times the size of the module in memory.
const MaxModuleBytes = 512 << 20

// ErrNotGo is returned for a module that is not a Go program built with GOOS=wasip1 GOARCH=wasm.
var ErrNotGo = errors.New("schedule: not a Go program built with GOOS=wasip1 GOARCH=wasm")

// errEndless stops a program that has entered as many functions as its job allows.
var errEndless = errors.New("schedule: the program entered as many functions as its limit allows, and has not ended")
