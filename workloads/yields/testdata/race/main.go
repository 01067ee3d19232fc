// Command race counts to 200 in two goroutines and prints what it has counted. With the argument "locked" it holds a lock
// for each count.
package main

import (
	"fmt"
	"os"
	"sync"
)

type counter struct {
	sync.Mutex
	n int
}

func main() {
	var c counter
	var wg sync.WaitGroup
	locked := len(os.Args) > 1 && os.Args[1] == "locked"
	for range 2 {
		wg.Go(func() {
			for range 100 {
				if locked {
					c.Lock()
				}
				c.n++
				if locked {
					c.Unlock()
				}
			}
		})
	}
	wg.Wait()
	fmt.Print(c.n)
}
