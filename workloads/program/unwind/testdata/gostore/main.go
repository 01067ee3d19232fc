// Command gostore is a store that writes to standard output until nobody reads it.
package main

import "os"

type store struct{ log *os.File }

func (s *store) put(key string) error {
	return s.write("put " + key + "\n") // in put
}

func (s *store) write(text string) error {
	_, err := s.log.WriteString(text) // in write
	return err
}

func work(done chan<- error) {
	s := &store{os.Stdout}
	for {
		if err := s.put("key"); err != nil { // in work
			done <- err
			return
		}
	}
}

func main() {
	done := make(chan error)
	go work(done) // in gowrap1
	if <-done != nil {
		os.Exit(1)
	}
}
