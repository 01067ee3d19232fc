// Mapped maps a file into memory, which wasip1 cannot do: it does not build there.
package main

import (
	"os"
	"syscall"
)

func main() {
	f, err := os.Open(os.Args[1])
	if err != nil {
		panic(err)
	}
	b, err := syscall.Mmap(int(f.Fd()), 0, 1, syscall.PROT_READ, syscall.MAP_SHARED)
	println(len(b), err)
}
