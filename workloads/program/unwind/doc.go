// Package unwind finds out where in a program's source a system call was made, while the calling thread waits in the kernel. It
// neither stops the program nor traces it.
//
//	u := unwind.New(mountDir)        // never opens a file below mountDir
//	call := u.Caller(tid)            // while the thread waits; equal stacks have equal numbers
//	frames, stacks := u.Stacks()     // at the end: what the numbers mean
//
// A process that serves a filesystem through FUSE knows the thread behind each request, and that thread waits for the
// answer. /proc/TID/syscall has its program counter and stack pointer, /proc/TID/maps the files that its code comes
// from, and process_vm_readv reads its stack. The calls are found with the call frame information in those files:
// .eh_frame, .debug_frame or, in a Go program that was linked without it, the table that the Go runtime itself uses.
// These two registers are the only ones known. Go code and optimised C, C++ and Rust need no others. Code that was not
// optimised, or compiled with frame pointers, addresses its frame through RBP. The frame size then follows from the
// first instructions of the function, if the word that should be the return address follows a call. If the instructions
// are unusual, the stack is searched for a return address that follows a call of that very function, and it is taken if
// there is only one. Otherwise the stack ends there and says so.
//
// While the program runs, only addresses are kept. Stacks names them afterwards, from the files that were opened meanwhile: with
// DWARF, including inlined calls; in a Go program without DWARF, from its line table; otherwise the symbol and the file are all
// that is known. Separate debug information is looked for in /usr/lib/debug by build ID.
//
// Calls inside the C library, the Go runtime and the standard libraries of Go, C++ and Rust are left out, unless there are no others.
//
// # Safety
//
// The serving process must never wait for itself. Only anonymous memory is read, and only files outside the mount are opened. A
// thread may be inspected only while it makes a request that changes something: during execve, a request to read holds a lock that
// /proc/TID/syscall needs. Caller must be called without any lock that serving another request needs.
//
// # What is not known
//
//   - Pages of shared memory maps are written back by the kernel, so there is no caller. msync has one.
//   - Requests through io_uring come from threads of the kernel.
//   - Code that a JIT compiler has generated belongs to no file. The stack ends there.
//   - In a Go program, a stack that is in C code (cgo) ends where the goroutine entered it.
//
// Linux on amd64 only: elsewhere New fails with ErrUnsupported. Reading another process needs the rights of a debugger, which the
// first process of a user namespace has.
//
// The files:
//
//	unwinder.go  stacks and their numbers    process.go      a thread in /proc
//	walk.go      from one call to the next   module.go       a file with code
//	cfi.go       call frame information      machine.go      its instructions
//	reader.go    numbers in it               gostack.go      frame sizes of Go functions
//	prologue.go  frame sizes in code         instruction.go  how long instructions are, and what they do to the stack
//	inlined.go   names and lines in DWARF    names.go        names and lines without DWARF
//	fold.go      which calls are left out
//
// Caller: package native.
package unwind
